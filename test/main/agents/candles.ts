import fc from 'fast-check'
import type { Agent, AgentOutput, AgentView } from '../../../src/main/agents/agent.ts'
import type { Candle } from '../../../src/main/domain/market.ts'
import { pair, type TradedPair } from '../../../src/shared/ids.ts'
import { type EpochMs, epochMs, MINUTE } from '../../../src/shared/time.ts'

export const BTC_USDT = pair('BTC/USDT')
export const XRP_USDT = pair('XRP/USDT')

type Shape = Pick<Candle, 'high' | 'low' | 'close'> & Partial<Candle>
const candlesOf = (shapes: readonly Shape[]): Candle[] =>
  shapes.map((shape, i) => ({
    openTime: epochMs(i * MINUTE),
    intervalMs: MINUTE,
    open: shape.close,
    volume: 1,
    ...shape,
  }))

/** One candle per close, its range reaching from the close before to this one and `wick` (fraction) beyond. */
export const fromCloses = (closes: readonly number[], wick = 0.0005): Candle[] =>
  candlesOf(
    closes.map((close, i) => {
      const open = closes[i - 1] ?? close
      return { open, close, high: Math.max(open, close) * (1 + wick), low: Math.min(open, close) * (1 - wick) }
    }),
  )

/** Prices that stand still: no range, no volume. */
export const still = (count: number, price = 100): Candle[] =>
  candlesOf(Array.from({ length: count }, () => ({ high: price, low: price, close: price, volume: 0 })))

/** A random walk that anybody can repeat. */
export function walk(count: number, { seed = 1, drift = 0, step = 0.004 } = {}): number[] {
  let state = seed >>> 0
  let price = 100
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    price *= 1 + drift + (state / 2 ** 32 - 0.5) * 2 * step
    return price
  })
}

/** The same candles, one after another in time. */
export const retimed = (candles: readonly Candle[]): Candle[] =>
  candles.map((candle, i) => ({ ...candle, openTime: epochMs(i * MINUTE) }))

/** Feeds the candles and asks after each. */
export function play<Output extends AgentOutput>(
  agent: Agent<Output>,
  candles: readonly Candle[],
  symbol = BTC_USDT,
): (Output | null)[] {
  return candles.map((candle) => {
    agent.observe(symbol, candle)
    return said(agent, symbol, epochMs(candle.openTime + candle.intervalMs))
  })
}

/** What an agent that waits for nobody says now. */
export function said<Output extends AgentOutput>(
  agent: Agent<Output>,
  symbol: TradedPair,
  now: EpochMs,
): Output | null {
  const output = agent.run(viewOf({ symbol, now }))
  if (output instanceof Promise) throw new Error('it waits for somebody')
  return output
}

export const viewOf = (change: Partial<AgentView> = {}): AgentView => ({
  symbol: BTC_USDT,
  now: epochMs(0),
  signal: new AbortController().signal,
  said: () => null,
  held: [],
  ...change,
})

const price = fc.oneof(
  fc.constantFrom(1e-8, 1, 100, 1e12),
  fc.double({ min: 1e-8, max: 1e12, noNaN: true }),
  fc.double({ min: 90, max: 110, noNaN: true }),
)
const oneCandle = fc
  .record({ a: price, b: price, c: price, isFlat: fc.boolean(), volume: fc.constantFrom(0, 1, 1e9) })
  .map(({ a, b, c, isFlat, volume }) => {
    const [low, close, high] = [a, b, c].sort((x, y) => x - y) as [number, number, number]
    return isFlat ? { high: close, low: close, close, open: close, volume } : { high, low, close, open: low, volume }
  })
const stretchOfMarket = fc.oneof(
  fc.tuple(price, fc.integer({ min: 1, max: 400 })).map(([at, count]) => still(count, at)),
  fc.array(oneCandle, { minLength: 1, maxLength: 40 }).map(candlesOf),
  fc
    .record({
      seed: fc.integer({ min: 1 }),
      drift: fc.constantFrom(-0.01, -0.001, 0, 0.001, 0.01),
      step: fc.constantFrom(0, 1e-9, 0.001, 0.05),
      count: fc.integer({ min: 10, max: 300 }),
    })
    .map(({ count, ...how }) => fromCloses(walk(count, how))),
)
/** Markets that stand still, jump by twenty powers of ten, trend and wander, in any order. */
export const market = fc.array(stretchOfMarket, { minLength: 1, maxLength: 6 }).map((parts) => retimed(parts.flat()))
