import type { Asset } from '../../shared/ids.ts'
import {
  type Amount,
  type Decimal,
  decimal,
  type Fraction,
  integer,
  type Money,
  type Price,
  quotient,
  sum,
  ZERO,
} from '../../shared/money.ts'
import { absoluteBand, type Band, halfWidths, sumOfParts } from './band.ts'

/** One asset of the core sleeve at one moment. `parts` of all assets make the whole: 1/1/1 are exact thirds. */
export type Holding = {
  readonly asset: Asset
  readonly amount: Amount
  /** Quote per unit; 1 for the quote asset itself. */
  readonly price: Price
  readonly parts: number
  /** How much of `amount` could be sold now; all of it when nothing is said. What earns at the exchange could not. */
  readonly sellable?: Amount
}

export type Allocation = {
  readonly asset: Asset
  readonly value: Money
  readonly weight: Fraction
  readonly target: Fraction
  /** weight − target in percentage points. */
  readonly driftPp: Decimal
}

const HUNDRED = decimal('100')

export const holdingValue = (holding: Holding): Money => holding.amount.times(holding.price) as Money
export const totalValue = (holdings: readonly Holding[]): Money => sum(holdings.map(holdingValue))

const targets = new Map<string, Fraction>()
/** part ÷ sum. Remembered: a division costs more than everything else here, and there are a handful of targets. */
function targetOf(part: number, sumOfParts: Decimal): Fraction {
  const key = `${part}/${sumOfParts.toFixed()}`
  const known = targets.get(key) ?? (integer(part).div(sumOfParts) as Fraction)
  targets.set(key, known)
  return known
}

/** Weights and drift per asset; all weights are 0 for an empty sleeve. Source: design, "Rebalancing". */
export function allocationOf(holdings: readonly Holding[]): Allocation[] {
  const total = totalValue(holdings)
  const parts = sumOfParts(holdings)
  return holdings.map((holding) => {
    const value = holdingValue(holding)
    const weight = (total.gt(ZERO) ? quotient(value, total) : ZERO) as Fraction
    const target = targetOf(holding.parts, parts)
    return { asset: holding.asset, value, weight, target, driftPp: weight.minus(target).times(HUNDRED) }
  })
}

/**
 * Whether any drift reaches the band's edge. Multiplied out, so that no division rounds: |a·p·ΣP − part·V| ≥ half·V.
 *
 * @param band a number alone is an absolute band of so many percentage points.
 */
export function isOutsideBand(holdings: readonly Holding[], band: Band | Decimal): boolean {
  const total = totalValue(holdings)
  if (!total.gt(ZERO)) return false
  const parts = sumOfParts(holdings)
  const halves = halfWidths('kind' in band ? band : absoluteBand(band), holdings)
  return holdings.some((holding, i) =>
    holdingValue(holding)
      .times(parts)
      .minus(integer(holding.parts).times(total))
      .abs()
      .gte(total.times(halves[i] as Decimal)),
  )
}

/** What `isSurelyInside` needs of one asset, as floats. */
export type FloatHolding = {
  amount: number
  price: number
  targetWeight: number
  /** Its band's half width in percentage points, where it has one of its own. */
  halfWidthPp?: number
}

/** Far above the rounding error of a handful of float operations, far below any threshold that matters. */
const FLOAT_MARGIN_PP = 1e-6

/**
 * A float screen in front of `isOutsideBand`, so that a quiet check costs nanoseconds: true means that the exact
 * calculation would say "inside" too; false means "ask it". Never the basis of a trade.
 *
 * @param defaultPp half width of the band, in percentage points, for assets that do not say their own.
 */
export function isSurelyInside(holdings: readonly FloatHolding[], defaultPp: number): boolean {
  let total = 0
  for (const holding of holdings) total += holding.amount * holding.price
  if (!(total > 0)) return false
  for (const holding of holdings) {
    const drift = Math.abs((holding.amount * holding.price) / total - holding.targetWeight) * 100
    if (!(drift < (holding.halfWidthPp ?? defaultPp) - FLOAT_MARGIN_PP)) return false
  }
  return true
}
