import type { AgentSaidView, AgentView } from '../../../shared/contract/views.ts'
import { DAY, HOUR, MINUTE } from '../../../shared/time.ts'
import { capitalized, properName, UNKNOWN, upTo, words } from '../../format.ts'

/* What the engine names, as it is written on the screen. */

export const REGIMES = [
  'trending_bull',
  'trending_bear',
  'ranging',
  'volatile_bull',
  'volatile_bear',
  'choppy',
  'breakout_potential',
] as const

const ACRONYMS = new Set(['adx', 'atr', 'di', 'ema', 'macd', 'obv', 'rsi', 'vwap'])
const SIGNS: Readonly<Record<string, string>> = { plusDi: '+DI', minusDi: '−DI' }

/** `emaFast` → `EMA fast`, `rangePosition` → `range position`. */
export function valueName(name: string): string {
  const parts = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[ _]/)
  return SIGNS[name] ?? parts.map((part) => acronymOr(part.toLowerCase())).join(' ')
}
const acronymOr = (word: string): string => (ACRONYMS.has(word) ? word.toUpperCase() : word)

/** A number with commas and a true minus sign; what is no plain number as it came. */
export function valueText(text: string): string {
  const shown = upTo(text, MOST_DECIMALS)
  return shown === UNKNOWN ? text : shown
}
const MOST_DECIMALS = 12

/** How long something took: `<1 ms`, `12 ms`, `1.4 s`. */
export function took(ms: number): string {
  if (ms < 1) return '<1 ms'
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}

/** The slowest of its last runs; a dash while there was none. */
export const latencyOf = (said: AgentView['said']): string =>
  said.length === 0 ? UNKNOWN : took(Math.max(...said.map(({ latencyMs }) => latencyMs)))

/** `5 min`, `4 h`, `24 h`, `2 d`. */
export function span(ms: number): string {
  if (ms < HOUR) return `${ms / MINUTE} min`
  return ms > DAY && ms % DAY === 0 ? `${ms / DAY} d` : `${ms / HOUR} h`
}

/** Of a candle, as charts name it: `15m`, `4h`, `1d`. */
export function widthName(ms: number): string {
  if (ms % DAY === 0) return `${ms / DAY}d`
  return ms % HOUR === 0 ? `${ms / HOUR}h` : `${ms / MINUTE}m`
}

/** −1 to 1, with its sign. */
export function score(value: number): string {
  const shown = Math.abs(value).toFixed(2)
  if (shown === '0.00') return shown
  return `${value < 0 ? '−' : '+'}${shown}`
}

/** How the models of a panel are called among the voices. */
const MODEL = 'model '

/** `technical_analysis` → `Technical analysis`, `model deepseek` → `DeepSeek`. */
export const voiceName = (name: string): string =>
  name.startsWith(MODEL) ? properName(name.slice(MODEL.length)) : capitalized(words(name))

export type Bias = AgentSaidView['bias']
