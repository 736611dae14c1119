-- People: the only place for e-mail, name and password. Owner: command-api. The log names people by
-- account id alone, so erasing a person deletes rows here and leaves the log as it is.

CREATE TABLE accounts (
    account_id    uuid PRIMARY KEY,
    -- Lower case; the form people sign in with.
    email         text NOT NULL UNIQUE,
    name          text NOT NULL,
    password_hash text NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now()
);

-- One row per refresh token, known by its hash alone. A family is one sign-in and all its successors;
-- using a token twice ends the family, because one of the two users has stolen it.
CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    family     uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_account ON refresh_tokens (account_id);
