import { Balances } from '../../src/main/domain/ledger.ts'
import { isFinal, type Order, positionIdOf, type Side } from '../../src/main/domain/order.ts'
import type { Database } from '../../src/main/persistence/database.ts'
import { verifyDatabase } from '../../src/main/persistence/verify-checks.ts'
import type { Stores } from '../../src/main/ports.ts'
import type { Asset, ClientOrderId, TradedPair } from '../../src/shared/ids.ts'
import { type Amount, type Price, sum, toText, ZERO } from '../../src/shared/money.ts'
import { ConflictMemory, conflictsHappened, unaccounted } from './crash-inspect-conflicts.ts'
import { announcedWrongly, beyondApproval, happened, PlanMemory } from './crash-inspect-plans.ts'
import { USDT } from './money-arbitraries.ts'

/** An order as the exchange itself has it. */
export type ServerOrder = {
  readonly clientOrderId: string | null
  readonly symbol: TradedPair
  readonly side: Side
  readonly status: 'open' | 'filled' | 'cancelled' | 'expired'
  readonly amount: Amount
  readonly filled: Amount
  /** Of each of its trades. */
  readonly prices: readonly Price[]
}
/** Everything that the exchange has, asked past every fault. */
export type ServerState = {
  readonly orders: readonly ServerOrder[]
  readonly holdings: ReadonlyMap<Asset, Amount>
}

export type Inspection = {
  /** One id twice at the exchange, a leg traded beyond what was approved, an approval used twice, a position oversold. */
  readonly duplicates: readonly string[]
  /** The exchange has or did what the database does not know. */
  readonly lost: readonly string[]
  /** The database believes in what the exchange does not have. */
  readonly phantoms: readonly string[]
  /** Sleeves against balances, and everything that `verify` finds. */
  readonly others: readonly string[]
}

/** Compares databases at rest with one exchange. Reads both from their own records, not through the engine. */
export class Inspector {
  /** How often what the workload is to bring about came about, as of the last look. */
  happened: ReadonlyMap<string, number> = new Map()
  private readonly plans = new PlanMemory()
  private readonly conflicts = new ConflictMemory()
  private readonly asked: () => number

  /** @param asked how many questions have reached models so far: each has its price. */
  constructor(asked: () => number = () => 0) {
    this.asked = asked
  }

  inspect(database: Database, stores: Stores, server: ServerState): Inspection {
    const orders = stores.orders.recent(EVERY)
    this.happened = new Map([...happened(stores, orders), ...conflictsHappened(stores)])
    const inspection = inspect(database, stores, orders, server, this.plans)
    const conflicts = this.conflicts.compare(database, stores)
    return { ...inspection, others: [...inspection.others, ...conflicts, ...unaccounted(database, this.asked())] }
  }
}

function inspect(
  database: Database,
  stores: Stores,
  orders: readonly Order[],
  server: ServerState,
  plans: PlanMemory,
): Inspection {
  const byClient = ordersByClient(server)
  return {
    duplicates: [
      ...sentTwice(byClient),
      ...beyondApproval(stores, orders, byClient),
      ...announcedWrongly(database, stores),
      ...plans.compare(stores),
      ...positionsOversold(stores, orders, byClient),
    ],
    lost: [...unknownHere(stores, byClient), ...orders.flatMap((order) => lostOf(order, byClient))],
    phantoms: orders.flatMap((order) => phantomOf(order, byClient)),
    others: [
      ...verifyDatabase(database, { exchangeBalances: server.holdings }).map((finding) => JSON.stringify(finding)),
      ...loansLeft(stores),
    ],
  }
}

export const isSound = ({ duplicates, lost, phantoms, others }: Inspection): boolean =>
  duplicates.length + lost.length + phantoms.length + others.length === 0

/** More than there can be. */
export const EVERY = 1_000_000
export type ByClient = ReadonlyMap<string, readonly ServerOrder[]>

