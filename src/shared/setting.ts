import { z } from 'zod'
import { type Decimal, decimal } from './money.ts'

/*
 * The values that settings are made of. Scalars arrive as text and are parsed here, so that no float comes between the
 * file and a decimal.
 */

/** `-0` is nobody's intention. */
const NUMBER = /^(?!-0(\.0+)?$)-?\d{1,15}(\.\d{1,15})?$/
const numberText = z
  .string({ error: 'expected a number' })
  .regex(NUMBER, { error: 'expected a plain number such as 0.5', abort: true })
const bounded = (low: string, high: string) =>
  numberText.refine(
    (text) => {
      const value = decimal(text)
      return value.gte(decimal(low)) && value.lte(decimal(high))
    },
    { error: `expected a number from ${low} to ${high}`, abort: true },
  )

/** A float for durations, counts and indicator weights; both bounds included. */
export const number = (low: string, high: string) => bounded(low, high).transform(Number)
export const integer = (low: number, high: number) =>
  bounded(String(low), String(high))
    .refine((text) => /^-?\d+$/.test(text), 'expected a whole number')
    .transform(Number)
/** An exact number for money, amounts and whatever is compared with them. */
export const decimalOf = <T extends Decimal>(low: string, high: string) =>
  bounded(low, high).transform((text) => decimal(text) as T)
/** A part of a whole, 0 to 1. */
export const share = number('0', '1')
/** Candles that an indicator looks back on. */
export const period = integer(2, 1_000)
/** Where somebody is asked over the web. */
export const webAddress = z.string().regex(/^https?:\/\/[^\s]+$/, 'expected a URL such as https://api.example.com/v1')
/** False where a key sent there could be read on the way: without TLS it leads no further than to this machine. */
export const isPrivate = (url: string): boolean =>
  /^(https|wss):|^(http|ws):\/\/(127\.0\.0\.1|localhost|\[::1\])([:/]|$)/i.test(url)
export const text = z.string().min(1, 'expected a text')
export const flag = z.enum(['true', 'false'], 'expected true or false').transform((value) => value === 'true')
