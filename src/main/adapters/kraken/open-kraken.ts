import type { pro } from 'ccxt'

export type KrakenExchange = InstanceType<typeof pro.kraken>

/** Base URLs, so that any server that speaks like Kraken can stand in. */
export type KrakenUrls = {
  readonly restUrl: string
  /** Public prices. */
  readonly wsUrl: string
  /** The account's own events. */
  readonly wsAuthUrl: string
}

/** Numbers as text, so that no float ever carries money. */
const NUMBERS_AS_TEXT = { number: String } as const

/** Kraken bears a handful of public questions in a row; the library's full second would hold up every start. */
const PUBLIC_GAP_MS = 250

/** Only what is new in a socket's message, not what is remembered of the ones before. */
export async function openKraken(urls: KrakenUrls, timeoutMs: number): Promise<KrakenExchange> {
  const ccxt = await loadCcxt()
  const kraken = new ccxt.pro.kraken({
    ...NUMBERS_AS_TEXT,
    timeout: timeoutMs,
    newUpdates: true,
    rateLimit: PUBLIC_GAP_MS,
    // A subscription that waits for its turn while the line goes down fails where nobody can catch it.
    options: { ws: { throttle: undefined } },
  })
  await pointAt(kraken, urls)
  return kraken
}

/** Loaded only here: ccxt costs half a second and 100 MB. */
export const loadCcxt = async () => (await import('ccxt')).default

export async function pointAt(kraken: KrakenExchange, { restUrl, wsUrl, wsAuthUrl }: KrakenUrls): Promise<void> {
  const urls = kraken.urls as { api: Record<string, unknown> }
  for (const [name, url] of Object.entries(urls.api)) {
    if (name === 'ws') {
      urls.api.ws = Object.fromEntries(
        Object.keys(url as object).map((key) => [key, key.includes('private') ? wsAuthUrl : wsUrl]),
      )
    } else if (typeof url === 'string') urls.api[name] = restUrl
  }
  if (wsUrl.startsWith('ws:') || wsAuthUrl.startsWith('ws:')) await kraken.loadHttpProxyAgent()
}

export { NUMBERS_AS_TEXT }
