import { type OrderId, type PositionId, quoteOf, type TradedPair } from '../../shared/ids.ts'
import { type Amount, toText, ZERO } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { after, epochMs } from '../../shared/time.ts'
import { type ExecutionSettings, nextStep } from '../domain/execution.ts'
import { type LedgerEntry, transferEntry } from '../domain/ledger.ts'
import { isFinal, type Order, remaining } from '../domain/order.ts'
import type { Position } from '../domain/position.ts'
import { type ApprovedProposal, asApproved, finish, type Proposal } from '../domain/proposal.ts'
import type { Cancel } from '../ports.ts'
import type { Books } from './books.ts'
import { OrderDesk, type OrderDeskDeps } from './order-desk.ts'

export type ExecutorSettings = ExecutionSettings & {
  /** How long a limit order may rest before it is quoted again. */
  readonly requoteMs: number
}
export type ExecutorDeps = OrderDeskDeps & { readonly executor: ExecutorSettings }

/**
 * Carries out approved proposals, one leg after the other, and closes positions. All work goes through one queue, so
 * that nothing it decides on changes under it; what to do next is read from the database each time, so that a restart
 * goes on where the machine stopped.
 */
export class Executor {
  private queue: Promise<void> = Promise.resolve()
  private waiting = 0
  private readonly skipped = new Map<string, Map<number, string>>()
  private readonly alarms = new Map<string, Cancel>()
  private readonly deps: ExecutorDeps
  private readonly desk: OrderDesk
  private readonly books: Books

  constructor(deps: ExecutorDeps) {
    this.deps = deps
    this.desk = new OrderDesk(deps)
    this.books = deps.books
    deps.exchange.onChange((clientOrderId) => {
      const order = deps.stores.orders.byClientOrderId(clientOrderId)
      if (order !== null) this.enqueue(() => this.follow(order.id))
    })
  }

  /** True when nothing is under way at this moment; orders may rest at the exchange all the same. */
  isIdle(): boolean {
    return this.waiting === 0
  }

  /** Resolves when the queue is empty. */
  async idle(): Promise<void> {
    while (this.waiting > 0) await this.queue
  }

  start(proposal: ApprovedProposal): void {
    this.enqueue(() => this.advance(proposal.id))
  }

  /** Closes a position at market. */
  exit(position: Position, reason: 'stop' | 'target' | 'trader'): void {
    this.enqueue(() => this.closePosition(position.id, reason))
  }

  /** After a restart: asks about every order that may be alive, then goes on with what was approved. */
  async resume(): Promise<void> {
    await this.reconcile()
    for (const proposal of this.deps.stores.proposals.withStatus('approved')) {
      this.enqueue(() => this.advance(proposal.id))
    }
    await this.idle()
  }

  /** Brings orders and fills up to date with the exchange and compares balances. */
  reconcile(): Promise<void> {
    this.enqueue(async () => {
      for (const order of this.deps.stores.orders.live()) await this.desk.askAbout(order.id)
      await this.desk.compareBalances()
      for (const order of this.deps.stores.orders.live()) this.watch(order)
    })
    return this.idle()
  }

  /** Why nothing new may be sent although the coordinator runs; null when all is well. */
  blockedBecause(): string | null {
    return this.desk.blockedBecause()
  }

  async cancel(id: OrderId, reason: string): Promise<Result<Order>> {
    const order = this.deps.stores.orders.get(id)
    if (order === null) return fail('order/unknown', `There is no order ${id}.`)
    if (isFinal(order.status)) return fail('order/final', `The order is ${order.status} already.`)
    this.enqueue(async () => {
      await this.desk.cancel(id, reason)
      await this.follow(id)
    })
    await this.idle()
    return ok(this.deps.stores.orders.get(id) ?? order)
  }

  /** Cancels every resting entry order; answers with how many. */
  async cancelEntries(reason: string): Promise<number> {
    const entries = this.deps.stores.orders.live().filter((order) => order.receipt.kind === 'proposal_leg')
    for (const order of entries) this.enqueue(() => this.desk.cancel(order.id, reason))
    for (const order of entries) this.enqueue(() => this.follow(order.id))
    await this.idle()
    return entries.length
  }

  close(): Promise<void> {
    for (const cancel of this.alarms.values()) cancel()
    this.alarms.clear()
    return this.idle()
  }

  private enqueue(task: () => Promise<unknown>): void {
    this.waiting++
    this.queue = this.queue.then(async () => {
      try {
        await task()
      } catch (error) {
        // A bug or a failed commit: nothing is known for sure, so nothing new may be sent.
        this.deps.onBug(error)
      } finally {
        this.waiting--
      }
    })
  }

