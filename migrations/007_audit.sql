-- The audit's chain. Messages and dead letters are counted together: every row holds the hash of the one before it,
-- whichever table that is in, and its own. Rows of older versions have none; the first row that has one holds the hash
-- of all of those together.

ALTER TABLE messages ADD COLUMN previous_hash TEXT CHECK (length(previous_hash) = 64);
ALTER TABLE messages ADD COLUMN hash TEXT CHECK (length(hash) = 64);
ALTER TABLE dead_letters ADD COLUMN previous_hash TEXT CHECK (length(previous_hash) = 64);
ALTER TABLE dead_letters ADD COLUMN hash TEXT CHECK (length(hash) = 64);

CREATE TRIGGER messages_fixed BEFORE UPDATE ON messages
BEGIN SELECT RAISE(ABORT, 'messages is append-only'); END;
CREATE TRIGGER messages_kept BEFORE DELETE ON messages
BEGIN SELECT RAISE(ABORT, 'messages is append-only'); END;

CREATE TRIGGER dead_letters_fixed BEFORE UPDATE ON dead_letters
BEGIN SELECT RAISE(ABORT, 'dead_letters is append-only'); END;
CREATE TRIGGER dead_letters_kept BEFORE DELETE ON dead_letters
BEGIN SELECT RAISE(ABORT, 'dead_letters is append-only'); END;
