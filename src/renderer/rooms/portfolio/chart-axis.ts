import { DAY, HOUR, MINUTE } from '../../../shared/time.ts'
import { monthDay, shortTime, type Zone } from '../../times.ts'

/** Long spans say the day, short ones the time. */
export const axisTime =
  (span: number, zone: Zone) =>
  (at: number): string =>
    span > 2 * DAY ? monthDay(at, zone) : shortTime(at, zone)

const TIME_STEPS = [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY]
const MOST_TIMES = 6

/** Round times between the two, at most six or so. */
export function roundTimes(from: number, to: number): number[] {
  const least = (to - from) / MOST_TIMES
  const step = TIME_STEPS.find((each) => each >= least) ?? Math.ceil(least / DAY) * DAY
  return multiples(Math.ceil(from / step) * step, to, step)
}

export type Scale = { readonly domain: [number, number]; readonly ticks: number[]; readonly decimals: number }

/** Round values around all of `values`; a quiet day is not drawn as a storm: at least `leastSpan` from end to end. */
export function roundScale(values: readonly number[], leastSpan: number): Scale {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const extra = Math.max(0, leastSpan - (high - low)) / 2
  const step = roundStep((high - low + 2 * extra) / 4)
  const from = Math.floor((low - extra) / step) * step
  const to = Math.ceil((high + extra) / step) * step
  return { domain: [from, to], ticks: multiples(from, to, step), decimals: Math.max(0, -Math.floor(Math.log10(step))) }
}

/** 1, 2 or 5 times a power of ten, not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least > 0 ? least : 1))
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10)
}

const multiples = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.max(0, Math.floor((to - from) / step + 1e-6) + 1) }, (_, i) => from + i * step)

/** Rebalances outside of what is drawn would stretch the axis. */
export const within = (times: readonly number[], from: number, to: number): number[] =>
  times.filter((at) => at >= from && at <= to)

/** Both lines are drawn once; nothing flies in. */
export const STILL = { isAnimationActive: false, dot: false } as const
