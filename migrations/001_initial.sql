-- Decimals are TEXT and are never summed or sorted here. Times are milliseconds since 1970 (UTC).
-- References inside one transaction may come before what they refer to: they are checked at its end.

CREATE TABLE conflicts (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL CHECK (type IN ('regime_incompatible')),
  symbol TEXT NOT NULL,
  detected_at INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  signal TEXT NOT NULL CHECK (json_valid(signal)),
  regime TEXT NOT NULL CHECK (json_valid(regime)),
  options TEXT NOT NULL CHECK (json_valid(options)),
  default_option_id TEXT NOT NULL,
  asking TEXT CHECK (asking IN ('deepseek', 'claude')),
  attempts TEXT NOT NULL CHECK (json_valid(attempts)),
  resolution TEXT CHECK (json_valid(resolution)),
  correlation_id TEXT NOT NULL
) STRICT;
CREATE INDEX conflicts_unresolved ON conflicts (detected_at) WHERE resolution IS NULL;

CREATE TABLE proposals (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('rebalance', 'tactical')),
  status TEXT NOT NULL
    CHECK (status IN ('pending', 'approved', 'completed', 'incomplete', 'rejected', 'expired', 'voided')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  snoozed_until INTEGER,
  reason TEXT NOT NULL,
  legs TEXT NOT NULL CHECK (json_valid(legs)),
  weights TEXT NOT NULL CHECK (json_valid(weights)),
  prices TEXT NOT NULL CHECK (json_valid(prices)),
  fees TEXT NOT NULL,
  core_value TEXT NOT NULL,
  largest_drift_pp TEXT NOT NULL,
  bags TEXT NOT NULL CHECK (json_valid(bags)),
  trade TEXT CHECK (json_valid(trade)),
  conflict_id TEXT REFERENCES conflicts (id) DEFERRABLE INITIALLY DEFERRED,
  correlation_id TEXT NOT NULL,
  hash TEXT NOT NULL,
  decided_at INTEGER,
  decided_by TEXT CHECK (decided_by IN ('trader', 'auto')),
  note TEXT
) STRICT;
CREATE INDEX proposals_by_status ON proposals (status);
CREATE INDEX proposals_finished_rebalances ON proposals (decided_at)
  WHERE kind = 'rebalance' AND status IN ('completed', 'incomplete');

CREATE TABLE orders (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  client_order_id TEXT NOT NULL UNIQUE,
  symbol TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
  type TEXT NOT NULL CHECK (type IN ('market', 'limit')),
  amount TEXT NOT NULL,
  limit_price TEXT NOT NULL,
  sleeve TEXT NOT NULL CHECK (sleeve IN ('core', 'tactical')),
  receipt_kind TEXT NOT NULL CHECK (receipt_kind IN ('proposal_leg', 'position_exit')),
  proposal_id TEXT REFERENCES proposals (id) DEFERRABLE INITIALLY DEFERRED,
  leg INTEGER CHECK (leg >= 0),
  position_id TEXT REFERENCES positions (id) DEFERRABLE INITIALLY DEFERRED,
  exit_reason TEXT CHECK (exit_reason IN ('stop', 'target', 'trader')),
  created_at INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  correlation_id TEXT NOT NULL,
  status TEXT NOT NULL
    CHECK (status IN ('pending', 'open', 'partially_filled', 'filled', 'cancelled', 'expired', 'rejected')),
  in_doubt INTEGER NOT NULL CHECK (in_doubt IN (0, 1)),
  exchange_id TEXT,
  filled TEXT NOT NULL,
  cost TEXT NOT NULL,
  reason TEXT,
  updated_at INTEGER NOT NULL,
  CHECK (
    CASE receipt_kind
      WHEN 'proposal_leg'
        THEN proposal_id IS NOT NULL AND leg IS NOT NULL AND position_id IS NULL AND exit_reason IS NULL
      ELSE proposal_id IS NULL AND leg IS NULL AND position_id IS NOT NULL AND exit_reason IS NOT NULL
    END
  )
) STRICT;
CREATE INDEX orders_live ON orders (created_at)
  WHERE status IN ('pending', 'open', 'partially_filled') OR in_doubt = 1;
CREATE INDEX orders_by_proposal ON orders (proposal_id) WHERE proposal_id IS NOT NULL;
CREATE INDEX orders_by_position ON orders (position_id) WHERE position_id IS NOT NULL;
CREATE INDEX orders_by_creation ON orders (created_at);

CREATE TABLE order_status_log (
  seq INTEGER PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id),
  at INTEGER NOT NULL,
  status TEXT NOT NULL
    CHECK (status IN ('pending', 'open', 'partially_filled', 'filled', 'cancelled', 'expired', 'rejected')),
  in_doubt INTEGER NOT NULL CHECK (in_doubt IN (0, 1)),
  filled TEXT NOT NULL,
  reason TEXT
) STRICT;
CREATE INDEX order_status_log_by_order ON order_status_log (order_id);

