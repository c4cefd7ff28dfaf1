import { createHash } from 'node:crypto'
import { type Decimal, fromText, toText, ZERO } from '../../shared/money.ts'

/*
 * Whatever a desk reads or does, as JSON that comes back as the very same value. What JSON cannot say is marked with a
 * key that begins with `$`; nothing is guessed.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

const DecimalClass = ZERO.constructor as new () => unknown
const isDecimal = (value: object): value is Decimal => value instanceof DecimalClass

const ODD_NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
}

/** Where long values are kept once and referred to by number afterwards. */
export type Shelf = {
  /** The number of a value that was kept before, or is now. */
  put(text: string, json: Json): number
}

/** Shorter than this a value is written out wherever it stands. */
const WORTH_KEEPING = 200

/**
 * @param shelf where long objects go; without one everything is written out, keys in order: the same value is then
 * always the same text.
 * @throws TypeError for a function, a symbol or a bigint: no desk is told of one.
 */
export function toJson(value: unknown, shelf: Shelf | null): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return numberJson(value)
  if (value === undefined) return { $u: true }
  if (Array.isArray(value)) return value.map((item) => toJson(item, shelf))
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} cannot be noted`)
  if (isDecimal(value)) return { $d: toText(value) }
  if (value instanceof Map) return { $m: [...value].map(([key, item]) => [toJson(key, shelf), toJson(item, shelf)]) }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  if (shelf === null) entries.sort(([one], [other]) => (one < other ? -1 : 1))
  const json = Object.fromEntries(
    entries.map(([key, item]) => [key.startsWith('$') ? `$${key}` : key, toJson(item, shelf)]),
  )
  if (shelf === null) return json
  const text = JSON.stringify(json)
  return text.length < WORTH_KEEPING ? json : { $v: shelf.put(text, json) }
}

function numberJson(value: number): Json {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value
  return { $n: Object.is(value, -0) ? '-0' : String(value) }
}

/**
 * @param kept the values that were kept, by number.
 * @throws Error for what `toJson` never writes.
 */
export function fromJson(json: Json, kept: (n: number) => unknown): unknown {
  if (json === null || typeof json !== 'object') return json
  if (isList(json)) return json.map((item) => fromJson(item, kept))
  const [only] = Object.entries(json)
  if (only !== undefined && Object.keys(json).length === 1) {
    const [key, value] = only
    if (key === '$u') return undefined
    if (key === '$d') return fromText(textOf(value))
    if (key === '$n') return oddNumber(textOf(value))
    if (key === '$m') return mapOf(fromJson(value, kept))
    if (key === '$v' && typeof value === 'number') return kept(value)
  }
  return Object.fromEntries(
    Object.entries(json).map(([key, item]) => [key.startsWith('$$') ? key.slice(1) : key, fromJson(item, kept)]),
  )
}

/** One text for one value, whatever the order of its keys: two values are the same when these are. */
export const canonical = (value: unknown): string => JSON.stringify(toJson(value, null))

/** A shelf that knows of so many values at most; what it has forgotten is kept again. */
export function createShelf(atMost: number): Shelf & { take(): readonly (readonly [number, Json])[] } {
  const numbers = new Map<string, number>()
  let next = 0
  let fresh: [number, Json][] = []
  return {
    put(text, json) {
      const key = createHash('sha256').update(text).digest('base64')
      const known = numbers.get(key)
      if (known !== undefined) return known
      if (numbers.size >= atMost) numbers.clear()
      const n = next++
      numbers.set(key, n)
      fresh.push([n, json])
      return n
    },
    take() {
      const taken = fresh
      fresh = []
      return taken
    },
  }
}

const isList = (json: Json): json is readonly Json[] => Array.isArray(json)

function textOf(json: Json): string {
  if (typeof json !== 'string') throw new Error(`expected text, found ${JSON.stringify(json)}`)
  return json
}

function mapOf(entries: unknown): ReadonlyMap<unknown, unknown> {
  if (!Array.isArray(entries)) throw new Error('expected entries of a map')
  return new Map(entries.map((entry) => (Array.isArray(entry) ? [entry[0], entry[1]] : [entry, undefined])))
}

function oddNumber(text: string): number {
  const value = ODD_NUMBERS[text]
  if (value === undefined) throw new Error(`expected an odd number, found ${JSON.stringify(text)}`)
  return value
}
