import type { Handlers } from '../../shared/contract/derive.ts'
import type { JournalRowView } from '../../shared/contract/views.ts'
import { asset, ConflictId, CorrelationId, OrderId, PositionId, ProposalId } from '../../shared/ids.ts'
import { amount, type Price, price, toText } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { epochMs } from '../../shared/time.ts'
import type { ApprovalDesk } from '../approval/approval-desk.ts'
import type { Coordinator } from '../coordinator/coordinator.ts'
import { ENDED } from '../domain/order.ts'
import type { Position } from '../domain/position.ts'
import type { Executor } from '../execution/executor.ts'
import type { MovementDesk } from '../execution/movement-desk.ts'
import type { JournalRow, Stores } from '../ports.ts'
import type { Breakers } from '../safety/breakers.ts'
import type { KillSwitch } from '../safety/kill-switch.ts'
import type { ToldDesks } from '../session/told.ts'
import { type AccountingDesk, accountingHandlers } from './accounting-handlers.ts'
import { type AgentDesks, agentHandlers } from './agent-handlers.ts'
import { bagHandlers } from './bag-handlers.ts'
import { orderView } from './order-views.ts'
import { checkAnswer } from './portfolio-view.ts'
import type { Projection } from './projection.ts'

export type Desks = Omit<AccountingDesk, 'ledger'> &
  Omit<AgentDesks, 'stores'> & {
    readonly approval: ApprovalDesk
    readonly conflicts: Pick<ToldDesks['conflicts'], 'decide' | 'resume'>
    readonly coordinator: Coordinator
    readonly executor: Executor
    readonly movements: MovementDesk
    readonly rebalancer: ToldDesks['rebalancer']
    readonly killSwitch: KillSwitch
    readonly breakers: Pick<Breakers, 'onResumed'>
    /** Whether stop and target are on the right sides of the price; null leaves one where it is. */
    readonly checkExits: (position: Position, change: { stop: Price | null; target: Price | null }) => Result<null>
    readonly projection: Projection
    readonly stores: Stores
    readonly summaryOfRow: (row: JournalRow) => string
  }

const said = (text: string): Result<{ text: string }> => ok({ text })
const saidAfter = <T>(result: Result<T>, text: string): Result<{ text: string }> => (result.ok ? said(text) : result)

