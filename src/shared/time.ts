import { z } from 'zod'

/** Milliseconds since 1970-01-01T00:00:00Z. */
export const EpochMs = z.number().int().nonnegative().brand<'EpochMs'>()
export type EpochMs = z.infer<typeof EpochMs>

export const SECOND = 1_000
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

export const epochMs = (ms: number): EpochMs => ms as EpochMs
export const after = (time: EpochMs, ms: number): EpochMs => (time + ms) as EpochMs
export const isoTime = (time: EpochMs): string => new Date(time).toISOString()

/** For sentences: `2026-03-02 14:33 UTC`. */
export const minuteText = (time: EpochMs): string => `${isoTime(time).slice(0, 16).replace('T', ' ')} UTC`
/** For sentences about single ticks: `2026-03-02 14:33:07 UTC`. */
export const secondText = (time: EpochMs): string => `${isoTime(time).slice(0, 19).replace('T', ' ')} UTC`

/** 00:00 UTC of that day. */
export const startOfDay = (time: EpochMs): EpochMs => (Math.floor(time / DAY) * DAY) as EpochMs

/** First multiple of `intervalMs` (counted from the epoch, so hours fall on full UTC hours) strictly later than `time`. */
export const nextBoundary = (time: EpochMs, intervalMs: number): EpochMs =>
  ((Math.floor(time / intervalMs) + 1) * intervalMs) as EpochMs
