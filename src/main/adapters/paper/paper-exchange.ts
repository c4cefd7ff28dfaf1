import SqliteDatabase from 'better-sqlite3'
import { type Asset, asset, baseOf, ClientOrderId, quoteOf, type TradedPair, TradeId } from '../../../shared/ids.ts'
import { type Amount, amount, type Fraction, type Price, price, toText, ZERO } from '../../../shared/money.ts'
import { err, ok } from '../../../shared/result.ts'
import { epochMs } from '../../../shared/time.ts'
import type { MarketRules, Tick } from '../../domain/market.ts'
import type { OrderType, Side } from '../../domain/order.ts'
import type { Clock, Exchange, ExchangeFill, ExchangeOrder, Refused } from '../../ports.ts'
import { feeAssetOf, type Match, matchOnArrival, matchResting } from './matching.ts'

/** Tells this file from the engine's own databases. */
const APPLICATION_ID = 0x54475045 // "TGPE"

const SCHEMA = `
CREATE TABLE IF NOT EXISTS balances (asset TEXT PRIMARY KEY, amount TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS orders (
  exchange_id INTEGER PRIMARY KEY, client_order_id TEXT NOT NULL UNIQUE, symbol TEXT NOT NULL, side TEXT NOT NULL,
  type TEXT NOT NULL, amount TEXT NOT NULL, limit_price TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'filled', 'cancelled')), created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS open_orders ON orders (symbol) WHERE status = 'open';
CREATE TABLE IF NOT EXISTS trades (
  number INTEGER PRIMARY KEY, exchange_id INTEGER NOT NULL REFERENCES orders, amount TEXT NOT NULL, price TEXT NOT NULL,
  fee TEXT NOT NULL, fee_asset TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS trades_of_order ON trades (exchange_id);
`

type OrderRow = {
  exchange_id: number
  client_order_id: string
  symbol: string
  side: Side
  type: OrderType
  amount: string
  limit_price: string
  status: 'open' | 'filled' | 'cancelled'
}
type TradeRow = { number: number; amount: string; price: string; fee: string; fee_asset: string; at: number }

export type PaperExchange = Exchange & {
  /** The market moved: resting orders may trade. */
  onTicks(ticks: readonly Tick[]): void
}

/**
 * A simulated exchange with a memory of its own: it commits an order before it answers, in another file than the
 * engine's, so that a crash between "sent" and "answered" is as ambiguous as with a real one.
 */
