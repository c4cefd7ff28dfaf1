import { join } from 'node:path'
import { inspectRecordings } from '../../src/main/adapters/recorded/recorded-feed.ts'
import { createCsvWriter } from '../../src/main/adapters/report/csv-writer.ts'
import { createSeriesSampler } from '../../src/main/adapters/report/series-sampler.ts'
import { CONFIG_DIR } from '../../src/main/app.ts'
import { loadSettings } from '../../src/main/config.ts'
import { REPLAY_SETTINGS, type ReplayPoint, runReplay } from '../../src/main/replay-run.ts'
import { pair } from '../../src/shared/ids.ts'
import { toFloat, toText } from '../../src/shared/money.ts'
import { epochMs, isoTime } from '../../src/shared/time.ts'
import { type BenchCandles, type CandleFiles, openBenchCandles, parseCandles } from './candles.ts'
import { openFramework } from './framework-peer.ts'
import { openGrademark } from './grademark-peer.ts'
import { type BenchContext, collectGarbage, compare, interleave, type Row } from './measure.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const HALF_HOUR = 1_800_000
const PEERS = ['@backtest/framework, 30 min', 'grademark, 30 min']
const OURS = {
  hourly: 'replay, hourly, agents off',
  halfHourly: 'replay, 30 min, agents off',
  agents: 'replay, hourly, agents on',
} as const

/** Candles a second of the whole engine, orders, ledger and equity included, against two backtesters. */
export async function replayBench(context: BenchContext): Promise<Row[]> {
  const candles = openBenchCandles(context)
  const symbols = Object.entries(candles.halfHourly)
  const parsed: Record<string, Awaited<ReturnType<typeof parseCandles>>> = {}
  for (const [symbol, file] of symbols) parsed[symbol] = await parseCandles(file, candles.range)
  const intervalMs = candles.halfHourly === candles.hourly ? 2 * HALF_HOUR : HALF_HOUR
  const framework = openFramework(parsed, intervalMs)
  const grademark = openGrademark(Object.values(parsed))
  const samples = await interleave(
    [
      { name: OURS.hourly, measure: () => candlesPerSecond(candles, candles.hourly, false) },
      { name: PEERS[0] as string, measure: () => alone(framework.candlesPerSecond) },
      { name: OURS.halfHourly, measure: () => candlesPerSecond(candles, candles.halfHourly, false) },
      { name: PEERS[1] as string, measure: () => alone(grademark.candlesPerSecond) },
      { name: OURS.agents, measure: () => candlesPerSecond(candles, candles.hourly, true) },
    ],
    { ...context, warmUps: 2 },
  )
  candles.remove()
  return Object.values(OURS).flatMap((name) => PEERS.map((peer) => compare(samples, name, peer, 'candles/s')))
}

function alone<T>(measure: () => T): T {
  collectGarbage()
  return measure()
}

/** Timed as `report.json` does it: the loop over parsed candles, the points of its equity curve included. */
async function candlesPerSecond({ range }: BenchCandles, files: CandleFiles, agentsOn: boolean): Promise<number> {
  const recordings = await inspectRecordings(
    Object.entries(files).map(([symbol, file]) => ({ symbol: pair(symbol), file })),
  )
  if (!recordings.ok) throw new Error(recordings.error.message)
  return inTemporaryFolder(async (folder) => {
    const curve = openEquityCurve(folder)
    collectGarbage()
    const result = await runReplay({
      settings: replaySettings(),
      recordings: recordings.value,
      from: range.from === undefined ? null : epochMs(Date.parse(range.from)),
      to: range.to === undefined ? null : epochMs(Date.parse(range.to)),
      agentsOn,
      seed: 1,
      onPoint: curve.add,
    })
    curve.close()
    if (!result.ok) throw new Error(result.error.message)
    const { candles, seconds, ledgerBalanced } = result.value
    result.value.close()
    if (!ledgerBalanced) throw new Error('the ledger of a replay does not balance')
    return candles / seconds
  })
}

/** Those of the replay command with nothing but `--candles`. */
function replaySettings() {
  const settings = loadSettings(CONFIG_DIR, [
    ...REPLAY_SETTINGS,
    ...['BTC', 'XRP', 'USDT'].flatMap((asset) => [
      `portfolio.paper.core.${asset}=${asset === 'USDT' ? 10_000 : 0}`,
      `portfolio.paper.bags.${asset}=0`,
    ]),
    'portfolio.approval.rebalance=auto',
    'portfolio.approval.tactical=auto',
  ])
  if (!settings.ok) throw new Error(settings.error.message)
  return settings.value
}

/** What the replay command does with every point: a row of equity.csv and a place in the chart. */
function openEquityCurve(folder: string) {
  const assets = ['BTC', 'XRP', 'USDT']
  const sampler = createSeriesSampler(assets)
  const columns = ['time', 'equity', 'hold_equity', 'drawdown', ...assets, 'rebalance']
  const table = createCsvWriter(join(folder, 'equity.csv'), columns)
  return {
    add({ at, equity, holdEquity, drawdown, weights, isRebalance }: ReplayPoint): void {
      const parts = [...weights.values()]
      table.write([
        isoTime(at),
        toText(equity),
        holdEquity === null ? null : toText(holdEquity),
        toText(drawdown.round(12)),
        ...parts.map((part) => toText(part.round(12))),
        isRebalance ? 1 : 0,
      ])
      const held = holdEquity === null ? Number.NaN : toFloat(holdEquity)
      sampler.add(at, toFloat(equity), held, toFloat(drawdown), parts.map(toFloat))
      if (isRebalance) sampler.rebalanced(at)
    },
    close: table.close,
  }
}
