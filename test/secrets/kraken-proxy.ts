import { createServer, type IncomingHttpHeaders, type IncomingMessage, request as requestTo } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import type { KrakenServer } from '../servers/kraken/server.ts'

/** What a request gave away to whoever stood in between. */
export type Overheard = {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
export type Answer = { readonly status: number; readonly type: string; readonly body: string }

/** Stands between the product and Kraken: writes down what passes, and may answer in Kraken's place. */
export type KrakenProxy = {
  readonly restUrl: string
  readonly wsUrl: string
  readonly wsAuthUrl: string
  /** Everything that was sent, without the three things that have to be: API-Key, API-Sign, and the socket's token. */
  readonly sent: readonly string[]
  readonly signatures: ReadonlySet<string>
  readonly tokens: ReadonlySet<string>
  /** The next requests for this path (its last part) get these answers, one each. */
  answer(name: string, ...answers: readonly ((overheard: Overheard) => Answer)[]): void
  /** The next subscriptions with a token are refused in these words. */
  refuseSubscription(...words: readonly ((token: string) => string)[]): void
  /** The paths of answers that nobody has asked for yet; `socket` for refusals. */
  left(): readonly string[]
  close(): Promise<void>
}

export async function startKrakenProxy(server: KrakenServer): Promise<KrakenProxy> {
  const sent: string[] = []
  const [signatures, tokens] = [new Set<string>(), new Set<string>()]
  const answers = new Map<string, ((overheard: Overheard) => Answer)[]>()
  const refusals: ((token: string) => string)[] = []

  const http = createServer(async (incoming, response) => {
    const body = await textOf(incoming)
    const overheard = { path: incoming.url ?? '/', headers: incoming.headers, body }
    const { 'api-key': _, 'api-sign': signature, ...others } = incoming.headers
    if (typeof signature === 'string') signatures.add(signature)
    sent.push(`${incoming.method} ${overheard.path}\n${JSON.stringify(others)}\n${body}`)
    const given = answers.get(nameOf(overheard.path))?.shift()
    if (given !== undefined) {
      const { status, type, body: text } = given(overheard)
      response.writeHead(status, { 'content-type': type }).end(text)
      return
    }
    const onward = requestTo(
      new URL(overheard.path, server.restUrl),
      { method: incoming.method, headers: { ...incoming.headers, host: new URL(server.restUrl).host }, agent: false },
      async (answer) => {
        const text = await textOf(answer)
        const token = /"token":"([^"]+)"/.exec(text)?.[1]
        if (token !== undefined) tokens.add(token)
        response.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] ?? 'text/plain' })
        response.end(text)
      },
    )
    onward.on('error', () => response.destroy())
    onward.end(body)
  })

  const sockets = new WebSocketServer({ noServer: true })
  http.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (near) => {
      sent.push(`UPGRADE ${request.url}\n${JSON.stringify(request.headers)}`)
      const far = new WebSocket(request.url?.startsWith('/private') ? server.wsAuthUrl : server.wsUrl)
      const early: string[] = []
      near.on('message', (data: RawData) => {
        const text = String(data)
        const token = /"token":"([^"]+)"/.exec(text)?.[1]
        sent.push(token === undefined ? text : text.replace(token, ''))
        const words = token === undefined ? undefined : refusals.shift()
        if (words !== undefined && token !== undefined) {
          near.send(JSON.stringify({ method: 'subscribe', success: false, error: words(token) }))
        } else if (far.readyState === far.OPEN) far.send(text)
        else early.push(text)
      })
      far.on('open', () => {
        for (const text of early) far.send(text)
      })
      far.on('message', (data: RawData) => near.send(String(data)))
      near.on('close', () => far.close())
      far.on('close', () => near.close())
      near.on('error', () => far.terminate())
      far.on('error', () => near.terminate())
    }),
  )
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening))
  const host = `127.0.0.1:${(http.address() as AddressInfo).port}`
  return {
    restUrl: `http://${host}`,
    wsUrl: `ws://${host}/v2`,
    wsAuthUrl: `ws://${host}/private/v2`,
    sent,
    signatures,
    tokens,
    answer: (name, ...given) => void answers.set(name, [...(answers.get(name) ?? []), ...given]),
    refuseSubscription: (...words) => void refusals.push(...words),
    left: () => [...[...answers].flatMap(([name, given]) => given.map(() => name)), ...refusals.map(() => 'socket')],
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      http.closeAllConnections()
      await new Promise((closed) => http.close(closed))
    },
  }
}

const nameOf = (path: string): string => (path.split('?')[0] ?? '').split('/').at(-1) ?? ''

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