-- One row per execution; the exchange's trade id is what makes a resent fill harmless.
CREATE TABLE fills (
  trade_id TEXT NOT NULL PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
  symbol TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
  amount TEXT NOT NULL,
  price TEXT NOT NULL,
  fee TEXT NOT NULL,
  fee_asset TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX fills_by_order ON fills (order_id);

-- Double entry: per asset the lines of an entry sum to zero. Balances are derived, never stored.
CREATE TABLE ledger_entries (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('opening', 'fill', 'transfer', 'correction')),
  at INTEGER NOT NULL,
  reference TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX ledger_entries_one_per_fill ON ledger_entries (reference) WHERE kind = 'fill';

CREATE TABLE ledger_lines (
  entry INTEGER NOT NULL REFERENCES ledger_entries (seq),
  line INTEGER NOT NULL,
  account TEXT NOT NULL CHECK (account IN ('core', 'hodl', 'tactical', 'exchange', 'fees', 'outside')),
  asset TEXT NOT NULL,
  amount TEXT NOT NULL,
  PRIMARY KEY (entry, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE positions (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  proposal_id TEXT NOT NULL REFERENCES proposals (id) DEFERRABLE INITIALLY DEFERRED,
  symbol TEXT NOT NULL,
  entry_order_id TEXT NOT NULL REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
  amount TEXT NOT NULL,
  cost TEXT NOT NULL,
  open_fees TEXT NOT NULL,
  realized TEXT NOT NULL,
  stop TEXT NOT NULL,
  target TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  exit_order_id TEXT REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
  exit_reason TEXT CHECK (exit_reason IN ('stop', 'target', 'trader')),
  correlation_id TEXT NOT NULL
) STRICT;
CREATE INDEX positions_open ON positions (opened_at) WHERE closed_at IS NULL;

CREATE TABLE position_snapshots (
  seq INTEGER PRIMARY KEY,
  position_id TEXT NOT NULL REFERENCES positions (id) DEFERRABLE INITIALLY DEFERRED,
  at INTEGER NOT NULL,
  amount TEXT NOT NULL,
  mark TEXT NOT NULL,
  unrealized TEXT NOT NULL,
  realized TEXT NOT NULL
) STRICT;
CREATE INDEX position_snapshots_by_position ON position_snapshots (position_id, at);

CREATE TABLE equity_snapshots (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  equity TEXT NOT NULL,
  hold_equity TEXT,
  peak TEXT NOT NULL,
  drift_pp TEXT NOT NULL
) STRICT;
CREATE INDEX equity_snapshots_by_time ON equity_snapshots (at);

CREATE TABLE agent_outputs (
  seq INTEGER PRIMARY KEY,
  agent TEXT NOT NULL CHECK (agent IN ('technical_analysis', 'regime_detection')),
  message_id TEXT NOT NULL,
  symbol TEXT NOT NULL,
  at INTEGER NOT NULL,
  output TEXT NOT NULL CHECK (json_valid(output)),
  input_ids TEXT NOT NULL CHECK (json_valid(input_ids)),
  latency_ms REAL NOT NULL
) STRICT;

-- The audit: every message on every topic but market_data.
CREATE TABLE messages (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  topic TEXT NOT NULL,
  source TEXT NOT NULL,
  priority TEXT NOT NULL CHECK (priority IN ('LOW', 'NORMAL', 'HIGH', 'URGENT')),
  at INTEGER NOT NULL,
  correlation_id TEXT,
  causation_id TEXT,
  payload TEXT NOT NULL
) STRICT;
CREATE INDEX messages_by_correlation ON messages (correlation_id) WHERE correlation_id IS NOT NULL;
CREATE INDEX messages_by_topic ON messages (topic);

CREATE TABLE dead_letters (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  topic TEXT NOT NULL,
  source TEXT NOT NULL,
  priority TEXT NOT NULL CHECK (priority IN ('LOW', 'NORMAL', 'HIGH', 'URGENT')),
  at INTEGER NOT NULL,
  correlation_id TEXT,
  causation_id TEXT,
  payload TEXT NOT NULL,
  subscriber TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;

CREATE TABLE state (
  name TEXT NOT NULL PRIMARY KEY,
  json TEXT NOT NULL CHECK (json_valid(json))
) STRICT, WITHOUT ROWID;

-- Observed prices are floats (market.ts says why that is exact); money never is.
CREATE TABLE market_samples (
  symbol TEXT NOT NULL,
  at INTEGER NOT NULL,
  bid REAL NOT NULL,
  ask REAL NOT NULL,
  last REAL NOT NULL,
  PRIMARY KEY (symbol, at)
) STRICT, WITHOUT ROWID;
