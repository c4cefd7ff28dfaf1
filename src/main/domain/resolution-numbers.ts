import type { Case, Facts } from './case.ts'

/*
 * Grounding: a model may quote the numbers of the case, rounded or as a percentage, and no others. Signs are not
 * compared, and numbers in words are not seen.
 */

const NUMERAL = /(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?(\s*%)?/gi
const NO_ASCII_DIGIT = /(?![0-9])\p{N}/u
/** However coarsely a number is rounded, it stays within this part of itself: 0.7 is not 1. */
const COARSEST = 0.1

/** The first numeral of `text` that is no number of the case, as it stands there; null when all are. */
export function inventedNumber(text: string, about: Case): string | null {
  const normal = text.normalize('NFKC')
  const foreign = NO_ASCII_DIGIT.exec(normal)
  if (foreign !== null) return foreign[0]
  const known = numbersOf(about)
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
const numbersOf = ({ facts, options, inWords }: Case): number[] =>
  [...numbersIn(facts), ...options.flatMap(({ text }) => numbersInText(text)), ...inWords].map(Math.abs)

function numbersIn(facts: Facts): number[] {
  if (facts === null) return []
  if (typeof facts === 'number') return [facts]
  if (typeof facts === 'string') return numbersInText(facts)
  if (isList(facts)) return facts.flatMap(numbersIn)
  return Object.entries(facts).flatMap(([name, value]) => [
    ...(name.match(/\d+/g) ?? []).map(Number),
    ...numbersIn(value),
  ])
}
const isList = (facts: Exclude<Facts, string | number | null>): facts is readonly Facts[] => Array.isArray(facts)
const numbersInText = (text: string): number[] =>
  Array.from(text.matchAll(NUMERAL), ([numeral]) => Number(numeral.replace(/[\s%,]/g, ''))).filter(Number.isFinite)

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
