import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createVenue } from '../../../src/main/adapters/paper/sqlite-venue.ts'
import type { Venue, VenueTick } from '../../../src/main/adapters/paper/venue.ts'
import { createSystemClock } from '../../../src/main/adapters/system/clock.ts'
import type { MarketRules } from '../../../src/main/domain/market.ts'
import type { Clock } from '../../../src/main/ports.ts'
import type { TradedPair } from '../../../src/shared/ids.ts'
import { type Amount, type Fraction, ZERO } from '../../../src/shared/money.ts'
import { createApi } from './api.ts'
import type { Candles } from './candles.ts'
import { createControl } from './control.ts'
import { Counters, type Tier } from './counters.ts'
import { DEFAULT_MARKETS, LEVERAGES } from './default-markets.ts'
import type { Desk } from './desk.ts'
import { DeskStore, type Transfer } from './desk-store.ts'
import { Faults } from './faults.ts'
import { createHttpHandler } from './http.ts'
import { type ApiKey, apiKeyNamed, Keys, type KrakenPermission } from './keys.ts'
import { type MarketStatus, Markets } from './market.ts'
import { MarketMaker, type Quote } from './market-maker.ts'
import { RequestLog } from './request-log.ts'
import { accountEndpoints } from './rest-account.ts'
import { historyEndpoints } from './rest-history.ts'
import { orderEndpoints } from './rest-orders.ts'
import { publicEndpoints } from './rest-public.ts'
import { SocketFaults } from './socket-faults.ts'
import { Sockets } from './sockets.ts'
import type { SystemStatus } from './system-status.ts'
import { createTimers } from './timers.ts'
import { Tokens } from './tokens.ts'

export type KrakenServerOptions = {
  /** Where it remembers things over a restart; without one it forgets. */
  readonly dir?: string
  /** 0, the default, takes any that is free. */
  readonly port?: number
  readonly clock?: Clock
  readonly markets?: readonly MarketRules[]
  /** What the account holds at its very first start, by our codes; `BTC.F` is what earns. */
  readonly opening?: ReadonlyMap<string, Amount>
  readonly allowsMargin?: boolean
  /** Which limits hold; `unlimited` by default, so that tests need not wait. */
  readonly tier?: Tier
  /** How much worse than the touch market orders trade. */
  readonly slippage?: Fraction
  /** The first one is `key` and `secret` of the server. */
  readonly keys?: readonly ApiKey[]
  /** Of random faults. */
  readonly seed?: number
  /** How many requests are remembered for assertions. */
  readonly logged?: number
}

export type KrakenServer = {
  readonly restUrl: string
  /** Public channels. */
  readonly wsUrl: string
  /** The account's channels. */
  readonly wsAuthUrl: string
  readonly key: string
  readonly secret: string
  /** The account itself: orders by hand, what is really open, what was really traded. */
  readonly venue: Venue
  readonly clock: Clock
  readonly faults: Faults
  readonly socketFaults: SocketFaults
  readonly sockets: Pick<Sockets, 'drop' | 'count' | 'subscribed'>
  readonly requests: Pick<RequestLog, 'all' | 'timesSent' | 'total'>
  readonly counters: Pick<Counters, 'callsOf' | 'ordersOf'>
  /** A price, and unless told otherwise somebody trading at it. */
  setTick(symbol: TradedPair, quote: Quote): void
  /** Plays a candle: open, then the extreme nearer to it, the other one, close. */
  playCandle(symbol: TradedPair, candle: { open: number; high: number; low: number; close: number }): void
  /** A market's past. */
  candles(symbol: TradedPair): Candles
  setMarketStatus(symbol: TradedPair, status: MarketStatus): void
  setSystemStatus(status: SystemStatus): void
  setPermissions(permissions: readonly KrakenPermission[], key?: string): void
  /** Above zero a deposit, below it a withdrawal, whose fee comes on top. */
  transfer(assetCode: string, amount: Amount, fee?: Amount): void
  /** What earning brought, less Kraken's share of it; into an earn code such as `BTC.F`. */
  reward(assetCode: string, amount: Amount, fee?: Amount): void
  /** From spot into earning; below zero back. */
  moveToEarn(assetCode: string, amount: Amount): void
  /** Rows of the ledger of any kind, all at once, with what they do to the balances. */
  addLedgerRows(...rows: readonly LedgerRow[]): void
  expireTokens(): void
  /** How many orders there are or were with this client order id: more than one is a duplicate. */
  ordersOf(clientOrderId: string): number
  close(): Promise<void>
}

/** Kraken's words for what happened, e.g. `earn` and `allocation`. */
export type LedgerRow = Pick<Transfer, 'assetCode' | 'amount' | 'type'> & Partial<Pick<Transfer, 'fee' | 'subtype'>>

