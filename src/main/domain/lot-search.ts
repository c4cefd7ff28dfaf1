import { type Amount, type Decimal, integer, sum, toFloat, ZERO } from '../../shared/money.ts'
import type { Market, Network, Trade } from './plan-network.ts'

/** A market in floats; values in the account's quote, amounts in lots, below zero when sold. */
type Way = {
  readonly market: Market
  readonly base: number
  readonly quote: number
  readonly baseValue: number
  readonly quoteValue: number
  readonly fee: number
  readonly cost: number
  readonly minLots: number
  /** How many lots are worth the largest lot of all markets. */
  readonly large: number
}

/** Of all there is: lots that are worth less together are rounded down, and no better number is looked for. */
const FINE = 1e-3
/** Of all there is: what is not better by as much is not worth another step. */
const SAME = 1e-6
/** Of all there is: what floats may be off by. */
const NOISE = 1e-12
/** With more there would be too many combinations of steps. */
const MOST_MARKETS = 6
/** In all, from one plan to the next. */
const MOST_STEPS = 6
const MOST_ROUNDS = 12

/**
 * Better whole numbers of lots near those that are given, also on markets that are not traded on yet: rounding each
 * amount down by itself is the best only while lots are small. In floats; whoever asks computes the answer exactly.
 *
 * Tries every combination of a few steps more or less on the markets, and goes on from the best one while it improves. The
 * rules are those of `fitToLots`: no market below its minimum, nothing spent that is not there, nothing beyond its target
 * but for the lots of what passes through.
 *
 * @returns null when nothing better is near, or lots are too small to matter.
 */
export function betterLots(network: Network, trades: readonly Trade[]): Trade[] | null {
  const { markets, total } = network
  const lots = sum(markets.map(({ route, tradedValue }) => route.rules.lot.times(tradedValue)))
  if (markets.length > MOST_MARKETS || !(toFloat(lots) > toFloat(total) * FINE)) return null
  const ways = waysOf(network)
  const search = searchOf(network, ways)
  const start = ways.map(({ market }) => {
    const trade = trades.find((one) => one.market === market)
    if (trade === undefined) return 0
    return (trade.side === 'buy' ? 1 : -1) * toFloat(trade.amount.div(market.route.rules.lot))
  })
  const best = search(start)
  return best === null ? null : tradesOf(ways, best)
}

function waysOf({ markets }: Network): Way[] {
  const largest = Math.max(...markets.map(({ route, tradedValue }) => toFloat(route.rules.lot) * toFloat(tradedValue)))
  return markets.map((market) => {
    const { base, quote, route, baseValue, tradedValue, costRate } = market
    const { lot, minAmount, minCost } = route.rules
    const quoteValue = toFloat(lot) * toFloat(tradedValue)
    const minLots = Math.max(1, upTo(minAmount.div(lot)), upTo(minCost.div(lot.times(route.price))))
    return {
      market,
      base,
      quote,
      baseValue: toFloat(lot) * toFloat(baseValue),
      quoteValue,
      fee: quoteValue * toFloat(route.fee),
      cost: quoteValue * toFloat(costRate),
      minLots,
      large: Math.floor(largest / quoteValue),
    }
  })
}

const upTo = (lots: Decimal): number => toFloat(lots.round(0, 3))

