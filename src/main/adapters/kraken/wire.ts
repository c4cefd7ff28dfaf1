import type { RawAnswer } from './answer.ts'
import { type KrakenExchange, type KrakenUrls, loadCcxt, NUMBERS_AS_TEXT, pointAt } from './open-kraken.ts'

export type WireOptions = KrakenUrls & {
  readonly timeoutMs: number
  readonly key: string
  readonly secret: string
  readonly nonce: () => number
  /** Every message of the private socket, parsed JSON or text. */
  readonly onMessage: (message: unknown) => void
}

export type Parameters = Readonly<Record<string, string>>

/** Kraken as ccxt signs and sends to it, with answers as they came. */
export type Wire = {
  /** @throws when no answer began: reset, refused, timed out. */
  request(area: 'public' | 'private', path: string, parameters: Parameters): Promise<RawAnswer>
  /** Kraken's name of an asset in ours: `XXBT` → `BTC`, `XBT.F` → `BTC.F`. */
  codeOf(asset: string): string
  /** Subscribes to the account's executions and lasts as long as the socket. @throws what ended it. */
  listen(token: string): Promise<never>
  /** Ends the socket, and with it `listen`. */
  hangUp(why: string): void
  close(): Promise<void>
}

const EXECUTIONS = 'executions'
/** Pauses between attempts to open the socket, in milliseconds. */
const RECONNECT = { base: 500, max: 30_000, stableAfter: 30_000 }

/**
 * One ccxt instance with its judgement taken out: it resolves on a page of HTML, rejects on a warning beside an accepted
 * order, and forgets the raw text. Its own throttle counts orders as free, so it is off; ours counts.
 */
export async function openWire(options: WireOptions): Promise<Wire> {
  const ccxt = await loadCcxt()
  class RawKraken extends ccxt.pro.kraken {
    override nonce(): number {
      return options.nonce()
    }
    override handleRestResponse(response: { status: number; text(): Promise<string> }): Promise<RawAnswer> {
      const { status } = response
      return response.text().then(
        (body) => ({ status, body }),
        () => ({ status, body: null }),
      )
    }
    override ping(): { method: string } {
      return { method: 'ping' }
    }
    override handleMessage(client: Parameters0<KrakenExchange['handlePong']>, message: object): void {
      this.handlePong(client, {}) // every message is a sign of life
      options.onMessage(message)
    }
  }
  const kraken = new RawKraken({
    ...NUMBERS_AS_TEXT,
    apiKey: options.key,
    secret: options.secret,
    timeout: options.timeoutMs,
    enableRateLimit: false,
    options: { ws: { backoff: RECONNECT } },
  })
  await pointAt(kraken, options)

  return {
    request(area, path, parameters) {
      return kraken.request(path, area, area === 'public' ? 'GET' : 'POST', parameters)
    },
    codeOf: (asset) => kraken.safeCurrencyCode(asset) ?? asset,
    listen(token) {
      const parameters = { channel: EXECUTIONS, token, snap_orders: true, snap_trades: true }
      return kraken.watch(
        options.wsAuthUrl,
        EXECUTIONS,
        { method: 'subscribe', params: parameters, req_id: kraken.milliseconds() },
        EXECUTIONS,
      )
    },
    hangUp(why) {
      for (const client of Object.values(kraken.clients)) {
        client.onError(new Error(why))
        client.close()
      }
    },
    async close() {
      await kraken.close()
      // Idle sockets would keep the process alive for a minute.
      await kraken.fetchDispatcher?.destroy()
    },
  }
}

type Parameters0<F extends (...args: never[]) => unknown> = globalThis.Parameters<F>[0]
