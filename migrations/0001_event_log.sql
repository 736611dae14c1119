-- The event log: the only truth. Owner: event-log. It is never rebuilt and never rewritten.

-- One row that every append locks. It hands out positions without holes and keeps time from going
-- backwards, and because the lock is held until commit, commit order is position order.
CREATE TABLE log_head (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position    bigint NOT NULL CHECK (position >= 0),
    recorded_at timestamptz NOT NULL
) WITH (fillfactor = 10);
INSERT INTO log_head (position, recorded_at) VALUES (0, '-infinity');

CREATE TABLE events (
    position       bigint PRIMARY KEY,
    event_id       uuid NOT NULL,
    stream         text COLLATE "C" NOT NULL,
    version        bigint NOT NULL CHECK (version > 0),
    type           text COLLATE "C" NOT NULL,
    schema_version smallint NOT NULL CHECK (schema_version > 0),
    -- Byte-exact JSON: what hashes and signatures cover. Never jsonb, which reorders keys.
    payload        bytea NOT NULL,
    -- At most one event of the whole log carries a key; it is how repeated commands are recognised.
    key            uuid,
    actor          uuid NOT NULL,
    command_id     uuid NOT NULL,
    correlation_id uuid NOT NULL,
    causation_id   uuid,
    recorded_at    timestamptz NOT NULL
);
-- The optimistic check: two writers of one version cannot both win.
CREATE UNIQUE INDEX events_stream_version ON events (stream, version);
CREATE UNIQUE INDEX events_key ON events (key) WHERE key IS NOT NULL;
-- Payloads are small and written once: compressing them costs more than it saves.
ALTER TABLE events ALTER COLUMN payload SET STORAGE EXTERNAL;
-- Insert-only tables still need freezing now and then; every million rows is soon enough.
ALTER TABLE events SET (autovacuum_vacuum_insert_threshold = 1000000, autovacuum_analyze_threshold = 100000);

CREATE FUNCTION refuse_rewriting_the_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_the_log();
CREATE TRIGGER log_head_is_kept BEFORE DELETE OR TRUNCATE ON log_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_the_log();
