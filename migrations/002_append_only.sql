-- What happened is never rewritten: corrections are new rows.

CREATE TRIGGER ledger_entries_fixed BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;
CREATE TRIGGER ledger_entries_kept BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;

CREATE TRIGGER ledger_lines_fixed BEFORE UPDATE ON ledger_lines
BEGIN SELECT RAISE(ABORT, 'ledger_lines is append-only'); END;
CREATE TRIGGER ledger_lines_kept BEFORE DELETE ON ledger_lines
BEGIN SELECT RAISE(ABORT, 'ledger_lines is append-only'); END;

CREATE TRIGGER fills_fixed BEFORE UPDATE ON fills
BEGIN SELECT RAISE(ABORT, 'fills is append-only'); END;
CREATE TRIGGER fills_kept BEFORE DELETE ON fills
BEGIN SELECT RAISE(ABORT, 'fills is append-only'); END;

CREATE TRIGGER order_status_log_fixed BEFORE UPDATE ON order_status_log
BEGIN SELECT RAISE(ABORT, 'order_status_log is append-only'); END;
CREATE TRIGGER order_status_log_kept BEFORE DELETE ON order_status_log
BEGIN SELECT RAISE(ABORT, 'order_status_log is append-only'); END;

-- An order's status moves on; what was asked for does not.
CREATE TRIGGER orders_intent_fixed
BEFORE UPDATE OF
  seq, id, client_order_id, symbol, side, type, amount, limit_price, sleeve, receipt_kind, proposal_id, leg,
  position_id, exit_reason, created_at, deadline, correlation_id
ON orders
BEGIN SELECT RAISE(ABORT, 'an intent never changes'); END;
CREATE TRIGGER orders_kept BEFORE DELETE ON orders
BEGIN SELECT RAISE(ABORT, 'orders are never deleted'); END;