export function createPaperExchange(deps: {
  /** `:memory:` for replays. */
  file: string
  clock: Clock
  rules: (symbol: TradedPair) => MarketRules | null
  /** The price an order meets on arrival; null when there is no fresh one. */
  tickOf: (symbol: TradedPair) => Tick | null
  slippage: Fraction
  /** What the account holds when the file is new. */
  opening: ReadonlyMap<Asset, Amount>
}): PaperExchange {
  const db = new SqliteDatabase(deps.file)
  if (deps.file !== ':memory:') {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
  }
  db.pragma(`application_id = ${APPLICATION_ID}`)
  db.exec(SCHEMA)
  const listeners = new Set<(id: ClientOrderId) => void>()

  const read = {
    balances: db.prepare<[], { asset: string; amount: string }>('SELECT asset, amount FROM balances'),
    balance: db.prepare<[string], { amount: string }>('SELECT amount FROM balances WHERE asset = ?'),
    open: db.prepare<[string], OrderRow>("SELECT * FROM orders WHERE status = 'open' AND symbol = ?"),
    allOpen: db.prepare<[], OrderRow>("SELECT * FROM orders WHERE status = 'open'"),
    order: db.prepare<[string], OrderRow>('SELECT * FROM orders WHERE client_order_id = ?'),
    trades: db.prepare<[number], TradeRow>('SELECT * FROM trades WHERE exchange_id = ? ORDER BY number'),
  }
  const write = {
    balance: db.prepare(
      'INSERT INTO balances VALUES (?, ?) ON CONFLICT (asset) DO UPDATE SET amount = excluded.amount',
    ),
    order: db.prepare(
      "INSERT INTO orders (client_order_id, symbol, side, type, amount, limit_price, status, created_at) VALUES (?, ?, ?, ?, ?, ?, 'open', ?)",
    ),
    status: db.prepare('UPDATE orders SET status = ? WHERE exchange_id = ?'),
    trade: db.prepare('INSERT INTO trades (exchange_id, amount, price, fee, fee_asset, at) VALUES (?, ?, ?, ?, ?, ?)'),
  }
  db.transaction(() => {
    if (read.balances.all().length > 0) return
    for (const [held, units] of deps.opening) write.balance.run(held, toText(units))
  })()

  // So that a tick costs nothing while no order rests.
  let resting = read.allOpen.all().length
  const countResting = (): void => {
    resting = read.allOpen.all().length
  }

  const balanceOf = (of: Asset): Amount => amount(read.balance.get(of)?.amount ?? '0')
  const add = (to: Asset, change: Amount): void => {
    write.balance.run(to, toText(balanceOf(to).plus(change)))
  }
  const spendOf = (order: { symbol: TradedPair; side: Side; amount: Amount; limitPrice: Price }): [Asset, Amount] =>
    order.side === 'sell'
      ? [baseOf(order.symbol), order.amount]
      : [quoteOf(order.symbol), order.amount.times(order.limitPrice) as Amount]
  const wantedOf = (row: OrderRow) => ({
    symbol: row.symbol as TradedPair,
    side: row.side,
    type: row.type,
    amount: amount(row.amount),
    limitPrice: price(row.limit_price),
  })

  function reserved(of: Asset): Amount {
    let total = ZERO
    for (const row of read.allOpen.all()) {
      const [held, units] = spendOf(wantedOf(row))
      if (held === of) total = total.plus(units) as typeof ZERO
    }
    return total
  }

  function settle(row: OrderRow, match: Match, rules: MarketRules): void {
    const order = wantedOf(row)
    const cost = match.price.times(order.amount) as Amount
    const sign = order.side === 'buy' ? 1 : -1
    const signed = (value: Amount, direction: number): Amount => (direction > 0 ? value : (value.neg() as Amount))
    add(baseOf(order.symbol), signed(order.amount, sign))
    add(quoteOf(order.symbol), signed(cost, -sign))
    add(feeAssetOf(rules), match.fee.neg() as Amount)
    write.trade.run(
      row.exchange_id,
      row.amount,
      toText(match.price),
      toText(match.fee),
      feeAssetOf(rules),
      deps.clock.now(),
    )
    write.status.run('filled', row.exchange_id)
  }

  const refuse = (message: string): { ok: false; error: Refused } =>
    err({ kind: 'refused', code: 'exchange/refused', message })

  function describe(row: OrderRow): ExchangeOrder {
    const fills = read.trades.all(row.exchange_id).map(
      (trade): ExchangeFill => ({
        tradeId: TradeId.parse(`paper-${trade.number}`),
        clientOrderId: ClientOrderId.parse(row.client_order_id),
        symbol: row.symbol as TradedPair,
        side: row.side,
        amount: amount(trade.amount),
        price: price(trade.price),
        fee: amount(trade.fee),
        feeAsset: asset(trade.fee_asset),
        at: epochMs(trade.at),
      }),
    )
    return {
      exchangeId: `P${row.exchange_id}`,
      clientOrderId: ClientOrderId.parse(row.client_order_id),
      status: row.status,
      fills,
    }
  }

  const placeAndMatch = db.transaction((intent: Parameters<Exchange['submit']>[0], tick: Tick, rules: MarketRules) => {
    write.order.run(
      intent.clientOrderId,
      intent.symbol,
      intent.side,
      intent.type,
      toText(intent.amount),
      toText(intent.limitPrice),
      deps.clock.now(),
    )
    const row = read.order.get(intent.clientOrderId) as OrderRow
    const match = matchOnArrival(intent, tick, rules, deps.slippage)
    if (match !== null) settle(row, match, rules)
    else if (intent.type === 'market') write.status.run('cancelled', row.exchange_id)
    return row.exchange_id
  })

  return {
    async submit(intent) {
      const rules = deps.rules(intent.symbol)
      const tick = deps.tickOf(intent.symbol)
      if (rules === null) return refuse(`${intent.symbol} is not traded here.`)
      if (tick === null) return refuse(`There is no fresh price of ${intent.symbol}.`)
      if (deps.clock.now() > intent.deadline) return refuse('The deadline of this request has passed.')
      if (read.order.get(intent.clientOrderId) !== undefined) return refuse('This client order id is known already.')
      if (intent.amount.lt(rules.minAmount))
        return refuse(`The amount is below the minimum of ${toText(rules.minAmount)}.`)
      const [spent, needed] = spendOf(intent)
      // A market order's limit is only its worst price: what it really needs is known when it trades.
      const match = matchOnArrival(intent, tick, rules, deps.slippage)
      const atTouch =
        intent.side === 'buy' && match !== null ? (match.price.times(intent.amount).plus(match.fee) as Amount) : needed
      if (balanceOf(spent).minus(reserved(spent)).lt(atTouch)) return refuse(`Insufficient funds: ${spent}.`)
      const number = placeAndMatch(intent, tick, rules)
      countResting()
      return ok({ exchangeId: `P${number}` })
    },
    async cancel(clientOrderId) {
      const row = read.order.get(clientOrderId)
      if (row === undefined || row.status !== 'open') return ok('not-open')
      write.status.run('cancelled', row.exchange_id)
      countResting()
      return ok('cancelled')
    },
    async find(clientOrderId) {
      const row = read.order.get(clientOrderId)
      return ok(row === undefined ? 'never-seen' : describe(row))
    },
    async balances() {
      return ok(new Map(read.balances.all().map((row) => [asset(row.asset), amount(row.amount)])))
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onTicks(ticks) {
      if (resting === 0) return
      for (const tick of ticks) {
        const rules = deps.rules(tick.symbol)
        if (rules === null) continue
        for (const row of read.open.all(tick.symbol)) {
          const match = matchResting(wantedOf(row), tick, rules)
          if (match === null) continue
          db.transaction(() => settle(row, match, rules))()
          countResting()
          for (const listener of listeners) listener(ClientOrderId.parse(row.client_order_id))
        }
      }
    },
    close() {
      db.close()
    },
  }
}
