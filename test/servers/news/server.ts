import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/*
 * Publishers of news on the loopback interface: every path answers with what was scripted for it, as often as it is asked.
 */

export type NewsReply = (response: ServerResponse) => void
export type NewsServer = {
  readonly url: string
  /** Paths in the order in which they were asked for. */
  readonly requests: readonly string[]
  script(path: string, reply: NewsReply): void
  close(): Promise<void>
}

export async function startNewsServer(): Promise<NewsServer> {
  const replies = new Map<string, NewsReply>()
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push(path)
    const reply = replies.get(path) ?? status(404)
    reply(response)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script: (path, reply) => void replies.set(path, reply),
    close() {
      server.closeAllConnections()
      return new Promise((closed) => server.close(() => closed()))
    },
  }
}

export const body =
  (content: string | Buffer, contentType = 'application/xml; charset=utf-8', code = 200): NewsReply =>
  (response) => {
    response.writeHead(code, { 'content-type': contentType }).end(content)
  }
export const status =
  (code: number, headers: Record<string, string> = {}): NewsReply =>
  (response) => {
    response.writeHead(code, headers).end('no')
  }
export const redirect = (to: string, code = 302): NewsReply => status(code, { location: to })
export const html = (code = 200): NewsReply =>
  body('<!DOCTYPE html><html><body><h1>Down for maintenance</h1></body></html>', 'text/html', code)
/** Never answers. */
export const hangs = (): NewsReply => () => {}
/** Headers and the beginning of a body, then nothing. */
export const stalls = (): NewsReply => (response) => {
  response.writeHead(200, { 'content-type': 'application/xml' })
  response.write('<rss version="2.0"><channel><item><title>Half')
}
/** Promises more than it sends, and hangs up. */
export const cutOff =
  (content: string): NewsReply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/xml', 'content-length': String(content.length + 1_000) })
    response.write(content, () => response.destroy())
  }
export const resets = (): NewsReply => (response) => {
  response.socket?.resetAndDestroy()
}
/** `bytes` of them, as fast as they are taken, packed or not. */
export const large =
  (content: Buffer, headers: Record<string, string> = {}): NewsReply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/xml', ...headers }).end(content)
  }

export type Entry = { readonly title: string; readonly date: string }

/** Text as it stands in XML. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

export const rss = (...entries: readonly Entry[]): string => `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>A paper</title>
${entries
  .map(
    ({ title, date }) =>
      `<item><title>${escaped(title)}</title><link>https://example.com/</link><pubDate>${date}</pubDate></item>`,
  )
  .join('\n')}
</channel></rss>`

export const atom = (...entries: readonly Entry[]): string => `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>A paper</title>
${entries
  .map(
    ({ title, date }) =>
      `<entry><title type="html"><![CDATA[${title}]]></title><updated>${date}</updated><id>x</id></entry>`,
  )
  .join('\n')}
</feed>`

/** The index as alternative.me publishes it, newest first. */
export const fearGreed = (...values: readonly (readonly [time: number, value: number, word: string])[]): string =>
  JSON.stringify({
    name: 'Fear and Greed Index',
    data: values.map(([time, value, word], at) => ({
      value: String(value),
      value_classification: word,
      timestamp: String(time),
      ...(at === 0 ? { time_until_update: '25675' } : {}),
    })),
    metadata: { error: null },
  })
