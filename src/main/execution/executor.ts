import type { Asset, ClientOrderId, OrderId, PositionId } from '../../shared/ids.ts'
import { type Amount, type Price, ZERO } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { after, type EpochMs, epochMs, SECOND } from '../../shared/time.ts'
import type { ApprovedProposal } from '../domain/approval.ts'
import type { ExecutionSettings } from '../domain/execution.ts'
import { reducesRisk } from '../domain/gate.ts'
import { correctionEntry } from '../domain/ledger.ts'
import { ENDED, type ExitReason, isFinal, type Order, positionIdOf } from '../domain/order.ts'
import type { Position } from '../domain/position.ts'
import { isTighter } from '../domain/stop-moves.ts'
import { BagBuyer, type BagBuyerDeps } from './bag-buyer.ts'
import { BagDesk, type BagDeskDeps } from './bag-desk.ts'
import type { Books } from './books.ts'
import { DeadMan } from './dead-man.ts'
import { GateKeeper, type GateKeeperDeps } from './gate-keeper.ts'
import { Loans } from './loans.ts'
import { MovementDesk } from './movement-desk.ts'
import { MovementFinder, type MovementFinderDeps } from './movement-finder.ts'
import { OrderBooking } from './order-booking.ts'
import { OrderDesk, type OrderDeskDeps, PROOF_MARGIN_MS } from './order-desk.ts'
import { type ProfitShareDeps, ProfitShares } from './profit-shares.ts'
import { ProposalDesk } from './proposal-desk.ts'
import { ProtectionDesk, type ProtectionDeskDeps } from './protection-desk.ts'
import { type DifferenceItems, Reconciler, type ReconcilerDeps, textOf } from './reconciler.ts'
import { TaskQueue } from './task-queue.ts'

export type ExecutorSettings = ExecutionSettings & {
  /** How long a limit order may rest before it is quoted again. */
  readonly requoteMs: number
}
export type ExecutorDeps = OrderDeskDeps &
  ProtectionDeskDeps &
  ReconcilerDeps &
  MovementFinderDeps &
  ProfitShareDeps &
  BagDeskDeps &
  Omit<BagBuyerDeps, 'blockedBecause'> &
  Omit<GateKeeperDeps, 'blockedBecause' | 'keptBack'> & {
    readonly onBug: (error: unknown) => void
    /** Whether the last price is beyond a position's stop. */
    readonly isBeyondStop: (position: Position) => boolean
    readonly executor: ExecutorSettings
    readonly deadManSeconds: number
  }

/**
 * An order whose fate or fills are not all known yet is asked about again: the longer that goes on, the later, because
 * every question uses up what closing a position needs. It starts anew when its absence can be proven.
 */
const ASK_AGAIN_MS = 500
const LONGEST_PAUSE_MS = 10 * SECOND
const PAUSE_PER_AGE = 0.5
const PAUSE_PER_AGE_OF_PROOF = 0.2
/** While ledger and exchange differ, or could not be compared, they are compared again after this, ms. */
const COMPARE_AGAIN_MS = 10 * SECOND
const COMPARE_PER_AGE = 0.2
/** So close to the proof of absence it is waited for, ms. */
const PROOF_NEAR_MS = 1_000
/** A price beyond the stop that the exchange has not acted on for this long is acted on here, ms. */
const STOP_GRACE_MS = 5 * SECOND

/**
 * Carries out approved proposals, one leg after the other, and keeps and closes positions. All work goes through one
 * queue, so that nothing it decides on changes under it; what to do next is read from the database each time, so that a
 * restart goes on where the machine stopped.
 */
export class Executor {
  /** Which sleeve deposits, withdrawals and rewards belong to. */
  readonly movements: MovementDesk
  /** Where the trader fills and empties bags. */
  readonly bags: BagDesk
  private readonly buyer: BagBuyer
  private readonly queue: TaskQueue
  /** Set while killed with all positions to be closed: one that comes to light later is closed as well. */
  private exitsAllBecause: ExitReason | null = null
  private readonly deps: ExecutorDeps
  private readonly gate: GateKeeper
  private readonly booking: OrderBooking
  private readonly desk: OrderDesk
  private readonly reconciler: Reconciler
  private readonly protection: ProtectionDesk
  private readonly loans: Loans
  private readonly deadMan: DeadMan
  private readonly proposals: ProposalDesk
  private readonly books: Books

