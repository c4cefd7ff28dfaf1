import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { VenueEvent } from '../../../src/main/adapters/paper/venue.ts'
import { isoTime } from '../../../src/shared/time.ts'
import { balanceData, balanceUpdates } from './balance-messages.ts'
import type { Desk } from './desk.ts'
import { ExecutionReports, type Report, reportOpen, reportTrade } from './execution-reports.ts'
import type { Market, PublicTrade } from './market.ts'
import { bookSnapshot, bookUpdate, candleData, tickerData, tradeData } from './market-messages.ts'
import type { Book } from './order-book.ts'
import { NO_NOTE } from './order-format.ts'
import type { SocketFaults } from './socket-faults.ts'
import { SocketLine, type Subscription } from './socket-line.ts'
import type { SocketParams } from './socket-requests.ts'
import { acknowledged, isAccountChannel, keyOf, SocketRequest, subscriptionTo } from './socket-requests.ts'
import type { Tokens } from './tokens.ts'

const HEARTBEAT_MS = 1_000
/** A snapshot of the account goes no further back. */
const SNAPSHOT = 50

/** Every open connection, and what each is told. */
export class Sockets {
  /** Every subscription asked for, for tests. */
  readonly subscribed: string[] = []
  private readonly lines = new Set<SocketLine>()
  private readonly server = new WebSocketServer({ noServer: true })
  private readonly reports: ExecutionReports
  private readonly desk: Desk
  private readonly faults: SocketFaults
  private readonly tokens: Tokens
  private readonly heartbeat: NodeJS.Timeout
  private batch: Report[] | null = null

