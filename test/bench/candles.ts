import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PriceWalk } from '../../src/main/adapters/generated/price-walk.ts'
import { openCandleFile } from '../../src/main/adapters/recorded/candle-file.ts'
import { createCsvWriter } from '../../src/main/adapters/report/csv-writer.ts'
import { pair } from '../../src/shared/ids.ts'
import { epochMs, HOUR } from '../../src/shared/time.ts'
import type { BenchContext } from './measure.ts'

const FROM = '2020-09-20'
const TO = '2025-04-01'
const MADE_UP_HOURS = 40_000
const START_SECONDS = 1_600_560_000
const HEADER = ['time', 'open', 'high', 'low', 'close', 'volume']
const PAIRS = [
  { symbol: pair('BTC/USDT'), start: 30_000, volatility: 0.006, places: 1 },
  { symbol: pair('XRP/USDT'), start: 0.5, volatility: 0.008, places: 5 },
]

/** One file per pair. */
export type CandleFiles = Readonly<Record<string, string>>

export type BenchCandles = {
  readonly hourly: CandleFiles
  readonly halfHourly: CandleFiles
  /** The period to play; absent for made-up candles: all of them. */
  readonly range: { readonly from?: string; readonly to?: string }
  readonly remove: () => void
}

/** The recordings of `candlesDir`, or made-up ones, loudly, where they are missing. */
export function openBenchCandles({ candlesDir, note }: BenchContext): BenchCandles {
  const filesOf = (interval: string): CandleFiles => ({
    'BTC/USDT': join(candlesDir, `binance_BTCUSDT_${interval}.csv.gz`),
    'XRP/USDT': join(candlesDir, `binance_XRPUSDT_${interval}.csv.gz`),
  })
  const recorded = { hourly: filesOf('1h'), halfHourly: filesOf('30m') }
  const missing = Object.values(recorded)
    .flatMap((files) => Object.values(files))
    .filter((file) => !existsSync(file))
  if (missing.length === 0) return { ...recorded, range: { from: FROM, to: TO }, remove: () => {} }
  const warning = `NOT REAL MARKET DATA: ${missing.join(', ')} missing, so every replay figure is of made-up hourly candles, also where it says 30 min`
  process.stderr.write(`${warning}\n`)
  note(warning)
  const { files, remove } = makeUpCandles(MADE_UP_HOURS)
  return { hourly: files, halfHourly: files, range: {}, remove }
}

/**
 * Hourly candles of a random walk of BTC/USDT and XRP/USDT, in files: about as many rebalances at 5 pp in as many
 * candles as the recordings have.
 */
export function makeUpCandles(hours: number): { files: CandleFiles; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'triplegain-bench-candles-'))
  const walk = new PriceWalk(new Map(PAIRS.map(({ symbol, start }) => [symbol, start])), {
    seed: 1,
    stepMs: HOUR,
    hourlyVolatility: new Map(PAIRS.map(({ symbol, volatility }) => [symbol, volatility])),
    moveEveryMs: 900 * HOUR,
    moveSize: 0.25,
    moveMs: 12 * HOUR,
  })
  const writers = PAIRS.map(({ symbol, places }) => {
    const file = join(folder, `${symbol.replace('/', '')}.csv`)
    return { symbol, file, places, before: '', table: createCsvWriter(file, HEADER) }
  })
  for (let hour = 0; hour < hours; hour++) {
    const prices = walk.next()
    for (const writer of writers) {
      const close = (prices.get(writer.symbol) ?? Number.NaN).toFixed(writer.places)
      const open = hour === 0 ? close : writer.before
      const [low, high] = Number(open) < Number(close) ? [open, close] : [close, open]
      writer.before = close
      writer.table.write([START_SECONDS + hour * 3_600, open, high, low, close, 12.5])
    }
  }
  for (const { table } of writers) table.close()
  return {
    files: Object.fromEntries(writers.map(({ symbol, file }) => [symbol, file])),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export type ParsedCandle = {
  readonly openTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

/** All candles of a file in memory: what the peers start from. */
export async function parseCandles(file: string, range: BenchCandles['range']): Promise<ParsedCandle[]> {
  const reader = openCandleFile(file, {
    ...(range.from === undefined ? {} : { from: epochMs(Date.parse(range.from)) }),
    ...(range.to === undefined ? {} : { to: epochMs(Date.parse(range.to)) }),
  })
  const candles: ParsedCandle[] = []
  for (let block = await reader.nextBlock(); block !== null; block = await reader.nextBlock()) {
    for (let i = 0; i < block.length; i++) {
      candles.push({
        openTime: block.time[i] as number,
        open: block.open[i] as number,
        high: block.high[i] as number,
        low: block.low[i] as number,
        close: block.close[i] as number,
        volume: block.volume[i] as number,
      })
    }
  }
  reader.close()
  return candles
}
