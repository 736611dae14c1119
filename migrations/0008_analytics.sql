-- How sales go, for analytics and revenue. Owner: projector. Derived data: all of it can be folded again from
-- the log, to the same bytes, because every row depends on positions and recorded times alone.
--
-- What is counted is listed in domain/src/analytics/measure.rs. Totals are numbers that run from the beginning of
-- the log, written sparsely (domain/src/analytics/totals.rs): the numbers of any moment are one look-up, those of a
-- stretch of time the difference of two.
--
-- A block is 4,096 positions, a stretch 16 blocks. As of a position: the last row of sales_totals before the
-- segment (minute and stretch) of that position, then the blocks of its stretch that it has passed, then a fold of
-- the at most 4,095 events of the log since.

-- What totals are kept of. The numbers are given in the order of the log.
CREATE TABLE sales_scopes (
    scope          int PRIMARY KEY,
    -- platform or organizer (each by currency), show, or part: a ticket type, or what belongs to none.
    kind           text NOT NULL,
    organizer_id   uuid,
    show_id        uuid,
    ticket_type_id uuid,
    -- Of a ticket type.
    name           text,
    -- Of platform and organizer; empty for shows that sell nothing yet.
    currency       text,
    -- The position that first spoke of it.
    since          bigint NOT NULL
);
CREATE INDEX sales_scopes_by_show ON sales_scopes (show_id) WHERE show_id IS NOT NULL;
CREATE INDEX sales_scopes_by_organizer ON sales_scopes (organizer_id, kind);
CREATE INDEX sales_scopes_by_kind ON sales_scopes (kind, scope);

-- Everything that changed within a segment, as it stood at the segment's end. Written once.
CREATE TABLE sales_totals (
    scope   int NOT NULL,
    minute  int NOT NULL,
    stretch int NOT NULL,
    totals  bytea NOT NULL,
    PRIMARY KEY (scope, minute, stretch)
) WITH (autovacuum_vacuum_insert_threshold = 1000000, autovacuum_analyze_threshold = 100000);

-- Everything that changed within a block, as it stood at a position: the last of the block, or, in the block under
-- way, the checkpoint. Lists of scopes and totals (domain/src/analytics/picture.rs).
CREATE TABLE sales_blocks (
    block    int PRIMARY KEY,
    position bigint NOT NULL,
    -- Of platform, organizers and shows; and of ticket types and what belongs to none.
    shows    bytea NOT NULL,
    parts    bytea NOT NULL,
    -- What the last fact was, where the next one may refer to it (JSON), and of which show.
    pending  text,
    show_id  uuid
) WITH (fillfactor = 50);
-- Numbers written like that hardly shrink, and they are read far more often than written.
ALTER TABLE sales_blocks ALTER COLUMN shows SET STORAGE EXTERNAL, ALTER COLUMN parts SET STORAGE EXTERNAL;

-- What a show was called, and since when.
CREATE TABLE sales_titles (
    show_id  uuid NOT NULL,
    position bigint NOT NULL,
    title    text NOT NULL,
    PRIMARY KEY (show_id, position)
);

-- What each seat of a show's map is sold as (JSON), for facts that name seats alone.
CREATE TABLE sales_seats (
    show_id uuid PRIMARY KEY,
    seats   text NOT NULL
);

INSERT INTO projection_checkpoints (name, version, position) VALUES ('analytics', 1, 0);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'evently_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON
            sales_scopes, sales_totals, sales_blocks, sales_titles, sales_seats TO evently_app;
    END IF;
END $$;
