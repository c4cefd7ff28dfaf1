import { DAY, HOUR } from '../../../shared/time.ts'

export type AxisTick = { readonly at: number; readonly label: string }

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const HOUR_STEPS = [1, 2, 3, 6, 12]
const DAY_STEPS = [1, 2, 4, 7]
const MONTH_STEPS = [1, 2, 3, 6]
const MONTH = 30.44 * DAY

/** 12345.6 → "12,345.6": a comma between thousands, as many decimals as given. */
export function groupedNumber(text: string): string {
  const [whole = '', decimals] = text.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return decimals === undefined ? grouped : `${grouped}.${decimals}`
}

/** 1, 2 or 5 times a power of ten, so that about `count` of them make `span`. */
function niceStep(span: number, count: number): number {
  const rough = span / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10
  return step * power
}

/** Ticks at round numbers from the one at or below `min` to the one at or above `max`. */
export function numberTicks(min: number, max: number, count: number, unit = ''): AxisTick[] {
  const isSpan = max - min > 1e-9 * (1 + Math.abs(min) + Math.abs(max))
  // A flat line lies in the middle of a band around it.
  const middle = Number.isFinite(min) ? min : 0
  const around = Math.abs(middle) * 0.05 || 1
  const low = isSpan ? min : middle - around
  const high = isSpan ? max : middle + around
  const step = niceStep(high - low, count)
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  const ticks: AxisTick[] = []
  for (let n = Math.floor(low / step + 1e-9); n <= Math.ceil(high / step - 1e-9); n++) {
    const text = (n * step).toFixed(decimals)
    ticks.push({ at: Number(text), label: `${groupedNumber(text.replace('-', '−'))}${unit}` })
  }
  return ticks
}

const dayLabel = (date: Date): string => `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`

function clockTicks(from: number, to: number, step: number): AxisTick[] {
  const ticks: AxisTick[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const isDay = at % DAY === 0
    const date = new Date(at)
    ticks.push({ at, label: isDay ? dayLabel(date) : date.toISOString().slice(11, 16) })
  }
  return ticks
}

function monthTicks(from: number, to: number, step: number): AxisTick[] {
  const ticks: AxisTick[] = []
  const first = new Date(from)
  for (let month = first.getUTCFullYear() * 12; ; month += step) {
    const [year, index] = [Math.floor(month / 12), month % 12]
    const at = Date.UTC(year, index)
    if (at > to) return ticks
    if (at >= from) ticks.push({ at, label: index === 0 ? String(year) : `${MONTHS[index]} ${year}` })
  }
}

/** At most `most` ticks at full hours, days, months or years (UTC) between two moments. */
export function timeTicks(from: number, to: number, most: number): AxisTick[] {
  const span = to - from
  for (const hours of HOUR_STEPS) if (span / (hours * HOUR) <= most) return clockTicks(from, to, hours * HOUR)
  for (const days of DAY_STEPS) if (span / (days * DAY) <= most) return clockTicks(from, to, days * DAY)
  for (const months of MONTH_STEPS) if (span / (months * MONTH) <= most) return monthTicks(from, to, months)
  let years = 1
  while (span / (years * 12 * MONTH) > most) years *= 2
  return monthTicks(from, to, years * 12)
}
