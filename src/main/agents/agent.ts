import { z } from 'zod'
import type { Asset, MessageId, TradedPair } from '../../shared/ids.ts'
import { type EpochMs, MINUTE } from '../../shared/time.ts'
import type { Topics } from '../bus/topics.ts'
import { TIMEFRAMES } from '../domain/candles.ts'
import type { Candle, CandleNeed } from '../domain/market.ts'
import type { Clock, Llm, OpenModels, OpenNews } from '../ports.ts'
import type { Questions } from './questions.ts'

const WIDTHS = TIMEFRAMES.map((intervalMs) => String(intervalMs / MINUTE))

export type AgentTopic = 'ta_signals' | 'regime_updates' | 'sentiment_updates' | 'opinions' | 'trading_signals'
/** Every output names a symbol, a moment and a confidence, and says whether it is news. */
export type AgentOutput = Topics[AgentTopic]

/** What another agent said last, and the message that told of it. */
export type Said = { readonly output: AgentOutput; readonly messageId: MessageId }

/** What an agent may look at when it is asked about a symbol. */
export type AgentView = {
  readonly symbol: TradedPair
  readonly now: EpochMs
  /** Aborted at the agent's time limit, and when the program ends. */
  readonly signal: AbortSignal
  /** What an agent said of this symbol when it last ran; null while it is silent, has failed, is switched off or is late. */
  said(agent: string): Said | null
  /** Open tactical positions on this symbol at the moment it is read, as directions. */
  readonly held: readonly ('long' | 'short')[]
}

/** One analyst at work: fed closed candles, asked on its schedule. The same candles and views give the same bytes. */
export type Agent<Output extends AgentOutput = AgentOutput> = {
  /** The first is the chart it speaks of, without which it is silent; the others are welcome. */
  readonly needs: readonly CandleNeed[]
  /** Takes in one closed candle of any interval; cost independent of how many there were before. */
  observe(symbol: TradedPair, candle: Candle): void
  /** Drops all candles it has seen: after a hole the past is told anew. */
  forget(): void
  /** How many candles of its first need it has seen; 0 where it needs none. */
  seen(symbol: TradedPair): number
  /** What it says now; null where it has nothing to say. A promise only where it must ask somebody. */
  run(view: AgentView): Output | null | Promise<Output | null>
  /** Gives up on what it does in the background. */
  close?(): void
}

/** What an agent is made with, besides its own settings. */
export type AgentMeans = {
  /** The agent's own name. */
  readonly name: string
  readonly clock: Clock
  /** Interval of the finest candles there are, ms. */
  readonly baseIntervalMs: number
  /** How far a stop stands from the entry, and how many times farther the target. */
  readonly exits: { readonly stopAtrMultiple: number; readonly rewardToRisk: number }
  /** What all values are in. */
  readonly quote: Asset
  /** The sources of news among those wanted that there are where the program runs. */
  readonly openNews: OpenNews
  /** Models that may be asked, in this order; may be empty. */
  readonly llms: readonly Llm[]
  /** The models among those wanted that can be asked where the program runs. */
  readonly openModels: OpenModels
  /** The way in which models are asked. */
  readonly questions: Questions
  /** Tells the trader. */
  readonly tell: (text: string) => void
  /** Files of config/prompts by their names. */
  readonly prompts: { readonly sentiment: string; readonly panel: string }
}

/**
 * A kind of agent: the one export of a file in `agents/kinds`, whose name, with underscores, is its own and that of its
 * block in agents.yaml. Nothing else has to be touched to add one.
 */
export type AgentKind = {
  /** As the window shows it. */
  readonly title: string
  readonly topic: AgentTopic
  /** Its block in agents.yaml, without the keys that all agents have; what it is made with comes later. */
  readonly block: z.ZodType<AgentMaker>
}
/** An agent's settings, read and waiting for its means. */
export type AgentMaker = {
  /** Agents that it listens to: they run before it. */
  readonly reads: readonly string[]
  /** How long a run asks others at most, ms; 0 where it asks nobody. Its time limit must be longer. */
  readonly asksForMs: number
  readonly make: (means: AgentMeans) => Agent
}

/** A kind of agent from its parts; `settings` has the keys of its block and checks them. */
export function agentKind<S>(kind: {
  readonly title: string
  readonly topic: AgentTopic
  readonly settings: z.ZodType<S, unknown>
  readonly reads?: (settings: S) => readonly string[]
  readonly asksForMs?: (settings: S) => number
  readonly make: (settings: S, means: AgentMeans) => Agent
}): AgentKind {
  const { title, topic, settings, reads, asksForMs, make } = kind
  return {
    title,
    topic,
    block: settings.transform((own) => ({
      reads: reads?.(own) ?? [],
      asksForMs: asksForMs?.(own) ?? 0,
      make: (means: AgentMeans) => make(own, means),
    })) as z.ZodType<AgentMaker>,
  }
}

/** Width of the candles of a chart, as a setting: there are no others. */
export const timeframeMinutes = z
  .string({ error: 'expected a number of minutes' })
  .refine((text) => WIDTHS.includes(text), `expected one of ${WIDTHS.join(', ')}: candles of other widths are not made`)
  .transform(Number)

/**
 * The intervals, finest first, that can be had where the finest candles are `baseIntervalMs` wide: a chart of minutes
 * becomes one of hours in a recording of hours.
 */
export function intervalsFrom(wantedMs: readonly number[], baseIntervalMs: number): readonly number[] {
  const possible = wantedMs.filter((interval) => interval >= baseIntervalMs && interval % baseIntervalMs === 0)
  return possible.length > 0 ? possible : [baseIntervalMs]
}