/** From a plan in lots to the best one that can be reached from it step by step; null when that is the plan itself. */
function searchOf(network: Network, ways: readonly Way[]): (from: readonly number[]) => number[] | null {
  const start = network.values.map(toFloat)
  const free = network.spendable.map((amount, i) => toFloat(amount) * toFloat(network.holdings[i]?.price ?? ZERO))
  const whole = toFloat(network.total)
  const targets = network.parts.map((part) => toFloat(part) / toFloat(network.allParts))
  const [noise, worthIt] = [whole * NOISE, whole * SAME]
  const values = [...start]

  /** Fees, half spreads and value off target; infinite when it is not allowed. */
  function scoreOf(lots: readonly number[]): number {
    for (let i = 0; i < start.length; i++) values[i] = start[i] as number
    let cost = 0
    for (const [w, { base, quote, baseValue, quoteValue, fee, cost: each }] of ways.entries()) {
      const count = lots[w] as number
      values[base] = (values[base] as number) + count * baseValue
      values[quote] = (values[quote] as number) - count * quoteValue - Math.abs(count) * fee
      cost += Math.abs(count) * each
    }
    const total = values.reduce((a, b) => a + b, 0)
    let off = 0
    for (let i = 0; i < start.length; i++) {
      const drift = (values[i] as number) - total * (targets[i] as number)
      const change = (values[i] as number) - (start[i] as number)
      if (change < -(free[i] as number) - noise) return Number.POSITIVE_INFINITY
      const wrongWay = Math.max(Math.min(drift, change), Math.min(-drift, -change))
      if (wrongWay > noise && wrongWay > passing(i, lots) + noise) return Number.POSITIVE_INFINITY
      off += Math.abs(drift)
    }
    return cost + off / 2
  }

  /** The lots of all trades of an asset through which value passes. */
  function passing(i: number, lots: readonly number[]): number {
    let [comes, goes, allowed] = [false, false, 0]
    for (const [w, { base, quote, quoteValue }] of ways.entries()) {
      const count = lots[w] as number
      if (count === 0 || (base !== i && quote !== i)) continue
      allowed += quoteValue
      if ((base === i) === count > 0) comes = true
      else goes = true
    }
    return comes && goes ? allowed : 0
  }

  return (from) => {
    let best = [...from]
    let bestScore = scoreOf(best)
    for (let round = 0; ; round++) {
      let isBetter = false
      const center = best
      const lots = [...center]
      const nearby = ways.map((way, w) => near(center[w] as number, way))
      const tryFrom = (w: number, stepsLeft: number): void => {
        const way = ways[w]
        if (way === undefined) {
          const score = scoreOf(lots)
          if (!(score < bestScore - worthIt) || !isFundable(ways, lots)) return
          ;[best, bestScore, isBetter] = [[...lots], score, true]
          return
        }
        for (const [count, steps] of nearby[w] as readonly Near[]) {
          if (steps > stepsLeft) continue
          lots[w] = count
          tryFrom(w + 1, stepsLeft - steps)
        }
        lots[w] = center[w] as number
      }
      tryFrom(0, MOST_STEPS)
      if (!isBetter || round === MOST_ROUNDS) return round === 0 ? null : best
    }
  }
}

/** A number of lots, and how many steps away it is. */
type Near = readonly [lots: number, steps: number]

/** From nothing to the minimum and back is one step, like a lot or as many as are worth the largest lot. */
function near(count: number, { large, minLots }: Way): Near[] {
  const found = new Map<number, number>([[count, 0]])
  const add = (lots: number, steps: number): void => {
    const isTaken = lots === 0 || Math.abs(lots) >= minLots
    if (isTaken && steps < (found.get(lots) ?? Number.POSITIVE_INFINITY)) found.set(lots, steps)
  }
  for (let steps = 1; steps <= MOST_STEPS; steps++) {
    for (const step of [steps, -steps]) {
      add(count + step, steps)
      if (steps === 1) add(count + step * large, 1)
      if (count === 0) add(step + Math.sign(step) * (minLots - 1), steps)
    }
  }
  if (Math.abs(count) <= minLots) add(0, 1)
  return [...found]
}

/** Whether there is an order in which every trade comes after those that bring what it spends. */
function isFundable(ways: readonly Way[], lots: readonly number[]): boolean {
  let left = ways.flatMap(({ base, quote }, w) => {
    const count = lots[w] as number
    return count === 0 ? [] : [count > 0 ? { spent: quote, brought: base } : { spent: base, brought: quote }]
  })
  while (left.length > 0) {
    const waiting = left.filter(({ spent }) => left.some(({ brought }) => brought === spent))
    if (waiting.length === left.length) return false
    left = waiting
  }
  return true
}

const tradesOf = (ways: readonly Way[], lots: readonly number[]): Trade[] =>
  ways.flatMap(({ market }, w) => {
    const count = lots[w] as number
    if (count === 0) return []
    const amount = integer(Math.abs(count)).times(market.route.rules.lot) as Amount
    return [{ market, side: count > 0 ? ('buy' as const) : ('sell' as const), amount }]
  })
