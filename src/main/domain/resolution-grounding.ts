import type { Case, Facts } from './case.ts'

/*
 * Grounding: an answer quotes the case as field and value, each as it stands there, and no number stands anywhere else in
 * it. Numbers in words are not seen.
 */

export type Citation = { readonly field: string; readonly value: string | number }

/** Digits of any script; Roman numerals and the like are letters. */
const NUMERAL = /\p{Nd}[\p{Nd}.,]*|[\p{No}\p{Nl}]/u
/** However coarsely a number is rounded, it stays within this part of itself: 0.7 is not 1. */
const COARSEST = 0.1

/** Every value of the case by its field, e.g. `second.values.adx14`. */
export function fieldsOf(about: Pick<Case, 'facts'>): ReadonlyMap<string, string | number | null> {
  const fields = new Map<string, string | number | null>()
  collect(about.facts, '', fields)
  return fields
}

function collect(facts: Facts, path: string, fields: Map<string, string | number | null>): void {
  if (facts === null || typeof facts !== 'object') {
    fields.set(path, facts)
    return
  }
  for (const [name, value] of Object.entries(facts)) collect(value, path === '' ? name : `${path}.${name}`, fields)
}

/** What in an answer does not stand in the case, in a sentence; null when all does. */
export function ungrounded(reasons: string, citations: readonly Citation[], about: Case): string | null {
  const fields = fieldsOf(about)
  for (const { field, value } of citations) {
    const known = fields.get(field)
    if (known === undefined)
      return `"cites" names the field ${JSON.stringify(field.slice(0, 60))}, which is not in the case.`
    if (!isQuoted(value, known)) {
      return `"cites" says that ${field} is ${JSON.stringify(value).slice(0, 40)}; in the case it is ${JSON.stringify(known)}.`
    }
  }
  const numeral = NUMERAL.exec(withoutNames(reasons.normalize('NFKC'), about, fields))
  if (numeral === null) return null
  return `"reasons" contains the number ${numeral[0].slice(0, 40)}: numbers stand in "cites" alone, each with its field.`
}

/** Names that contain digits (`ema20`, an option's id) are no numbers; the longest are taken out first. */
function withoutNames(text: string, about: Case, fields: ReadonlyMap<string, unknown>): string {
  const names = new Set([...fields.keys()].flatMap((path) => [path, ...path.split('.')]))
  for (const { id } of about.options) names.add(id)
  return [...names]
    .filter((name) => /\d/.test(name) && /\p{L}/u.test(name))
    .sort((a, b) => b.length - a.length)
    .reduce((rest, name) => rest.replaceAll(name, ' '), text)
}

function isQuoted(value: string | number, known: string | number | null): boolean {
  if (known === null) return false
  if (typeof known === 'number') return isRounded(String(value).trim(), known)
  return String(value).trim() === known.trim()
}

/** True when `stated` is `number` rounded to as many decimals as it is stated with. */
function isRounded(stated: string, number: number): boolean {
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(stated)) return false
  const value = Number(stated)
  const [mantissa = '', exponent = '0'] = stated.toLowerCase().split('e')
  const decimals = (mantissa.split('.')[1] ?? '').length - Number(exponent)
  const halfUnit = 0.5 * 10 ** -decimals
  const size = Math.abs(number)
  // Room for the floats' own rounding.
  const tolerance = Math.min(halfUnit, COARSEST * size) * (1 + 1e-6) + 1e-9 * size
  return Math.abs(value - number) <= tolerance
}
