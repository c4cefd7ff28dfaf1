import BigJs from 'big.js'
import { z } from 'zod'

/*
 * The one file that imports the decimal library. Its strict mode makes `<`, `+` and native numbers throw, so that no
 * float ever carries money. Division keeps 24 decimals and truncates; every other rounding has a name.
 */
const Big = BigJs()
Big.strict = true
const DECIMALS_OF_DIVISION = 24
Big.DP = DECIMALS_OF_DIVISION
Big.RM = BigJs.roundDown

export type Decimal = BigJs
/** Units of one asset. */
export type Amount = Decimal & { readonly __amount: true }
/** Quote currency per unit of base. */
export type Price = Decimal & { readonly __price: true }
/** A value in quote currency. */
export type Money = Decimal & { readonly __money: true }
/** A ratio: 0.004 is 0.4 %. */
export type Fraction = Decimal & { readonly __fraction: true }

const DECIMAL_TEXT = /^-?\d{1,30}(\.\d{1,40})?$/

/** Decimal text as it stands in files, in the database and on the wire: no exponent, no thousands separator. */
export const DecimalText = z
  .string()
  .regex(DECIMAL_TEXT, 'expected a decimal number such as 0.0345 (no exponent, a point as separator)')
export type DecimalText = z.infer<typeof DecimalText>

/** @throws when `text` is not plain decimal text: at every edge validate with `DecimalText` first. */
export function decimal(text: string): Decimal {
  if (!DECIMAL_TEXT.test(text)) throw new Error(`not a decimal number: ${JSON.stringify(text)}`)
  return new Big(text)
}
export const amount = (text: string): Amount => decimal(text) as Amount
export const price = (text: string): Price => decimal(text) as Price
export const money = (text: string): Money => decimal(text) as Money
export const fraction = (text: string): Fraction => decimal(text) as Fraction

/**
 * The way back from `toText`, for any number of digits: for texts that this program has written itself.
 *
 * @throws when `text` is no plain decimal.
 */
export function fromText(text: string): Decimal {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new Error(`not a decimal number: ${JSON.stringify(text)}`)
  return new Big(text)
}

/** Plain decimal text without exponent or trailing zeros; `-0` becomes `0`. */
export function toText(value: Decimal): DecimalText {
  const text = value.toFixed()
  return text === '-0' ? '0' : text
}

/** For screens and sentences: rounded half away from zero to `places` decimals, zeros kept. */
export function shown(value: Decimal, places: number): string {
  const text = value.toFixed(places, 1)
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text
}

/** A float with its shortest text taken as exact: for prices read from candle files of at most 15 digits. */
export function fromFloat(value: number): Decimal {
  const text = String(value)
  return new Big(text)
}

/** For screens, indicators and fast pre-checks only: never the way back to an order. */
export const toFloat = (value: Decimal): number => Number(value.toFixed())

export const ZERO = new Big('0') as Amount & Money & Fraction
export const ONE = new Big('1') as Amount & Fraction
export const integer = (n: number): Decimal => new Big(String(n))

/**
 * The same as `a.div(b)` to the last digit, an order of magnitude faster when `b` has many digits: the library divides
 * digit by digit.
 */
export function quotient(a: Decimal, b: Decimal): Decimal {
  const shift = DECIMALS_OF_DIVISION + lastPlace(a) - lastPlace(b)
  const [dividend, divisor] = [digits(a), digits(b)]
  const whole = shift < 0 ? dividend / (divisor * 10n ** BigInt(-shift)) : (dividend * 10n ** BigInt(shift)) / divisor
  return new Big(`${a.s === b.s ? '' : '-'}${whole}e-${DECIMALS_OF_DIVISION}`)
}
const digits = ({ c }: Decimal): bigint => BigInt(c.join(''))
/** The power of ten of the last digit. */
const lastPlace = ({ c, e }: Decimal): number => e - c.length + 1

/** Largest whole number of steps not above `value` (towards zero): less than asked may be traded, never more. */
export const floorToStep = <T extends Decimal>(value: T, step: Decimal): T =>
  value.div(step).round(0, 0).times(step) as T

/** Smallest whole number of steps not below a positive `value`. */
export function ceilToStep<T extends Decimal>(value: T, step: Decimal): T {
  const rounded = value.div(step).round(0, 3).times(step)
  // The division truncates: a value that exceeds a step by less than its last decimal must still go up.
  return (rounded.lt(value) ? rounded.plus(step) : rounded) as T
}

export const minOf = <T extends Decimal>(a: T, b: T): T => (b.lt(a) ? b : a)
export const maxOf = <T extends Decimal>(a: T, b: T): T => (b.gt(a) ? b : a)
export const sum = <T extends Decimal>(values: readonly T[]): T =>
  values.reduce<Decimal>((total, value) => total.plus(value), ZERO) as T
