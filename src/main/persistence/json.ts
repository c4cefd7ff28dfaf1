import { toText, ZERO } from '../../shared/money.ts'

/*
 * Reading and writing of JSON columns. Each stored type has a codec of its own, made of these; nothing is guessed from
 * the shape of a value.
 */

export type Fields = Readonly<Record<string, unknown>>

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`expected ${what} to be an object`)
  }
  return value as Fields
}

export const listOf = <T>(text: string, what: string, read: (fields: Fields) => T): T[] =>
  itemsOf(JSON.parse(text), what, read)

export function itemsOf<T>(value: unknown, what: string, read: (fields: Fields) => T): T[] {
  if (!Array.isArray(value)) throw new Error(`expected ${what} to be a list`)
  return value.map((item, i) => read(fieldsOf(item, `${what}[${i}]`)))
}

export function textIn(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new Error(`expected ${name} to be text, found ${JSON.stringify(value)}`)
  return value
}
export const textOrNullIn = (fields: Fields, name: string): string | null =>
  fields[name] === null ? null : textIn(fields, name)

/** What JSON's own numbers cannot say is kept as text, so that every float comes back as it was. */
const ODD_NUMBERS = ['NaN', 'Infinity', '-Infinity', '-0']

export function numberOf(value: unknown, name: string): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && ODD_NUMBERS.includes(value)) return Number(value)
  throw new Error(`expected ${name} to be a number, found ${JSON.stringify(value)}`)
}
export const numberIn = (fields: Fields, name: string): number => numberOf(fields[name], name)
export const numberOrNullIn = (fields: Fields, name: string): number | null =>
  fields[name] === null ? null : numberIn(fields, name)

export function float(value: number): number | string {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value
  return Object.is(value, -0) ? '-0' : String(value)
}

const DecimalClass = ZERO.constructor as new () => unknown

/**
 * Any message as JSON, for the audit. Decimals become plain decimal text; their own `toJSON` would use exponents, so
 * the value is looked at before it is applied.
 */
export function auditJson(value: unknown): string {
  const isObject = typeof value === 'object' && value !== null
  const before = isObject ? known.get(value) : undefined
  if (before !== undefined) return before
  const text =
    JSON.stringify(value, function (this: Record<string, unknown>, key: string, converted: unknown) {
      const raw = this[key]
      return raw instanceof DecimalClass ? toText(raw as typeof ZERO) : converted
    }) ?? 'null'
  if (isObject) known.set(value, text)
  return text
}

/** What was said once is written twice: as an agent's output, and as the message that told of it. Payloads never change. */
const known = new WeakMap<object, string>()
