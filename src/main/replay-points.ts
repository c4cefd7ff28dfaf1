import { join } from 'node:path'
import { toFloat, toText } from '../shared/money.ts'
import { isoTime } from '../shared/time.ts'
import { createCsvWriter } from './adapters/report/csv-writer.ts'
import { createSeriesSampler } from './adapters/report/series-sampler.ts'
import type { ReplayPoint } from './replay-run.ts'

/** What becomes of every point of a replay: a row of equity.csv in `dir`, and a place in the report's charts. */
export function recordPoints(dir: string, assets: readonly string[]) {
  const sampler = createSeriesSampler(assets)
  const table = createCsvWriter(join(dir, 'equity.csv'), [
    'time',
    'equity',
    'hold_equity',
    'drawdown',
    ...assets.map((asset) => `weight_${asset}`),
    'rebalance',
  ])
  return {
    add({ at, equity, holdEquity, drawdown, weights, isRebalance }: ReplayPoint): void {
      const parts = [...weights.values()]
      table.write([
        isoTime(at),
        toText(equity),
        holdEquity === null ? null : toText(holdEquity),
        drawdown.toFixed(12),
        ...parts.map((part) => part.toFixed(12)),
        isRebalance ? 1 : 0,
      ])
      sampler.add(at, toFloat(equity), holdEquity === null ? Number.NaN : toFloat(holdEquity), drawdown, parts)
      if (isRebalance) sampler.rebalanced(at)
    },
    close: () => table.close(),
    series: () => sampler.series(),
  }
}
