import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { fail, type Result } from '../../../shared/result.ts'

/** The engine's end of the contract, as a transport needs it. */
export type EngineEnd = {
  dispatch(name: string, input: unknown): Promise<Result<unknown>>
  subscribe(listener: (name: string, payload: unknown) => void): () => void
}

export type Limits = {
  /** Of one frame from a window, bytes. */
  readonly frameBytes: number
  /** Unsent for one window, bytes: beyond, it is dropped. It comes back and starts with a snapshot. */
  readonly unsentBytes: number
  /** Requests of one window that are not answered yet. */
  readonly openRequests: number
  /** For a window that was told to go to do so, ms. */
  readonly closeMs: number
}
const LIMITS: Limits = { frameBytes: 1_048_576, unsentBytes: 8_388_608, openRequests: 64, closeMs: 2_000 }

/** Close codes; the first two are RFC 6455's. */
const CLOSE = { goingAway: 1001, unreadable: 1007, binary: 1003, tooSlow: 4001 } as const

type RequestFrame = { readonly id: string | number; readonly name: string; readonly input: unknown }

/**
 * The contract over WebSockets. Frames are JSON: `{ id, name, input }` in, `{ id, reply }` and `{ event, payload }` out.
 * Who may connect is decided before `accept`.
 */
export class WebSocketHost {
  private readonly engine: EngineEnd
  private readonly limits: Limits
  private readonly server: WebSocketServer
  private readonly unsubscribe: () => void

  constructor(engine: EngineEnd, limits: Partial<Limits> = {}) {
    this.engine = engine
    this.limits = { ...LIMITS, ...limits }
    this.server = new WebSocketServer({
      noServer: true,
      maxPayload: this.limits.frameBytes,
      perMessageDeflate: false,
    })
    this.unsubscribe = engine.subscribe((event, payload) => {
      if (this.server.clients.size === 0) return
      const frame = JSON.stringify({ event, payload })
      for (const socket of this.server.clients) this.send(socket, frame)
    })
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.server.handleUpgrade(request, socket, head, (webSocket) => this.serve(webSocket))
  }

  close(): void {
    this.unsubscribe()
    for (const socket of this.server.clients) this.dismiss(socket, CLOSE.goingAway, 'TripleGain is closing')
    this.server.close()
  }

  private serve(socket: WebSocket): void {
    let openRequests = 0
    // A frame that is too large or no WebSocket frame at all: ws closes with the code that says so.
    socket.on('error', () => {})
    socket.on('message', (data, isBinary) => {
      if (socket.readyState !== socket.OPEN) return // what follows a frame that could not be read is not trusted
      const frame = isBinary ? null : parseFrame(data)
      if (isBinary) this.dismiss(socket, CLOSE.binary, 'frames are JSON text')
      else if (frame === null) this.dismiss(socket, CLOSE.unreadable, 'frames are JSON: { id, name, input }')
      else if (openRequests >= this.limits.openRequests) {
        this.reply(socket, frame, fail('api/too-many-requests', 'Too many requests at once. Nothing was done.'))
      } else {
        openRequests += 1
        void this.ask(frame).then((reply) => {
          openRequests -= 1
          this.reply(socket, frame, reply)
        })
      }
    })
  }

  private async ask({ name, input }: RequestFrame): Promise<Result<unknown>> {
    try {
      return await this.engine.dispatch(name, input)
    } catch {
      return fail('api/internal', 'Something went wrong in the engine. Details are in its log.')
    }
  }

  private reply(socket: WebSocket, { id }: RequestFrame, reply: Result<unknown>): void {
    this.send(socket, JSON.stringify({ id, reply }))
  }

  private send(socket: WebSocket, frame: string): void {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > this.limits.unsentBytes) this.dismiss(socket, CLOSE.tooSlow, 'too slow: connect again')
    else socket.send(frame)
  }

  /** A window that reads nothing would never see the reason, nor go. */
  private dismiss(socket: WebSocket, code: number, reason: string): void {
    socket.close(code, reason)
    setTimeout(() => socket.terminate(), this.limits.closeMs).unref()
  }
}

/** Null for what is not a request. The input is left to the engine, which validates it. */
function parseFrame(data: RawData): RequestFrame | null {
  let value: unknown
  try {
    value = JSON.parse(String(data))
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { id, name, input } = value as Record<string, unknown>
  const isId = Number.isSafeInteger(id) || (typeof id === 'string' && id.length <= 64)
  return isId && typeof name === 'string' ? { id: id as string | number, name, input } : null
}
