import { afterEach } from 'vitest'
import { pair } from '../../../src/shared/ids.ts'
import { amount } from '../../../src/shared/money.ts'
import { type Ccxt, openCcxt } from './ccxt-client.ts'
import { type KrakenServer, type KrakenServerOptions, startKrakenServer } from './server.ts'

export const [BTC_USDT, XRP_USDT, XRP_BTC] = [pair('BTC/USDT'), pair('XRP/USDT'), pair('XRP/BTC')]
const OPENING = new Map([
  ['BTC', amount('1')],
  ['XRP', amount('1000')],
  ['USDT', amount('50000')],
])

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A server with prices and money; it ends with the test. */
export async function startServer(options: KrakenServerOptions = {}): Promise<KrakenServer> {
  const server = await startKrakenServer({ opening: OPENING, ...options })
  closing.push(() => server.close())
  server.setTick(BTC_USDT, { bid: 50_000, ask: 50_000.1, last: 50_000 })
  server.setTick(XRP_USDT, { bid: 2, ask: 2.00001, last: 2 })
  server.setTick(XRP_BTC, { bid: 0.00004, ask: 0.00004001, last: 0.00004 })
  return server
}

/** The real library with its markets loaded. */
export async function connect(server: KrakenServer, options: Parameters<typeof openCcxt>[1] = {}): Promise<Ccxt> {
  const kraken = await openCcxt(server, options)
  closing.push(() => kraken.close().catch(() => undefined))
  await kraken.loadMarkets()
  return kraken
}

export async function startBoth(options: KrakenServerOptions = {}) {
  const server = await startServer(options)
  return { server, kraken: await connect(server) }
}

let ids = 0
export const newClientOrderId = (): string => (++ids).toString(16).padStart(32, '0')
