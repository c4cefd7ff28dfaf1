import { type Asset, baseOf, quoteOf, type TradedPair } from '../../shared/ids.ts'
import type { EpochMs } from '../../shared/time.ts'
import { ramp } from './bias.ts'
import { type NewsItem, withoutCopies } from './headline.ts'
import { headlineScore } from './headline-score.ts'
import type { Bias, SentimentItem, SentimentOutput } from './signal.ts'

/** How much one kind of source counts. */
export type KindSettings = {
  /** Of the opinion, 0 to 1; the shares of both kinds sum to 1. */
  readonly share: number
  /** After this time an item counts half. */
  readonly halfLifeMs: number
  /** Items, counted by their age, from which more of them say no more; above 0. */
  readonly fullCount: number
}

export type SentimentSettings = {
  readonly index: KindSettings
  readonly headlines: KindSettings
  /** Older items do not count. */
  readonly maxAgeMs: number
  /** Below this score (0 to 1) there is no direction. */
  readonly neutralBelow: number
  /** Score (0 to 1) that counts as a full mood. */
  readonly fullScore: number
  /** What assets are valued in: what is said of the whole market is said of prices in it. */
  readonly quote: Asset
}

export type Mood = Pick<SentimentOutput, 'bias' | 'confidence' | 'score' | 'items'>

/** Items named in an output: enough to see what it was made of. */
const SHOWN = 20

/**
 * What the news says of one symbol.
 *
 *     index score  = (value − 50) ÷ 50, of the newest value of each index; greed is taken to go on, not to turn
 *     r            = 2^(−age ÷ halfLife)                                    what an item still counts
 *     mean(kind)   = Σ r·score ÷ Σ r
 *     weight(kind) = share · min(1, Σ r ÷ fullCount)                        what there is of the kind
 *     score        = Σ kinds weight·mean ÷ Σ kinds weight                   in [-1, 1]
 *     agreement    = |Σ items v·score| ÷ Σ items v·|score|, v = weight·r ÷ Σ r of its kind
 *     confidence   = ramp(|score| from 0 to fullScore) · agreement · Σ kinds weight
 *
 * The bias is the score's sign, or neutral below `neutralBelow`. So the confidence is 1 only when both kinds are there in
 * full, are fresh, and all say the same beyond doubt; with the index alone it cannot exceed the index's share, and with
 * nothing known it is 0 and neutral. A headline without an opinion is not counted; a copy of another neither.
 *
 * What is about the whole market counts for prices in `quote` only: it says nothing of one coin against another.
 *
 * Source: our own. It says what is being written, which is often what the price has just done.
 *
 * @param items what was known at `now`, in any order; later or too old ones are left out.
 * @param scoreOf a headline's score, -1 to 1; null when it has none. By default by the lexicon.
 */
export function moodOf(
  items: readonly NewsItem[],
  symbol: TradedPair,
  now: EpochMs,
  settings: SentimentSettings,
  scoreOf: (text: string) => number | null = headlineScore,
): Mood {
  const known = items.filter(
    (item) => item.at <= now && item.at > now - settings.maxAgeMs && isAbout(item, symbol, settings.quote),
  )
  const index = opinions(newestOfEach(known.filter(({ value }) => value !== null)), (item) => indexScore(item.value))
  const headlines = opinions(withoutCopies(known.filter(({ value }) => value === null)), ({ text }) => scoreOf(text))
  const kinds = [weighed(index, now, settings.index), weighed(headlines, now, settings.headlines)]

  const total = kinds.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return { bias: 'neutral', confidence: 0, score: 0, items: [] }
  const sum = kinds.reduce((all, { weight, mean }) => all + weight * mean, 0)
  const size = kinds.reduce((all, { weight, meanSize }) => all + weight * meanSize, 0)
  const score = unit(sum / total)
  const agreement = size === 0 ? 0 : Math.min(1, Math.abs(sum) / size)
  return {
    bias: biasOf(score, settings.neutralBelow),
    confidence: ramp(Math.abs(score), 0, settings.fullScore) * agreement * Math.min(1, total),
    score,
    items: [...index, ...headlines].sort((a, b) => b.at - a.at).slice(0, SHOWN),
  }
}

const unit = (value: number): number => Math.max(-1, Math.min(1, value))

const biasOf = (score: number, neutralBelow: number): Bias =>
  score === 0 || Math.abs(score) < neutralBelow ? 'neutral' : score > 0 ? 'long' : 'short'

const indexScore = (value: number | null): number | null => (value === null ? null : unit((value - 50) / 50))

function isAbout({ assets }: NewsItem, symbol: TradedPair, quote: Asset): boolean {
  return assets.length === 0 ? quoteOf(symbol) === quote : assets.includes(baseOf(symbol))
}

/** An index is what it says now: its earlier values are history, not further voices. */
function newestOfEach(items: readonly NewsItem[]): readonly NewsItem[] {
  const newest = new Map<string, NewsItem>()
  for (const item of items) {
    if (item.at >= (newest.get(item.source)?.at ?? 0)) newest.set(item.source, item)
  }
  return [...newest.values()]
}

function opinions(items: readonly NewsItem[], scoreOf: (item: NewsItem) => number | null): SentimentItem[] {
  return items.flatMap((item) => {
    const score = scoreOf(item)
    return score === null ? [] : [{ source: item.source, text: item.text, at: item.at, score }]
  })
}

/** Mean score, mean size of the scores, and what the kind counts with so much of it known. */
function weighed(items: readonly SentimentItem[], now: EpochMs, kind: KindSettings) {
  let recency = 0
  let sum = 0
  let size = 0
  for (const { at, score } of items) {
    const counts = 2 ** (-(now - at) / kind.halfLifeMs)
    recency += counts
    sum += counts * score
    size += counts * Math.abs(score)
  }
  if (recency === 0) return { weight: 0, mean: 0, meanSize: 0 }
  return {
    weight: kind.share * Math.min(1, recency / kind.fullCount),
    mean: sum / recency,
    meanSize: size / recency,
  }
}
