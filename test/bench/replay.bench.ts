import { inspectRecordings } from '../../src/main/adapters/recorded/recorded-feed.ts'
import { CONFIG_DIR } from '../../src/main/app.ts'
import { loadSettings } from '../../src/main/config.ts'
import { recordPoints } from '../../src/main/replay-points.ts'
import { REPLAY_SETTINGS, runReplay } from '../../src/main/replay-run.ts'
import { pair } from '../../src/shared/ids.ts'
import { epochMs } from '../../src/shared/time.ts'
import { type BenchCandles, type CandleFiles, openBenchCandles, parseCandles } from './candles.ts'
import { openFramework } from './framework-peer.ts'
import { openGrademark } from './grademark-peer.ts'
import { type BenchContext, type Contestant, collectGarbage, compare, interleave, type Row } from './measure.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const HALF_HOUR = 1_800_000
const FRAMEWORK = '@backtest/framework, 30 min'
const GRADEMARK = 'grademark, 30 min'

/** Candles a second of the whole engine, orders, ledger and equity included, against two backtesters. */
export async function replayBench(context: BenchContext): Promise<Row[]> {
  const candles = openBenchCandles(context)
  const symbols = Object.entries(candles.halfHourly)
  const parsed: Record<string, Awaited<ReturnType<typeof parseCandles>>> = {}
  for (const [symbol, file] of symbols) parsed[symbol] = await parseCandles(file, candles.range)
  const intervalMs = candles.halfHourly === candles.hourly ? 2 * HALF_HOUR : HALF_HOUR
  const framework = openFramework(parsed, intervalMs)
  const grademark = openGrademark(Object.values(parsed))
  const ours = (name: string, files: CandleFiles, agentsOn: boolean): Contestant => ({
    name,
    measure: () => candlesPerSecond(candles, files, agentsOn),
  })
  const peers: Contestant[] = [
    { name: FRAMEWORK, measure: () => alone(framework.candlesPerSecond) },
    { name: GRADEMARK, measure: () => alone(grademark.candlesPerSecond) },
  ]
  // Each of ours with the peers of its own: a replay with agents would leave the compiler another engine to think of.
  const rows: Row[] = []
  for (const contestant of [
    ours('replay, hourly, agents off', candles.hourly, false),
    ours('replay, 30 min, agents off', candles.halfHourly, false),
    ours('replay, hourly, agents on', candles.hourly, true),
  ]) {
    const samples = await interleave([contestant, ...peers], { ...context, warmUps: 3 })
    for (const peer of peers) rows.push(compare(samples, contestant.name, peer.name, 'candles/s'))
  }
  candles.remove()
  return rows
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
    const curve = recordPoints(folder, ['BTC', 'XRP', 'USDT'])
    collectGarbage()
    const result = await runReplay({
      openNews: () => [],
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
