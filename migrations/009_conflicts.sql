-- Conflicts of every kind: both sides as they spoke, what is at stake, what is waited for and how the wait ended, and what
-- each answer would have earned. A CHECK can only be changed by making the table again.

CREATE TABLE conflicts_new (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL CHECK (
    type IN (
      'regime_incompatible', 'ta_vs_sentiment', 'correlated_symbols', 'rebalance_vs_signal', 'risk_modified',
      'regime_change_in_position'
    )
  ),
  symbol TEXT NOT NULL,
  detected_at INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  sides TEXT NOT NULL CHECK (json_valid(sides)),
  stake TEXT NOT NULL CHECK (json_valid(stake)),
  options TEXT NOT NULL CHECK (json_valid(options)),
  default_option_id TEXT NOT NULL,
  waits_for TEXT NOT NULL CHECK (json_valid(waits_for)),
  after_wait TEXT NOT NULL CHECK (json_valid(after_wait)),
  asking TEXT CHECK (asking IN ('deepseek', 'claude')),
  attempts TEXT NOT NULL CHECK (json_valid(attempts)),
  resolution TEXT CHECK (json_valid(resolution)),
  waited TEXT CHECK (json_valid(waited)),
  -- The option that is carried out, null while nobody has decided and while it is waited.
  applied_option_id TEXT,
  -- 1 once that has been done to the end.
  carried_out INTEGER NOT NULL DEFAULT 0 CHECK (carried_out IN (0, 1)),
  correlation_id TEXT NOT NULL
) STRICT;
INSERT INTO conflicts_new
SELECT
  seq, id, type, symbol, detected_at, deadline,
  json_array(
    json_object(
      'who', 'trading_decision', 'says', 'go ' || json_extract(signal, '$.bias') || ' on ' || symbol,
      'confidence', json_extract(signal, '$.confidence'),
      'values', json_object(
        'entry', json_extract(signal, '$.entry'), 'averageTrueRange', json_extract(signal, '$.atr')
      ),
      'messageId', json_extract(signal, '$.taMessageId')
    ),
    json_object(
      'who', 'regime_detection', 'says', 'the market is ' || replace(json_extract(regime, '$.regime'), '_', ' '),
      'confidence', json_extract(regime, '$.confidence'), 'values', json(json_extract(regime, '$.indicators')),
      'messageId', NULL
    )
  ),
  json_object(
    'kind', 'signals',
    'signals', json_array(
      json_object(
        'signal', json(signal), 'regime', json(regime), 'sizeFactor', 1, 'settled', json('[]'), 'conflictId', NULL,
        'correlationId', correlation_id
      )
    )
  ),
  (
    SELECT json_group_array(
      json_object(
        'id', json_extract(value, '$.id'), 'kind', json_extract(value, '$.kind'),
        'text', json_extract(value, '$.text'),
        -- Before, to wait was to drop the signal.
        'effect', CASE
          WHEN json_extract(value, '$.sizeFactor') = 0 THEN json('{"do":"nothing"}')
          ELSE json_object(
            'do', 'trade',
            'trades', json_array(
              json_object('symbol', conflicts.symbol, 'sizeFactor', json_extract(value, '$.sizeFactor'))
            )
          )
        END
      )
    )
    FROM json_each(options)
  ),
  default_option_id,
  json_object('kind', 'agent', 'agent', 'regime_detection', 'symbol', symbol),
  '{"still":"abort","noLonger":"proceed"}',
  asking, attempts, resolution, NULL, json_extract(resolution, '$.optionId'),
  resolution IS NOT NULL, correlation_id
FROM conflicts;
DROP TABLE conflicts;
ALTER TABLE conflicts_new RENAME TO conflicts;
CREATE INDEX conflicts_unapplied ON conflicts (detected_at) WHERE applied_option_id IS NULL;
CREATE INDEX proposals_of_conflict ON proposals (conflict_id) WHERE conflict_id IS NOT NULL;
CREATE INDEX conflicts_not_carried_out ON conflicts (detected_at) WHERE carried_out = 0;

-- The trades that a conflict's options would have made, followed as if somebody had: each change is written.
CREATE TABLE counterfactuals (
  conflict_id TEXT PRIMARY KEY REFERENCES conflicts (id),
  until INTEGER NOT NULL,
  at_once TEXT NOT NULL CHECK (json_valid(at_once)),
  after_wait TEXT CHECK (json_valid(after_wait)),
  -- Null while it is followed.
  scored_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX counterfactuals_followed ON counterfactuals (until) WHERE scored_at IS NULL;

-- What each possible answer would have earned. One row per option.
CREATE TABLE conflict_scores (
  conflict_id TEXT NOT NULL REFERENCES counterfactuals (conflict_id),
  option_id TEXT NOT NULL,
  -- Quote, after fees; null where nobody can know.
  earned TEXT,
  PRIMARY KEY (conflict_id, option_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER conflict_scores_fixed BEFORE UPDATE ON conflict_scores
BEGIN SELECT RAISE(ABORT, 'conflict_scores is append-only'); END;
CREATE TRIGGER conflict_scores_kept BEFORE DELETE ON conflict_scores
BEGIN SELECT RAISE(ABORT, 'conflict_scores is append-only'); END;