function ordersByClient({ orders }: ServerState): ByClient {
  const byClient = new Map<string, ServerOrder[]>()
  for (const order of orders) {
    const key = order.clientOrderId ?? 'without an id'
    byClient.set(key, [...(byClient.get(key) ?? []), order])
  }
  return byClient
}

const sentTwice = (byClient: ByClient): string[] =>
  [...byClient].flatMap(([id, found]) => (found.length > 1 ? [`${id} is ${found.length} orders at the exchange`] : []))

export const tradedThere = (order: Order, byClient: ByClient): Amount =>
  (byClient.get(order.clientOrderId) ?? []).reduce<Amount>((total, { filled }) => total.plus(filled) as Amount, ZERO)

/** What stops and exits sold and may still sell, against what the entry bought. A late fill of it is a position more. */
function positionsOversold(stores: Stores, orders: readonly Order[], byClient: ByClient): string[] {
  const byId = new Map(orders.map((order) => [order.id, order]))
  const closing = new Map<Order, Amount>()
  for (const order of orders) {
    const positionId = positionIdOf(order.receipt)
    if (positionId === null) continue
    const position = stores.positions.get(positionId)
    const entry = position === null ? undefined : byId.get(position.entryOrderId)
    if (entry === undefined) continue // a finding of `verify`
    const there = byClient.get(order.clientOrderId) ?? []
    const most = there.map(({ status, amount, filled }) => (status === 'open' ? amount : filled))
    closing.set(entry, sum([closing.get(entry) ?? ZERO, ...most]))
  }
  return [...closing].flatMap(([entry, total]) => {
    const bought = tradedThere(entry, byClient)
    return total.gt(bought) ? [`${entry.id}: closing orders of ${toText(total)} for ${toText(bought)} bought`] : []
  })
}

const unknownHere = (stores: Stores, byClient: ByClient): string[] =>
  [...byClient.keys()].flatMap((id) =>
    stores.orders.byClientOrderId(id as ClientOrderId) === null ? [`${id} is at the exchange, never written down`] : [],
  )

/** Given up here and alive there, or traded there and not here. */
function lostOf(order: Order, byClient: ByClient): string[] {
  const there = byClient.get(order.clientOrderId) ?? []
  if (there.length === 0) return []
  const what = `${order.id} (${order.clientOrderId})`
  if (order.status === 'rejected')
    return [`${what} is rejected here (${order.reason}), at the exchange ${there[0]?.status}`]
  const traded = tradedThere(order, byClient)
  if (traded.gt(order.filled)) return [`${what} traded ${toText(traded)} there, ${toText(order.filled)} is known here`]
  if (isFinal(order.status) && there.some(({ status }) => status === 'open')) {
    return [`${what} is ${order.status} here and still open there`]
  }
  return []
}

function phantomOf(order: Order, byClient: ByClient): string[] {
  if (order.status === 'rejected') return []
  const there = byClient.get(order.clientOrderId) ?? []
  const what = `${order.id} (${order.clientOrderId}) is ${order.status} here`
  if (there.length === 0) return [`${what}, the exchange never had it`]
  const traded = tradedThere(order, byClient)
  if (traded.lt(order.filled)) return [`${what} with ${toText(order.filled)} filled, ${toText(traded)} there`]
  if (!isFinal(order.status) && !there.some(({ status }) => status === 'open')) {
    return [`${what}, ${there[0]?.status} at the exchange`]
  }
  return []
}

/** When no tactical order is at work, what the sleeve borrowed and did not spend is back. */
function loansLeft(stores: Stores): string[] {
  const isAtWork = stores.orders
    .live()
    .some(({ sleeve, type, filled }) => sleeve === 'tactical' && (type !== 'stop' || filled.gt(ZERO)))
  if (isAtWork) return []
  const balances = new Balances()
  for (const entry of stores.ledger.all()) balances.apply(entry)
  const left = balances.of('tactical', USDT)
  return left.eq(ZERO) ? [] : [`the tactical sleeve keeps ${toText(left)} USDT that nothing needs`]
}
