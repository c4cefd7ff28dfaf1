import { shareEntry } from '../../../src/main/domain/bag-share.ts'
import {
  classificationEntry,
  earnEntry,
  fillEntry,
  movementEntry,
  openingEntry,
  transferEntry,
} from '../../../src/main/domain/ledger.ts'
import { type Fill, type Order, type OrderEvent, transition } from '../../../src/main/domain/order.ts'
import { addEntryFill, addExitFill, type Position } from '../../../src/main/domain/position.ts'
import type { Database } from '../../../src/main/persistence/database.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import type { Stores } from '../../../src/main/ports.ts'
import type { CorrelationId, PositionId, ProposalId, TradeId } from '../../../src/shared/ids.ts'
import { asset, pair } from '../../../src/shared/ids.ts'
import { amount, price } from '../../../src/shared/money.ts'
import {
  aConflict,
  aFill,
  aLeg,
  anIntent,
  anOrder,
  aPosition,
  aProposal,
  at,
  numbered,
} from '../persistence/builders.ts'

const BTC = asset('BTC')
const USDT = asset('USDT')

/** Takes an order through events as execution does: fills are booked with it. */
function follow(stores: Stores, order: Order, ...events: OrderEvent[]): Order {
  let current = order
  for (const event of events) {
    const result = transition(current, event)
    if (!result.ok) throw new Error(result.error.message)
    current = result.value
    stores.transact(() => {
      if (event.type === 'filled') {
        stores.fills.add(event.fill)
        stores.ledger.append(fillEntry(event.fill, order.sleeve))
      }
      stores.orders.save(current)
    })
  }
  return current
}

const filled = (order: Order, n: number, part: string, change: Partial<Fill> = {}): OrderEvent & { type: 'filled' } => {
  const { id: orderId, symbol, side } = order
  const fill = aFill({ tradeId: `T${n}` as TradeId, orderId, symbol, side, amount: amount(part), at: at(n), ...change })
  return { type: 'filled', fill, at: at(n) }
}

/**
 * A rebalance of two legs (one order cancelled half way and placed again, one in doubt, a late fill), and a tactical
 * trade that is closed in two parts, everything as the engine writes it.
 */
export function fillSoundDatabase(db: Database): Stores {
  const stores = createStores(db)
  stores.ledger.append(openingEntry(USDT, 'core', amount('10000'), at(0)))
  stores.ledger.append(openingEntry(BTC, 'hodl', amount('0.01'), at(0)))
  stores.ledger.append(openingEntry(asset('XRP'), 'core', amount('4000'), at(0)))

  const sell = aLeg({
    symbol: pair('XRP/USDT'),
    side: 'sell',
    amount: amount('500'),
    price: price('0.6'),
    worstPrice: price('0.59'),
  })
  stores.proposals.insert(aProposal({ status: 'completed', legs: [sell, aLeg()] }))
  const first = anOrder({
    ...numbered(1),
    symbol: pair('XRP/USDT'),
    side: 'sell',
    amount: amount('500'),
    limitPrice: price('0.6'),
  })
  stores.orders.insert(first)
  follow(
    stores,
    first,
    { type: 'doubted', reason: 'time-out', at: at(5) },
    { type: 'accepted', exchangeId: 'X1', at: at(10) },
    filled(first, 11, '500', { price: price('0.6'), fee: amount('1.2') }),
  )
  const onLeg = { receipt: { kind: 'proposal_leg', proposalId: 'prp_1' as ProposalId, leg: 1 } } as const
  const second = anOrder({ ...numbered(2), ...onLeg, type: 'limit', limitPrice: price('50000') })
  stores.orders.insert(second)
  follow(
    stores,
    second,
    { type: 'accepted', exchangeId: 'X2', at: at(20) },
    filled(second, 21, '0.005', { fee: amount('1') }),
    { type: 'cancelled', reason: 'quoted again', at: at(22) },
    filled(second, 23, '0.001', { fee: amount('0.2') }),
  )
  const third = anOrder({ ...numbered(3), ...onLeg, amount: amount('0.014') })
  stores.orders.insert(third)
  follow(stores, third, filled(third, 31, '0.014', { fee: amount('2.8') }))

  trade(stores)
  move(stores)
  return stores
}

