import { ok, type Result } from '../../../shared/result.ts'
import { type NewsFaultCode, newsFault } from './fault.ts'

export type PageOptions = {
  /** As failures name it. */
  readonly source: string
  readonly url: string
  /** For everything, redirects and body included, in real time. */
  readonly timeLimitMs: number
  readonly signal: AbortSignal
}

export type Page = {
  readonly text: string
  /** Of the answer, in lower case; '' where it names none. */
  readonly contentType: string
}

/** Bytes of a body, unpacked. */
const PAGE_LIMIT = 1_000_000
const REDIRECT_LIMIT = 3
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * One page from the web as text. Only http and https, at most three redirects and none from https to http, at most 1 MB
 * whether or not it is packed, in the encoding that it says it has. Never rejects.
 *
 * Errors `news/…`: `unreachable`, `timeout`, `refused` (4xx), `rate-limited`, `unavailable` (5xx), `redirected`,
 * `too-large`, `bad-encoding`.
 */
export async function fetchPage(options: PageOptions): Promise<Result<Page>> {
  const { source, timeLimitMs } = options
  const fault = (code: NewsFaultCode, what: string) => newsFault(source, code, what)
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeLimitMs)])
  let url = options.url
  try {
    for (let redirects = 0; ; redirects++) {
      const target = addressOf(url)
      if (target === null)
        return fault('news/redirected', 'leads to an address that is none of http or https: check its url.')
      const response = await fetch(target, {
        signal,
        redirect: 'manual',
        credentials: 'omit',
        headers: { accept: 'application/rss+xml, application/atom+xml, application/xml, application/json, text/xml' },
      })
      if (!REDIRECTS.has(response.status)) return await read(response, source)
      await response.body?.cancel()
      if (redirects === REDIRECT_LIMIT)
        return fault('news/redirected', `redirects more than ${REDIRECT_LIMIT} times: set its url to where it is now.`)
      const next = addressOf(response.headers.get('location') ?? '', target)
      if (next !== null && isDowngrade(target, next))
        return fault('news/redirected', 'redirects from https to http, which anybody can change: not followed.')
      url = next ?? ''
    }
  } catch (error) {
    if (signal.aborted) return fault('news/timeout', `did not answer within ${timeLimitMs} ms: asked again next time.`)
    return fault('news/unreachable', `cannot be reached (${causeOf(error)}): check its url and the network.`)
  }
}

/** Null for anything but an address on the web. */
export function addressOf(url: string, base?: string): string | null {
  if (!URL.canParse(url, base)) return null
  const { protocol, href } = new URL(url, base)
  return protocol === 'http:' || protocol === 'https:' ? href : null
}

export const isDowngrade = (from: string, to: string): boolean => /^https:/.test(from) && /^http:/.test(to)

async function read(response: Response, source: string): Promise<Result<Page>> {
  const { status, headers } = response
  const fault = (code: NewsFaultCode, what: string) => newsFault(source, code, what)
  if (status !== 200) {
    await response.body?.cancel()
    if (status === 429) return fault('news/rate-limited', 'has had too many requests (HTTP 429): ask it less often.')
    if (status >= 500) return fault('news/unavailable', `is out of order (HTTP ${status}): asked again next time.`)
    return fault('news/refused', `refused the request (HTTP ${status}): check its url.`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop early cancels the body, which ends the transfer.
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > PAGE_LIMIT)
      return fault('news/too-large', `sent more than ${PAGE_LIMIT} bytes: nothing of it is read; check its url.`)
    chunks.push(chunk)
  }
  const contentType = (headers.get('content-type') ?? '').toLowerCase()
  const bytes = Buffer.concat(chunks)
  const encoding = encodingOf(bytes, contentType)
  const text = decoded(bytes, encoding)
  if (text === null)
    return fault('news/bad-encoding', `is not in the encoding it says it has (${encoding.slice(0, 30)}): not read.`)
  return ok({ text, contentType })
}

/** What the answer says, else the XML declaration, else UTF-8. A byte order mark is the decoder's to see. */
function encodingOf(bytes: Buffer, contentType: string): string {
  const stated = /charset\s*=\s*["']?([\w-]+)/.exec(contentType)?.[1]
  const declared = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w-]+)["']/.exec(bytes.toString('latin1', 0, 200))?.[1]
  return (stated ?? declared ?? 'utf-8').toLowerCase()
}

/** Null when the encoding is not known or the bytes are not in it. */
function decoded(bytes: Buffer, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** Fetch hides what happened one level down. */
function causeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.name : 'unknown error'
}