  constructor(deps: ExecutorDeps) {
    this.deps = deps
    this.books = deps.books
    this.queue = new TaskQueue(deps.clock, deps.onBug)
    this.gate = new GateKeeper({
      ...deps,
      blockedBecause: () => this.blockedBecause(),
      keptBack: (asset) => this.reconciler.keptBack(asset),
    })
    const shares = new ProfitShares(deps)
    this.booking = new OrderBooking(deps, shares)
    this.desk = new OrderDesk(deps, this.gate, this.booking)
    this.reconciler = new Reconciler(deps, this.desk, this.booking, new MovementFinder(deps))
    this.movements = new MovementDesk({ ...deps, committed: (asset) => this.gate.committed(asset, 'core') })
    this.loans = new Loans(deps, this.gate)
    this.bags = new BagDesk(deps, this.gate)
    this.deadMan = new DeadMan(deps, this.reconciler)
    const shell = {
      watch: (id: OrderId) => this.watchId(id),
      later: (key: string, time: EpochMs, task: () => Promise<void>) => this.queue.later(key, time, task),
      protectAt: (id: PositionId, time: EpochMs) => this.queue.later(id, time, () => this.protect(id)),
      isClosed: () => this.queue.isClosed(),
    }
    this.protection = new ProtectionDesk(deps, this.desk, this.booking, shell)
    const buyerDeps = { ...deps, blockedBecause: () => this.blockedBecause() }
    this.buyer = new BagBuyer(buyerDeps, shares, this.gate, this.desk, shell)
    this.proposals = new ProposalDesk(deps, this.desk, shell, async (order) => {
      const position = this.positionOf(order)
      if (position !== null) await this.protect(position)
      else if (order.sleeve === 'tactical') this.loans.settle(order.symbol)
    })
    deps.exchange.onChange((clientOrderId) => {
      const order = deps.stores.orders.byClientOrderId(clientOrderId)
      if (order !== null) this.hear(order.id)
    })
  }

  /** True when nothing is under way at this moment; orders may rest at the exchange all the same. */
  isIdle(): boolean {
    return this.queue.isIdle()
  }

  /** Resolves when the queue is empty. */
  idle(): Promise<void> {
    return this.queue.idle()
  }

  start(proposal: ApprovedProposal): void {
    void this.queue.add(() => this.proposals.advance(proposal.id))
  }

  /** Closes a position at market, once its stop is out of the way. The wish is written down at once. */
  exit(position: Position, reason: ExitReason): void {
    const { id } = position
    if (reason !== 'stop') this.protection.wish(id, reason)
    void this.queue.add(async () => {
      if (reason === 'stop' && (await this.leaveToExchange(id))) return
      this.protection.wish(id, reason)
      await this.protect(id)
    }, `exit ${id} ${reason}`)
  }

  /** Moves stop or target; the order at the exchange follows. Error `position/not-open`. */
  async modify(id: PositionId, change: { stop: Price | null; target: Price | null }): Promise<Result<Position>> {
    await this.queue.add(async () => {
      this.protection.change(id, (position) => ({
        ...position,
        stop: change.stop ?? position.stop,
        target: change.target ?? position.target,
      }))
      await this.protect(id)
    })
    const position = this.deps.stores.positions.get(id)
    return position === null || position.closedAt !== null
      ? fail('position/not-open', 'There is no such open position.')
      : ok(position)
  }

  /**
   * The tracker's: a stop that follows the price, never away from it, wherever the trader has moved it meanwhile. One
   * that comes while another waits is said again.
   */
  moveStop(id: PositionId, stop: Price): void {
    void this.queue.add(async () => {
      this.protection.change(id, (held) => (isTighter(held, stop, held.stop) ? { ...held, stop } : held))
      await this.protect(id)
    }, `move ${id}`)
  }

  /** After a restart: asks about every order that may be alive, then goes on with what was approved. */
  resume(): Promise<void> {
    return this.reconcile()
  }

  /** Nothing new is sent until everything has been compared with the exchange again. */
  holdBack(reason: string): void {
    this.reconciler.holdBack(reason)
  }

  /**
   * Brings orders, fills and positions up to date with the exchange, compares balances, and goes on with whatever was
   * left lying: by a crash, or by a failure.
   */
  reconcile(): Promise<void> {
    return this.queue.add(() => this.compare(), 'reconcile')
  }

  /** Buys for the bags what there is enough saved for. */
  buyForBags(): void {
    if (this.buyer.isDue()) void this.queue.add(() => this.buyer.advance(), 'bags')
  }

  /** What a plan could spend of an asset now. */
  freeOfCore(asset: Asset): Amount {
    return this.gate.freeOfCore(asset)
  }

  /** What tactical profits have set aside for a bag, in quote, and why it is not spent although it suffices. */
  savingsOf(asset: Asset): { readonly saved: Amount; readonly heldBackBecause: string | null } {
    return { saved: this.buyer.savedFor(asset), heldBackBecause: this.buyer.heldBackBecause(asset) }
  }

  /** Sees to the exchange's dead-man switch; to be called every few seconds. */
  keepAlive(): void {
    void this.queue.add(() => this.deadMan.look(), 'dead man')
  }

