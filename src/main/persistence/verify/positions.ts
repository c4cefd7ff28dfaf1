import { type Amount, type Decimal, toText, ZERO } from '../../../shared/money.ts'
import { positionIdOf } from '../../domain/order.ts'
import { addEntryFill, addExitFill, entrySideOf, grossOfClosing, type Position } from '../../domain/position.ts'
import { type Records, type Report, report } from './check.ts'

type Problems = (readonly [string, string])[]

const FIGURES = ['amount', 'cost', 'openFees', 'realized'] as const

type Rebuilt = {
  readonly positions: ReadonlyMap<string, Position>
  /** What each closing fill brought before fees, by trade id. */
  readonly gross: ReadonlyMap<string, Amount>
  readonly problems: Problems
}

/** Positions as they come out when all fills are booked again, in the order in which they arrived. */
export function rebuild({ positions, fills, orders }: Records): Rebuilt {
  const problems: Problems = []
  const rebuilt = new Map<string, Position>()
  const gross = new Map<string, Amount>()
  const ofEntry = new Map<string, string[]>()
  for (const position of positions) {
    rebuilt.set(position.id, { ...position, amount: ZERO, cost: ZERO, openFees: ZERO, realized: ZERO, closedAt: null })
    ofEntry.set(position.entryOrderId, [...(ofEntry.get(position.entryOrderId) ?? []), position.id])
  }
  for (const fill of fills) {
    const order = orders.get(fill.orderId)
    if (order === undefined || order.sleeve !== 'tactical') continue
    // A late entry fill finds its position closed: it opened another one.
    const id =
      order.receipt.kind === 'proposal_leg'
        ? ofEntry.get(order.id)?.find((candidate) => rebuilt.get(candidate)?.closedAt === null)
        : positionIdOf(order.receipt)
    const position = id === undefined || id === null ? undefined : rebuilt.get(id)
    if (position === undefined) {
      problems.push([`fills ${fill.tradeId}`, `of ${order.id} is in no position`])
    } else if (order.receipt.kind === 'proposal_leg') rebuilt.set(position.id, addEntryFill(position, fill))
    else {
      gross.set(fill.tradeId, grossOfClosing(position, fill))
      rebuilt.set(position.id, addExitFill(position, fill))
    }
  }
  return { positions: rebuilt, gross, problems }
}

export function checkPositions(records: Records): Report {
  const { positions, orders, proposals } = records
  const { positions: rebuilt, problems: unbooked } = rebuild(records)
  const problems: Problems = [...unbooked]
  for (const position of positions) {
    const row = `positions ${position.id}`
    const entry = orders.get(position.entryOrderId)
    const side = entrySideOf(position)
    if (entry === undefined) problems.push([row, `was entered by ${position.entryOrderId}, which does not exist`])
    else if (entry.sleeve !== 'tactical' || entry.symbol !== position.symbol || entry.side !== side) {
      problems.push([row, `was entered by ${entry.id}, which is no tactical ${side} of ${position.symbol}`])
    }
    if (proposals.get(position.proposalId)?.kind !== 'tactical') {
      problems.push([row, `rests on ${position.proposalId}, which is no tactical proposal`])
    }
  }
  for (const position of positions) {
    const expected = rebuilt.get(position.id)
    if (expected === undefined) continue
    for (const figure of FIGURES) {
      const [is, should]: [Decimal, Decimal] = [position[figure], expected[figure]]
      if (!is.eq(should))
        problems.push([`positions ${position.id}`, `${figure} ${toText(is)}, expected ${toText(should)}`])
    }
    if (position.closedAt !== expected.closedAt) {
      const when = expected.closedAt === null ? 'open' : `closed at ${expected.closedAt}`
      problems.push([`positions ${position.id}`, `closedAt ${position.closedAt}, by its fills it is ${when}`])
    }
  }
  return report('positions', `${positions.length} positions follow from the fills`, problems)
}
