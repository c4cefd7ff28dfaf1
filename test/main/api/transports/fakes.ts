import { request } from 'node:http'
import { WebSocket } from 'ws'
import type { EngineEnd } from '../../../../src/main/api/transports/websocket-host.ts'
import type { WindowFiles } from '../../../../src/main/api/transports/window-files.ts'
import { ok, type Result } from '../../../../src/shared/result.ts'

type Listener = (name: string, payload: unknown) => void

/** An engine that answers with what it was asked, until told otherwise. */
export class FakeEngine implements EngineEnd {
  readonly asked: { name: string; input: unknown }[] = []
  readonly listeners = new Set<Listener>()
  answer: (name: string, input: unknown) => Promise<Result<unknown>> = async (name, input) => ok({ name, input })

  dispatch(name: string, input: unknown): Promise<Result<unknown>> {
    this.asked.push({ name, input })
    return this.answer(name, input)
  }
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  push(name: string, payload: unknown): void {
    for (const listener of this.listeners) listener(name, payload)
  }
}

export const FILES: WindowFiles = new Map([
  ['/', { status: 200, type: 'text/html; charset=utf-8', body: Buffer.from('<p>window</p>') }],
  ['/index.html', { status: 200, type: 'text/html; charset=utf-8', body: Buffer.from('<p>window</p>') }],
  ['/assets/a.js', { status: 200, type: 'text/javascript; charset=utf-8', body: Buffer.from('export {}') }],
])

export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** One request exactly as given: `fetch` would tidy the path and refuse some headers. */
export function ask(port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}

/** As a browser does: by the printed address, keeping the cookie. */
export async function enter(url: string): Promise<{ port: number; cookie: string; origin: string }> {
  const { port, pathname, search } = new URL(url)
  const reply = await ask(Number(port), `${pathname}${search}`)
  const cookie = String(reply.headers['set-cookie']).split(';')[0] ?? ''
  return { port: Number(port), cookie, origin: `http://127.0.0.1:${port}` }
}

/** A window's end of the WebSocket: what came, and how it ended. */
export class FakeWindow {
  readonly frames: unknown[] = []
  readonly socket: WebSocket
  readonly opened: Promise<'open' | number>
  readonly closed: Promise<{ code: number; reason: string }>
  private readonly waiting: (() => void)[] = []

  constructor(port: number, headers: Record<string, string>, path = '/api') {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
    this.opened = new Promise((resolve) => {
      this.socket.on('open', () => resolve('open'))
      this.socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    })
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
    })
    this.socket.on('error', () => {})
    this.socket.on('message', (data) => {
      this.frames.push(JSON.parse(String(data)))
      for (const wake of this.waiting.splice(0)) wake()
    })
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame))
  }

  /** The frames so far, once there are so many. */
  async received(count: number): Promise<unknown[]> {
    while (this.frames.length < count) await new Promise<void>((resolve) => this.waiting.push(resolve))
    return this.frames
  }
}
