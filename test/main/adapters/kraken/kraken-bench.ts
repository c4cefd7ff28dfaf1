import { createKraken, type Kraken } from '../../../../src/main/adapters/kraken/kraken.ts'
import type { NonceStore } from '../../../../src/main/adapters/kraken/nonce.ts'
import type { Tier } from '../../../../src/main/adapters/kraken/rate-counters.ts'
import { createRandomIds } from '../../../../src/main/adapters/system/ids.ts'
import type { GatedIntent } from '../../../../src/main/domain/gate.ts'
import type { OrderIntent } from '../../../../src/main/domain/order.ts'
import type { TradedPair } from '../../../../src/shared/ids.ts'
import { amount, fraction, price } from '../../../../src/shared/money.ts'
import { after } from '../../../../src/shared/time.ts'
import { type KrakenServer, type KrakenServerOptions, startKrakenServer } from '../../../servers/kraken/server.ts'
import { BTC_USDT, XRP_BTC, XRP_USDT } from '../../../support/money-arbitraries.ts'
import { intentOf } from '../../../support/trading-builders.ts'

export type Bench = {
  readonly server: KrakenServer
  readonly kraken: Kraken
  readonly exchange: Kraken['exchange']
  /** A gated intent of its own client order id, due in five seconds: half a BTC bought at 90,000 unless told otherwise. */
  intent(overrides?: Partial<OrderIntent>): GatedIntent
  close(): Promise<void>
}

/** A nonce store that forgets with the process. */
export function memoryNonces(): NonceStore & { readonly ceilings: readonly number[] } {
  const ceilings: number[] = []
  return { ceilings, read: () => ceilings.at(-1) ?? 0, reserve: (ceiling) => ceilings.push(ceiling) }
}

/** Our adapter against the loopback Kraken: one BTC, 10,000 XRP and 100,000 USDT; BTC at 91,000, XRP at 2. */
export async function startBench(
  options: KrakenServerOptions & {
    clientTier?: Tier
    timeoutMs?: number
    margin?: boolean
    nonces?: NonceStore
    mayOpen?: () => boolean
    /** Symbols beside those of the thirds. */
    also?: readonly TradedPair[]
  } = {},
): Promise<Bench> {
  const server = await startKrakenServer({
    opening: new Map([
      ['BTC', amount('1')],
      ['XRP', amount('10000')],
      ['USDT', amount('100000')],
    ]),
    ...options,
  })
  server.setTick(BTC_USDT, { bid: 90_999.9, ask: 91_000, last: 91_000 })
  server.setTick(XRP_USDT, { bid: 1.9999, ask: 2, last: 2 })
  server.setTick(XRP_BTC, { bid: 0.0000219, ask: 0.000022, last: 0.000022 })
  const { clock } = server
  const ids = createRandomIds()
  const kraken = createKraken({
    ...server,
    tier: options.clientTier ?? 'unlimited',
    timeoutMs: options.timeoutMs ?? 1_000,
    nonces: options.nonces ?? memoryNonces(),
    symbols: [BTC_USDT, XRP_USDT, XRP_BTC, ...(options.also ?? [])],
    halfSpread: () => fraction('0.0001'),
    margin: options.margin ?? false,
    mayOpen: options.mayOpen ?? (() => true),
  })
  const refreshed = await kraken.markets.refresh()
  if (!refreshed.ok) throw new Error(refreshed.error.message)
  return {
    server,
    kraken,
    exchange: kraken.exchange,
    intent: (overrides = {}) =>
      intentOf({
        clientOrderId: ids.clientOrderId(),
        amount: amount('0.5'),
        limitPrice: price('90000'),
        createdAt: clock.now(),
        deadline: after(clock.now(), 5_000),
        ...overrides,
      }) as GatedIntent,
    async close() {
      await kraken.exchange.close()
      await server.close()
    },
  }
}
