import type { ReportSeries } from './report-data.ts'

const MOST_POINTS = 1500

/** Keeps a chart's worth of points of a run of any length; the same run always keeps the same points. */
export type SeriesSampler = {
  /** Values at the end of one step. `weights` in order of the assets; it may be reused by the caller. */
  add(at: number, equity: number, hold: number, drawdown: number, weights: ArrayLike<number>): void
  rebalanced(at: number): void
  /** What was kept, with the very last point. */
  series(): ReportSeries
}

/**
 * Every `stride`-th point; when the places are used up every second one is dropped and the stride doubled. Between
 * `limit / 2` and `limit` points remain of any longer run. Of drawdowns the deepest of each stride is kept, so that the
 * worst moment is never thinned away.
 *
 * @param limit even, 4 or more.
 */
export function createSeriesSampler(assets: readonly string[], limit: number = MOST_POINTS): SeriesSampler {
  // One place is left for the last point.
  const places = limit - 2 + (limit % 2)
  const column = () => new Float64Array(places)
  const at = column()
  const equity = column()
  const hold = column()
  const drawdown = column()
  const weights = assets.map(column)
  const last = { at: Number.NaN, equity: 0, hold: 0, drawdown: 0, weights: new Float64Array(assets.length) }
  let kept = 0
  let stride = 1
  let untilNext = 0
  let deepest = 0
  const rebalances = createThinnedTimes(limit)

  function halve(): void {
    kept = places / 2
    for (let i = 0; i < kept; i++) {
      for (const values of [at, equity, hold, ...weights]) values[i] = values[2 * i] as number
      drawdown[i] = Math.max(drawdown[2 * i] as number, drawdown[2 * i + 1] as number)
    }
    stride *= 2
  }

  return {
    add(time, total, held, fall, parts) {
      last.at = time
      last.equity = total
      last.hold = held
      last.drawdown = fall
      for (let k = 0; k < assets.length; k++) last.weights[k] = parts[k] as number
      if (untilNext > 0) {
        untilNext--
        if (fall > deepest) {
          deepest = fall
          drawdown[kept - 1] = fall
        }
        return
      }
      if (kept === places) halve()
      at[kept] = time
      equity[kept] = total
      hold[kept] = held
      drawdown[kept] = fall
      deepest = fall
      for (let k = 0; k < assets.length; k++) (weights[k] as Float64Array)[kept] = parts[k] as number
      kept++
      untilNext = stride - 1
    },
    rebalanced: rebalances.add,
    series() {
      const isLastKept = kept === 0 || at[kept - 1] === last.at
      const list = (values: Float64Array, end: number) => [...values.subarray(0, kept), ...(isLastKept ? [] : [end])]
      return {
        at: list(at, last.at),
        equity: list(equity, last.equity),
        hold: list(hold, last.hold),
        drawdown: list(drawdown, last.drawdown),
        weights: Object.fromEntries(
          assets.map((asset, k) => [asset, list(weights[k] as Float64Array, last.weights[k] ?? 0)]),
        ),
        rebalances: rebalances.times(),
      }
    },
  }
}

function createThinnedTimes(limit: number) {
  let kept: number[] = []
  let stride = 1
  let count = 0
  return {
    add(time: number): void {
      if (count++ % stride !== 0) return
      if (kept.length === limit) {
        kept = kept.filter((_, i) => i % 2 === 0)
        stride *= 2
        if ((count - 1) % stride !== 0) return
      }
      kept.push(time)
    },
    times: () => [...kept],
  }
}

/** The same series in at most `limit` points. */
export function thinSeries(series: ReportSeries, limit: number = MOST_POINTS): ReportSeries {
  if (series.at.length <= limit) return series
  const assets = Object.keys(series.weights)
  const sampler = createSeriesSampler(assets, limit)
  for (let i = 0; i < series.at.length; i++) {
    const value = (values: readonly number[] | undefined) => values?.[i] ?? Number.NaN
    const weights = assets.map((asset) => value(series.weights[asset]))
    sampler.add(value(series.at), value(series.equity), value(series.hold), value(series.drawdown), weights)
  }
  return { ...sampler.series(), rebalances: series.rebalances }
}
