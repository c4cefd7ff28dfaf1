import type { PositionId } from '../../shared/ids.ts'
import type { Price } from '../../shared/money.ts'
import type { Order } from '../domain/order.ts'
import type { Position } from '../domain/position.ts'
import type { Stores } from '../ports.ts'

/** What the database knows of a position beside itself. */
export type PositionRows = { readonly orders: readonly Order[]; readonly firstStop: Price | null }

export type Keep = <T>(read: () => T) => () => T

/**
 * Keeps what was read until something is written: prices change twenty times a second what the window shows, the
 * database a few times an hour. The same answer is the same object.
 */
export function keepRows(stores: Pick<Stores, 'rowsWritten'>): Keep {
  return (read) => {
    let kept: { readonly at: number; readonly value: ReturnType<typeof read> } | null = null
    return () => {
      const at = stores.rowsWritten()
      if (kept?.at !== at) kept = { at, value: read() }
      return kept.value
    }
  }
}

/** Rows of positions, each read when it is first asked for. */
export function createPositionRows(stores: Stores, keep: Keep): (position: Position) => PositionRows {
  const known = keep(() => new Map<PositionId, PositionRows>())
  return (position) => {
    const rows = known().get(position.id) ?? readRows(stores, position)
    known().set(position.id, rows)
    return rows
  }
}

const readRows = ({ orders, proposals }: Stores, { id, entryOrderId, proposalId }: Position): PositionRows => ({
  orders: [orders.get(entryOrderId), ...orders.ofPosition(id)].filter((order) => order !== null),
  firstStop: proposals.get(proposalId)?.trade?.stop ?? null,
})
