-- Questions to models: written down with what they may cost before they leave, and closed once with what came back. What
-- was interrupted counts with what it may have cost.

CREATE TABLE llm_calls (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  purpose TEXT NOT NULL CHECK (purpose IN ('conflict', 'strategy', 'agent', 'test')),
  -- The conflict or plan that it was asked for; null where it was none.
  decision_id TEXT,
  correlation_id TEXT,
  provider TEXT NOT NULL,
  model_asked TEXT NOT NULL,
  -- SHA-256 of the prompt's file, and of the prompt as it was sent.
  template_hash TEXT CHECK (length(template_hash) = 64),
  prompt_hash TEXT NOT NULL CHECK (length(prompt_hash) = 64),
  request TEXT NOT NULL CHECK (json_valid(request)),
  -- 1 for the first question to this model about this decision.
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  -- By the market's clock, and by the machine's: budgets count the days of that one.
  started_at INTEGER NOT NULL,
  paid_at INTEGER NOT NULL,
  reserved_usd TEXT NOT NULL,
  -- Null while the question is out.
  outcome TEXT,
  settled_usd TEXT,
  answer TEXT,
  model_answered TEXT,
  input_tokens INTEGER CHECK (input_tokens >= 0),
  output_tokens INTEGER CHECK (output_tokens >= 0),
  latency_ms REAL,
  CHECK ((outcome IS NULL) = (settled_usd IS NULL))
) STRICT;
CREATE INDEX llm_calls_by_time ON llm_calls (paid_at);
CREATE INDEX llm_calls_by_provider ON llm_calls (provider);
CREATE INDEX llm_calls_by_decision ON llm_calls (decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX llm_calls_out ON llm_calls (seq) WHERE outcome IS NULL;

CREATE TRIGGER llm_calls_fixed BEFORE UPDATE ON llm_calls
WHEN
  OLD.outcome IS NOT NULL
  OR (
    OLD.seq, OLD.id, OLD.purpose, OLD.provider, OLD.model_asked, OLD.prompt_hash, OLD.request, OLD.attempt,
    OLD.started_at, OLD.paid_at, OLD.reserved_usd
  ) IS NOT (
    NEW.seq, NEW.id, NEW.purpose, NEW.provider, NEW.model_asked, NEW.prompt_hash, NEW.request, NEW.attempt,
    NEW.started_at, NEW.paid_at, NEW.reserved_usd
  )
  OR OLD.decision_id IS NOT NEW.decision_id
  OR OLD.correlation_id IS NOT NEW.correlation_id
  OR OLD.template_hash IS NOT NEW.template_hash
BEGIN SELECT RAISE(ABORT, 'a question never changes, and is answered once'); END;
CREATE TRIGGER llm_calls_kept BEFORE DELETE ON llm_calls
BEGIN SELECT RAISE(ABORT, 'llm_calls is append-only'); END;
