-- Rights: the platform acts as evently_app, which can add to the log and never rewrite it. Where the
-- migrating user may not create roles, the triggers of 0001 still stand guard.
DO $$
BEGIN
    BEGIN
        CREATE ROLE evently_app NOLOGIN;
    EXCEPTION
        WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
    END;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'evently_app') THEN
        BEGIN
            GRANT evently_app TO CURRENT_USER;
        EXCEPTION
            WHEN insufficient_privilege THEN NULL;
        END;
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO evently_app', current_schema());
        GRANT SELECT, INSERT ON events TO evently_app;
        GRANT SELECT, UPDATE ON log_head TO evently_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON accounts, refresh_tokens TO evently_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON
            projection_checkpoints, parked_streams, shows, ticket_types, bookings TO evently_app;
    END IF;
END $$;
