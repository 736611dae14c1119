-- Who may run or see a show with its organizer, and what they see of its bookings. Owner: projector
-- (projections shows and bookings). Derived data, as in
-- 0003: all of it can be folded again from the log.
--
-- Logs that are older than this hold no event about it, so shows stays at version 1.

CREATE TABLE show_colleagues (
    show_id    uuid NOT NULL,
    account_id uuid NOT NULL,
    -- manager or door.
    access     text NOT NULL,
    -- Since when they have this access.
    since      timestamptz NOT NULL,
    PRIMARY KEY (show_id, account_id)
);
-- Which shows somebody works on: their drafts are listed to them.
CREATE INDEX show_colleagues_account ON show_colleagues (account_id);

-- Who booked a show, in the order of booking: what its people see as a list and take home as a file.
CREATE INDEX bookings_by_show ON bookings (show_id, position);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'evently_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON show_colleagues TO evently_app;
    END IF;
END $$;
