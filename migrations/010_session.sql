-- What the desks that decide were told, what they read and what they did, in order: enough to run them again. One row is one
-- step, or a part of one where a transaction ended within it. Each row's hash covers it and the hash of the row before.

CREATE TABLE session_log (
  seq INTEGER PRIMARY KEY,
  -- One start of the program; numbers of steps, timers and kept values are its own.
  run INTEGER NOT NULL,
  step INTEGER NOT NULL CHECK (step >= 0),
  at INTEGER NOT NULL,
  -- What happened: `signal`, `asks`, `hears`, `decide`, `due`, …
  kind TEXT NOT NULL,
  -- What it was about: a symbol, a conflict, a proposal; '' for none.
  subject TEXT NOT NULL,
  -- What a model answered, to the letter; null in every other step, and where no answer came.
  answer TEXT,
  -- { "values": [[number, value], …], "events": […] }
  data TEXT NOT NULL CHECK (json_valid(data)),
  hash TEXT NOT NULL
) STRICT;

CREATE TRIGGER session_log_fixed BEFORE UPDATE ON session_log
BEGIN SELECT RAISE(ABORT, 'session_log is append-only'); END;
CREATE TRIGGER session_log_kept BEFORE DELETE ON session_log
BEGIN SELECT RAISE(ABORT, 'session_log is append-only'); END;
