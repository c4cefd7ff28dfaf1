import { z } from 'zod'
import { DecimalText } from '../money.ts'
import { RuleView } from './rule-view.ts'

/* What the Agents room shows. Confidences, shares and scores are floats: they size nothing. */
const At = z.number()
const Share = z.number().min(0).max(1)
const Bias = z.enum(['long', 'short', 'neutral'])

/** What an agent said last about one symbol. */
export const AgentSaidView = z.object({
  symbol: z.string(),
  at: At,
  latencyMs: z.number(),
  /** In a word or two: `long`, `trending bull`, `BUY`. */
  word: z.string(),
  bias: Bias,
  confidence: Share,
  /** One sentence. */
  text: z.string(),
  /** What it was made of, as text with sensible digits. */
  values: z.array(z.object({ name: z.string(), value: z.string() })),
  /** What each voice counted for; only of the trading decision. */
  voices: z.array(z.object({ name: z.string(), bias: Bias, confidence: Share, weight: Share })),
  /** Words from outside, newest first; only of sentiment. Untrusted: shown as text. */
  items: z.array(z.object({ source: z.string(), text: z.string(), at: At, score: z.number() })),
  /** What could not be reached or read. */
  problems: z.array(z.string()),
})
export type AgentSaidView = z.infer<typeof AgentSaidView>

export const AgentView = z.object({
  name: z.string(),
  title: z.string(),
  /** `waiting`: ready, and not asked yet; `silent`: asked, and with nothing to say. */
  state: z.enum(['off', 'warming_up', 'waiting', 'asking', 'silent', 'ready', 'failed']),
  everyMs: z.number(),
  nextRunAt: At.nullable(),
  lastRunAt: At.nullable(),
  /** Why it failed; null while it does not. */
  problem: z.string().nullable(),
  /** Candles seen and needed, by symbol; [] where it needs none. */
  warmUp: z.array(z.object({ symbol: z.string(), seen: z.number(), of: z.number() })),
  /** Since the start. */
  runs: z.number(),
  failures: z.number(),
  /** What models have cost since 00:00 UTC, as far as it is known; null where none was ever asked. */
  costTodayUsd: z.string().nullable(),
  said: z.array(AgentSaidView),
})
export type AgentView = z.infer<typeof AgentView>

/** How old the price of a symbol is, and whether it may be decided on. */
export const FreshnessView = z.object({
  symbol: z.string(),
  /** Of the last price; null while there was none. */
  at: At.nullable(),
  isFresh: z.boolean(),
  /** When the last candle of each width closed. */
  candles: z.array(z.object({ intervalMs: z.number(), closedAt: At })),
  /** What was wrong with its ticks and candles since the start, in words. */
  problems: z.array(z.string()),
})
export type FreshnessView = z.infer<typeof FreshnessView>

export const BreakerView = z.object({
  name: z.enum(['day', 'week', 'drawdown', 'losses']),
  title: z.string(),
  /** What it measures now and where it trips, in words: `−1.20 %` of `−5 %`. */
  value: z.string(),
  limit: z.string(),
  /** How near it is: 0 far, 1 tripped. */
  used: Share,
  trippedAt: At.nullable(),
  /** What it holds up and until when, in one sentence; null while it has not tripped. */
  effect: z.string().nullable(),
})
export type BreakerView = z.infer<typeof BreakerView>

/** A trade that the risk engine refused, when it was signalled or when it was to be approved. */
export const RefusalView = z.object({
  at: At,
  symbol: z.string(),
  correlationId: z.string(),
  rules: z.array(RuleView),
})
export type RefusalView = z.infer<typeof RefusalView>

/** A provider of models, and how it has been doing. */
export const ModelView = z.object({
  provider: z.string(),
  /** As the settings call it. */
  model: z.string(),
  state: z.enum(['ready', 'no_key', 'left_alone']),
  /** The newest question to it; null where there was none. */
  last: z
    .object({
      at: At,
      purpose: z.string(),
      /** Null while the answer is out. */
      outcome: z.string().nullable(),
      model: z.string().nullable(),
      latencyMs: z.number().nullable(),
      costUsd: DecimalText,
    })
    .nullable(),
})
export type ModelView = z.infer<typeof ModelView>

export const AgentsView = z.object({
  agents: z.array(AgentView),
  market: z.array(FreshnessView),
  breakers: z.array(BreakerView),
  /** Newest first. */
  refusals: z.array(RefusalView),
  models: z.array(ModelView),
  /** US dollars, of all questions to models since 00:00 UTC, and what they may cost at most. */
  modelsBudget: z.object({ spentUsd: DecimalText, perDayUsd: DecimalText, perDecisionUsd: DecimalText }),
})
export type AgentsView = z.infer<typeof AgentsView>

/** One output that was news. */
export const AgentOutputView = z.object({
  symbol: z.string(),
  at: At,
  word: z.string(),
  bias: Bias,
  confidence: Share,
  text: z.string(),
  latencyMs: z.number(),
})
export type AgentOutputView = z.infer<typeof AgentOutputView>

/** One question to a model. */
export const AgentCallView = z.object({
  at: At,
  name: z.string(),
  /** Null where it was about none. */
  symbol: z.string().nullable(),
  /** Who answered; null where nobody did. */
  model: z.string().nullable(),
  /** Null where unknown. */
  costUsd: z.string().nullable(),
  latencyMs: z.number(),
  /** `used`, or what was wrong. */
  outcome: z.string(),
  /** Untrusted: shown as text. Null where it said nothing. */
  answer: z.string().nullable(),
})
export type AgentCallView = z.infer<typeof AgentCallView>

/** What became of directions, one time after they were said. */
export const CalibrationView = z.object({
  horizonMs: z.number(),
  /** Seen, and not due yet. */
  scored: z.number(),
  waiting: z.number(),
  /** Part that came as said; null while none was seen. */
  hitRate: Share.nullable(),
  /** Mean of (confidence − came)²: 0 is perfect, 0.25 what a coin gets that is always 0.5 sure. */
  brier: Share.nullable(),
  /** Reliability: of what was said with a confidence in [from, to), how much came. */
  bins: z.array(z.object({ from: Share, to: Share, count: z.number(), said: Share, came: Share })),
})
export type CalibrationView = z.infer<typeof CalibrationView>
