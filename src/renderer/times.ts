import { DAY, HOUR, MINUTE, SECOND } from '../shared/time.ts'
import { UNKNOWN } from './format.ts'

export type Zone = 'utc' | 'local'

const formats = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: Zone, kind: 'time' | 'day' | 'short'): Intl.DateTimeFormat {
  const key = `${zone} ${kind}`
  const known = formats.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
    hourCycle: 'h23',
    ...(kind === 'time' ? { hour: '2-digit', minute: '2-digit', second: '2-digit' } : {}),
    ...(kind === 'short' ? { hour: '2-digit', minute: '2-digit' } : {}),
    ...(kind === 'day' ? { year: 'numeric', month: '2-digit', day: '2-digit' } : {}),
  })
  formats.set(key, made)
  return made
}

/** 2026-03-02, so that it sorts as it reads. */
export const day = (at: number, zone: Zone): string => formatter(zone, 'day').format(at).split('/').reverse().join('-')
const time = (at: number, zone: Zone): string => formatter(zone, 'time').format(at)
export const shortTime = (at: number, zone: Zone): string => formatter(zone, 'short').format(at)
export const dateTime = (at: number, zone: Zone): string => `${day(at, zone)} ${time(at, zone)}`
export const monthDay = (at: number, zone: Zone): string => day(at, zone).slice(5)

/** 18:37 today, 03-03 02:37 on another day. */
export const dayTime = (at: number, now: number, zone: Zone): string =>
  day(at, zone) === day(now, zone) ? shortTime(at, zone) : `${monthDay(at, zone)} ${shortTime(at, zone)}`

/** How old something is: `4 s`, `12 min`, `3 h`, `2 d`. What is from the future by clock skew is new. */
export function age(at: number | null, now: number): string {
  if (at === null) return UNKNOWN
  const ms = Math.max(0, now - at)
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`
  return `${Math.floor(ms / DAY)} d`
}

/** mm:ss until `at`, h:mm:ss from an hour on; 00:00 when it has come. */
export const countdown = (at: number | null, now: number): string =>
  at === null ? UNKNOWN : clock(Math.ceil((at - now) / SECOND))

/** hh:mm until `at`, for what is hours away; 00:00 when it has come. */
export function hoursUntil(at: number, now: number): string {
  const minutes = Math.max(0, Math.ceil((at - now) / MINUTE))
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

/** mm:ss since `at`, h:mm:ss from an hour on: where every second counts. */
export const elapsed = (at: number | null, now: number): string =>
  at === null ? UNKNOWN : clock(Math.floor((now - at) / SECOND))

function clock(anySeconds: number): string {
  const seconds = Math.max(0, anySeconds)
  const two = (n: number): string => String(n).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${two(minutes)}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

/** The engine's clock between two of its messages. */
export const interpolated = (engineNow: number, speed: number, elapsedMs: number): number =>
  engineNow + Math.max(0, elapsedMs) * speed
