import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { noEntryPage } from '../failure-page.ts'
import { Door } from './door.ts'
import type { Scene } from './engine-start.ts'
import { answerTyped, CONFIRM_PATH, type Confirm } from './live-page.ts'
import { type EngineEnd, type Limits, WebSocketHost } from './websocket-host.ts'
import { securityHeaders, type WindowFiles } from './window-files.ts'

/** Without an engine the files are a page that says why. */
export type BrowserHostOptions = Scene & {
  /** 0 for any free one. */
  readonly port: number
  readonly limits?: Partial<Limits>
  /** For the page of live mode. */
  readonly confirm?: Confirm
}
export type BrowserHost = {
  readonly port: number
  /** With the launch's token: whoever has it may trade. */
  readonly url: string
  /** In place of what was shown before; for when an engine starts late. */
  show(scene: Scene): void
  close(): Promise<void>
}

/** Of what is posted: a phrase and some room. */
const POST_BYTES = 1_024
const HTML = 'text/html; charset=utf-8'

/**
 * Serves the window and the engine's end of the contract on 127.0.0.1, to those whom the door lets in.
 * Error `host/port-unavailable`.
 */
export async function startBrowserHost(options: BrowserHostOptions): Promise<Result<BrowserHost>> {
  const server = createServer()
  const failed = await listen(server, options.port)
  if (failed !== null) {
    return fail(
      'host/port-unavailable',
      `Port ${options.port} on 127.0.0.1 cannot be used (${failed}). Choose another with --port, or 0 for any free one.`,
    )
  }
  const { port } = server.address() as AddressInfo
  const door = new Door(port)
  const open = (engine: EngineEnd | null): WebSocketHost | null =>
    engine === null ? null : new WebSocketHost(engine, options.limits)
  let files = options.files
  let sockets = open(options.engine)

  server.on('request', (request, response) => {
    const given = answer(request, door, files, options.confirm ?? null)
    if (given instanceof Promise) void given.then((late) => send(request, response, late))
    else send(request, response, given)
  })
  server.on('upgrade', (request, socket, head) => {
    const refusal = refusalOfUpgrade(request, door, sockets !== null)
    if (refusal !== null || sockets === null) refuse(socket, refusal ?? '503 Service Unavailable')
    else sockets.accept(request, socket, head)
  })
  server.on('clientError', (_error, socket) => refuse(socket, '400 Bad Request'))

  return ok({
    port,
    url: `http://127.0.0.1:${port}/?token=${door.token}`,
    show(scene) {
      sockets?.close()
      sockets = open(scene.engine)
      files = scene.files
    },
    async close() {
      sockets?.close()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  })
}

function listen(server: Server, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ port, host: '127.0.0.1' }, () => {
      server.removeAllListeners('error')
      server.on('error', () => {}) // an accept that fails (too many open files) concerns that caller only
      resolve(null)
    })
  })
}

type Answer = {
  readonly status: number
  readonly type: string
  readonly body: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

function answer(
  request: IncomingMessage,
  door: Door,
  files: WindowFiles,
  confirm: Confirm | null,
): Answer | Promise<Answer> {
  if (!door.isOurHost(request.headers)) return text(403, 'This host is not ours.')
  if (!door.isOurOrigin(request.headers, 'allowed')) return text(403, 'Other pages have no business here.')
  if (request.method === 'POST' && request.url === CONFIRM_PATH && confirm !== null) {
    // A page of ours always sends its origin with a post.
    if (!door.isOurOrigin(request.headers, 'refused')) return text(403, 'Other pages have no business here.')
    if (!door.hasCookie(request.headers)) return { status: 401, type: HTML, body: noEntryPage() }
    return confirmed(request, confirm)
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ...text(405, 'Only GET and HEAD.'), headers: { allow: 'GET, HEAD' } }
  }
  const [path, query] = splitOnce(request.url ?? '/', '?')
  const token = path === '/' ? new URLSearchParams(query).get('token') : null
  if (token !== null && door.isToken(token)) {
    // The token leaves the address bar, and with it the history.
    return { ...text(303, ''), headers: { location: '/', 'set-cookie': door.cookie(), 'cache-control': 'no-store' } }
  }
  if (!door.hasCookie(request.headers)) return { status: 401, type: HTML, body: noEntryPage() }
  return files.get(path) ?? text(404, 'There is no such file.')
}

async function confirmed(request: IncomingMessage, confirm: Confirm): Promise<Answer> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes <= POST_BYTES) chunks.push(chunk) // the rest is read all the same, or the caller never hears the answer
    }
  } catch {
    return text(400, 'It was not sent to its end.')
  }
  if (bytes > POST_BYTES) return text(413, 'That is too long.')
  return answerTyped(confirm, Buffer.concat(chunks).toString('utf8'))
}

const text = (status: number, body: string): Answer => ({ status, type: 'text/plain; charset=utf-8', body })

function send(request: IncomingMessage, response: ServerResponse, { status, type, body, headers }: Answer): void {
  request.resume()
  response.writeHead(status, { ...securityHeaders(type), ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** The status line of a refusal; null when the caller may open a WebSocket. */
function refusalOfUpgrade(request: IncomingMessage, door: Door, isRunning: boolean): string | null {
  if (!door.isOurHost(request.headers)) return '403 Forbidden'
  if (!door.isOurOrigin(request.headers, 'refused')) return '403 Forbidden'
  if (!door.hasCookie(request.headers)) return '401 Unauthorized'
  if (request.url !== '/api') return '404 Not Found'
  return isRunning ? null : '503 Service Unavailable'
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => {})
  if (!socket.writable) socket.destroy()
  else socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
