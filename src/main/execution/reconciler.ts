import { type Asset, baseOf, type OrderId, quoteOf } from '../../shared/ids.ts'
import { type Amount, toText, ZERO } from '../../shared/money.ts'
import { after, type EpochMs, epochMs, MINUTE } from '../../shared/time.ts'
import { isFinal, type Order } from '../domain/order.ts'
import type { Clock, Exchange, Holding, RestingOrder, Stores } from '../ports.ts'
import type { Books } from './books.ts'
import type { MovementFinder } from './movement-finder.ts'
import type { OrderBooking } from './order-booking.ts'
import type { OrderDesk } from './order-desk.ts'

export type DifferenceItems = ReadonlyArray<{
  readonly asset: Asset
  readonly ledger: Amount
  readonly exchange: Amount
}>
export type Difference = { readonly since: EpochMs; readonly items: DifferenceItems }

export type ReconcilerDeps = {
  readonly clock: Clock
  readonly exchange: Exchange
  readonly stores: Pick<Stores, 'orders' | 'positions'>
  readonly books: Books
  readonly assets: readonly Asset[]
  /** An order placed elsewhere was seen for the first time. */
  readonly onExternal: (order: RestingOrder) => void
}

/** Orders that ended so recently that a fill of theirs could still be on its way. */
const LATE_FILL_MS = 10 * MINUTE
/** The newest of them: each is several requests, and exits wait behind them. */
const MOST_ASKED = 10
/** A difference that has been the same for so long is not asked about any more: that would use up every question. */
const ASK_FOR_MS = 2 * MINUTE

/**
 * Compares what is written down with what the exchange says: orders and fills, balances, orders placed elsewhere. A
 * difference that asking explains is repaired; one that stays stops new orders.
 */
export class Reconciler {
  private heldBack: string | null = null
  private found: Difference | null = null
  /** When a difference was first as it is now. */
  private changedAt: EpochMs = epochMs(0)
  private external: readonly RestingOrder[] = []
  private externalAt: EpochMs | null = null
  private earning = new Map<Asset, Amount>()
  private readonly deps: ReconcilerDeps
  private readonly desk: OrderDesk
  private readonly booking: OrderBooking
  private readonly movements: MovementFinder

  constructor(deps: ReconcilerDeps, desk: OrderDesk, booking: OrderBooking, movements: MovementFinder) {
    this.deps = deps
    this.desk = desk
    this.booking = booking
    this.movements = movements
  }

  /** Nothing new is sent until everything has been compared again (a start, a sleep). */
  holdBack(reason: string): void {
    this.heldBack = reason
  }

  blockedBecause(): string | null {
    if (this.found === null) return this.heldBack
    const items = this.found.items.map(
      ({ asset, ledger, exchange }) => `${asset}: the ledger has ${toText(ledger)}, the exchange ${toText(exchange)}`,
    )
    const hint = this.movements.problem()
    const text = `Ledger and exchange differ (${items.join('; ')}): nothing new is sent.`
    return hint === null ? text : `${text} ${hint}`
  }

  difference(): Difference | null {
    return this.found
  }

  externalOrders(): { readonly orders: readonly RestingOrder[]; readonly at: EpochMs | null } {
    return { orders: this.external, at: this.externalAt }
  }

  /** What is owned and cannot be spent: earning, or held by orders placed elsewhere. */
  keptBack(asset: Asset): Amount {
    let kept = this.earning.get(asset) ?? ZERO
    for (const order of this.external) {
      const left = order.amount.minus(order.filled)
      if (order.side === 'sell' && baseOf(order.symbol) === asset) kept = kept.plus(left) as typeof ZERO
      if (order.side === 'buy' && quoteOf(order.symbol) === asset && order.price !== null) {
        kept = kept.plus(left.times(order.price)) as typeof ZERO
      }
    }
    return kept
  }

  /** Brings everything up to date. False when the exchange could not be asked. */
  async run(): Promise<boolean> {
    const hasOrders = await this.lookAtOrders()
    const hasBalances = await this.compareBalances()
    if (!hasOrders || !hasBalances) return false
    if (this.found === null) this.heldBack = null
    return true
  }

