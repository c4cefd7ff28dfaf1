import type { TradedPair } from '../../../shared/ids.ts'
import { HOUR } from '../../../shared/time.ts'

export type WalkSettings = {
  readonly seed: number
  /** Time between prices, ms. */
  readonly stepMs: number
  /** Standard deviation of an hour's return, by symbol. */
  readonly hourlyVolatility: ReadonlyMap<TradedPair, number>
  /** Mean time between large moves, ms. */
  readonly moveEveryMs: number
  /** Size of a large move as a fraction, and how long it takes, ms. */
  readonly moveSize: number
  readonly moveMs: number
}

/** Mulberry32: small, fast and the same everywhere. Numbers in [0, 1). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** How many times its anchor, or what part of it, a price can be: no market of ours runs away to nothing. */
const FARTHEST = 20

type Move = { readonly symbol: TradedPair; readonly stepsLeft: number; readonly logPerStep: number }

/**
 * A made-up market: a random walk per symbol, pulled gently back to where it started so that prices stay believable for
 * days, and now and then a large move of one symbol spread over some minutes. The same seed gives the same steps.
 */
export class PriceWalk {
  private readonly prices: Map<TradedPair, number>
  private readonly anchors: ReadonlyMap<TradedPair, number>
  private readonly random: () => number
  private readonly settings: WalkSettings
  private move: Move | null = null

  /** @param anchors what each price is pulled back to; without them, where it starts. */
  constructor(
    start: ReadonlyMap<TradedPair, number>,
    settings: WalkSettings,
    anchors: ReadonlyMap<TradedPair, number> = start,
  ) {
    this.prices = new Map(start)
    this.anchors = new Map(anchors)
    this.settings = settings
    this.random = createRandom(settings.seed)
  }

  /** Moves every price by one step; the map is live. */
  next(): ReadonlyMap<TradedPair, number> {
    const { hourlyVolatility, stepMs } = this.settings
    this.startMoveSometimes()
    for (const [symbol, price] of this.prices) {
      const deviation = (hourlyVolatility.get(symbol) ?? 0) * Math.sqrt(stepMs / HOUR)
      const anchor = this.anchors.get(symbol) ?? price
      const pull = Math.log(anchor / price) * (stepMs / (HOUR * 72))
      const jump = this.move?.symbol === symbol ? this.move.logPerStep : 0
      const next = price * Math.exp(deviation * this.normal() + pull + jump)
      this.prices.set(symbol, Math.min(Math.max(next, anchor / FARTHEST), anchor * FARTHEST))
    }
    if (this.move !== null) {
      this.move = this.move.stepsLeft > 1 ? { ...this.move, stepsLeft: this.move.stepsLeft - 1 } : null
    }
    return this.prices
  }

  private startMoveSometimes(): void {
    const { stepMs, moveEveryMs, moveSize, moveMs } = this.settings
    const dice = this.random()
    if (this.move !== null || dice > stepMs / moveEveryMs) return
    const symbols = [...this.prices.keys()]
    const symbol = symbols[Math.floor(this.random() * symbols.length)] as TradedPair
    const size = moveSize * (0.7 + 0.6 * this.random())
    const steps = Math.max(1, Math.round(moveMs / stepMs))
    const isUp = this.random() < 0.5
    this.move = { symbol, stepsLeft: steps, logPerStep: Math.log(isUp ? 1 + size : 1 / (1 + size)) / steps }
  }

  /** Box-Muller. */
  private normal(): number {
    const u = 1 - this.random()
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.random())
  }
}
