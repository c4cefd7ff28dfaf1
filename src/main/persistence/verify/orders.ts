import type { TradeId } from '../../../shared/ids.ts'
import { type Amount, amount, toText, ZERO } from '../../../shared/money.ts'
import { isFinal, type Order, type OrderEvent, type OrderStatus, remaining, transition } from '../../domain/order.ts'
import { exitSideOf } from '../../domain/position.ts'
import { isApprovedLeg, type Leg, type Proposal } from '../../domain/proposal.ts'
import { oneOf, type Sql } from '../columns.ts'
import { ORDER_STATUSES } from '../orders.ts'
import { type Records, type Report, report } from './check.ts'

type Problems = (readonly [string, string])[]

/** What an order says of itself follows from its fills. */
export function checkFilled({ orders, fills }: Records): Report {
  const problems: Problems = []
  const sums = new Map<string, { filled: Amount; cost: Amount }>()
  for (const fill of fills) {
    const order = orders.get(fill.orderId)
    if (order === undefined) problems.push([`fills ${fill.tradeId}`, `belongs to no order (${fill.orderId})`])
    else if (order.symbol !== fill.symbol || order.side !== fill.side) {
      problems.push([
        `fills ${fill.tradeId}`,
        `is a ${fill.side} of ${fill.symbol}, its order a ${order.side} of ${order.symbol}`,
      ])
    }
    const sum = sums.get(fill.orderId) ?? { filled: ZERO, cost: ZERO }
    sums.set(fill.orderId, {
      filled: sum.filled.plus(fill.amount) as Amount,
      cost: sum.cost.plus(fill.price.times(fill.amount)) as Amount,
    })
  }
  for (const order of orders.values()) {
    const { filled, cost } = sums.get(order.id) ?? { filled: ZERO, cost: ZERO }
    const row = `orders ${order.id}`
    if (!order.filled.eq(filled)) problems.push([row, `filled ${toText(order.filled)}, its fills ${toText(filled)}`])
    if (!order.cost.eq(cost)) problems.push([row, `cost ${toText(order.cost)}, its fills ${toText(cost)}`])
    if (filled.gt(order.amount)) problems.push([row, `is for ${toText(order.amount)}, filled ${toText(filled)}`])
  }
  return report('fills', `${fills.length} fills add up to what ${orders.size} orders say`, problems)
}

type LogRow = { readonly order_id: string; readonly status: string; readonly in_doubt: number; readonly filled: string }

/** Each order's log starts pending, makes legal moves only, and ends where the order is. */
export function checkStatuses(sql: Sql, { orders }: Records): Report {
  const problems: Problems = []
  const logs = new Map<string, LogRow[]>()
  const rows = sql.prepare<[], LogRow>('SELECT * FROM order_status_log ORDER BY seq').all()
  for (const row of rows) {
    const log = logs.get(row.order_id)
    if (log === undefined) logs.set(row.order_id, [row])
    else log.push(row)
  }
  for (const order of orders.values()) {
    const problem = logProblem(order, logs.get(order.id) ?? [])
    if (problem !== null) problems.push([`orders ${order.id}`, problem])
  }
  return report('statuses', `${rows.length} entries of order_status_log lead to ${orders.size} orders`, problems)
}

function logProblem(order: Order, log: readonly LogRow[]): string | null {
  const first = log[0]
  const last = log.at(-1)
  if (first === undefined || last === undefined) return 'has no entry in order_status_log'
  if (first.status !== 'pending' || !amount(first.filled).eq(ZERO)) {
    return `starts ${first.status} with ${first.filled} filled, expected pending with 0`
  }
  for (const [i, to] of log.entries()) {
    const from = log[i - 1]
    if (from !== undefined && !isReachable(order, from, to)) {
      return `went from ${from.status} (${from.filled} filled) to ${to.status} (${to.filled} filled), which is no legal move`
    }
  }
  const isSame =
    last.status === order.status && (last.in_doubt === 1) === order.inDoubt && amount(last.filled).eq(order.filled)
  if (isSame) return null
  const doubt = last.in_doubt === 1 ? ', in doubt' : ''
  return `is ${order.status} with ${toText(order.filled)} filled, its log ends ${last.status} with ${last.filled}${doubt}`
}

/** Whether the order table leads from one entry to the next; several events may have been saved as one. */
function isReachable(order: Order, from: LogRow, to: LogRow): boolean {
  const change = amount(to.filled).minus(amount(from.filled)) as Amount
  if (change.lt(ZERO)) return false
  const goal = oneOf(ORDER_STATUSES, to.status)
  const start = { status: oneOf(ORDER_STATUSES, from.status), filled: amount(from.filled) }
  const seen = new Set<string>()
  const waiting: { status: OrderStatus; filled: Amount }[] = [start]
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    const left = amount(to.filled).minus(state.filled) as Amount
    if (state.status === goal && left.eq(ZERO)) return true
    const key = `${state.status} ${toText(left)}`
    if (seen.has(key)) continue
    seen.add(key)
    for (const event of eventsFor(order, left)) {
      const next = transition({ ...order, ...state }, event)
      if (next.ok) waiting.push({ status: next.value.status, filled: next.value.filled })
    }
  }
  return false
}