  private async lookAtOrders(): Promise<boolean> {
    for (const order of this.deps.stores.orders.live()) await this.desk.askAbout(order.id)
    const answer = await this.deps.exchange.openOrders()
    if (!answer.ok) return false
    const known = new Set(this.external.map((order) => order.exchangeId))
    this.external = answer.value.filter((order) => this.oursOf(order) === null)
    this.externalAt = this.deps.clock.now()
    for (const order of this.external) if (!known.has(order.exchangeId)) this.deps.onExternal(order)
    for (const resting of answer.value) {
      const order = this.oursOf(resting)
      if (order !== null && isFinal(order.status) && !order.inDoubt) await this.desk.takeBack(order)
    }
    return true
  }

  private oursOf({ clientOrderId }: RestingOrder): Order | null {
    return clientOrderId === null ? null : this.deps.stores.orders.byClientOrderId(clientOrderId)
  }

  private async compareBalances(): Promise<boolean> {
    let items = await this.differences()
    const isWorthAsking = items !== null && items.length > 0 && this.isWorthAsking(items)
    if (isWorthAsking) {
      // Something may have traded between the two questions, or a fill came late: ask again before anybody is woken.
      for (const order of this.deps.stores.orders.live()) await this.desk.askAbout(order.id)
      for (const order of this.recentlyEnded()) await this.desk.askAbout(order)
      items = await this.differences()
    }
    // Fills first: what they leave unexplained came or went in another way.
    if (items !== null && this.mayHaveMoved(isWorthAsking ? items : []) && (await this.movements.ask())) {
      items = await this.differences()
    }
    if (items === null) return false
    this.movements.settlePlaces(this.earning)
    if (items.length === 0) this.movements.agree()
    const before = this.found
    const now = this.deps.clock.now()
    this.found = items.length === 0 ? null : { since: before?.since ?? now, items }
    const text = this.blockedBecause()
    if (this.found !== null && before === null && text !== null) this.booking.alert('reconcile/difference', text, null)
    return true
  }

  /** A difference, another place at the exchange than the ledger says (a transfer, a reward), or time to ask. */
  private mayHaveMoved(items: DifferenceItems): boolean {
    const { assets, books } = this.deps
    const isElsewhere = assets.some((asset) => !books.of('earning', asset).eq(this.earning.get(asset) ?? ZERO))
    return isElsewhere || this.movements.isDue() || (items.length > 0 && this.movements.mayExplain(textOf(items)))
  }

  /** One that is new or has changed, or that a fill which is still on its way may explain. */
  private isWorthAsking(items: DifferenceItems): boolean {
    const now = this.deps.clock.now()
    if (textOf(items) !== textOf(this.found?.items ?? [])) this.changedAt = now
    return now - this.changedAt < ASK_FOR_MS
  }

  /** A stop may have been placed days before it ended. */
  private recentlyEnded(): readonly OrderId[] {
    const { orders, positions } = this.deps.stores
    const since = after(this.deps.clock.now(), -LATE_FILL_MS)
    const candidates = new Map<OrderId, Order>()
    for (const order of orders.createdSince(since)) candidates.set(order.id, order)
    for (const { id } of [...positions.open(), ...positions.recent(MOST_ASKED)]) {
      for (const order of orders.ofPosition(id)) candidates.set(order.id, order)
    }
    return [...candidates.values()]
      .filter((order) => isFinal(order.status) && order.status !== 'filled' && order.updatedAt >= since)
      .toSorted((a, b) => b.updatedAt - a.updatedAt)
      .slice(0, MOST_ASKED)
      .map(({ id }) => id)
  }

  private async differences(): Promise<DifferenceItems | null> {
    const answer = await this.deps.exchange.balances()
    if (!answer.ok) return null
    const none: Holding = { spot: ZERO, earn: ZERO }
    return this.deps.assets.flatMap((asset) => {
      const { spot, earn } = answer.value.get(asset) ?? none
      this.earning.set(asset, earn)
      const exchange = spot.plus(earn) as Amount
      const ledger = this.deps.books.owned(asset)
      return exchange.eq(ledger) ? [] : [{ asset, ledger, exchange }]
    })
  }
}

/** The same for the same difference. */
export const textOf = (items: DifferenceItems): string =>
  items.map(({ asset, ledger, exchange }) => `${asset} ${toText(ledger)} ${toText(exchange)}`).join()
