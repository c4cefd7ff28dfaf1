import type { BreakerView } from '../../shared/contract/views.ts'
import { shown, toText } from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'
import {
  type BreakerLimits,
  type BreakerName,
  type BreakerReading,
  type BreakerState,
  effectOf,
  heldBackBy,
  lostPercent,
  usedBy,
} from '../domain/breaker.ts'

const TITLES: Readonly<Record<BreakerName, string>> = {
  day: 'Loss of the day',
  week: 'Loss of the week',
  drawdown: 'Drawdown',
  losses: 'Losses in a row',
}

/** What each circuit breaker measures now, and what it holds up; none before the first prices. */
export function breakerViews(
  found: { readonly state: BreakerState; readonly reading: BreakerReading } | null,
  limits: BreakerLimits,
  now: EpochMs,
): BreakerView[] {
  if (found === null) return []
  const { state, reading } = found
  const held = heldBackBy(state, now)
  const view = (name: BreakerName, value: string, limit: string, trippedAt: EpochMs | null): BreakerView => {
    const until = held.find((each) => each.name === name)
    return {
      name,
      title: TITLES[name],
      value,
      limit,
      used: usedBy(name, state, reading, limits),
      trippedAt: until === undefined ? null : trippedAt,
      effect: until === undefined ? null : effectOf(name, until.until, limits),
    }
  }
  const lost = (since: BreakerState['peak']): string => {
    const percent = shown(lostPercent(since, reading), 2)
    return percent === '0.00' ? `${percent} %` : `−${percent} %`
  }
  return [
    view('day', lost(state.dayStart), `−${toText(limits.dayPercent)} %`, state.dayTrippedAt),
    view('week', lost(state.weekStart), `−${toText(limits.weekPercent)} %`, state.weekTrippedAt),
    view('drawdown', lost(state.peak), `−${toText(limits.drawdownPercent)} %`, state.drawdownTrippedAt),
    view('losses', String(state.lossesInARow), String(limits.lossesInARow), state.pausedSince),
  ]
}
