-- Positions that a breaker halves or closes, and that agents would close; what the risk engine said of every trade. A CHECK
-- can only be changed by making the table again.

CREATE TABLE orders_new (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  client_order_id TEXT NOT NULL UNIQUE,
  symbol TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
  type TEXT NOT NULL CHECK (type IN ('market', 'limit', 'post_only', 'stop')),
  amount TEXT NOT NULL,
  limit_price TEXT NOT NULL,
  leverage INTEGER NOT NULL CHECK (leverage BETWEEN 1 AND 5),
  sleeve TEXT NOT NULL CHECK (sleeve IN ('core', 'hodl', 'tactical')),
  receipt_kind TEXT NOT NULL
    CHECK (receipt_kind IN ('proposal_leg', 'position_exit', 'protective_stop', 'bag_purchase')),
  proposal_id TEXT REFERENCES proposals (id) DEFERRABLE INITIALLY DEFERRED,
  leg INTEGER CHECK (leg >= 0),
  position_id TEXT REFERENCES positions (id) DEFERRABLE INITIALLY DEFERRED,
  exit_reason TEXT CHECK (exit_reason IN ('stop', 'target', 'trader', 'time', 'unprotected', 'signal', 'breaker')),
  created_at INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  correlation_id TEXT NOT NULL,
  status TEXT NOT NULL
    CHECK (status IN ('pending', 'open', 'partially_filled', 'filled', 'cancelled', 'expired', 'rejected')),
  in_doubt INTEGER NOT NULL CHECK (in_doubt IN (0, 1)),
  exchange_id TEXT,
  trigger_price TEXT CHECK ((trigger_price IS NOT NULL) = (type = 'stop')),
  filled TEXT NOT NULL,
  cost TEXT NOT NULL,
  cancelling TEXT,
  reason TEXT,
  updated_at INTEGER NOT NULL,
  CHECK (
    CASE receipt_kind
      WHEN 'proposal_leg'
        THEN proposal_id IS NOT NULL AND leg IS NOT NULL AND position_id IS NULL AND exit_reason IS NULL
      WHEN 'position_exit'
        THEN proposal_id IS NULL AND leg IS NULL AND position_id IS NOT NULL AND exit_reason IS NOT NULL
      WHEN 'protective_stop'
        THEN proposal_id IS NULL AND leg IS NULL AND position_id IS NOT NULL AND exit_reason IS NULL
      ELSE
        proposal_id IS NULL AND leg IS NULL AND position_id IS NULL AND exit_reason IS NULL AND sleeve = 'hodl'
        AND side = 'buy'
    END
  )
) STRICT;
INSERT INTO orders_new
SELECT
  seq, id, client_order_id, symbol, side, type, amount, limit_price, leverage, sleeve, receipt_kind, proposal_id, leg,
  position_id, exit_reason, created_at, deadline, correlation_id, status, in_doubt, exchange_id, trigger_price, filled,
  cost, cancelling, reason, updated_at
FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
CREATE INDEX orders_live ON orders (created_at)
  WHERE status IN ('pending', 'open', 'partially_filled') OR in_doubt = 1;
CREATE INDEX orders_by_proposal ON orders (proposal_id) WHERE proposal_id IS NOT NULL;
CREATE INDEX orders_by_position ON orders (position_id) WHERE position_id IS NOT NULL;
CREATE INDEX orders_by_creation ON orders (created_at);
CREATE TRIGGER orders_intent_fixed
BEFORE UPDATE OF
  seq, id, client_order_id, symbol, side, type, amount, limit_price, leverage, sleeve, receipt_kind, proposal_id, leg,
  position_id, exit_reason, created_at, deadline, correlation_id
ON orders
BEGIN SELECT RAISE(ABORT, 'an intent never changes'); END;
CREATE TRIGGER orders_kept BEFORE DELETE ON orders
BEGIN SELECT RAISE(ABORT, 'orders are never deleted'); END;

CREATE TABLE positions_new (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  proposal_id TEXT NOT NULL REFERENCES proposals (id) DEFERRABLE INITIALLY DEFERRED,
  symbol TEXT NOT NULL,
  entry_order_id TEXT NOT NULL REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
  side TEXT NOT NULL CHECK (side IN ('long', 'short')),
  leverage INTEGER NOT NULL CHECK (leverage BETWEEN 1 AND 5),
  amount TEXT NOT NULL,
  cost TEXT NOT NULL,
  open_fees TEXT NOT NULL,
  realized TEXT NOT NULL,
  stop TEXT NOT NULL,
  target TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  exit_reason TEXT CHECK (
    exit_reason IN ('stop', 'target', 'trader', 'time', 'unprotected', 'signal', 'breaker')
  ),
  keep TEXT,
  correlation_id TEXT NOT NULL
) STRICT;
INSERT INTO positions_new
SELECT
  seq, id, proposal_id, symbol, entry_order_id, side, leverage, amount, cost, open_fees, realized, stop, target, opened_at,
  closed_at, exit_reason, NULL, correlation_id
FROM positions;
DROP TABLE positions;
ALTER TABLE positions_new RENAME TO positions;
CREATE INDEX positions_open ON positions (opened_at) WHERE closed_at IS NULL;
CREATE INDEX positions_by_entry ON positions (entry_order_id);

CREATE TABLE risk_decisions (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  symbol TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  -- Null where the trade was refused.
  proposal_id TEXT REFERENCES proposals (id) DEFERRABLE INITIALLY DEFERRED,
  -- Of the trade that was allowed, and of the same before exposure and free quote cut it.
  amount TEXT,
  own_amount TEXT,
  rules TEXT NOT NULL CHECK (json_valid(rules)),
  CHECK ((proposal_id IS NULL) = (amount IS NULL) AND (amount IS NULL) = (own_amount IS NULL))
) STRICT;
CREATE INDEX risk_decisions_by_proposal ON risk_decisions (proposal_id) WHERE proposal_id IS NOT NULL;
CREATE TRIGGER risk_decisions_fixed BEFORE UPDATE ON risk_decisions
BEGIN SELECT RAISE(ABORT, 'risk_decisions is append-only'); END;
CREATE TRIGGER risk_decisions_kept BEFORE DELETE ON risk_decisions
BEGIN SELECT RAISE(ABORT, 'risk_decisions is append-only'); END;
