import type { AssetView, PortfolioView } from '../../shared/contract/views.ts'
import type { Asset, TradedPair } from '../../shared/ids.ts'
import {
  type Amount,
  type Decimal,
  decimal,
  fromFloat,
  integer,
  maxOf,
  ONE,
  type Price,
  shown,
  toText,
  ZERO,
} from '../../shared/money.ts'
import { assertNever } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Allocation } from '../domain/allocation.ts'
import type { MarketRules, Tick } from '../domain/market.ts'
import type { LastCheck } from '../rebalancing/rebalancer.ts'

const HUNDRED = decimal('100')
/** Decimals that a step such as 0.001 needs. */
const decimalsOf = (step: Decimal): number => (step.toFixed().split('.')[1] ?? '').length

export type PortfolioFacts = {
  readonly quote: Asset
  readonly targets: ReadonlyArray<{ readonly asset: Asset; readonly parts: number }>
  readonly rules: (symbol: TradedPair) => MarketRules | null
  readonly last: (symbol: TradedPair) => Tick | null
  readonly isFresh: (symbol: TradedPair) => boolean
  readonly core: (asset: Asset) => Amount
  readonly hodl: (asset: Asset) => Amount
  readonly tactical: (asset: Asset) => Amount
  readonly allocation: readonly Allocation[] | null
  readonly thresholdPp: Decimal
  readonly nextCheckAt: EpochMs | null
  readonly lastCheck: LastCheck | null
  readonly historyAt: EpochMs | null
}

export function portfolioView(facts: PortfolioFacts): PortfolioView {
  const parts = facts.targets.reduce((total, target) => total + target.parts, 0)
  const values = { core: ZERO as Decimal, hodl: ZERO as Decimal, tactical: ZERO as Decimal, known: true }
  const assets = facts.targets.map(({ asset, parts: own }, i): AssetView => {
    const symbol = asset === facts.quote ? null : (`${asset}/${facts.quote}` as TradedPair)
    const tick = symbol === null ? null : facts.last(symbol)
    const price = symbol === null ? (ONE as Decimal as Price) : tick === null ? null : (fromFloat(tick.last) as Price)
    if (price === null) values.known = false
    else {
      values.core = values.core.plus(facts.core(asset).times(price))
      values.hodl = values.hodl.plus(facts.hodl(asset).times(price))
      values.tactical = values.tactical.plus(facts.tactical(asset).times(price))
    }
    const rules = symbol === null ? null : facts.rules(symbol)
    const allocation = facts.allocation?.[i] ?? null
    return {
      asset,
      decimals: rules === null ? 2 : decimalsOf(rules.lot),
      priceDecimals: rules === null ? 2 : decimalsOf(rules.tick),
      price: price === null ? null : toText(price),
      priceAt: tick?.at ?? null,
      isStale: symbol !== null && !facts.isFresh(symbol),
      core: toText(facts.core(asset)),
      hodl: toText(facts.hodl(asset)),
      tactical: toText(facts.tactical(asset)),
      coreValue: allocation === null ? null : shown(allocation.value, 2),
      weightPercent: allocation === null ? null : shown(allocation.weight.times(HUNDRED), 4),
      targetPercent: shown(integer(own).div(integer(parts)).times(HUNDRED), 4),
      driftPp: allocation === null ? null : shown(allocation.driftPp, 4),
    }
  })
  const money = (value: Decimal): string | null => (values.known ? shown(value, 2) : null)
  const largest = facts.allocation?.reduce<Decimal>((max, { driftPp }) => maxOf(max, driftPp.abs()), ZERO) ?? null
  return {
    assets,
    coreValue: money(values.core),
    bagsValue: money(values.hodl),
    tacticalValue: money(values.tactical),
    largestDriftPp: largest === null ? null : shown(largest, 4),
    thresholdPp: toText(facts.thresholdPp),
    nextCheckAt: facts.nextCheckAt,
    lastCheckAt: facts.lastCheck?.at ?? null,
    lastCheckText: facts.lastCheck === null ? null : checkText(facts.lastCheck),
    historyAt: facts.historyAt,
  }
}

function checkText({ outcome }: LastCheck): string {
  switch (outcome.kind) {
    case 'quiet':
      return 'Inside the band: no action.'
    case 'stale':
      return `Not checked: there is no fresh price of ${outcome.symbol}.`
    case 'proposed':
      return 'A rebalance was proposed.'
    case 'held_back':
      return `No rebalance was proposed: ${outcome.because}`
    default:
      return assertNever(outcome)
  }
}

/** The text that answers a check asked for by the trader. */
export const checkAnswer = (check: LastCheck | null): string => (check === null ? 'Not checked yet.' : checkText(check))
