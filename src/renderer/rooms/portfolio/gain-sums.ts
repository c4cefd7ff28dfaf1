import type { AssetView } from '../../../shared/contract/views.ts'
import { decimal, shown, sum, toText, ZERO } from '../../../shared/money.ts'

/** Null as soon as one of them is unknown: a sum of what is known would look like the whole. */
export const sumOrUnknown = (texts: ReadonlyArray<string | null>): string | null =>
  texts.some((text) => text === null)
    ? null
    : toText(sum(texts.flatMap((text) => (text === null ? [] : [decimal(text)]))))

/** Of what was paid, in percent; null where that is unknown or nothing. */
export function unrealizedPercent({
  costBasis,
  unrealized,
}: Pick<AssetView, 'costBasis' | 'unrealized'>): string | null {
  if (costBasis === null || unrealized === null) return null
  const paid = decimal(costBasis)
  return paid.gt(ZERO) ? shown(decimal(unrealized).div(paid).times(decimal('100')), 2) : null
}
