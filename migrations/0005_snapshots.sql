-- Snapshots: what a long stream came to at some version, so that it is in memory soon after a start.
-- Owner: event-log. Derived data: any of it can be deleted at any time, and the stream is read instead.

-- One state in rows of at most 1 MiB each, so that no statement has to carry a huge one. Every row says
-- what it belongs to; they are replaced together, the first one locking out other writers.
CREATE TABLE snapshots (
    stream         text COLLATE "C" NOT NULL,
    chunk          int NOT NULL CHECK (chunk >= 0),
    version        bigint NOT NULL CHECK (version > 0),
    position       bigint NOT NULL CHECK (position > 0),
    -- The number of the fold and of the state's shape: of another number it is of no use.
    schema_version int NOT NULL CHECK (schema_version >= 0),
    state          bytea NOT NULL,
    PRIMARY KEY (stream, chunk)
);
-- Written once, read whole: compressing costs more than it saves.
ALTER TABLE snapshots ALTER COLUMN state SET STORAGE EXTERNAL;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'evently_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON snapshots TO evently_app;
    END IF;
END $$;