  constructor(desk: Desk, faults: SocketFaults, tokens: Tokens) {
    this.desk = desk
    this.faults = faults
    this.tokens = tokens
    this.reports = new ExecutionReports(desk.venue.openOrders())
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS)
    this.heartbeat.unref()
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer, isPrivate: boolean): void {
    this.server.handleUpgrade(request, socket, head, (open) => this.onOpen(open, isPrivate))
  }

  onTick(market: Market, before: Book, hasMovedTouch: boolean, trade: PublicTrade | null): void {
    const { symbol } = market
    const now = this.desk.clock.now()
    for (const line of this.lines) {
      const tell = (channel: string, data: unknown): void =>
        line.tell(channel, 'update', [data], isoTime(this.desk.clock.now()))
      for (const { trigger } of line.subscribed('ticker', symbol)) {
        if (trigger === 'bbo' ? hasMovedTouch : trade !== null) tell('ticker', tickerData(market, now))
      }
      for (const { depth } of line.subscribed('book', symbol)) {
        const update = bookUpdate(market, before, market.book(), depth, now)
        if (update !== null) tell('book', update)
      }
      if (trade === null) continue
      if (line.subscribed('trade', symbol).length > 0) tell('trade', tradeData(market, trade))
      for (const { interval } of line.subscribed('ohlc', symbol)) {
        const bar = market.candles.rows(interval, now / 1_000).at(-1)
        if (bar !== undefined) tell('ohlc', candleData(market, interval, bar))
      }
    }
  }

  onVenueEvent(event: VenueEvent): void {
    const { clock, store } = this.desk
    const reports = this.reports.of(event, store.note(event.order.number) ?? NO_NOTE, clock.now())
    if (this.faults.batchesExecutions) this.gather(reports)
    else for (const report of reports) this.tellAccount('executions', [report])
    if (event.kind === 'trade') this.tellAccount('balances', balanceUpdates(this.desk, event.trade))
  }

  onTransfer(assetCode: string): void {
    const [data] = balanceData(this.desk, assetCode)
    if (data !== undefined) this.tellAccount('balances', [data])
  }

  onSystemStatus(): void {
    for (const line of this.lines) this.sayStatus(line)
  }

  /** As when the network breaks: no goodbye. */
  drop(): void {
    for (const line of this.lines) line.drop()
  }

  get count(): number {
    return this.lines.size
  }

  close(): void {
    clearInterval(this.heartbeat)
    this.drop()
    this.server.close()
  }

  private onOpen(socket: WebSocket, isPrivate: boolean): void {
    const line = new SocketLine(socket, isPrivate, this.faults)
    this.lines.add(line)
    socket.on('close', () => this.lines.delete(line))
    socket.on('error', () => socket.terminate())
    socket.on('message', (data) => this.onMessage(line, String(data)))
    this.sayStatus(line)
  }

  private sayStatus(line: SocketLine): void {
    const status = { version: '2.0.10', system: this.desk.system, api_version: 'v2', connection_id: 1_638_999_422 }
    line.say({ channel: 'status', type: 'update', data: [status] })
  }

  private onMessage(line: SocketLine, text: string): void {
    const now = isoTime(this.desk.clock.now())
    for (const reply of this.repliesTo(line, readRequest(text))) {
      line.say({ ...reply.message, time_in: now, time_out: now })
      if (reply.opened === undefined) continue
      this.subscribed.push([reply.opened.channel, reply.opened.symbol].filter((part) => part !== null).join(' '))
      this.tellSnapshot(line, reply.opened, reply.params)
    }
  }

  private repliesTo(line: SocketLine, request: SocketRequest | null): readonly SocketReply[] {
    if (request === null) return [{ message: { error: 'Malformed request', success: false } }]
    const { method, req_id, params } = request
    const common = { method, ...(req_id === undefined ? {} : { req_id }) }
    const refuse = (error: string, symbol: string | null = null): SocketReply => ({
      message: { error, ...common, success: false, ...(symbol === null ? {} : { symbol }) },
    })
    if (method === 'ping') return [{ message: { ...common, method: 'pong' } }]
    if (method !== 'subscribe' && method !== 'unsubscribe') return [refuse('Unsupported method')]
    if (params?.channel === undefined) return [refuse('Subscription name invalid')]
    const { channel } = params
    const isAccount = isAccountChannel(channel)
    if (isAccount && !line.isPrivate) return [refuse('Private data and trading are unavailable on this endpoint')]
    if (isAccount && !this.tokens.isGood(params.token)) return [refuse('ESession:Invalid session')]
    return (isAccount ? [null] : params.symbol).map((symbol): SocketReply => {
      if (symbol !== null && this.desk.markets.listed(symbol) === null) {
        return refuse(`Currency pair not supported ${symbol}`, symbol)
      }
      const subscription = subscriptionTo(params, channel, symbol)
      const key = keyOf(subscription)
      const message = { ...common, result: acknowledged(subscription, params), success: true }
      if (method === 'unsubscribe') {
        return line.subscriptions.delete(key) ? { message } : refuse('Subscription Not Found', symbol)
      }
      if (line.subscriptions.has(key)) return refuse('Already subscribed', symbol)
      line.subscriptions.set(key, subscription)
      return { message, opened: subscription, params }
    })
  }

  private tellSnapshot(line: SocketLine, subscription: Subscription, params: SocketParams): void {
    const data = this.snapshotOf(subscription, params)
    if (data !== null) line.tell(subscription.channel, 'snapshot', data, isoTime(this.desk.clock.now()))
  }

  /** Null where there is nothing to tell yet, or it is not wanted. */
  private snapshotOf(subscription: Subscription, params: SocketParams): readonly unknown[] | null {
    const { channel, symbol, depth, interval } = subscription
    const now = this.desk.clock.now()
    if (channel === 'balances') return params.snapshot ? balanceData(this.desk, null) : null
    if (channel === 'executions') return this.accountSnapshot(params)
    const market = this.desk.markets.listed(symbol ?? '')
    if (market === null || market.tick === null || !params.snapshot) return null
    switch (channel) {
      case 'ticker':
        return [tickerData(market, now)]
      case 'trade':
        return market.trades.slice(-SNAPSHOT).map((trade) => tradeData(market, trade))
      case 'book':
        return [bookSnapshot(market, market.book(), depth, now)]
      default:
        return market.candles.rows(interval, now / 1_000).map((bar) => candleData(market, interval, bar))
    }
  }

  /** At most 50 orders and 50 trades, the newest: what is older has to be asked for over REST. */
  private accountSnapshot(params: SocketParams): readonly Report[] {
    const { venue, store } = this.desk
    const noteOf = (number: number) => store.note(number) ?? NO_NOTE
    const orders = params.snap_orders ? venue.openOrders().slice(-SNAPSHOT) : []
    const trades = params.snap_trades ? venue.trades({ since: null, limit: SNAPSHOT }).toReversed() : []
    return [
      ...orders.map((order) => reportOpen(order, noteOf(order.number))),
      ...trades.flatMap((trade) => {
        const order = venue.order({ number: trade.orderNumber })
        return order === null ? [] : [reportTrade(trade, order, noteOf(order.number), 'filled')]
      }),
    ]
  }

  private tellAccount(channel: 'executions' | 'balances', data: readonly unknown[]): void {
    const at = isoTime(this.desk.clock.now())
    for (const line of this.lines) {
      if (line.subscribed(channel).length > 0) line.tell(channel, 'update', data, at)
    }
  }

  private gather(reports: readonly Report[]): void {
    if (this.batch === null) {
      this.batch = []
      setImmediate(() => {
        const batch = this.batch ?? []
        this.batch = null
        this.tellAccount('executions', batch)
      })
    }
    this.batch.push(...reports)
  }

  private beat(): void {
    for (const line of this.lines) {
      const isQuiet = Date.now() - line.saidAt >= HEARTBEAT_MS
      if (line.subscriptions.size > 0 && isQuiet) line.say({ channel: 'heartbeat' })
    }
  }
}

/** What is said to a request; a subscription it opened is told what there is. */
type SocketReply =
  | { readonly message: object; readonly opened?: undefined }
  | { readonly message: object; readonly opened: Subscription; readonly params: SocketParams }

function readRequest(text: string): SocketRequest | null {
  try {
    const read = SocketRequest.safeParse(JSON.parse(text))
    return read.success ? read.data : null
  } catch {
    return null
  }
}
