import type { TradedPair } from '../../shared/ids.ts'
import { epochMs } from '../../shared/time.ts'
import type { Candle } from '../domain/market.ts'
import type { CandleStore, Transact } from '../ports.ts'
import { insertInto, type Sql, type Value } from './columns.ts'

const COLUMNS = ['symbol', 'interval_ms', 'open_time', 'open', 'high', 'low', 'close', 'volume', 'missing']
/** Written at once when so many wait. */
const BATCH = 5_000

type Row = Omit<Candle, 'openTime' | 'intervalMs'> & {
  readonly open_time: number
  readonly interval_ms: number
  readonly missing: number
}

function candleOf(row: Row): Candle {
  const { open_time, interval_ms, open, high, low, close, volume, missing } = row
  const candle = { openTime: epochMs(open_time), intervalMs: interval_ms, open, high, low, close, volume }
  return missing === 0 ? candle : { ...candle, missing }
}

/** @param kept how many candles of each symbol and width stay; older ones go when newer ones are written. */
export function createCandleStore(sql: Sql, transact: Transact, kept: number): CandleStore {
  const insert = sql.prepare<Value[]>(
    `${insertInto('candles', COLUMNS)} ON CONFLICT DO UPDATE SET open = excluded.open, high = excluded.high,
     low = excluded.low, close = excluded.close, volume = excluded.volume, missing = excluded.missing`,
  )
  const newest = sql.prepare<Value[], Row>(
    `SELECT * FROM candles WHERE symbol = ? AND interval_ms = ? AND open_time <= ? ORDER BY open_time DESC LIMIT ?`,
  )
  const prune = sql.prepare<Value[]>(
    `DELETE FROM candles WHERE symbol = ? AND interval_ms = ? AND open_time <= (
       SELECT open_time FROM candles WHERE symbol = ? AND interval_ms = ? ORDER BY open_time DESC LIMIT 1 OFFSET ?)`,
  )
  let waiting: { readonly symbol: TradedPair; readonly candle: Candle }[] = []

  function flush(): void {
    if (sql.inTransaction || waiting.length === 0) return
    const written = waiting
    transact(() => {
      const touched = new Map<string, readonly [string, number]>()
      for (const { symbol, candle } of written) {
        const { openTime, intervalMs, open, high, low, close, volume, missing } = candle
        insert.run(symbol, intervalMs, openTime, open, high, low, close, volume, missing ?? 0)
        touched.set(`${symbol} ${intervalMs}`, [symbol, intervalMs])
      }
      for (const key of touched.values()) prune.run(...key, ...key, kept)
    })
    waiting = []
  }

  return {
    add(symbol, candle) {
      waiting.push({ symbol, candle })
      if (waiting.length >= BATCH) flush()
    },
    last(symbol, intervalMs, count, time) {
      flush()
      return newest
        .all(symbol, intervalMs, time - intervalMs, count)
        .map(candleOf)
        .reverse()
    },
    flush,
  }
}
