-- Read models: what the projector retells and query-api shows. Owner: projector.
-- Derived data: all of it can be folded again from the log.

-- How far each projection has come. Moved in the same transaction as the rows it stands for.
CREATE TABLE projection_checkpoints (
    name     text PRIMARY KEY,
    version  int NOT NULL CHECK (version > 0),
    position bigint NOT NULL CHECK (position >= 0)
) WITH (fillfactor = 10);
INSERT INTO projection_checkpoints (name, version, position)
VALUES ('shows', 1, 0), ('availability', 1, 0), ('bookings', 1, 0);

-- Streams that a projection could not fold. The others go on without them.
CREATE TABLE parked_streams (
    projection text NOT NULL,
    stream     text NOT NULL,
    position   bigint NOT NULL,
    error      text NOT NULL,
    parked_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, stream)
);

CREATE TABLE shows (
    show_id          uuid PRIMARY KEY,
    organizer_id     uuid NOT NULL,
    title            text NOT NULL,
    description      text,
    venue_name       text NOT NULL,
    venue_city       text NOT NULL,
    venue_country    text NOT NULL,
    time_zone        text NOT NULL,
    starts_at        timestamptz NOT NULL,
    ends_at          timestamptz NOT NULL,
    sale_opens_at    timestamptz,
    sale_closes_at   timestamptz,
    max_per_customer int,
    currency         text,
    status           text NOT NULL,
    -- Whether everybody has been shown it: a draft that is cancelled stays its organizer's secret.
    published        boolean NOT NULL,
    cancel_reason    text,
    cancelled_at     timestamptz,
    -- How often the organizer has acted: the ETag of the show.
    revision         bigint NOT NULL,
    created_at       timestamptz NOT NULL
);
-- The two orders of the public list; the list of one organizer's drafts; one town's programme.
CREATE INDEX shows_by_start ON shows (starts_at, show_id);
CREATE INDEX shows_by_title ON shows (lower(title) COLLATE "C", show_id);
CREATE INDEX shows_by_organizer ON shows (organizer_id, status);
CREATE INDEX shows_by_city ON shows (lower(venue_city), starts_at);

CREATE TABLE ticket_types (
    ticket_type_id uuid PRIMARY KEY,
    show_id        uuid NOT NULL,
    ordinal        int NOT NULL,
    name           text NOT NULL,
    price_amount   bigint NOT NULL,
    currency       text NOT NULL,
    capacity       int NOT NULL,
    sold           bigint NOT NULL
-- Every page of the log rewrites the rows that sell: room for that without touching an index.
) WITH (fillfactor = 25, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX ticket_types_by_show ON ticket_types (show_id, ordinal);

CREATE TABLE bookings (
    booking_id   uuid PRIMARY KEY,
    show_id      uuid NOT NULL,
    customer_id  uuid NOT NULL,
    -- JSON, written once and never searched: text is the cheapest way to keep it.
    items        text NOT NULL,
    quantity     int NOT NULL,
    total_amount bigint NOT NULL,
    currency     text NOT NULL,
    status       text NOT NULL,
    booked_at    timestamptz NOT NULL,
    cancelled_at timestamptz,
    position     bigint NOT NULL
-- Rows are inserted by the million and rarely touched again; every million is soon enough to freeze them.
) WITH (autovacuum_vacuum_insert_threshold = 1000000, autovacuum_analyze_threshold = 100000);
-- One customer's history, newest last: the position is the order in which they booked.
CREATE INDEX bookings_by_customer ON bookings (customer_id, position);
