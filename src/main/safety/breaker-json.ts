import { money, toText } from '../../shared/money.ts'
import type { BreakerState, Mark } from '../domain/breaker.ts'

type MarkJson = { readonly [K in keyof Mark]: string }
type Saved = Omit<BreakerState, 'dayStart' | 'weekStart' | 'peak'> & {
  readonly dayStart: MarkJson
  readonly weekStart: MarkJson
  readonly peak: MarkJson | null
}

/** Exact: what is read again is what was written. */
export function toJson(state: BreakerState): string {
  const mark = ({ pnl, equity, flows }: Mark): MarkJson => ({
    pnl: toText(pnl),
    equity: toText(equity),
    flows: toText(flows),
  })
  const { dayStart, weekStart, peak } = state
  const saved: Saved = {
    ...state,
    dayStart: mark(dayStart),
    weekStart: mark(weekStart),
    peak: peak === null ? null : mark(peak),
  }
  return JSON.stringify(saved)
}

export function fromJson(text: string): BreakerState {
  const mark = ({ pnl, equity, flows }: MarkJson): Mark => ({
    pnl: money(pnl),
    equity: money(equity),
    flows: money(flows),
  })
  const { dayStart, weekStart, peak, ...rest } = JSON.parse(text) as Saved
  return {
    ...rest,
    dayStart: mark(dayStart),
    weekStart: mark(weekStart),
    peak: peak === null ? null : mark(peak),
  }
}
