import type BetterSqlite3 from 'better-sqlite3'
import { type Decimal, toText } from '../../shared/money.ts'

export type Sql = BetterSqlite3.Database
export type Value = string | number | null

/** `decimal()` reads no more than this, and division makes no more. */
const MAX_DECIMALS = 40

/**
 * Exact text of a decimal that money depends on.
 *
 * @throws when it has more than 40 decimals: it could not be read back, and rounding it is not for a store to decide.
 */
export function exactText(value: Decimal): string {
  const text = toText(value)
  const point = text.indexOf('.')
  if (point >= 0 && text.length - point - 1 > MAX_DECIMALS) {
    throw new Error(`${text} has more than ${MAX_DECIMALS} decimals: round it before it is stored`)
  }
  return text
}

/** Text of a decimal that is only shown (a weight, equity, drift): cut after 40 decimals, as division does. */
export const shownText = (value: Decimal): string => toText(value.round(MAX_DECIMALS, 0))

/** @throws when `text` is none of `allowed`. */
export function oneOf<T extends string>(allowed: readonly T[], text: unknown): T {
  const found = allowed.find((candidate) => candidate === text)
  if (found === undefined) throw new Error(`expected ${allowed.join(' | ')}, found ${JSON.stringify(text)}`)
  return found
}

/** Says which row it was when a stored value is impossible. */
export function decoded<T>(table: string, key: string, decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    throw new Error(`${table} ${key}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

export const insertInto = (table: string, columns: readonly string[]): string =>
  `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`

/** The key's value comes last. */
export const updateOf = (table: string, columns: readonly string[], key: string): string =>
  `UPDATE ${table} SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE ${key} = ?`
