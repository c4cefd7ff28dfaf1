import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PriceWalk } from '../../src/main/adapters/generated/price-walk.ts'
import { HOUR } from '../../src/shared/time.ts'
import { BTC_USDT, XRP_USDT } from './money-arbitraries.ts'

const START = Date.parse('2023-01-01T00:00:00Z')
const PLACES = { 'BTC/USDT': 1, 'XRP/USDT': 5, 'XRP/BTC': 8 } as const

/** Hourly candles of a seeded random walk for all three pairs, written as CSV files into a new temporary folder. */
export function writeMadeUpCandles(hours: number, seed: number): Record<string, string> {
  const walk = new PriceWalk(
    new Map([
      [BTC_USDT, 30_000],
      [XRP_USDT, 0.5],
    ]),
    {
      seed,
      stepMs: HOUR,
      hourlyVolatility: new Map([
        [BTC_USDT, 0.008],
        [XRP_USDT, 0.012],
      ]),
      moveEveryMs: 90 * HOUR,
      moveSize: 0.2,
      moveMs: 5 * HOUR,
    },
  )
  const dir = mkdtempSync(join(tmpdir(), 'triplegain-candles-'))
  const lines: Record<string, string[]> = { 'BTC/USDT': [], 'XRP/USDT': [], 'XRP/BTC': [] }
  const before: Record<string, number> = {}
  for (let hour = 0; hour < hours; hour++) {
    const prices = walk.next()
    const btc = prices.get(BTC_USDT) ?? 0
    const xrp = prices.get(XRP_USDT) ?? 0
    for (const [symbol, price] of [
      ['BTC/USDT', btc],
      ['XRP/USDT', xrp],
      ['XRP/BTC', xrp / btc],
    ] as const) {
      const close = Number(price.toFixed(PLACES[symbol]))
      const open = before[symbol] ?? close
      before[symbol] = close
      // One cross candle in ten is missing: its price is not fresh then, and the route drops out.
      if (symbol === 'XRP/BTC' && hour % 10 === 3) continue
      const row = [START / 1_000 + hour * 3_600, open, Math.max(open, close), Math.min(open, close), close, 12.5]
      lines[symbol]?.push(row.map((value, i) => (i > 0 && i < 5 ? value.toFixed(PLACES[symbol]) : value)).join())
    }
  }
  return Object.fromEntries(
    Object.entries(lines).map(([symbol, rows]) => {
      const file = join(dir, `${symbol.replace('/', '')}.csv`)
      writeFileSync(file, `time,open,high,low,close,volume\n${rows.join('\n')}\n`)
      return [symbol, file]
    }),
  )
}
