-- Deposits, earn balances, savings for the bags, what things were worth, and approval leg by leg. A CHECK can only be
-- changed by making the table again.

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
  exit_reason TEXT CHECK (exit_reason IN ('stop', 'target', 'trader', 'time', 'unprotected')),
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

-- `prices`: what one unit of each asset was worth in the quote asset, as a JSON object; what cost basis is made from.
CREATE TABLE ledger_entries_new (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (
    kind IN (
      'opening', 'fill', 'transfer', 'deposit', 'withdrawal', 'reward', 'classification', 'bag', 'earn', 'correction'
    )
  ),
  at INTEGER NOT NULL,
  reference TEXT NOT NULL,
  reason TEXT CHECK (kind <> 'correction' OR (reason IS NOT NULL AND booked_by = 'trader')),
  booked_by TEXT NOT NULL CHECK (booked_by IN ('engine', 'trader')),
  prices TEXT NOT NULL CHECK (json_valid(prices))
) STRICT;
-- Until now a correction's reason was its reference, and nobody else could book one.
INSERT INTO ledger_entries_new
SELECT
  seq, kind, at, reference, iif(kind = 'correction', reference, NULL), iif(kind = 'correction', 'trader', 'engine'), '{}'
FROM ledger_entries;
DROP TABLE ledger_entries;
ALTER TABLE ledger_entries_new RENAME TO ledger_entries;
CREATE UNIQUE INDEX ledger_entries_one_per_fill ON ledger_entries (reference) WHERE kind = 'fill';
CREATE UNIQUE INDEX ledger_entries_one_per_movement ON ledger_entries (reference)
  WHERE kind IN ('deposit', 'withdrawal', 'reward', 'earn');
CREATE TRIGGER ledger_entries_fixed BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;
CREATE TRIGGER ledger_entries_kept BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;

CREATE TABLE ledger_lines_new (
  entry INTEGER NOT NULL REFERENCES ledger_entries (seq),
  line INTEGER NOT NULL,
  account TEXT NOT NULL CHECK (
    account IN (
      'core', 'hodl', 'tactical', 'savings', 'unclassified', 'exchange', 'fees', 'outside', 'spot', 'earning'
    )
  ),
  asset TEXT NOT NULL,
  amount TEXT NOT NULL,
  PRIMARY KEY (entry, line)
) STRICT, WITHOUT ROWID;
INSERT INTO ledger_lines_new SELECT entry, line, account, asset, amount FROM ledger_lines;
DROP TABLE ledger_lines;
ALTER TABLE ledger_lines_new RENAME TO ledger_lines;
CREATE TRIGGER ledger_lines_fixed BEFORE UPDATE ON ledger_lines
BEGIN SELECT RAISE(ABORT, 'ledger_lines is append-only'); END;
CREATE TRIGGER ledger_lines_kept BEFORE DELETE ON ledger_lines
BEGIN SELECT RAISE(ABORT, 'ledger_lines is append-only'); END;

-- What came into the account or left it other than by a trade, under the exchange's own id. It is in the ledger's
-- `unclassified` account until somebody says which sleeve it belongs to, or the default applies.
CREATE TABLE movements (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('deposit', 'withdrawal', 'reward')),
  asset TEXT NOT NULL,
  -- What the account holds more (or less, for a withdrawal, fee included), above zero.
  amount TEXT NOT NULL,
  at INTEGER NOT NULL,
  default_at INTEGER NOT NULL,
  sleeve TEXT CHECK (sleeve IN ('core', 'hodl')),
  decided_at INTEGER,
  decided_by TEXT CHECK (decided_by IN ('trader', 'default')),
  reason TEXT,
  correlation_id TEXT NOT NULL,
  CHECK ((sleeve IS NULL) = (decided_at IS NULL) AND (sleeve IS NULL) = (decided_by IS NULL))
) STRICT;
CREATE INDEX movements_waiting ON movements (default_at) WHERE sleeve IS NULL;

-- The bags' part of a closed position's profit, by the asset that it is to buy; in quote.
CREATE TABLE bag_shares (
  position_id TEXT NOT NULL REFERENCES positions (id) DEFERRABLE INITIALLY DEFERRED,
  asset TEXT NOT NULL,
  amount TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (position_id, asset)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER bag_shares_fixed BEFORE UPDATE ON bag_shares
BEGIN SELECT RAISE(ABORT, 'bag_shares is append-only'); END;
CREATE TRIGGER bag_shares_kept BEFORE DELETE ON bag_shares
BEGIN SELECT RAISE(ABORT, 'bag_shares is append-only'); END;

-- Everything else that was shown with a plan, as JSON; the legs that were approved, null for all of them; and those that
-- were not carried out to their end.
ALTER TABLE proposals ADD COLUMN details TEXT CHECK (json_valid(details));
ALTER TABLE proposals ADD COLUMN approved_legs TEXT CHECK (json_valid(approved_legs));
ALTER TABLE proposals ADD COLUMN stopped_legs TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(stopped_legs));
CREATE INDEX proposals_auto_approved ON proposals (decided_at) WHERE decided_by = 'auto';

-- What had come from outside by the time of a snapshot, less what had left; in quote. Unknown in older ones.
ALTER TABLE equity_snapshots ADD COLUMN flows TEXT;
