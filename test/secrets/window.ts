import { type RawData, WebSocket } from 'ws'
import { type CallName, calls, type Input, type Output } from '../../src/shared/contract/contract.ts'
import { type Failure, fail, type Result } from '../../src/shared/result.ts'
import { ask } from '../main/api/transports/fakes.ts'
import type { Exhibit } from './searcher.ts'

/** A browser with the printed address: everything that it is sent is kept. */
export class Window {
  /** The launch's own secret: it may stand in the printed address and in the cookie. */
  readonly token: string
  private readonly received: string[] = []
  private readonly port: number
  private readonly cookie: string
  private readonly origin: string
  private socket: WebSocket | null = null
  private lastId = 0
  private readonly waiting = new Map<number, (reply: Result<unknown>) => void>()

  private constructor(port: number, token: string, cookie: string) {
    this.port = port
    this.token = token
    this.cookie = cookie
    this.origin = `http://127.0.0.1:${port}`
  }

  static async at(address: string): Promise<Window> {
    const { port, pathname, search, searchParams } = new URL(address)
    const entered = await ask(Number(port), `${pathname}${search}`)
    const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? ''
    return new Window(Number(port), searchParams.get('token') ?? '', cookie)
  }

  async page(path = '/'): Promise<string> {
    const { status, headers, body } = await ask(this.port, path, { cookie: this.cookie })
    this.received.push(`${status} ${JSON.stringify(headers)}\n${body}`)
    return body
  }

  async type(phrase: string): Promise<string> {
    const headers = { cookie: this.cookie, origin: this.origin }
    const answer = await fetch(`${this.origin}/confirm-live`, { method: 'POST', body: phrase, headers })
    const text = await answer.text()
    this.received.push(`${answer.status} ${JSON.stringify([...answer.headers])}\n${text}`)
    return text
  }

  async open(): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}/api`, {
      headers: { cookie: this.cookie, origin: this.origin },
    })
    this.socket = socket
    socket.on('message', (data: RawData) => {
      const text = String(data)
      this.received.push(text)
      const { id, reply } = JSON.parse(text) as { id?: number; reply?: Result<unknown> }
      if (id !== undefined && reply !== undefined) this.waiting.get(id)?.(reply)
    })
    socket.on('close', (code, reason) => {
      for (const answer of this.waiting.values()) answer(fail('window/closed', `${code} ${String(reason)}`))
    })
    await new Promise<void>((opened, failed) => {
      socket.on('open', () => opened())
      socket.on('error', failed)
    })
  }

  call<N extends CallName>(name: N, input: Input<N>): Promise<Result<Output<N>, Failure>> {
    const id = ++this.lastId
    return new Promise((resolve) => {
      this.waiting.set(id, (reply) => {
        this.waiting.delete(id)
        resolve(
          reply.ok
            ? { ok: true, value: calls[name].output.parse(reply.value) as Output<N> }
            : (reply as Result<Output<N>, Failure>),
        )
      })
      this.socket?.send(JSON.stringify({ id, name, input }))
    })
  }

  /** @throws when it is refused. */
  async ask<N extends CallName>(name: N, input: Input<N>): Promise<Output<N>> {
    const answer = await this.call(name, input)
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code}: ${answer.error.message}`)
    return answer.value
  }

  close(): void {
    this.socket?.terminate()
  }

  exhibits(): readonly Exhibit[] {
    return [{ where: 'what the window was sent', bytes: Buffer.from(this.received.join('\n')) }]
  }
}
