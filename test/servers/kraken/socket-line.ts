import type { WebSocket } from 'ws'
import type { SocketFaults } from './socket-faults.ts'

/** What a client asked to hear. */
export type Subscription = {
  readonly channel: string
  /** Null for the account's own channels. */
  readonly symbol: string | null
  /** Ticker: on every trade, or on every change of the touch. */
  readonly trigger: 'trades' | 'bbo'
  /** Book: levels per side. */
  readonly depth: number
  /** Candles: minutes. */
  readonly interval: number
}

/** One client's connection. */
export class SocketLine {
  readonly subscriptions = new Map<string, Subscription>()
  readonly isPrivate: boolean
  /** When anything but a heartbeat was last said, ms. */
  saidAt = 0
  private readonly sequences = new Map<string, number>()
  private readonly socket: WebSocket
  private readonly faults: SocketFaults
  private held: string | null = null

  constructor(socket: WebSocket, isPrivate: boolean, faults: SocketFaults) {
    this.socket = socket
    this.isPrivate = isPrivate
    this.faults = faults
  }

  /** Acknowledgements, pongs, status, heartbeats. */
  say(message: unknown): void {
    this.put(JSON.stringify(message))
  }

  /** A channel's message; the account's channels are numbered. */
  tell(channel: string, type: 'snapshot' | 'update', data: readonly unknown[], at: string): void {
    const message =
      channel === 'executions' || channel === 'balances'
        ? { channel, type, data, sequence: this.nextSequence(channel) }
        : { channel, type, data, ...(channel === 'ohlc' ? { timestamp: at } : {}) }
    const text = JSON.stringify(message)
    const fault = this.faults.take(channel)
    if (fault === 'lose') return
    if (fault === 'reorder' && this.held === null) {
      this.held = text
      return
    }
    this.put(text)
    if (fault === 'duplicate') this.put(text)
    if (this.held === null) return
    this.put(this.held)
    this.held = null
  }

  /** All subscriptions of a channel, to one symbol when given. */
  subscribed(channel: string, symbol: string | null = null): readonly Subscription[] {
    return [...this.subscriptions.values()].filter((each) => each.channel === channel && each.symbol === symbol)
  }

  drop(): void {
    this.socket.terminate()
  }

  private put(text: string): void {
    if (this.faults.isSilent || this.socket.readyState !== this.socket.OPEN) return
    this.saidAt = Date.now()
    this.socket.send(text)
  }

  private nextSequence(channel: string): number {
    const next = (this.sequences.get(channel) ?? 0) + 1
    this.sequences.set(channel, next)
    return next
  }
}
