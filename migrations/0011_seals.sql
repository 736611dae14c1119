-- The tree over the log: tiles of hashes, and the checkpoints that were signed. Owner: projector (the sealer).
-- Everything but the signatures could be computed again from events; they are what tells whether those are
-- still what they were, so nothing here is dropped while a checkpoint of it may be kept elsewhere.

-- How far the tree has come. One row, moved by compare-and-set in the transaction that writes the tiles: two
-- sealers cannot both act.
CREATE TABLE seal_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    size     bigint NOT NULL CHECK (size >= 0),
    root     bytea NOT NULL CHECK (octet_length(root) = 32),
    -- The public key of whoever signed last, for those who ask this database; whoever does not trust it has
    -- the key from elsewhere. Empty: nothing was signed yet.
    vkey     text NOT NULL
);
-- The root of no leaves is the hash of nothing.
INSERT INTO seal_head (size, root, vkey) VALUES (0, sha256(''), '');

-- Up to 256 hashes of 32 bytes side by side; level 0 holds the leaves'. Only the last tile of a level grows.
CREATE TABLE seal_tiles (
    level  smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
    number bigint NOT NULL CHECK (number >= 0),
    hashes bytea NOT NULL CHECK (octet_length(hashes) % 32 = 0 AND octet_length(hashes) BETWEEN 32 AND 8192),
    PRIMARY KEY (level, number)
);
-- Hashes cannot be compressed, and trying costs.
ALTER TABLE seal_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- The last signed checkpoint, and one an hour of those before it.
CREATE TABLE seal_checkpoints (
    size      bigint PRIMARY KEY CHECK (size >= 0),
    note      text NOT NULL,
    signed_at timestamptz NOT NULL
);

-- A tile only gets longer, and the tree only larger: whoever acts as the platform cannot make another past.
CREATE TRIGGER seal_tiles_only_grow BEFORE UPDATE ON seal_tiles FOR EACH ROW
    WHEN (NEW.level <> OLD.level OR NEW.number <> OLD.number
          OR substring(NEW.hashes FROM 1 FOR octet_length(OLD.hashes)) <> OLD.hashes)
    EXECUTE FUNCTION refuse_rewriting_the_log();
CREATE TRIGGER seal_tiles_are_kept BEFORE DELETE OR TRUNCATE ON seal_tiles
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_the_log();
CREATE TRIGGER seal_head_only_grows BEFORE UPDATE ON seal_head FOR EACH ROW
    WHEN (NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root))
    EXECUTE FUNCTION refuse_rewriting_the_log();
CREATE TRIGGER seal_head_is_kept BEFORE DELETE OR TRUNCATE ON seal_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_the_log();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'evently_app') THEN
        GRANT SELECT, UPDATE ON seal_head TO evently_app;
        GRANT SELECT, INSERT, UPDATE ON seal_tiles TO evently_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON seal_checkpoints TO evently_app;
    END IF;
END $$;
