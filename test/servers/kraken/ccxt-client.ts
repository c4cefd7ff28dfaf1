import type { pro } from 'ccxt'
import type { KrakenServer } from './server.ts'

export type Ccxt = InstanceType<typeof pro.kraken>

/** The real library, pointed at the server. `nonce` rises with every call, which the library's own clock does not. */
export async function openCcxt(
  server: KrakenServer,
  options: { readonly secret?: string; readonly timeout?: number } = {},
): Promise<Ccxt> {
  const { default: ccxt } = await import('ccxt')
  const { secret = server.secret, timeout = 3_000 } = options
  const kraken = new ccxt.pro.kraken({
    number: String,
    apiKey: server.key,
    secret,
    timeout,
    newUpdates: true,
    enableRateLimit: false,
  })
  const urls = kraken.urls as { api: Record<string, unknown> }
  for (const [name, url] of Object.entries(urls.api)) {
    if (name === 'ws') {
      const urlOf = (key: string): string => (key.startsWith('private') ? server.wsAuthUrl : server.wsUrl)
      urls.api.ws = Object.fromEntries(Object.keys(url as object).map((key) => [key, urlOf(key)]))
    } else if (typeof url === 'string') urls.api[name] = server.restUrl
  }
  await kraken.loadHttpProxyAgent()
  let nonce = Date.now() * 1_000
  kraken.nonce = () => ++nonce
  return kraken
}