function eventsFor(order: Order, filling: Amount): OrderEvent[] {
  const at = order.updatedAt
  const events: OrderEvent[] = [
    { type: 'accepted', exchangeId: '', at },
    { type: 'refused', reason: '', at },
    { type: 'doubted', reason: '', at },
    { type: 'never_placed', at },
    { type: 'cancelled', reason: '', at },
    { type: 'expired', at },
  ]
  if (!filling.gt(ZERO)) return events
  const { id: orderId, symbol, side, limitPrice: price } = order
  const fill = { tradeId: '' as TradeId, orderId, symbol, side, amount: filling, price, fee: ZERO, at }
  const feeAsset = symbol.slice(symbol.indexOf('/') + 1) as never
  return [...events, { type: 'filled', fill: { ...fill, feeAsset }, at }]
}

const MAY_TRADE: readonly Proposal['status'][] = ['approved', 'completed', 'incomplete']

/** Every order was allowed: by a leg of an approved proposal and within it, or by a position to be closed. */
export function checkReceipts({ orders, proposals, positions }: Records): Report {
  const problems: Problems = []
  const byPosition = new Map<string, (typeof positions)[number]>(positions.map((position) => [position.id, position]))
  const used = new Map<string, { leg: Leg; total: Amount }>()
  for (const order of orders.values()) {
    const row = `orders ${order.id}`
    const { receipt } = order
    if (receipt.kind === 'bag_purchase') {
      if (order.sleeve !== 'hodl' || order.side !== 'buy' || order.leverage !== 1) {
        problems.push([row, 'is no spot purchase for a bag'])
      }
      continue
    }
    if (receipt.kind !== 'proposal_leg') {
      const position = byPosition.get(receipt.positionId)
      if (position === undefined) problems.push([row, `closes ${receipt.positionId}, which does not exist`])
      else if (
        position.symbol !== order.symbol ||
        order.side !== exitSideOf(position) ||
        order.sleeve !== 'tactical' ||
        order.leverage !== position.leverage
      ) {
        const closing = `${exitSideOf(position)} of ${position.symbol}`
        problems.push([row, `is no tactical ${closing}, as closing ${position.id} takes`])
      }
      continue
    }
    const proposal = proposals.get(receipt.proposalId)
    const leg = proposal?.legs[receipt.leg]
    if (proposal === undefined || leg === undefined) {
      problems.push([row, `rests on leg ${receipt.leg} of ${receipt.proposalId}, which does not exist`])
      continue
    }
    if (!isApprovedLeg(proposal, receipt.leg))
      problems.push([row, `rests on leg ${receipt.leg} of ${proposal.id}, which was not approved`])
    problems.push(...legProblems(order, leg, proposal).map((problem) => [row, problem] as const))
    const key = `proposals ${proposal.id} leg ${receipt.leg}`
    const total = used.get(key)?.total ?? ZERO
    // What is still alive could fill at any moment.
    const alive = isFinal(order.status) ? ZERO : remaining(order)
    used.set(key, { leg, total: total.plus(order.filled).plus(alive) as Amount })
  }
  for (const [row, { leg, total }] of used) {
    if (total.gt(leg.amount)) problems.push([row, `is for ${toText(leg.amount)}, its orders come to ${toText(total)}`])
  }
  return report('receipts', `${orders.size} orders, each within a leg or position it traces to`, problems)
}

function legProblems(order: Order, leg: Leg, proposal: Proposal): string[] {
  const problems: string[] = []
  if (!MAY_TRADE.includes(proposal.status)) problems.push(`was sent for ${proposal.id}, which is ${proposal.status}`)
  if (order.symbol !== leg.symbol || order.side !== leg.side) {
    problems.push(`is a ${order.side} of ${order.symbol}, its leg a ${leg.side} of ${leg.symbol}`)
  }
  const sleeve = proposal.kind === 'rebalance' ? 'core' : 'tactical'
  if (order.sleeve !== sleeve) problems.push(`trades for ${order.sleeve}, a ${proposal.kind} is for ${sleeve}`)
  const isWorse = order.side === 'buy' ? order.limitPrice.gt(leg.worstPrice) : order.limitPrice.lt(leg.worstPrice)
  if (isWorse) problems.push(`may pay ${toText(order.limitPrice)}, approved was ${toText(leg.worstPrice)} at worst`)
  if (order.createdAt < leg.notBefore) problems.push('was sent before its leg may start')
  return problems
}
