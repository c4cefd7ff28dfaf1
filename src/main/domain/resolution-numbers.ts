import type { Conflict } from './conflict.ts'

/*
 * Grounding: a model may quote the numbers of the case, rounded or as a percentage, and no others. Signs are not
 * compared, and numbers in words are not seen.
 */

const NUMERAL = /(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?(\s*%)?/gi
const NO_ASCII_DIGIT = /(?![0-9])\p{N}/u
/** However coarsely a number is rounded, it stays within this part of itself: 0.7 is not 1. */
const COARSEST = 0.1

/** The first numeral of `text` that is no number of the case, as it stands there; null when all are. */
export function inventedNumber(text: string, conflict: Conflict): string | null {
  const normal = text.normalize('NFKC')
  const foreign = NO_ASCII_DIGIT.exec(normal)
  if (foreign !== null) return foreign[0]
  const known = numbersOf(conflict)
  for (const [numeral, percentSign] of normal.matchAll(NUMERAL)) {
    const stated = numeral.replace(/[\s%,]/g, '')
    const isKnown =
      known.some((number) => isRounded(stated, number)) ||
      (percentSign !== undefined && known.some((number) => isRounded(stated, number * 100)))
    if (!isKnown) return numeral.trim()
  }
  return null
}

/** Every number of the case as it is shown to the model, those inside names included (`ema20`). */
function numbersOf({ signal, regime, options, symbol }: Conflict): number[] {
  const names = [symbol, ...Object.keys(regime.indicators)]
  return [
    signal.confidence,
    signal.entry,
    signal.atr,
    regime.confidence,
    regime.sizeMultiplier,
    ...Object.values(regime.indicators),
    ...options.map((option) => option.sizeFactor),
    ...names.flatMap((name) => (name.match(/\d+/g) ?? []).map(Number)),
  ]
    .filter(Number.isFinite)
    .map(Math.abs)
}

/** True when `stated` is `number` rounded to as many decimals as it is stated with. */
function isRounded(stated: string, number: number): boolean {
  const value = Number(stated)
  const [mantissa = '', exponent = '0'] = stated.toLowerCase().split('e')
  const decimals = (mantissa.split('.')[1] ?? '').length - Number(exponent)
  const halfUnit = 0.5 * 10 ** -decimals
  // Room for the floats' own rounding.
  const tolerance = Math.min(halfUnit, COARSEST * number) * (1 + 1e-6) + 1e-9 * number
  return Math.abs(value - number) <= tolerance
}
