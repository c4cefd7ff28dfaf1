import { money, toText } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import type { BreakerReading, BreakerState, Mark } from '../domain/breaker.ts'

type MarkJson = { readonly [K in keyof Mark]: string }
type Saved = Omit<BreakerState, 'dayStart' | 'weekStart' | 'peak'> & {
  readonly dayStart: MarkJson
  readonly weekStart: MarkJson
  readonly peak: MarkJson | null
}

const markToJson = ({ pnl, equity, flows }: Mark): MarkJson => ({
  pnl: toText(pnl),
  equity: toText(equity),
  flows: toText(flows),
})
const markFromJson = ({ pnl, equity, flows }: MarkJson): Mark => ({
  pnl: money(pnl),
  equity: money(equity),
  flows: money(flows),
})

/** Exact: what is read again is what was written. */
export const toJson = (state: BreakerState): string =>
  JSON.stringify({
    ...state,
    dayStart: markToJson(state.dayStart),
    weekStart: markToJson(state.weekStart),
    peak: state.peak === null ? null : markToJson(state.peak),
  } satisfies Saved)

export function fromJson(text: string): BreakerState {
  const { dayStart, weekStart, peak, ...rest } = JSON.parse(text) as Saved
  return {
    ...rest,
    dayStart: markFromJson(dayStart),
    weekStart: markFromJson(weekStart),
    peak: peak === null ? null : markFromJson(peak),
  }
}

export const readingToJson = (reading: BreakerReading | null): string =>
  JSON.stringify(reading === null ? null : { at: reading.at, ...markToJson(reading) })

export function readingFromJson(text: string): BreakerReading | null {
  const saved = JSON.parse(text) as (MarkJson & { readonly at: number }) | null
  return saved === null ? null : { at: epochMs(saved.at), ...markFromJson(saved) }
}
