-- Agents by any name, what they were right about, and the candles they were fed.

CREATE TABLE agent_outputs_new (
  seq INTEGER PRIMARY KEY,
  agent TEXT NOT NULL,
  message_id TEXT NOT NULL,
  symbol TEXT NOT NULL,
  at INTEGER NOT NULL,
  output TEXT NOT NULL CHECK (json_valid(output)),
  input_ids TEXT NOT NULL CHECK (json_valid(input_ids)),
  latency_ms REAL NOT NULL
) STRICT;
INSERT INTO agent_outputs_new SELECT seq, agent, message_id, symbol, at, output, input_ids, latency_ms FROM agent_outputs;
DROP TABLE agent_outputs;
ALTER TABLE agent_outputs_new RENAME TO agent_outputs;
CREATE INDEX agent_outputs_by_agent ON agent_outputs (agent, seq);

-- One direction that was said, and one time after which it is seen whether it came. Prices are floats: they size nothing.
CREATE TABLE agent_scores (
  seq INTEGER PRIMARY KEY,
  agent TEXT NOT NULL,
  symbol TEXT NOT NULL,
  regime TEXT,
  bias TEXT NOT NULL CHECK (bias IN ('long', 'short')),
  confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  price REAL NOT NULL CHECK (price > 0),
  said_at INTEGER NOT NULL,
  horizon_ms INTEGER NOT NULL CHECK (horizon_ms > 0),
  scored_at INTEGER,
  price_then REAL CHECK (price_then > 0),
  is_right INTEGER CHECK (is_right IN (0, 1)),
  UNIQUE (agent, symbol, said_at, horizon_ms)
) STRICT;

-- Closed candles as the exchange told of them, so many of each symbol and width. Prices and volumes are floats: they size
-- nothing. `missing` counts the finest candles that one made here lacks.
CREATE TABLE candles (
  symbol TEXT NOT NULL,
  interval_ms INTEGER NOT NULL CHECK (interval_ms > 0),
  open_time INTEGER NOT NULL CHECK (open_time % interval_ms = 0),
  open REAL NOT NULL,
  high REAL NOT NULL,
  low REAL NOT NULL CHECK (low > 0 AND low <= open AND low <= close),
  close REAL NOT NULL,
  volume REAL NOT NULL CHECK (volume >= 0),
  missing INTEGER NOT NULL CHECK (missing >= 0),
  CHECK (high >= open AND high >= close),
  PRIMARY KEY (symbol, interval_ms, open_time)
) STRICT, WITHOUT ROWID;

-- Every question of an agent to a model. What is not known is null; the answer is cut.
CREATE TABLE agent_calls (
  seq INTEGER PRIMARY KEY,
  agent TEXT NOT NULL,
  symbol TEXT,
  at INTEGER NOT NULL,
  name TEXT NOT NULL,
  model TEXT,
  prompt_hash TEXT NOT NULL,
  input_tokens INTEGER CHECK (input_tokens >= 0),
  output_tokens INTEGER CHECK (output_tokens >= 0),
  cost_usd TEXT,
  latency_ms REAL NOT NULL,
  outcome TEXT NOT NULL,
  answer TEXT CHECK (length(answer) <= 4000)
) STRICT;
CREATE INDEX agent_calls_by_agent ON agent_calls (agent, at);
CREATE TRIGGER agent_calls_fixed BEFORE UPDATE ON agent_calls
BEGIN SELECT RAISE(ABORT, 'agent_calls is append-only'); END;
CREATE TRIGGER agent_calls_kept BEFORE DELETE ON agent_calls
BEGIN SELECT RAISE(ABORT, 'agent_calls is append-only'); END;
