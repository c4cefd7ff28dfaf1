import type { AssetView, MovementView, PortfolioView, SavingsView } from '../../shared/contract/views.ts'
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
import type { Accounting } from '../accounting/accounting.ts'
import type { Allocation } from '../domain/allocation.ts'
import { type Band, bandEdges, bandText } from '../domain/band.ts'
import type { LotMethod } from '../domain/lot-order.ts'
import type { MarketRules, Tick } from '../domain/market.ts'
import type { RecordedMovement } from '../ports.ts'
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
  readonly unclassified: (asset: Asset) => Amount
  /** Owned, at a place where it cannot be sold. */
  readonly earning: (asset: Asset) => Amount
  /** What profits have set aside for an asset, in quote. */
  readonly savings: (asset: Asset) => { readonly saved: Amount; readonly heldBackBecause: string | null }
  /** What it takes for a purchase, in quote. */
  readonly minimumPurchase: (asset: Asset) => Amount
  /** Those waiting first. */
  readonly movements: readonly RecordedMovement[]
  readonly allocation: readonly Allocation[] | null
  readonly band: Band
  readonly accounting: Accounting
  readonly owned: (asset: Asset) => Amount
  readonly now: EpochMs
  readonly nextCheckAt: EpochMs | null
  readonly lastCheck: LastCheck | null
  readonly historyAt: EpochMs | null
}

export function portfolioView(facts: PortfolioFacts): PortfolioView {
  const parts = facts.targets.reduce((total, target) => total + target.parts, 0)
  const values = { core: ZERO as Decimal, hodl: ZERO as Decimal, tactical: ZERO as Decimal, known: true }
  const edges = bandEdges(facts.band, facts.targets)
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
      unclassified: toText(facts.unclassified(asset)),
      earning: toText(facts.earning(asset)),
      coreValue: allocation === null ? null : shown(allocation.value, 2),
      weightPercent: allocation === null ? null : shown(allocation.weight.times(HUNDRED), 4),
      targetPercent: shown(integer(own).div(integer(parts)).times(HUNDRED), 4),
      driftPp: allocation === null ? null : shown(allocation.driftPp, 4),
      bandLowPercent: shown((edges[i]?.low ?? ZERO).times(HUNDRED), 4),
      bandHighPercent: shown((edges[i]?.high ?? ONE).times(HUNDRED), 4),
      ...basisOf(asset, price, facts),
    }
  })
  const money = (value: Decimal): string | null => (values.known ? shown(value, 2) : null)
  const largest = facts.allocation?.reduce<Decimal>((max, { driftPp }) => maxOf(max, driftPp.abs()), ZERO) ?? null
  const priceOf = new Map(assets.map(({ asset, price }) => [asset, price === null ? null : decimal(price)]))
  return {
    assets,
    savings: facts.targets.map(({ asset }) => savingsView(asset, facts)),
    movements: facts.movements.map((movement) => movementView(movement, priceOf.get(movement.asset) ?? null)),
    coreValue: money(values.core),
    bagsValue: money(values.hodl),
    tacticalValue: money(values.tactical),
    largestDriftPp: largest === null ? null : shown(largest, 4),
    bandText: bandText(facts.band),
    lotMethod: METHODS[facts.accounting.method],
    realized: shownMoney(facts.accounting.realized()),
    realizedThisYear: shownMoney(facts.accounting.realizedIn(new Date(facts.now).getUTCFullYear())),
    nextCheckAt: facts.nextCheckAt,
    lastCheckAt: facts.lastCheck?.at ?? null,
    lastCheckText: facts.lastCheck === null ? null : checkText(facts.lastCheck),
    historyAt: facts.historyAt,
  }
}

const METHODS: Record<LotMethod, PortfolioView['lotMethod']> = {
  fifo: 'FIFO',
  lifo: 'LIFO',
  hifo: 'HIFO',
  average: 'average cost',
}
const shownMoney = (value: Decimal | null): string | null => (value === null ? null : shown(value, 2))

/** The quote costs what it is. */
function basisOf(
  asset: Asset,
  price: Price | null,
  { quote, accounting, owned }: PortfolioFacts,
): Pick<AssetView, 'costBasis' | 'unrealized'> {
  const amount = maxOf<Decimal>(owned(asset), ZERO)
  const cost = asset === quote ? amount : accounting.costBasis(asset)
  const unrealized = cost === null || price === null ? null : amount.times(price).minus(cost)
  return { costBasis: shownMoney(cost), unrealized: shownMoney(unrealized) }
}

function savingsView(asset: Asset, facts: PortfolioFacts): SavingsView {
  const { saved, heldBackBecause } = facts.savings(asset)
  const minimum = asset === facts.quote ? ZERO : facts.minimumPurchase(asset)
  return { asset, saved: toText(saved), minimum: toText(minimum), heldBackBecause }
}

function movementView(movement: RecordedMovement, price: Decimal | null): MovementView {
  const { id, kind, asset, amount, at, defaultAt, sleeve, decidedBy } = movement
  const value = price === null ? null : shown(amount.times(price), 2)
  return { id, kind, asset, amount: toText(amount), value, at, defaultAt, sleeve, decidedBy }
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