/** A deposit that waits, a withdrawal that was classified, coins put to earn, the bags' share of the trade's profit, and what it bought. */
function move(stores: Stores): void {
  const facts = { asset: USDT, at: at(80), defaultAt: at(90), correlationId: 'cor_1' as CorrelationId }
  const waits = { sleeve: null, decidedAt: null, decidedBy: null, reason: null } as const
  const deposit = { ...facts, ...waits, id: 'MV1', kind: 'deposit', amount: amount('250') } as const
  const withdrawal = { ...facts, ...waits, id: 'MV2', kind: 'withdrawal', amount: amount('100') } as const
  for (const movement of [deposit, withdrawal]) {
    stores.movements.add(movement)
    stores.ledger.append(movementEntry(movement, null))
  }
  const by = { bookedBy: 'trader', reason: 'rent' } as const
  stores.movements.save({ ...withdrawal, sleeve: 'core', decidedAt: at(85), decidedBy: 'trader', reason: 'rent' })
  stores.ledger.append(classificationEntry({ ...withdrawal, gained: amount('-100') }, 'core', at(85), by))
  stores.ledger.append(earnEntry({ id: 'E1', asset: BTC, amount: amount('0.005'), at: at(86) }))
  const position = { id: 'pos_1' as PositionId, symbol: pair('BTC/USDT') }
  const parts = [
    { asset: BTC, amount: amount('3') },
    { asset: USDT, amount: amount('1') },
  ]
  for (const part of parts) stores.bagShares.add({ ...part, positionId: position.id, at: at(87) })
  stores.ledger.append(shareEntry(position, parts, at(87)))
  const purchase = anOrder({
    ...numbered(7),
    sleeve: 'hodl',
    amount: amount('0.00005'),
    receipt: { kind: 'bag_purchase' },
  })
  stores.orders.insert(purchase)
  // A fee in the coin that is bought: less comes into the bag, and nothing leaves it.
  follow(stores, purchase, filled(purchase, 91, '0.00005', { fee: amount('0.0000001'), feeAsset: BTC }))
}

function trade(stores: Stores): void {
  const proposalId = 'prp_2' as ProposalId
  stores.conflicts.insert(aConflict())
  stores.proposals.insert(
    aProposal({ id: proposalId, kind: 'tactical', status: 'completed', legs: [aLeg({ amount: amount('0.03') })] }),
  )
  const entry = anOrder({
    ...numbered(4),
    sleeve: 'tactical',
    amount: amount('0.03'),
    receipt: { kind: 'proposal_leg', proposalId, leg: 0 },
  })
  stores.transact(() => {
    stores.orders.insert(entry)
    stores.ledger.append(transferEntry(USDT, amount('1600'), 'core', 'tactical', at(40), 'ord_4 borrows'))
  })
  const bought = filled(entry, 41, '0.03', { fee: amount('6') })
  follow(stores, entry, { type: 'accepted', exchangeId: 'X4', at: at(40) }, bought)
  let position: Position = addEntryFill(aPosition({ proposalId, entryOrderId: entry.id }), bought.fill)
  stores.positions.insert(position)
  for (const [n, part] of [
    [5, '0.01'],
    [6, '0.02'],
  ] as const) {
    const exit = anOrder({
      ...anIntent(numbered(n)),
      side: 'sell',
      sleeve: 'tactical',
      amount: amount(part),
      receipt: { kind: 'position_exit', positionId: 'pos_1' as PositionId, reason: 'target' },
    })
    stores.orders.insert(exit)
    const sold = filled(exit, n * 10, part, { price: price('52000'), fee: amount('2.08') })
    follow(stores, exit, sold)
    position = addExitFill(position, sold.fill)
    stores.positions.save({ ...position, exitReason: 'target' })
  }
  stores.positions.snapshot(position, price('52000'), aPosition().cost, at(70))
}

/** Changes rows behind the back of everything that forbids it, and puts the guards back. */
export function tamper({ sql }: Database, change: string): void {
  sql.pragma('foreign_keys = OFF')
  sql.pragma('ignore_check_constraints = ON')
  const triggers = sql
    .prepare<[], { name: string; sql: string }>(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`)
    .all()
  for (const trigger of triggers) sql.exec(`DROP TRIGGER ${trigger.name}`)
  sql.exec(change)
  for (const trigger of triggers) sql.exec(trigger.sql)
}

/** Makes a table anew without its UNIQUE constraints, so that a row can stand in it twice. */
export const withoutKeys = (table: string, change: string): string =>
  `CREATE TABLE copied AS SELECT * FROM ${table}; DROP TABLE ${table}; ALTER TABLE copied RENAME TO ${table}; ${change}`
