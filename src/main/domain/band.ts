import type { Asset } from '../../shared/ids.ts'
import { type Decimal, decimal, type Fraction, integer, maxOf, minOf, ONE, toText, ZERO } from '../../shared/money.ts'

/** Drift that is left alone. */
export type Band = {
  /** `absolute`: in percentage points of the whole. `relative`: in percent of the asset's own target. */
  readonly kind: 'absolute' | 'relative'
  /** 5 = 5 pp, or 5 % of the target. Above zero: with a band of no width everything is always outside. */
  readonly value: Decimal
  /** Widths that differ from `value`, of the same kind. */
  readonly byAsset: ReadonlyMap<Asset, Decimal>
}

/** An asset and its integer part of the whole. */
export type Part = { readonly asset: Asset; readonly parts: number }

const PERCENT = decimal('0.01')
const HUNDRED = decimal('100')

export const sumOfParts = (all: readonly Part[]): Decimal => integer(all.reduce((total, { parts }) => total + parts, 0))

/**
 * How far each asset may be from its target, as a number of parts, so that nothing is divided: 5 pp of three equal parts
 * are 0.15 parts. An asset whose target is zero has nothing that a relative band could be relative to; it is allowed as
 * much as the smallest of the others, so that a remainder which no market takes does not fire for ever.
 */
export function halfWidths(band: Band, all: readonly Part[]): Decimal[] {
  const whole = sumOfParts(all)
  const smallest = integer(Math.min(...all.map(({ parts }) => (parts > 0 ? parts : Number.MAX_SAFE_INTEGER))))
  return all.map(({ asset, parts }) => {
    const percent = (band.byAsset.get(asset) ?? band.value).times(PERCENT)
    if (band.kind === 'absolute') return percent.times(whole)
    return percent.times(parts > 0 ? integer(parts) : smallest)
  })
}

export type BandEdges = {
  readonly asset: Asset
  /** Weights between which nothing is done, both ends outside; never below 0 or above 1. */
  readonly low: Fraction
  readonly high: Fraction
  /** In percentage points. */
  readonly halfWidthPp: Decimal
}

/** The band of each asset as weights: for the eye, and for the float screen. */
export function bandEdges(band: Band, all: readonly Part[]): BandEdges[] {
  const whole = sumOfParts(all)
  return halfWidths(band, all).map((half, i) => {
    const { asset, parts } = all[i] as Part
    return {
      asset,
      low: maxOf(ZERO, integer(parts).minus(half).div(whole)) as Fraction,
      high: minOf(ONE, integer(parts).plus(half).div(whole)) as Fraction,
      halfWidthPp: half.times(HUNDRED).div(whole),
    }
  })
}

/** A band of so many percentage points for every asset. */
export const absoluteBand = (pp: Decimal): Band => ({ kind: 'absolute', value: pp, byAsset: new Map() })

/** `±5 pp`, or `±5 % of the target`; widths of single assets behind it. */
export function bandText({ kind, value, byAsset }: Band): string {
  const width = (own: Decimal): string => `±${toText(own)} ${kind === 'absolute' ? 'pp' : '%'}`
  const others = [...byAsset].map(([asset, own]) => `${asset} ${width(own)}`)
  const own = others.length === 0 ? '' : ` (${others.join(', ')})`
  return `${width(value)}${kind === 'absolute' ? '' : ' of the target'}${own}`
}