  /** Why nothing new may be sent although the coordinator runs; null when all is well. */
  blockedBecause(): string | null {
    return this.reconciler.blockedBecause()
  }

  difference() {
    return this.reconciler.difference()
  }

  externalOrders() {
    return this.reconciler.externalOrders()
  }

  async cancel(id: OrderId, reason: string): Promise<Result<Order>> {
    const order = this.deps.stores.orders.get(id)
    if (order === null) return fail('order/unknown', `There is no order ${id}.`)
    if (isFinal(order.status)) return fail('order/final', `The order is ${order.status} already.`)
    if (order.receipt.kind === 'protective_stop') {
      return fail('order/protects', 'This stop protects a position: move it, or close the position.')
    }
    await this.queue.add(async () => {
      await this.desk.cancel(id, reason)
      await this.settle(id)
    })
    return ok(this.deps.stores.orders.get(id) ?? order)
  }

  /** Cancels every resting entry order; answers with how many. */
  async cancelEntries(reason: string): Promise<number> {
    const entries = this.deps.stores.orders.live().filter((order) => !reducesRisk(order))
    for (const order of entries) void this.queue.add(() => this.desk.cancel(order.id, reason))
    await Promise.all(entries.map((order) => this.queue.add(() => this.settle(order.id))))
    return entries.length
  }

  /** Our orders that open something and may be alive; from memory. */
  openEntries(): readonly ClientOrderId[] {
    return this.booking.openEntries()
  }

  /** Writes down that every position is to be closed, at once, and closes them. @throws when the database is locked. */
  exitAll(reason: ExitReason): void {
    this.exitsAllBecause = reason
    for (const { id } of this.deps.stores.positions.open()) {
      this.protection.wish(id, reason)
      void this.queue.add(() => this.protect(id))
    }
  }

  /** Sells what a position holds above this, in base. */
  keepOnly(id: PositionId, keep: Amount): void {
    void this.queue.add(async () => {
      this.protection.change(id, (held) => ({ ...held, keep }))
      await this.protect(id)
    }, `keep ${id}`)
  }

  /** Sees to it that a position becomes what is written down of it: what is to be kept, and protected. */
  attend(id: PositionId): void {
    void this.queue.add(() => this.protect(id))
  }

  /**
   * Books the difference between exchange and ledger into core, at a person's word. Errors: `reconcile/no-difference`,
   * `reconcile/other-difference` when it is not the one that was shown, `reconcile/below-zero`.
   */
  async bookDifference(reason: string, shown: DifferenceItems): Promise<Result<null>> {
    await this.reconcile()
    const difference = this.reconciler.difference()
    if (difference === null)
      return fail('reconcile/no-difference', 'Ledger and exchange agree: there is nothing to book.')
    if (textOf(difference.items) !== textOf(shown)) {
      return fail('reconcile/other-difference', 'The difference has changed meanwhile. Look at it again.')
    }
    const below = difference.items.find(({ asset, ledger, exchange }) =>
      this.books.of('core', asset).plus(exchange).minus(ledger).lt(ZERO),
    )
    if (below !== undefined) {
      return fail('reconcile/below-zero', `Core does not hold as much ${below.asset} as is missing.`)
    }
    const at = this.deps.clock.now()
    const entries = this.deps.stores.transact(() =>
      difference.items.map(({ asset, ledger, exchange }) =>
        this.books.write(correctionEntry(asset, exchange.minus(ledger) as Amount, at, reason)),
      ),
    )
    this.books.commit(entries)
    this.deps.bus.publish(
      'system_events',
      { kind: 'correction', text: `The ledger was brought to the exchange's balances: ${reason}` },
      { source: 'executor', priority: 'HIGH' },
    )
    await this.reconcile()
    return ok(null)
  }

  /** Ends with the request that is out; what waits behind it is left to the next start. */
  close(): Promise<void> {
    return this.queue.close()
  }

  /** Several hints about an order are one question, and one that is filled has nothing more to tell. */
  private hear(id: OrderId): void {
    void this.queue.add(async () => {
      const order = this.deps.stores.orders.get(id)
      if (order !== null && order.status !== 'filled') await this.follow(id)
    }, `hear ${id}`)
  }

