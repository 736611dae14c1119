-- Replays: read models that are built anew beside the old ones. Owner: projector. command-api writes here
-- what admins ask for, query-api shows it, and the projector does it, in whatever processes they are.

ALTER TABLE projection_checkpoints
    -- Core projections are what the sale and its queries need: `Evently-Min-Position` waits for these. The others
    -- are reports, folded at a slower pace by a runner of their own.
    ADD COLUMN in_core    boolean NOT NULL DEFAULT true,
    -- How often its rows were replaced or mended behind the back of whoever folds. A projector that still
    -- counts on an older generation writes nothing and reads anew.
    ADD COLUMN generation bigint NOT NULL DEFAULT 0;
UPDATE projection_checkpoints SET in_core = false
WHERE name NOT IN ('shows', 'availability', 'bookings', 'waitlist', 'payments', 'people');

ALTER TABLE parked_streams
    -- Somebody has mended what was wrong and wants its events folded now.
    ADD COLUMN retry_requested_at timestamptz,
    -- When that was last tried; the error is that of the last time.
    ADD COLUMN retried_at         timestamptz;

CREATE TABLE replays (
    replay_id          uuid PRIMARY KEY,
    -- The name of a projection, or `all`.
    projection         text NOT NULL,
    -- Build what was true at this position and leave it beside the tables that serve; NULL: follow the log
    -- to its head and serve.
    to_position        bigint CHECK (to_position > 0),
    -- waiting, building, catching_up, verifying, then swapped, or built (with to_position), cancelled or failed;
    -- swapped may become rolling_back and rolled_back.
    phase              text NOT NULL DEFAULT 'waiting',
    cancel_requested   boolean NOT NULL DEFAULT false,
    -- Up to where the new tables have taken the log in, and up to where they must.
    position           bigint NOT NULL DEFAULT 0,
    head               bigint NOT NULL DEFAULT 0,
    events_per_s       bigint NOT NULL DEFAULT 0,
    -- Whoever asked; NULL: a program that knows a newer version of the fold.
    requested_by       uuid,
    requested_at       timestamptz NOT NULL DEFAULT now(),
    started_at         timestamptz,
    -- When its worker last said that it lives. One that has been silent for long may be taken over from.
    updated_at         timestamptz NOT NULL DEFAULT now(),
    -- Set while nobody works on it and nobody will.
    ended_at           timestamptz,
    -- When its tables began to serve.
    swapped_at         timestamptz,
    error              text,
    -- The process that works on it, known by a number it drew.
    worker             uuid
) WITH (fillfactor = 50);
CREATE INDEX replays_by_request ON replays (requested_at, replay_id);
-- What a projector looks for four times a second.
CREATE INDEX replays_open ON replays (requested_at) WHERE ended_at IS NULL;

-- What is being replayed: a projection has a row here while a replay of it is not ended. The primary key is what
-- refuses a second one, by name or within `all`.
CREATE TABLE replayed_projections (
    projection text PRIMARY KEY REFERENCES projection_checkpoints,
    replay_id  uuid NOT NULL REFERENCES replays
);
CREATE INDEX replayed_projections_by_replay ON replayed_projections (replay_id);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'evently_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON replays, replayed_projections TO evently_app;
    END IF;
END $$;
