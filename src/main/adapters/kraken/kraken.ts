import type { TradedPair } from '../../../shared/ids.ts'
import type { Fraction } from '../../../shared/money.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { createKrakenClient, type KrakenClientOptions } from './client.ts'
import { checkKey, type KeyInfo } from './key-check.ts'
import { createKrakenExchange, type KrakenExchange } from './kraken-exchange.ts'
import { createKrakenMarkets, type KrakenMarkets } from './kraken-markets.ts'

export type KrakenOptions = KrakenClientOptions & {
  readonly symbols: readonly TradedPair[]
  readonly halfSpread: (symbol: TradedPair) => Fraction
  /** Orders with leverage are refused without it. */
  readonly margin: boolean
  /** False while the kill switch is on. */
  readonly mayOpen: () => boolean
}

export type Kraken = {
  readonly exchange: KrakenExchange
  /** Empty until the first `refresh`; orders are not accepted before it. */
  readonly markets: KrakenMarkets
  checkKey(): Promise<Result<KeyInfo>>
  /** Deadlines mean the same here and there. Error `live/clock`, or Kraken could not be asked. */
  checkClock(): Promise<Result<null>>
}

/** What is absent after its deadline was never placed: that proof stands on clocks that agree, ms. Kraken's has seconds. */
const CLOCKS_AGREE_MS = 2_000

/** One account at Kraken, with its one queue and its one nonce. Nothing is asked before it is called. */
export function createKraken(options: KrakenOptions): Kraken {
  const client = createKrakenClient(options)
  const markets = createKrakenMarkets({ ...options, client })
  return {
    exchange: createKrakenExchange({ ...options, client, markets }),
    markets,
    checkKey: () => checkKey(client),
    async checkClock() {
      const answer = await client.askPublic('Time')
      if (!answer.ok) return answer
      const behind = Math.round(answer.value.unixtime * 1_000 - options.clock.now())
      if (Math.abs(behind) <= CLOCKS_AGREE_MS) return ok(null)
      return fail(
        'live/clock',
        `This machine’s clock is ${Math.abs(behind)} ms from Kraken’s: set it, then start again.`,
      )
    },
  }
}
