import type { TradedPair } from '../../shared/ids.ts'
import {
  ceilToStep,
  type Decimal,
  decimal,
  floorToStep,
  fromFloat,
  maxOf,
  minOf,
  type Price,
  ZERO,
} from '../../shared/money.ts'
import type { MarketRules } from './market.ts'

export type Exits = { readonly stop: Price; readonly target: Price }

type Limits = {
  readonly stopAtrMultiple: Decimal
  readonly stopMinPercent: Decimal
  readonly stopMaxPercent: (symbol: TradedPair) => Decimal
  readonly rewardToRisk: Decimal
}

const PERCENT = decimal('0.01')

/**
 * Stop and target on the tick. The stop stands `stopAtrMultiple` average ranges from the price, kept between the least
 * and the largest distance; it is rounded towards the entry, unless that would come closer than the least distance. The
 * target keeps its ratio to the real stop. Null where nothing has moved, or where no tick lies between the two distances:
 * there is no stop then, and without one no trade.
 *
 * @param atr average true range, in quote.
 */
export function exitsOf(
  isLong: boolean,
  atr: number,
  symbol: TradedPair,
  { price, rules }: { readonly price: Price; readonly rules: MarketRules },
  limits: Limits,
): Exits | null {
  if (!Number.isFinite(atr) || atr <= 0) return null
  const percent = (of: Decimal): Decimal => price.times(of).times(PERCENT)
  const least = percent(limits.stopMinPercent)
  const most = percent(limits.stopMaxPercent(symbol))
  const distance = minOf(maxOf(fromFloat(atr).times(limits.stopAtrMultiple), least), most)
  const away = (by: Decimal): Price => (isLong ? price.minus(by) : price.plus(by)) as Price
  const up = (value: Price): Price => ceilToStep(value, rules.tick)
  const down = (value: Price): Price => floorToStep(value, rules.tick)
  const inward = isLong ? up(away(distance)) : down(away(distance))
  const isTooClose = price.minus(inward).abs().lt(least)
  const outward = (): Price => (isLong ? down(away(distance)) : up(away(distance)))
  const stop = isTooClose ? outward() : inward
  const risk = price.minus(stop).abs()
  if (risk.lt(least) || risk.gt(most)) return null
  const gain = risk.times(limits.rewardToRisk)
  const target = isLong ? up(price.plus(gain) as Price) : down(price.minus(gain) as Price)
  return target.gt(ZERO) ? { stop, target } : null
}
