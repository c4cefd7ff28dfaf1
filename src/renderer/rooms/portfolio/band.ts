import type { AssetView } from '../../../shared/contract/views.ts'
import { toShape } from '../../format.ts'

type Banded = Pick<AssetView, 'weightPercent' | 'targetPercent' | 'bandLowPercent' | 'bandHighPercent'>

/** The band around one target, as distances from it in percentage points. For geometry only. */
export type Band = { readonly belowPp: number; readonly abovePp: number }

export const bandOf = ({ targetPercent, bandLowPercent, bandHighPercent }: Banded): Band => ({
  belowPp: toShape(targetPercent) - toShape(bandLowPercent),
  abovePp: toShape(bandHighPercent) - toShape(targetPercent),
})

/** On the edge counts as outside: there a rebalance starts. Unknown weights are not outside. */
export const isOutside = ({ weightPercent, bandLowPercent, bandHighPercent }: Banded): boolean =>
  weightPercent !== null &&
  (toShape(weightPercent) <= toShape(bandLowPercent) || toShape(weightPercent) >= toShape(bandHighPercent))

/** The distance at which every asset leaves its band, where it is the same for all of them; otherwise null. */
export function commonBandPp(assets: readonly Banded[]): number | null {
  const sizes = assets.flatMap((asset) => Object.values(bandOf(asset)))
  const first = sizes[0]
  return first !== undefined && sizes.every((size) => Math.abs(size - first) < ALIKE_PP) ? first : null
}

/** What rounding to four decimals may make of two equal bands. */
const ALIKE_PP = 0.001
