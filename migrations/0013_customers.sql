-- Who buys, and how much. Owner: projector. Derived data, as in 0008: every row depends on the log alone, not on
-- pages, restarts or clocks. Accounts are named by their ids only.

-- What each customer did, counted from the beginning of the log. One row per customer who ever bought, or let a
-- hold lapse. A show that is called off gives nothing back here: that is not the customer's doing.
CREATE TABLE customer_counts (
    customer_id        uuid PRIMARY KEY,
    -- Bookings that were confirmed, at once or after a hold, and the tickets in them.
    bookings           bigint NOT NULL,
    tickets            bigint NOT NULL,
    -- Of these, what was given back; a booking of which a part is left counts with its tickets alone.
    cancelled_bookings bigint NOT NULL,
    cancelled_tickets  bigint NOT NULL,
    lapsed_holds       bigint NOT NULL
-- Counted up again and again, and no index holds a count: there must be room for the next version of a row.
) WITH (fillfactor = 70);

-- The buyers of a scope, in the order in which they first bought there. The buyers as of a position are the ordinal
-- of the last row at or before it: one look-up. The nil id stands for the whole platform, others for an organizer.
CREATE TABLE customer_firsts (
    scope_id    uuid NOT NULL,
    customer_id uuid NOT NULL,
    -- Of the event that confirmed their first booking.
    position    bigint NOT NULL,
    -- From 1, without gaps.
    ordinal     bigint NOT NULL,
    PRIMARY KEY (scope_id, customer_id)
) WITH (autovacuum_vacuum_insert_threshold = 1000000, autovacuum_analyze_threshold = 100000);
CREATE UNIQUE INDEX customer_firsts_by_position ON customer_firsts (scope_id, position);

-- How many buyers a scope has so far, and where its last booking was confirmed: what comes earlier than that cannot
-- be numbered any more.
CREATE TABLE customer_scopes (
    scope_id uuid PRIMARY KEY,
    buyers   bigint NOT NULL,
    position bigint NOT NULL
) WITH (fillfactor = 50);

-- Whose show it is.
CREATE TABLE customer_shows (
    show_id      uuid PRIMARY KEY,
    organizer_id uuid NOT NULL
);

-- From the start, so that a log that was written before this migration is counted as well.
INSERT INTO projection_checkpoints (name, version, position, in_core) VALUES ('customers', 1, 0, false);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'evently_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON
            customer_counts, customer_firsts, customer_scopes, customer_shows TO evently_app;
    END IF;
END $$;
