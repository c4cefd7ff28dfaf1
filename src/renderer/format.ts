import { type Decimal, DecimalText, decimal } from '../shared/money.ts'

/*
 * Numbers as they stand on the screen. They come as decimal text and stay text: nothing here passes through a float.
 * `null` and anything unreadable is a dash.
 */
export const UNKNOWN = '—'
const MINUS = '−'
const ROUND_HALF_UP = 1
const ROUND_DOWN = 0

export type Sign = 'gain' | 'loss' | 'none'

const parsed = (text: string | null): Decimal | null =>
  text === null || !DecimalText.safeParse(text).success ? null : decimal(text)

/** Thousands apart by commas, a true minus sign. */
function grouped(plain: string): string {
  const [whole = '', part] = plain.replace('-', '').split('.')
  const isZero = !/[1-9]/.test(plain)
  const sign = plain.startsWith('-') && !isZero ? MINUS : ''
  const withCommas = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return sign + (part === undefined ? withCommas : `${withCommas}.${part}`)
}

/** With exactly `decimals` places. */
export function fixed(text: string | null, decimals: number): string {
  const value = parsed(text)
  return value === null ? UNKNOWN : grouped(value.toFixed(decimals, ROUND_HALF_UP))
}

/** With at most `decimals` places: what is not there is not made up. */
export function upTo(text: string | null, decimals: number): string {
  const value = parsed(text)
  return value === null ? UNKNOWN : grouped(value.round(decimals, ROUND_HALF_UP).toFixed())
}

/** As `fixed`, a gain with its plus sign. */
export function signed(text: string | null, decimals: number): string {
  const shown = fixed(text, decimals)
  return signOf(text) === 'gain' && /[1-9]/.test(shown) ? `+${shown}` : shown
}

export function percent(text: string | null, decimals = 2): string {
  const shown = fixed(text, decimals)
  return shown === UNKNOWN ? shown : `${shown} %`
}

/** Never rounded up: only what is full reads 100 %. */
export function wholePercent(text: string | null): string {
  const value = parsed(text)
  return value === null ? UNKNOWN : `${grouped(value.toFixed(0, ROUND_DOWN))} %`
}

export function signedPercent(text: string | null, decimals = 2): string {
  const shown = signed(text, decimals)
  return shown === UNKNOWN ? shown : `${shown} %`
}

export function signOf(text: string | null): Sign {
  const value = parsed(text)
  if (value === null || value.eq(decimal('0'))) return 'none'
  return value.gt(decimal('0')) ? 'gain' : 'loss'
}

/** For the geometry of bars and charts only. Unknown is 0. */
export const toShape = (text: string | null): number => (text === null ? 0 : Number(text))

/** A confidence in [0, 1]. */
export const confidence = (value: number | null): string => (value === null ? UNKNOWN : `${Math.round(value * 100)} %`)

/** An indicator's value: a float, four significant digits. */
export function reading(value: number): string {
  if (!Number.isFinite(value)) return UNKNOWN
  const plain = Math.abs(value) >= 1000 ? value.toFixed(2) : String(Number(value.toPrecision(4)))
  return /e/.test(plain) ? plain : grouped(plain)
}

/** `regime_incompatible` → `regime incompatible`. */
export const words = (name: string): string => name.replaceAll('_', ' ')
export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const NAMES: Readonly<Record<string, string>> = { deepseek: 'DeepSeek' }
/** Of a model or a service, as it is written. */
export const properName = (name: string): string => NAMES[name] ?? capitalized(name)

/** Ids are long; their end is what differs. */
export const shortId = (id: string): string => (id.length <= 14 ? id : `${id.slice(0, 4)}…${id.slice(-6)}`)