  /** What fails for one order or position must not keep the others from being seen to. */
  private async compare(): Promise<void> {
    const { queue, deps } = this
    if (!deps.isKilled()) this.exitsAllBecause = null
    const changed = deps.stores.orders.live()
    let isDone = false
    await queue.attempt(async () => {
      isDone = await this.reconciler.run()
    })
    for (const order of changed) await queue.attempt(() => this.settle(order.id))
    for (const { id } of deps.stores.positions.open()) await queue.attempt(() => this.protect(id))
    for (const { id } of deps.stores.proposals.withStatus('approved')) {
      await queue.attempt(() => this.proposals.advance(id))
    }
    // A crash may have come between the end of a trade and the return of what it did not need.
    for (const symbol of deps.markets.symbols) this.loans.settle(symbol)
    await queue.attempt(async () => this.movements.applyDefaults())
    if (isDone && this.blockedBecause() === null) return
    // Until all agree it is done again by itself: what was on its way at one look has arrived at the next. What stays for
    // long waits for a person: looking as often would use up the questions that closing a position needs.
    const now = deps.clock.now()
    const age = now - (this.difference()?.since ?? now)
    const pause = Math.max(COMPARE_AGAIN_MS, Math.round(age * COMPARE_PER_AGE))
    queue.later('reconcile', after(now, pause), async () => void this.reconcile())
  }

  /** Something may have happened to an order: ask, then go on with what it belongs to. */
  private async follow(id: OrderId): Promise<void> {
    await this.desk.askAbout(id)
    await this.settle(id)
  }

  /** Goes on with what an order belongs to, as far as it is known. */
  private async settle(id: OrderId): Promise<void> {
    const order = this.deps.stores.orders.get(id)
    if (order === null) return
    const position = this.positionOf(order)
    if (position !== null) await this.protect(position)
    if (!isFinal(order.status) || order.inDoubt) return this.watch(order)
    if (order.sleeve === 'tactical') this.loans.settle(order.symbol)
    if (order.receipt.kind === 'proposal_leg') await this.proposals.advance(order.receipt.proposalId)
    else if (order.receipt.kind === 'bag_purchase') await this.buyer.advance()
  }

  /** The next steps of a position; what closing it brought goes back to core. */
  private async protect(id: PositionId): Promise<void> {
    if (this.exitsAllBecause !== null && this.deps.isKilled()) this.protection.wish(id, this.exitsAllBecause)
    await this.deadMan.disarm() // it would cancel the stop
    await this.protection.advance(id)
    const position = this.deps.stores.positions.get(id)
    if (position === null) return
    this.loans.settle(position.symbol)
    if (position.closedAt !== null) this.buyForBags()
  }

  private positionOf(order: Order): PositionId | null {
    if (order.receipt.kind !== 'proposal_leg') return positionIdOf(order.receipt)
    if (order.sleeve !== 'tactical') return null
    return this.deps.stores.positions.ofEntry(order.id)?.id ?? null
  }

  private watchId(id: OrderId): void {
    const order = this.deps.stores.orders.get(id)
    if (order !== null) this.watch(order)
  }

  /** Looks at an unfinished order again: soon while its fate is unknown, and when its time at the touch is over. */
  private watch(order: Order): void {
    if (isFinal(order.status) && !order.inDoubt) return
    const now = this.deps.clock.now()
    const proof = after(order.deadline, PROOF_MARGIN_MS + 1)
    const wait = now < proof ? (now - order.createdAt) * PAUSE_PER_AGE : (now - proof) * PAUSE_PER_AGE_OF_PROOF
    const pause = Math.min(Math.max(wait, ASK_AGAIN_MS), LONGEST_PAUSE_MS)
    const soon = after(now, Math.round(pause))
    const isUnknown = order.inDoubt || order.status === 'pending' || order.type === 'market'
    if (isUnknown) {
      // Found at once when it was accepted; absence is proven only after the deadline.
      // An answer on its way at that moment would prove nothing.
      const time = now < proof && proof - now < Math.max(PROOF_NEAR_MS, pause) ? proof : soon
      this.queue.later(order.id, time, () => this.follow(order.id))
      return
    }
    if (order.type === 'stop') return // rests until the exchange tells of it, or a reconciliation finds it gone
    const requoteAt = after(order.createdAt, this.deps.executor.requoteMs)
    // A cancel that is out already, or came before the order did: asked for again, but not without a pause.
    const time = order.cancelling === null ? epochMs(Math.max(requoteAt, soon)) : soon
    this.queue.later(order.id, time, async () => {
      await this.desk.cancel(order.id, ENDED.requoted)
      await this.settle(order.id)
    })
  }

  /** True when the stop at the exchange covers the position: it is asked about, and again after a grace. */
  private async leaveToExchange(id: PositionId): Promise<boolean> {
    const { stores, clock } = this.deps
    const position = stores.positions.get(id)
    const stop = stores.orders.ofPosition(id).findLast((order) => order.receipt.kind === 'protective_stop')
    if (position === null || stop === undefined || isFinal(stop.status) || stop.inDoubt) return false
    if (position.exitReason !== null) return false
    await this.follow(stop.id)
    this.queue.later(`${id} stop`, after(clock.now(), STOP_GRACE_MS), async () => {
      const left = stores.positions.get(id)
      if (left === null || left.closedAt !== null || !this.deps.isBeyondStop(left)) return
      this.protection.wish(id, 'stop')
      await this.protect(id)
    })
    return true
  }
}
