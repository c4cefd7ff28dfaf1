import type { TradedPair } from '../../shared/ids.ts'
import { after, DAY, type EpochMs, HOUR } from '../../shared/time.ts'
import type { Regime } from './signal.ts'

/** After these times it is seen whether a direction came, ms. */
export const HORIZONS: readonly number[] = [HOUR, 4 * HOUR, DAY]
/** A price this much later than due (ms) does not tell what was then. */
const PRICE_HOLDS_MS = HOUR
const BINS = 10
/** Lower edges: held against the confidence as they are, because multiplying it may round it up into the next bin. */
const EDGES = Array.from({ length: BINS }, (_, i) => i / BINS)

/** A direction that was said, and one moment at which it is seen whether it came. */
export type Forecast = {
  /** Who said it. */
  readonly agent: string
  readonly symbol: TradedPair
  /** In force when it was said; null while there was none. */
  readonly regime: Regime | null
  readonly bias: 'long' | 'short'
  /** 0 to 1. */
  readonly confidence: number
  /** Of the moment when it was said, in quote. */
  readonly price: number
  readonly saidAt: EpochMs
  readonly horizonMs: number
}
/** `isRight` is null where nobody saw the price of then. */
export type Outcome = {
  readonly scoredAt: EpochMs
  readonly priceThen: number | null
  readonly isRight: boolean | null
}
export type ScoredForecast = Forecast & Outcome

const dueAt = ({ saidAt, horizonMs }: Forecast): EpochMs => after(saidAt, horizonMs)

/** One forecast for each horizon. */
export const forecastsOf = (said: Omit<Forecast, 'horizonMs'>): readonly Forecast[] =>
  HORIZONS.map((horizonMs) => ({ ...said, horizonMs }))

/**
 * What came of it, with the first price seen from its moment on; null while it is not due. A price that has not moved is
 * no direction: nobody was right. One that is more than an hour late tells nothing.
 */
export function outcomeOf(forecast: Forecast, price: number, at: EpochMs): Outcome | null {
  const due = dueAt(forecast)
  if (at < due) return null
  if (at - due > PRICE_HOLDS_MS) return { scoredAt: at, priceThen: null, isRight: null }
  const isRight = forecast.bias === 'long' ? price > forecast.price : price < forecast.price
  return { scoredAt: at, priceThen: price, isRight }
}

type Bin = { count: number; confidence: number; right: number }

export type CalibrationCurve = {
  readonly scored: number
  /** Part that came as said; null while none was seen. */
  readonly hitRate: number | null
  /** Mean of (confidence − came)², 0 to 1: 0 is perfect, 0.25 what 0.5 said of everything gets; null as above. */
  readonly brier: number | null
  /** Of what was said with a confidence in [from, to), the last one including 1: mean confidence, and the part that came. */
  readonly bins: ReadonlyArray<{
    readonly from: number
    readonly to: number
    readonly count: number
    readonly said: number
    readonly came: number
  }>
}

/**
 * Confidence held against outcome, as a running tally of constant size. The confidence is read as the probability of
 * being right, which it does not claim to be: the curve shows how far it is from one.
 * Source: Brier (1950) for a two-sided event.
 */
export class Tally {
  private count = 0
  private right = 0
  private squares = 0
  private readonly bins: Bin[] = EDGES.map(() => ({ count: 0, confidence: 0, right: 0 }))

  add(confidence: number, isRight: boolean): void {
    const came = isRight ? 1 : 0
    this.count++
    this.right += came
    this.squares += (confidence - came) ** 2
    const bin = this.bins[EDGES.findLastIndex((edge) => confidence >= edge)] as Bin
    bin.count++
    bin.confidence += confidence
    bin.right += came
  }

  /** What two tallies are together. */
  plus(other: Tally): Tally {
    const sum = new Tally()
    sum.count = this.count + other.count
    sum.right = this.right + other.right
    sum.squares = this.squares + other.squares
    for (const [i, bin] of sum.bins.entries()) {
      for (const { count, confidence, right } of [this.bins[i] as Bin, other.bins[i] as Bin]) {
        bin.count += count
        bin.confidence += confidence
        bin.right += right
      }
    }
    return sum
  }

  curve(): CalibrationCurve {
    return {
      scored: this.count,
      hitRate: this.count === 0 ? null : this.right / this.count,
      brier: this.count === 0 ? null : this.squares / this.count,
      bins: this.bins.flatMap(({ count, confidence, right }, i) =>
        count === 0
          ? []
          : [{ from: i / BINS, to: (i + 1) / BINS, count, said: confidence / count, came: right / count }],
      ),
    }
  }
}
