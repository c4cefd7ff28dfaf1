import SqliteDatabase from 'better-sqlite3'
import type { TradedPair } from '../../../shared/ids.ts'
import { type Amount, amount, ZERO } from '../../../shared/money.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type { MarginPosition, VenueMovement, VenueOrder, VenueTrade } from './venue.ts'
import {
  exactText,
  movementFrom,
  orderFrom,
  orderValues,
  positionFrom,
  statementsOf,
  tradeFrom,
  tradeValues,
} from './venue-rows.ts'
import { prepareSchema } from './venue-schema.ts'

const NOTHING: ReadonlyMap<number, VenueOrder> = new Map()

/**
 * The account on disk, with what every tick and every order asks for (balances, open orders, positions on margin) kept
 * in memory as it was written. Writes belong into `transact`: if it fails, memory is read again from the disk.
 */
export class VenueStore {
  private readonly db: SqliteDatabase.Database
  private readonly statements: ReturnType<typeof statementsOf>
  private readonly runInTransaction: (work: () => unknown) => unknown
  private readonly balances = new Map<string, Amount>()
  private readonly open = new Map<TradedPair, Map<number, VenueOrder>>()
  private readonly onMargin = new Map<TradedPair, MarginPosition>()

  /** `:memory:` or a path; `opening` is what a new account holds. */
  constructor(file: string, opening: ReadonlyMap<string, Amount>) {
    this.db = new SqliteDatabase(file)
    try {
      if (file !== ':memory:') this.db.pragma('synchronous = FULL')
      this.db.transaction(() => prepareSchema(this.db, opening)).immediate()
      if (file !== ':memory:') this.db.pragma('journal_mode = WAL') // only now: a refusal changes nothing
      this.runInTransaction = this.db.transaction((work: () => unknown) => work())
      this.statements = statementsOf(this.db)
      this.load()
    } catch (error) {
      this.db.close()
      throw error
    }
  }

  transact<T>(work: () => T): T {
    try {
      return this.runInTransaction(work) as T
    } catch (error) {
      this.load()
      throw error
    }
  }

  balanceOf(code: string): Amount {
    return this.balances.get(code) ?? ZERO
  }

  assets(): ReadonlyMap<string, Amount> {
    return this.balances
  }

  setBalance(code: string, units: Amount): void {
    this.statements.setBalance.run(code, exactText(units))
    this.balances.set(code, units)
  }

  /** In order of arrival. */
  openOf(symbol: TradedPair): ReadonlyMap<number, VenueOrder> {
    return this.open.get(symbol) ?? NOTHING
  }

  *openOrders(): Iterable<VenueOrder> {
    for (const orders of this.open.values()) yield* orders.values()
  }

  insertOrder(order: Omit<VenueOrder, 'number'>): VenueOrder {
    const { lastInsertRowid } = this.statements.insertOrder.run(orderValues(order))
    const inserted = { ...order, number: Number(lastInsertRowid) }
    this.keep(inserted)
    return inserted
  }

  saveOrder(order: VenueOrder): void {
    this.statements.saveOrder.run([...orderValues(order), order.number])
    this.keep(order)
  }

  order(number: number): VenueOrder | null {
    const row = this.statements.order.get(number)
    return row === undefined ? null : orderFrom(row)
  }

  newestOf(clientOrderId: string): VenueOrder | null {
    const row = this.statements.newestOf.get(clientOrderId)
    return row === undefined ? null : orderFrom(row)
  }

  closedOrders(clientOrderId: string | undefined, limit: number): readonly VenueOrder[] {
    const rows =
      clientOrderId === undefined
        ? this.statements.closed.all(limit)
        : this.statements.closedOf.all(clientOrderId, limit)
    return rows.map(orderFrom)
  }

  addTrade(trade: Omit<VenueTrade, 'number'>): VenueTrade {
    const { lastInsertRowid } = this.statements.addTrade.run(tradeValues(trade))
    return { ...trade, number: Number(lastInsertRowid) }
  }

  tradesOf(orderNumber: number): readonly VenueTrade[] {
    return this.statements.tradesOf.all(orderNumber).map(tradeFrom)
  }

  trades(since: EpochMs | null, limit: number): readonly VenueTrade[] {
    return this.statements.trades.all(since ?? 0, limit).map(tradeFrom)
  }

  addMovement(movement: Omit<VenueMovement, 'number'>): VenueMovement {
    const { kind, asset, amount, at } = movement
    const { lastInsertRowid } = this.statements.addMovement.run(kind, asset, exactText(amount), at)
    return { ...movement, number: Number(lastInsertRowid) }
  }

  movements(since: EpochMs): readonly VenueMovement[] {
    return this.statements.movements.all(since).map(movementFrom)
  }

  positions(): ReadonlyMap<TradedPair, MarginPosition> {
    return this.onMargin
  }

  /** A position of nothing is forgotten. */
  savePosition(position: MarginPosition): void {
    if (position.amount.eq(ZERO)) {
      this.statements.dropPosition.run(position.symbol)
      this.onMargin.delete(position.symbol)
      return
    }
    const { symbol, amount, cost, margin } = position
    this.statements.savePosition.run(symbol, exactText(amount), exactText(cost), exactText(margin))
    this.onMargin.set(symbol, position)
  }

  close(): void {
    this.db.close()
  }

  private keep(order: VenueOrder): void {
    const orders = this.open.get(order.symbol) ?? new Map<number, VenueOrder>()
    this.open.set(order.symbol, orders)
    if (order.status === 'open') orders.set(order.number, order)
    else orders.delete(order.number)
  }

  private load(): void {
    this.balances.clear()
    this.open.clear()
    this.onMargin.clear()
    for (const row of this.statements.balances.all()) this.balances.set(row.asset, amount(row.amount))
    for (const row of this.statements.open.all()) this.keep(orderFrom(row))
    for (const row of this.statements.positions.all()) this.onMargin.set(row.symbol as TradedPair, positionFrom(row))
  }
}
