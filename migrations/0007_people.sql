-- People: who may use the platform, and how their tokens stop. Owners: command-api (accounts, staff_lock,
-- token_revocations) and projector (people).

-- Whether the account was ever made an administrator's. It is marked before the log hears of it and never
-- unmarked, so the marked rows are all who may be one; whether they are, the log alone tells.
ALTER TABLE accounts ADD COLUMN staff boolean NOT NULL DEFAULT false;
CREATE INDEX accounts_staff ON accounts (account_id) WHERE staff;
UPDATE accounts SET staff = true WHERE EXISTS (
    SELECT FROM events
    WHERE stream = 'account-' || account_id AND type IN ('AccountRegistered', 'RoleGranted')
      AND convert_from(payload, 'UTF8')::json ->> 'role' = 'admin'
);

-- One row that is locked by whoever takes an administrator away, from looking for another one until the
-- log has it: two of them cannot both find the other one still there.
CREATE TABLE staff_lock (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);
INSERT INTO staff_lock DEFAULT VALUES;

-- Access tokens that are void before they end: those of this account that rest on less of the log than
-- `position`. Every process reads this table all the time; rows older than the life of a token are deleted.
CREATE TABLE token_revocations (
    account_id uuid PRIMARY KEY,
    position   bigint NOT NULL CHECK (position >= 0),
    revoked_at timestamptz NOT NULL
);

-- What the log says of each account. Nothing of it is personal: names and addresses are read from accounts,
-- so that there is one place to erase them from. Derived data, as in 0003.
CREATE TABLE people (
    account_id    uuid PRIMARY KEY,
    -- customer, organizer or admin
    role          text NOT NULL,
    -- active, suspended or erased
    status        text NOT NULL DEFAULT 'active',
    -- While it is suspended: one word of the list in SuspensionReason.
    reason        text,
    registered_at timestamptz NOT NULL,
    -- When something last happened to it.
    changed_at    timestamptz NOT NULL,
    -- Of AccountRegistered: the order in which they came.
    position      bigint NOT NULL
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX people_in_order ON people (position);
-- Organizers, administrators and those with a past are few, however many customers there are.
CREATE INDEX people_by_role ON people (role, position) WHERE role <> 'customer';
CREATE INDEX people_by_status ON people (status, position) WHERE status <> 'active';
-- What happened lately, for whoever finishes what a crash cut short.
CREATE INDEX people_changed ON people (changed_at) WHERE changed_at > registered_at;

-- What one person paid, for whoever asks what is held about them.
CREATE INDEX payments_by_customer ON payments (customer_id, started_at);

-- Accounts are as old as the log, so this one reads it from the start, whatever the others have read.
INSERT INTO projection_checkpoints (name, version, position) VALUES ('people', 1, 0);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'evently_app') THEN
        -- To lock a row takes the right to change it.
        GRANT SELECT, UPDATE ON staff_lock TO evently_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON token_revocations, people TO evently_app;
    END IF;
END $$;
