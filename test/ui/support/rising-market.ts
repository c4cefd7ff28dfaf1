import type { TradedPair } from '../../../src/shared/ids.ts'
import { MINUTE, SECOND } from '../../../src/shared/time.ts'
import type { KrakenServer } from '../../servers/kraken/server.ts'

/** As many as Kraken gives, and more than the analysts ask for. */
const MINUTES = 720
/** Of the last price, each minute. */
const RISE = 0.0001
/** A market that never falls back has no RSI to speak of. */
const SWING = [-4, -3, -2, -1, 0, 1, 2, 3]

/** A past in which the price has risen steadily up to `last`: technical analysis is long on it when the next candle closes. */
export function seedRise(server: KrakenServer, symbol: TradedPair, last: number): void {
  const thisMinute = Math.floor(server.clock.now() / MINUTE)
  const priceAt = (minute: number): number => {
    const swing = SWING[minute % SWING.length] ?? 0
    return Number((last * (1 - RISE * (thisMinute - minute) + RISE * swing)).toPrecision(7))
  }
  for (let minute = thisMinute - MINUTES; minute < thisMinute; minute++) {
    const [open, close] = [priceAt(minute - 1), priceAt(minute)]
    const [high, low] = [Math.max(open, close), Math.min(open, close)]
    server.candles(symbol).seed({ time: (minute * MINUTE) / SECOND, open, high, low, close, volume: 1 })
  }
}