/** Kraken on the loopback: REST, WebSocket v2, one account, and a switch for everything that can go wrong. */
export async function startKrakenServer(options: KrakenServerOptions = {}): Promise<KrakenServer> {
  const { dir, port = 0, clock = createSystemClock(), allowsMargin = false, seed = 1 } = options
  const { keys = [apiKeyNamed('the trader')], opening = new Map<string, Amount>() } = options
  const [first] = keys
  if (first === undefined) throw new Error('a server without a key lets nobody in')
  if (dir !== undefined) mkdirSync(dir, { recursive: true })
  const fileOf = (name: string): string => (dir === undefined ? ':memory:' : join(dir, name))

  const store = new DeskStore(fileOf('kraken-desk.sqlite'))
  const markets = new Markets(options.markets ?? DEFAULT_MARKETS, clock)
  const venue = createVenue({
    file: fileOf('kraken-venue.sqlite'),
    clock,
    rules: (symbol) => markets.listed(symbol)?.rules ?? null,
    tickOf: (symbol): VenueTick | null => markets.listed(symbol)?.tick ?? null,
    slippage: options.slippage ?? ZERO,
    opening,
    allowsMargin,
  })
  const counters = new Counters(options.tier ?? 'unlimited', clock, store)
  const accountKeys = new Keys(keys, store)
  const desk: Desk = { clock, venue, store, markets, counters, keys: accountKeys, allowsMargin, system: 'online' }

  const [faults, socketFaults] = [new Faults(seed), new SocketFaults(seed)]
  const [tokens, timers, log] = [new Tokens(clock), createTimers(clock), new RequestLog(options.logged ?? 10_000)]
  const orders = orderEndpoints(desk)
  const sockets = new Sockets(desk, socketFaults, tokens)
  const maker = new MarketMaker(desk, sockets)
  venue.onEvent((event) => sockets.onVenueEvent(event))
  const leverages = allowsMargin ? LEVERAGES : []

  function addLedgerRows(...rows: readonly LedgerRow[]): void {
    const at = clock.now()
    const whole = rows.map((row) => ({ fee: ZERO, subtype: '', at, ...row }))
    for (const { assetCode, amount, fee } of whole) venue.credit(assetCode, amount.minus(fee) as Amount)
    store.addTransfers(whole)
    sockets.onTransfer(rows[0]?.assetCode ?? '')
  }
  const server = createServer()
  const kraken: Omit<KrakenServer, 'restUrl' | 'wsUrl' | 'wsAuthUrl'> = {
    key: first.key,
    secret: first.secret,
    venue,
    clock,
    faults,
    socketFaults,
    sockets,
    requests: log,
    counters,
    setTick: (symbol, quote) => maker.setTick(symbol, quote),
    playCandle: (symbol, candle) => maker.playCandle(symbol, candle),
    candles: (symbol) => markets.of(symbol).candles,
    setMarketStatus: (symbol, status) => maker.setStatus(symbol, status),
    setSystemStatus(status) {
      desk.system = status
      sockets.onSystemStatus()
    },
    setPermissions: (permissions, key = first.key) => accountKeys.setPermissions(key, permissions),
    addLedgerRows,
    transfer: (assetCode, amount, fee = ZERO) =>
      addLedgerRows({ assetCode, amount, fee, type: amount.lt(ZERO) ? 'withdrawal' : 'deposit' }),
    reward: (assetCode, amount, fee = ZERO) =>
      addLedgerRows({ assetCode, amount, fee, type: 'earn', subtype: 'reward' }),
    moveToEarn(assetCode, amount) {
      const kind = { type: 'earn', subtype: amount.lt(ZERO) ? 'deallocation' : 'allocation' }
      const spot = { ...kind, assetCode, amount: amount.neg() as Amount }
      const earning = { ...kind, assetCode: `${assetCode}.F`, amount }
      addLedgerRows(...(amount.lt(ZERO) ? [earning, spot] : [spot, earning]))
    },
    expireTokens: () => tokens.expireAll(),
    ordersOf(clientOrderId) {
      const open = venue.openOrders().filter((order) => order.clientOrderId === clientOrderId).length
      return open + venue.closedOrders({ clientOrderId, limit: Number.MAX_SAFE_INTEGER }).length
    },
    async close() {
      timers.close()
      orders.close()
      sockets.close()
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      venue.close()
      store.close()
    },
  }

  server.on(
    'request',
    createHttpHandler({
      clock,
      later: timers.later,
      admit: createApi(desk, publicEndpoints({ clock, markets, system: () => desk.system, leverages }), {
        ...orders.endpoints,
        ...historyEndpoints(desk),
        ...accountEndpoints(desk, (key) => tokens.issue(key.key)),
      }),
      faults,
      log,
      elsewhere: createControl(kraken),
    }),
  )
  server.on('upgrade', (request, socket, head) => {
    const isPrivate = request.url?.startsWith('/private') === true
    sockets.accept(request, socket, head, isPrivate)
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', listening)
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return Object.assign(kraken, {
    restUrl: `http://${host}`,
    wsUrl: `ws://${host}/v2`,
    wsAuthUrl: `ws://${host}/private/v2`,
  })
}