  /** Does the next steps of a proposal until it has to wait or is finished. */
  private async advance(id: Proposal['id']): Promise<void> {
    const { clock, stores, executor } = this.deps
    for (;;) {
      const stored = stores.proposals.get(id)
      const proposal = stored === null ? null : asApproved(stored)
      if (proposal === null) return
      const skipped = this.skipped.get(id) ?? new Map<number, string>()
      const step = nextStep(proposal, stores.orders.ofProposal(id), skipped, clock.now(), executor)
      switch (step.kind) {
        case 'await_order': {
          const order = stores.orders.get(step.orderId)
          if (order !== null) this.watch(order)
          return
        }
        case 'wait_until':
          this.alarm(id, step.time, () => this.advance(id))
          return
        case 'finish':
          this.finish(proposal, step.incompleteBecause)
          return
        case 'place': {
          const placed = await this.desk.placeLeg(proposal, step.leg, step.amount, step.type)
          if (!placed.ok) this.skipped.set(id, new Map(skipped).set(step.leg, placed.error.message))
          else if (isFinal(placed.value.status)) this.returnLoan(placed.value)
        }
      }
    }
  }

  private finish(proposal: ApprovedProposal, incompleteBecause: string | null): void {
    const finished = finish(proposal, incompleteBecause)
    this.deps.stores.proposals.save(finished)
    this.skipped.delete(proposal.id)
    this.deps.bus.publish(
      'proposals',
      { kind: 'finished', proposal: finished },
      { source: 'executor', correlationId: proposal.correlationId, priority: 'HIGH' },
    )
  }

  /** Something may have happened to an order: ask, then go on with what it belongs to. */
  private async follow(id: OrderId): Promise<void> {
    const order = await this.desk.askAbout(id)
    if (order === null) return
    if (!isFinal(order.status) || order.inDoubt) return this.watch(order)
    this.returnLoan(order)
    if (order.receipt.kind === 'proposal_leg') await this.advance(order.receipt.proposalId)
  }

  /** Looks at an unfinished order again when its deadline (in doubt) or its time at the touch (resting) is over. */
  private watch(order: Order): void {
    if (isFinal(order.status) && !order.inDoubt) return
    const isWaitingForProof = order.inDoubt || order.status === 'pending'
    const now = this.deps.clock.now()
    if (isWaitingForProof) {
      const time = now > order.deadline ? after(now, this.deps.reconcileMs) : after(order.deadline, 1)
      this.alarm(order.id, time, () => this.follow(order.id))
      return
    }
    const requoteAt = after(order.createdAt, this.deps.executor.requoteMs)
    this.alarm(order.id, epochMs(Math.max(requoteAt, now)), async () => {
      await this.desk.cancel(order.id, 'quoted again')
      await this.follow(order.id)
    })
  }

  private alarm(key: string, time: Parameters<ExecutorDeps['clock']['at']>[0], task: () => Promise<unknown>): void {
    this.alarms.get(key)?.()
    this.alarms.set(
      key,
      this.deps.clock.at(time, () => {
        this.alarms.delete(key)
        this.enqueue(task)
      }),
    )
  }

  private async closePosition(id: PositionId, reason: 'stop' | 'target' | 'trader'): Promise<void> {
    const position = this.deps.stores.positions.get(id)
    if (position === null || position.closedAt !== null || position.exitOrderId !== null) return
    const placed = await this.desk.placeExit(position, reason)
    if (!placed.ok) {
      this.deps.bus.publish(
        'risk_alerts',
        { code: placed.error.code, text: `A position could not be closed: ${placed.error.message}`, positionId: id },
        { source: 'executor', priority: 'URGENT', correlationId: position.correlationId },
      )
      return
    }
    await this.follow(placed.value.id)
  }

  /** What a tactical order did not spend, or a closed position brought, goes back to core. */
  private returnLoan(order: Order): void {
    if (order.sleeve !== 'tactical') return
    const quote = quoteOf(order.symbol as TradedPair)
    const entries: LedgerEntry[] = []
    this.deps.stores.transact(() => {
      const reserved = this.deps.stores.orders
        .live()
        .filter((live) => live.sleeve === 'tactical' && live.side === 'buy' && quoteOf(live.symbol) === quote)
        .reduce<Amount>((total, live) => total.plus(this.desk.costOfBuying(live, remaining(live))) as Amount, ZERO)
      const free = this.books.of('tactical', quote).minus(reserved) as Amount
      if (!free.gt(ZERO)) return
      const at = this.deps.clock.now()
      entries.push(
        this.books.write(transferEntry(quote, free, 'tactical', 'core', at, `${order.id} returns ${toText(free)}`)),
      )
    })
    this.books.commit(entries)
  }
}
