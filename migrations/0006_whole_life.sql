-- The whole life of a booking in the read models: holds, payments, refunds, seats, the waitlist, promo
-- codes. Owner: projector. Derived data, as in 0003: all of it can be folded again from the log.
--
-- Old rows keep their meaning: what is new about them is what a show without these rules would have. The
-- folds of old events did not change, so shows, availability and bookings stay at version 1.

ALTER TABLE shows
    ADD COLUMN hold_seconds     int NOT NULL DEFAULT 600,
    ADD COLUMN offer_seconds    int NOT NULL DEFAULT 900,
    -- none or required
    ADD COLUMN payment          text NOT NULL DEFAULT 'none',
    -- JSON as in the events ({"steps":[{"hours_before","percent"}],"fee"}); NULL: everything comes back.
    ADD COLUMN refund_policy    text,
    -- NULL: it has no seat map.
    ADD COLUMN seat_map_version int,
    -- When it was last put off, and until when whoever had booked before gets everything back.
    ADD COLUMN rescheduled_at   timestamptz,
    ADD COLUMN refund_until     timestamptz;

-- When a whole show is cancelled its sold and held become 0; blocked and capacity stay.
ALTER TABLE ticket_types
    -- Tickets in holds and in offers to the waitlist.
    ADD COLUMN held            bigint NOT NULL DEFAULT 0,
    -- Seats of this type that are blocked.
    ADD COLUMN blocked         bigint NOT NULL DEFAULT 0,
    -- Its tickets are seats of the seat map; the map then says its capacity (0 if it has none of them).
    ADD COLUMN reserved        boolean NOT NULL DEFAULT false,
    ADD COLUMN sale_opens_at   timestamptz,
    ADD COLUMN sale_closes_at  timestamptz,
    ADD COLUMN min_per_booking int,
    ADD COLUMN max_per_booking int,
    ADD COLUMN access_code     text;

-- items, quantity and total_amount are what the booking has now: a part that was given back is gone from
-- them. A booking that ended keeps the items it had last. booked_at of a hold is when it was held, and
-- stays so when it is confirmed; cancelled_at is set with the status cancelled alone.
--
-- status is held, paying, confirmed, lapsed, released or cancelled. A cancelled show still leaves its
-- confirmed bookings alone (readers join the show), but its holds that were still open become cancelled
-- (cancelled_at too), so that nobody waits for their deadlines, and refunded_amount of its bookings
-- becomes paid_amount: the rest of what was paid is due back.
ALTER TABLE bookings
    -- The deadline while it is held or paying, otherwise NULL.
    ADD COLUMN expires_at      timestamptz,
    ADD COLUMN promo_code      text,
    -- The sum of the payments that succeeded, and of the refunds that are due, failed or done.
    ADD COLUMN paid_amount     bigint NOT NULL DEFAULT 0,
    ADD COLUMN refunded_amount bigint NOT NULL DEFAULT 0,
    -- The waitlist entry whose offer was accepted with it.
    ADD COLUMN offer           uuid;
-- What is due to lapse, the earliest deadline first. Bookings that were never held do not enter it.
CREATE INDEX bookings_open_holds ON bookings (expires_at) WHERE status IN ('held', 'paying');
-- What a cancelled show owes. Bookings that were not paid here do not enter it.
CREATE INDEX bookings_not_refunded ON bookings (show_id) WHERE paid_amount > refunded_amount;

-- Belongs to the projection bookings, which alone knows what code a lapsing hold carried.
CREATE TABLE promo_codes (
    show_id    uuid NOT NULL,
    code       text NOT NULL,
    -- JSON as in PromoCodeAdded.promo_code.
    definition text NOT NULL,
    -- Live bookings and holds that carry it. A cancelled show leaves it as it was.
    uses       bigint NOT NULL DEFAULT 0,
    -- False once it was removed.
    active     boolean NOT NULL DEFAULT true,
    PRIMARY KEY (show_id, code)
) WITH (fillfactor = 50);

-- seat_maps and seats belong to the projection availability: one fact sets a map and the capacities of
-- its ticket types.
CREATE TABLE seat_maps (
    show_id  uuid PRIMARY KEY,
    version  int NOT NULL CHECK (version > 0),
    -- The names of the sections, in the map's order: seats.section counts in it from 0.
    sections text[] NOT NULL,
    -- JSON as in SeatMapSet.map.
    map      text NOT NULL
);

