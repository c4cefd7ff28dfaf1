import { type Asset, quoteOf } from '../../shared/ids.ts'
import {
  type Amount,
  type Decimal,
  decimal,
  floorToStep,
  fromFloat,
  integer,
  type Money,
  minOf,
  ONE,
  type Price,
  toFloat,
  toText,
  ZERO,
} from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { LedgerEntry, LedgerLine, OwnedAccount } from './ledger.ts'
import type { MarketRules, Tick } from './market.ts'
import type { Position } from './position.ts'

/** What of a profit is to buy this asset, in quote, above zero. */
export type BagPart = { readonly asset: Asset; readonly amount: Amount }

const HUNDRED = decimal('100')
/** Shares are whole numbers of this, in quote: what no exchange moves more finely. */
const UNIT = decimal('0.00000001')

/**
 * The bags' share of a realized profit in equal parts, one per asset, in the order of `assets`. It is rounded down to a
 * whole number of units; what does not divide evenly goes to the first assets, one unit each, so that the parts always
 * sum to the share. Nothing of a loss, and no parts of nothing.
 *
 * @param realized in quote, all fees deducted.
 */
export function profitShare(realized: Money, percent: Decimal, assets: readonly Asset[]): readonly BagPart[] {
  if (!realized.gt(ZERO) || assets.length === 0) return []
  const units = realized.times(percent).div(HUNDRED).div(UNIT).round(0, 0)
  const count = integer(assets.length)
  const each = units.div(count).round(0, 0)
  const over = toFloat(units.minus(each.times(count)))
  return assets
    .map((asset, i) => ({ asset, amount: (i < over ? each.plus(ONE) : each).times(UNIT) as Amount }))
    .filter(({ amount }) => amount.gt(ZERO))
}

/** A closed position's share leaves `tactical`: for what must be bought into the savings, the quote's own part at once into its bag. */
export function shareEntry(
  position: Pick<Position, 'id' | 'symbol'>,
  parts: readonly BagPart[],
  at: EpochMs,
): LedgerEntry {
  const quote = quoteOf(position.symbol)
  const lineOf = (account: OwnedAccount, amount: Amount): LedgerLine[] =>
    amount.eq(ZERO) ? [] : [{ account, asset: quote, amount }]
  const kept = totalOf(parts.filter(({ asset }) => asset === quote))
  const saved = totalOf(parts.filter(({ asset }) => asset !== quote))
  return {
    kind: 'bag',
    at,
    reference: `share ${position.id}`,
    reason: null,
    bookedBy: 'engine',
    prices: new Map(),
    lines: [
      ...lineOf('tactical', kept.plus(saved).neg() as Amount),
      ...lineOf('savings', saved),
      ...lineOf('hodl', kept),
    ],
  }
}

/** What the trader puts into a bag, or takes out of it. */
export function bagEntry(
  kind: 'add' | 'release',
  asset: Asset,
  amount: Amount,
  at: EpochMs,
  reason: string,
): LedgerEntry {
  const [from, to] = kind === 'add' ? (['core', 'hodl'] as const) : (['hodl', 'core'] as const)
  return {
    kind: 'bag',
    at,
    reference: `${kind} ${asset}`,
    reason,
    bookedBy: 'trader',
    prices: new Map(),
    lines: [
      { account: from, asset, amount: amount.neg() as Amount },
      { account: to, asset, amount },
    ],
  }
}

export type PurchaseLimits = {
  /** Below it nothing is bought. */
  readonly minimum: Amount
  /** Of one purchase. */
  readonly most: Amount
  readonly mostPerDay: Amount
}

/**
 * What one purchase may cost, fee included; all in quote.
 *
 * @param boughtToday what the purchases of this UTC day have cost, or may.
 *
 * Errors: `bag/saving` (not enough yet), `bag/day-limit`.
 */
export function purchaseBudget(saved: Amount, boughtToday: Amount, limits: PurchaseLimits): Result<Amount> {
  if (!isEnough(saved, limits.minimum)) return fail('bag/saving', `there is not enough yet: ${toText(saved)}`)
  const budget = minOf(minOf(saved, limits.most), limits.mostPerDay.minus(boughtToday) as Amount)
  return isEnough(budget, limits.minimum)
    ? ok(budget)
    : fail('bag/day-limit', `the purchases of this UTC day are at their limit of ${toText(limits.mostPerDay)}`)
}

export const isEnough = (saved: Amount, minimum: Amount): boolean => saved.gt(ZERO) && saved.gte(minimum)

/**
 * As much as `budget` pays for at the worst price, fee included. The worst price is the ask and the cap beyond it,
 * rounded down to the tick.
 *
 * Error `bag/below-minimum`: the market does not take so little.
 */
export function purchaseOf(
  budget: Amount,
  tick: Tick,
  rules: MarketRules,
  capPercent: Decimal,
): Result<{ readonly amount: Amount; readonly worstPrice: Price }> {
  const worstPrice = floorToStep(fromFloat(tick.ask).times(ONE.plus(capPercent.div(HUNDRED))) as Price, rules.tick)
  if (!worstPrice.gt(ZERO)) return fail('bag/below-minimum', `${rules.symbol} has no price to buy at`)
  const amount = floorToStep(budget.div(worstPrice.times(ONE.plus(rules.takerFee))) as Amount, rules.lot)
  if (amount.lt(rules.minAmount) || amount.times(worstPrice).lt(rules.minCost)) {
    return fail('bag/below-minimum', `${toText(budget)} buys less than the least that ${rules.symbol} takes`)
  }
  return ok({ amount, worstPrice })
}

const totalOf = (parts: readonly BagPart[]): Amount =>
  parts.reduce<Amount>((total, { amount }) => total.plus(amount) as Amount, ZERO)
