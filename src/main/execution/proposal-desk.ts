import type { OrderId, PositionId, ProposalId } from '../../shared/ids.ts'
import { after, type EpochMs, SECOND } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import { type Announce, createOutbox, type Outbox } from '../bus/outbox.ts'
import { type ApprovedProposal, asApproved } from '../domain/approval.ts'
import { type ExecutionSettings, nextStep } from '../domain/execution.ts'
import { ENDED, type Order } from '../domain/order.ts'
import { finish, neverStarted, type Proposal } from '../domain/proposal.ts'
import type { Clock, Stores } from '../ports.ts'
import type { OrderDesk } from './order-desk.ts'

/** The executor's queue and its alarms. */
export type Shell = {
  /** Looks at an order again when it is due. */
  watch(id: OrderId): void
  /** Runs a task in the queue at a time; a later call with the same key replaces it. */
  later(key: string, time: EpochMs, task: () => Promise<void>): void
  /** Takes the next steps of a position at a time; a later call for the same one replaces it. */
  protectAt(id: PositionId, time: EpochMs): void
  /** True once nothing more is to be begun. */
  isClosed(): boolean
}

/** After a start prices take a moment to come, ms. */
const FIRST_PRICE_MS = SECOND
const NO_PRICES_YET: readonly string[] = ['execution/no-price', 'gate/no-price']

/** Carries out approved proposals, one leg after the other. */
export class ProposalDesk {
  /** Legs given up on, with the reason. */
  private readonly skipped = new Map<ProposalId, Map<number, string>>()
  private readonly deps: {
    readonly clock: Clock
    readonly bus: Bus
    readonly stores: Pick<Stores, 'transact' | 'afterCommit' | 'messages' | 'orders' | 'proposals'>
    readonly executor: ExecutionSettings
    readonly isKilled: () => boolean
  }
  private readonly desk: OrderDesk
  private readonly shell: Shell
  private readonly afterPlacing: (order: Order) => Promise<void>
  private readonly outbox: Outbox

  constructor(
    deps: ProposalDesk['deps'],
    desk: OrderDesk,
    shell: Shell,
    /** What else an order that was just placed sets going: the stop of the position that it makes. */
    afterPlacing: (order: Order) => Promise<void>,
  ) {
    this.deps = deps
    this.outbox = createOutbox(deps)
    this.desk = desk
    this.shell = shell
    this.afterPlacing = afterPlacing
  }

  /** Does the next steps until it has to wait or is finished. */
  async advance(id: ProposalId): Promise<void> {
    const { clock, stores, executor } = this.deps
    while (!this.shell.isClosed()) {
      const stored = stores.proposals.get(id)
      const proposal = stored === null ? null : asApproved(stored)
      if (proposal === null) return
      const skipped = this.skippedOf(proposal)
      const step = nextStep(proposal, stores.orders.ofProposal(id), skipped, clock.now(), executor)
      switch (step.kind) {
        case 'await_order':
          return this.shell.watch(step.orderId)
        case 'wait_until':
          return this.shell.later(id, step.time, () => this.advance(id))
        case 'void':
          return this.end(neverStarted(proposal))
        case 'finish':
          return this.end(finish(proposal, step.stopped))
        case 'place': {
          const placed = await this.desk.placeLeg(proposal, step.leg, step.amount, step.type)
          if (placed.ok) await this.afterPlacing(placed.value)
          else if (NO_PRICES_YET.includes(placed.error.code)) {
            return this.shell.later(id, after(clock.now(), FIRST_PRICE_MS), () => this.advance(id))
          } else this.skipped.set(id, new Map(skipped).set(step.leg, placed.error.message))
        }
      }
    }
  }

  /** What was approved before a kill is not gone on with after it: whoever resumes decides anew. */
  private skippedOf({ id, legs }: ApprovedProposal): ReadonlyMap<number, string> {
    const known = this.skipped.get(id) ?? new Map<number, string>()
    if (!this.deps.isKilled()) return known
    const all = new Map(legs.map((_, index) => [index, known.get(index) ?? ENDED.killed]))
    this.skipped.set(id, all)
    return all
  }

  private end(proposal: Proposal): void {
    const { id, correlationId } = proposal
    const save = (announce: Announce): void => {
      this.deps.stores.proposals.save(proposal)
      announce('proposals', { kind: 'finished', proposal }, { source: 'executor', correlationId, priority: 'HIGH' })
    }
    this.outbox.transact(save, () => this.skipped.delete(id))
  }
}