/** Every call of the contract and the one desk it lands at. */
export function createHandlers(desks: Desks): Handlers {
  const { approval, conflicts, coordinator, executor, movements, rebalancer, killSwitch, projection, stores } = desks
  const rowView = (row: JournalRow): JournalRowView => ({ ...row, summary: desks.summaryOfRow(row) })

  return {
    'view.snapshot': () => ok(projection.snapshot()),

    'proposal.approve': ({ id, hash, legs }) =>
      withId(ProposalId, id, (known) =>
        saidAfter(approval.approve(known, hash, legs), 'Approved: execution has started.'),
      ),
    'proposal.reject': ({ id, reason }) =>
      withId(ProposalId, id, (known) => saidAfter(approval.reject(known, reason), 'Rejected: nothing was sent.')),
    'proposal.snooze': ({ id, minutes }) =>
      withId(ProposalId, id, (known) => saidAfter(approval.snooze(known, minutes), `Snoozed for ${minutes} min.`)),
    'proposal.replan': ({ id }) =>
      withId(ProposalId, id, (known) => {
        const proposal = stores.proposals.get(known)
        if (proposal?.kind === 'tactical') {
          return fail('proposal/not-replannable', 'A tactical trade is not planned again: wait for the next signal.')
        }
        const voided = approval.void(known, 'Planned again at the trader’s wish.')
        return voided.ok ? saidAfter(rebalancer.planAgain(voided.value), 'Planned again at the prices of now.') : voided
      }),

    'proposal.resume': ({ id }) =>
      withId(ProposalId, id, (known) =>
        saidAfter(rebalancer.resume(known), 'The rest is planned at the prices of now.'),
      ),

    'conflict.decide': ({ id, optionId }) =>
      withId(ConflictId, id, (known) => saidAfter(conflicts.decide(known, optionId), 'Decided.')),

    'portfolio.check': () => {
      rebalancer.check()
      projection.touch('portfolio', 'decisions')
      return said(checkAnswer(rebalancer.lastCheck()))
    },
    'portfolio.rebalance': () => saidAfter(rebalancer.force(), 'A rebalance is proposed.'),
    'portfolio.history': ({ since, limit }) => {
      const points = stores.equity.since(epochMs(since), limit).map((point) => ({
        at: point.at,
        equity: toText(point.equity),
        held: point.holdEquity === null ? null : toText(point.holdEquity),
        driftPp: point.driftPp,
      }))
      const rebalances = stores.proposals
        .recent(500)
        .filter((proposal) => proposal.kind === 'rebalance' && proposal.status === 'completed')
        .flatMap((proposal) => proposal.decidedAt ?? [])
        .filter((at) => at >= since)
      return ok({ points, rebalances })
    },

    ...agentHandlers(desks),

    'coordinator.pause': ({ reason }) =>
      saidAfter(coordinator.pause(reason), 'Paused: analysis goes on, nothing new is traded.'),
    'coordinator.resume'() {
      const lifted = killSwitch.resume()
      if (!lifted.ok) return lifted
      const resumed = coordinator.resume()
      // What could not be asked while halted is asked now.
      if (resumed.ok) {
        conflicts.resume()
        desks.breakers.onResumed()
      }
      return saidAfter(resumed, 'Running.')
    },
    'stop.cancelOrders': async () => {
      const count = await executor.cancelEntries(ENDED.byTrader)
      return said(count === 0 ? 'There was no entry order to cancel.' : `Asked to cancel ${count} entry order(s).`)
    },
    'stop.kill': async ({ reason, flatten }) => {
      const { cancelled, failed } = await killSwitch.kill(reason, { flatten })
      const unsure = failed === 0 ? '' : ` Not confirmed yet: ${failed}.`
      const positions = flatten ? 'Tactical positions are being closed.' : 'Positions keep their stops.'
      return said(`Halted. Entry orders cancelled: ${cancelled}.${unsure} ${positions} Bags are untouched.`)
    },

    'order.cancel': ({ id }) =>
      withId(OrderId, id, async (known) => {
        const cancelled = await executor.cancel(known, ENDED.byTrader)
        return cancelled.ok ? said(`The order is ${cancelled.value.status}.`) : cancelled
      }),
    'position.close': ({ id }) =>
      withId(PositionId, id, (known) => {
        const position = stores.positions.get(known)
        if (position === null || position.closedAt !== null) {
          return fail('position/not-open', 'There is no such open position.')
        }
        executor.exit(position, 'trader')
        return said('Closing at market.')
      }),
    'position.modify': ({ id, stop, target }) =>
      withId(PositionId, id, async (known) => {
        const position = stores.positions.get(known)
        if (position === null || position.closedAt !== null) {
          return fail('position/not-open', 'There is no such open position.')
        }
        const change = { stop: stop === null ? null : price(stop), target: target === null ? null : price(target) }
        const possible = desks.checkExits(position, change)
        if (!possible.ok) return possible
        const modified = await executor.modify(known, change)
        return saidAfter(modified, 'Moved.')
      }),

    'orders.history': ({ limit }) => {
      const rows = stores.orders.recent(limit + 1)
      return ok({ orders: rows.slice(0, limit).map(orderView), isAll: rows.length <= limit })
    },
    'exchange.reconcile': async () => {
      await executor.reconcile()
      return said(executor.blockedBecause() ?? 'Ledger and exchange agree.')
    },
    'difference.book': async ({ reason, items }) => {
      const shown = items.map((item) => ({
        asset: asset(item.asset),
        ledger: amount(item.ledger),
        exchange: amount(item.exchange),
      }))
      return saidAfter(await executor.bookDifference(reason, shown), 'Booked into core.')
    },

    'movement.classify': ({ id, ...wish }) =>
      saidAfter(
        movements.classify(id, wish),
        wish.sleeve === 'core' ? 'It belongs to core now.' : 'Booked in the bag.',
      ),

    ...bagHandlers(executor.bags),
    ...accountingHandlers({ ...desks, ledger: stores.ledger }),

    'journal.search': (query) => {
      stores.messages.flush()
      return ok({ rows: stores.journal.search(query).map(rowView) })
    },
    'journal.trace': ({ correlationId }) => {
      stores.messages.flush()
      const known = CorrelationId.safeParse(correlationId)
      return ok({ rows: known.success ? stores.journal.trace(known.data).map(rowView) : [] })
    },
    'journal.head': () => ok({ ...stores.journal.head(), problem: stores.journal.headTrouble()?.message ?? null }),
    'journal.deadLetters': ({ limit }) => {
      stores.messages.flush()
      const rows = stores.journal.deadLetters(limit)
      return ok({ rows: rows.map((row) => ({ ...rowView(row), subscriber: row.subscriber, reason: row.reason })) })
    },
    'journal.ledger': ({ limit }) =>
      ok({
        entries: stores.ledger.recent(limit).map((entry) => ({
          at: entry.at,
          kind: entry.kind,
          reference: entry.reference,
          lines: entry.lines.map((line) => ({ ...line, amount: toText(line.amount) })),
        })),
      }),
  }
}

type IdSchema<T> = { safeParse(text: string): { success: true; data: T } | { success: false } }

/** Ids come from the window as text: one of the wrong kind is an answer, not a bug. */
function withId<T, R>(schema: IdSchema<T>, id: string, then: (id: T) => Result<R> | Promise<Result<R>>) {
  const parsed = schema.safeParse(id)
  return parsed.success
    ? then(parsed.data)
    : fail('api/invalid-id', `${JSON.stringify(id.slice(0, 60))} is not such an id.`)
}