-- One row per seat. What a cancelled show had sold stays written here; readers join the show.
CREATE TABLE seats (
    show_id        uuid NOT NULL,
    ticket_type_id uuid NOT NULL,
    -- Which section of the map, and which of its seats in the map's order, each from 0.
    section        int NOT NULL,
    place          int NOT NULL,
    -- 0 free, 1 held (or offered), 2 sold, 3 blocked.
    state          smallint NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3),
    label          text COLLATE "C" NOT NULL,
    PRIMARY KEY (show_id, label)
-- A sale rewrites every row a few times: room for that without touching an index.
) WITH (fillfactor = 50, autovacuum_vacuum_cost_delay = 0);

CREATE TABLE waitlist_entries (
    entry_id         uuid PRIMARY KEY,
    show_id          uuid NOT NULL,
    ticket_type_id   uuid NOT NULL,
    customer_id      uuid NOT NULL,
    quantity         int NOT NULL,
    -- waiting, offered, accepted, declined, lapsed or left. A cancelled show makes lapsed of the first two.
    state            text NOT NULL,
    joined_at        timestamptz NOT NULL,
    -- Of WaitlistJoined: the order in which they joined.
    position         bigint NOT NULL,
    -- The deadline and the items (JSON as in the events) of the offer, if there ever was one.
    offer_expires_at timestamptz,
    items            text,
    -- What became of an accepted offer.
    booking_id       uuid
) WITH (fillfactor = 80);
-- The queue of each ticket type; one customer's places; the offers that are due to lapse.
CREATE INDEX waitlist_queue ON waitlist_entries (show_id, ticket_type_id, position)
    WHERE state IN ('waiting', 'offered');
CREATE INDEX waitlist_by_customer ON waitlist_entries (customer_id, position);
CREATE INDEX waitlist_open_offers ON waitlist_entries (offer_expires_at) WHERE state = 'offered';

-- payments and refunds belong to the projection payments.
CREATE TABLE payments (
    payment_id  uuid PRIMARY KEY,
    booking_id  uuid NOT NULL,
    show_id     uuid NOT NULL,
    customer_id uuid NOT NULL,
    amount      bigint NOT NULL,
    currency    text NOT NULL,
    method      text NOT NULL,
    -- started, succeeded or failed; a late success after a failure counts.
    state       text NOT NULL,
    started_at  timestamptz NOT NULL,
    -- When the log heard of the outcome that stands.
    settled_at  timestamptz
);
-- What was paid for a show, when it is cancelled; and payments whose outcome nobody has told.
CREATE INDEX payments_by_show ON payments (show_id, booking_id) WHERE state = 'succeeded';
CREATE INDEX payments_started ON payments (started_at, payment_id) WHERE state = 'started';

CREATE TABLE refunds (
    booking_id  uuid NOT NULL,
    -- Counts the refunds of the booking, from 1. Those that a cancelled show makes due are counted on.
    refund      int NOT NULL CHECK (refund > 0),
    show_id     uuid NOT NULL,
    customer_id uuid NOT NULL,
    amount      bigint NOT NULL,
    currency    text NOT NULL,
    -- given_back, not_needed, event_cancelled or goodwill
    reason      text NOT NULL,
    -- due, succeeded or failed; a failed one that is tried again is due.
    state       text NOT NULL,
    -- What the provider said, while it stands at failed.
    failure     text,
    -- When it first became due, and when the log heard of the outcome that stands (NULL while due).
    due_at      timestamptz NOT NULL,
    settled_at  timestamptz,
    -- Of RefundDue, or of the ShowCancelled that made it due.
    position    bigint NOT NULL,
    PRIMARY KEY (booking_id, refund)
) WITH (fillfactor = 80);
CREATE INDEX refunds_by_show ON refunds (show_id, position, booking_id, refund);
CREATE INDEX refunds_due ON refunds (due_at, booking_id, refund) WHERE state = 'due';

-- A log that was written before this migration holds nothing for the new projections, so they start where
-- the others stand instead of reading it all.
INSERT INTO projection_checkpoints (name, version, position)
SELECT name, 1, (SELECT coalesce(min(position), 0) FROM projection_checkpoints)
FROM (VALUES ('waitlist'), ('payments')) AS new(name);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'evently_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON
            promo_codes, seat_maps, seats, waitlist_entries, payments, refunds TO evently_app;
    END IF;
END $$;
