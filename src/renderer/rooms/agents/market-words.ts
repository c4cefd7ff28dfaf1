import type { FreshnessView } from '../../../shared/contract/views.ts'
import { DAY, HOUR, MINUTE } from '../../../shared/time.ts'

const ALWAYS = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY]

/** Every width there is of any symbol, finest first; while there is none, those that are to be expected. */
export function widthsOf(market: readonly FreshnessView[]): readonly number[] {
  const known = new Set(market.flatMap(({ candles }) => candles.map(({ intervalMs }) => intervalMs)))
  return known.size === 0 ? ALWAYS : [...known].sort((a, b) => a - b)
}

/** Its successor should have closed by now, and some time ago at that. */
export const isOverdue = ({ intervalMs, closedAt }: FreshnessView['candles'][number], now: number): boolean =>
  now - closedAt >= 2 * intervalMs
