-- The audit trail: under which keys events are found besides their streams, and what was refused.

-- Owner: projector. Derived data, as in 0003. One row per event and key: an index on events itself would
-- have to be kept up by every append. kind and key are those of domain's audit.rs: 1 who asked, 2 a booking
-- that is named, 3 the type (frequent ones aside), 4 the show whose every booking is concerned.
CREATE TABLE audit_index (
    kind     smallint NOT NULL,
    key      uuid NOT NULL,
    position bigint NOT NULL
-- Inserted by the million and never touched again; every million is soon enough to freeze and to mark.
) WITH (autovacuum_vacuum_insert_threshold = 1000000, autovacuum_analyze_threshold = 1000000);
-- No primary key, though it is one: a replay makes it when the rows are there.
CREATE UNIQUE INDEX audit_index_by_key ON audit_index (kind, key, position);

-- From the start, so that a log that was written before this migration is indexed as well.
INSERT INTO projection_checkpoints (name, version, position, in_core) VALUES ('audit_index', 1, 0, false);

-- Owner: command-api. Commands of staff that were refused, and sign-ins that failed: they changed nothing, so
-- the log does not tell of them. Pruned by number and age. It holds ids alone: no e-mail address, name, password
-- or network address.
CREATE TABLE refusals (
    -- In the order in which they were written down.
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at             timestamptz NOT NULL,
    -- Who asked, or whose password was tried; NULL if that is nobody known here.
    actor          uuid,
    role           text,
    -- command or sign_in
    kind           text NOT NULL,
    -- Method and route, as in the API's description.
    endpoint       text NOT NULL,
    -- The first id in the path, if there is one.
    target         uuid,
    -- The code of the problem that was the answer.
    code           text NOT NULL,
    correlation_id uuid NOT NULL
);
-- One account's refusals, to find and to forget them; the rest is few enough to be gone through.
CREATE INDEX refusals_by_actor ON refusals (actor, id);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'evently_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON audit_index TO evently_app;
        GRANT SELECT, INSERT, DELETE ON refusals TO evently_app;
    END IF;
END $$;
