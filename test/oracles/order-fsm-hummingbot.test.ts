import { existsSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { exchangeOrder } from '../../src/main/adapters/kraken/order-reading.ts'
import {
  isFinal,
  isLateFill,
  type Order,
  type OrderEvent,
  type OrderStatus,
  transition,
} from '../../src/main/domain/order.ts'
import type { Database } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import type { Stores } from '../../src/main/ports.ts'
import type { ClientOrderId, OrderId } from '../../src/shared/ids.ts'
import { amount, price, toText } from '../../src/shared/money.ts'
import { openMemory } from '../main/persistence/builders.ts'
import { BTC_USDT } from '../support/money-arbitraries.ts'
import { sharedFile } from '../support/shared-data.ts'
import { fillOf, NOON, orderOf, proposalOf } from '../support/trading-builders.ts'

const FILE = sharedFile('oracles', 'order-fsm', 'hummingbot-tracker.json')
const isThere = existsSync(FILE)
if (!isThere) console.warn(`SKIPPED: what is known of Hummingbot's tracker is not at ${FILE}`)

type Facts = {
  states: string[]
  open: string[]
  done: string[]
  constants: { lost_order_count_limit: number }
  kraken_map: Record<string, string>
  rules: string[]
}
const facts: Facts = isThere
  ? JSON.parse(readFileSync(FILE, 'utf8'))
  : { states: [], open: [], done: [], constants: { lost_order_count_limit: 0 }, kraken_map: {}, rules: [] }

const STATUS: Readonly<Record<string, OrderStatus>> = {
  PENDING_CREATE: 'pending',
  OPEN: 'open',
  PARTIALLY_FILLED: 'partially_filled',
  PENDING_CANCEL: 'open', // until the exchange has answered the order is what it was
  CANCELED: 'cancelled',
  FILLED: 'filled',
  FAILED: 'rejected',
}
/** Of their gateway to decentralized exchanges. */
const NOT_OURS = ['PENDING_APPROVAL', 'APPROVED', 'CREATED', 'COMPLETED']

const EVENTS: Readonly<Record<OrderEvent['type'], OrderEvent>> = {
  accepted: { type: 'accepted', exchangeId: 'X', at: NOON },
  refused: { type: 'refused', reason: 'no', at: NOON },
  doubted: { type: 'doubted', reason: 'not found', at: NOON },
  never_placed: { type: 'never_placed', at: NOON },
  filled: { type: 'filled', fill: fillOf({ amount: amount('0.1') }), at: NOON },
  cancelled: { type: 'cancelled', reason: 'asked', at: NOON },
  expired: { type: 'expired', at: NOON },
  amended: { type: 'amended', trigger: price('96'), at: NOON },
}
const ALIVE = ['pending', 'open', 'partially_filled'] as const

function happen(order: Order, ...events: OrderEvent[]): Order {
  return events.reduce((current, event) => {
    const result = transition(current, event)
    if (!result.ok) throw new Error(result.error.message)
    return result.value
  }, order)
}
const stopIn = (status: OrderStatus, overrides: Partial<Order> = {}): Order =>
  orderOf({
    type: 'stop',
    trigger: price('95'),
    status,
    filled: amount(status === 'partially_filled' ? '0.4' : '0'),
    ...overrides,
  })

let db: Database | null = null
afterEach(() => {
  db?.close()
  db = null
})
function storesWithProposal(): Stores {
  db = openMemory()
  const stores = createStores(db)
  stores.proposals.insert(proposalOf())
  return stores
}

/** Each of their rules, and what ours is about the same thing. */
const RULES: Readonly<Record<string, () => void>> = {
  // Deviation: not by how often, but by when. Theirs can give up an order that is only slow to appear.
  'not-found counted per active order; more than lost_order_count_limit (3) consecutive => FAILED + moved to lost_orders':
    () => {
      for (const status of ALIVE) {
        const looks = facts.constants.lost_order_count_limit + 1
        const doubted = happen(stopIn(status), ...Array.from({ length: looks }, () => EVENTS.doubted))
        expect([doubted.status, doubted.inDoubt]).toEqual([status, true])
      }
      const proven = happen(stopIn('pending'), EVENTS.doubted, EVENTS.never_placed)
      expect([proven.status, proven.inDoubt]).toEqual(['rejected', false])
    },
  // Ours are asked for after their deadline; what is proven then is final, and its fills would count all the same.
  'lost orders keep being polled, can still receive fills, and are cancelled on exchange by _cancel_lost_orders':
    () => {
      const lost = happen(stopIn('pending'), EVENTS.doubted, EVENTS.never_placed)
      expect(isLateFill(lost)).toBe(true)
      expect(toText(happen(lost, EVENTS.filled).filled)).toBe('0.1')
    },
  'lost order removed only on CANCELED/FILLED/FAILED from exchange': () => {
    const ends = (order: Order) =>
      Object.values(EVENTS).flatMap((event) => {
        const result = transition(order, event)
        return result.ok && !result.value.inDoubt ? [event.type] : []
      })
    const doubted = { inDoubt: true, reason: 'not found' }
    // What the exchange says of it ends a doubt, and nothing else does.
    expect(ends(stopIn('pending', doubted)).sort()).toEqual(
      ['accepted', 'refused', 'never_placed', 'filled', 'cancelled', 'expired'].sort(),
    )
    const placed = ['accepted', 'filled', 'cancelled', 'expired'].sort()
    expect(ends(stopIn('open', doubted)).sort()).toEqual(placed)
    expect(ends(stopIn('partially_filled', doubted)).sort()).toEqual(placed)
  },
  // Deviation: nothing but its fills makes an order filled, however long they take.
  'status FILLED waits up to 5 s for the fills before completing': () => {
    for (const status of ALIVE) {
      for (const event of Object.values(EVENTS)) {
        const result = transition(stopIn(status), event)
        expect(result.ok && result.value.status, event.type).not.toBe('filled')
      }
    }
  },
  'duplicate trade_id ignored': () => {
    const { orders, fills } = storesWithProposal()
    orders.insert(orderOf())
    expect([fills.add(fillOf()), fills.add(fillOf())]).toEqual([true, false])
  },
  // Deviation: what was proven never placed stays so. The order in doubt is what is taken up again.
  'restart: open orders re-tracked; FAILED ones in saved state restored as lost': () => {
    const { orders } = storesWithProposal()
    const statuses: readonly OrderStatus[] = [...ALIVE, 'filled', 'cancelled', 'expired', 'rejected']
    for (const [index, status] of statuses.entries()) {
      orders.insert(
        orderOf({
          id: `ord_${status}` as OrderId,
          clientOrderId: String(index).padStart(32, '0') as ClientOrderId,
          status,
          inDoubt: status === 'pending',
        }),
      )
    }
    const live = orders.live()
    expect(live.map(({ status }) => status).sort()).toEqual([...ALIVE].sort())
    expect(live.filter(({ inDoubt }) => inDoubt).map(({ id }) => id)).toEqual(['ord_pending'])
  },
}

describe.skipIf(!isThere)('our orders against Hummingbot’s tracker', () => {
  it('has the same states, and thinks of the same ones as done', () => {
    expect([...Object.keys(STATUS), ...NOT_OURS].sort()).toEqual([...facts.states].sort())
    for (const name of facts.open) expect(isFinal(STATUS[name] ?? 'filled'), name).toBe(false)
    for (const name of facts.done.filter((done) => STATUS[done] !== undefined)) {
      expect(isFinal(STATUS[name] ?? 'open'), name).toBe(true)
    }
    // „or executed>=amount“
    for (const status of ALIVE) {
      const order = stopIn(status)
      const rest = fillOf({ amount: amount(status === 'partially_filled' ? '0.6' : '1') })
      expect(happen(order, { type: 'filled', fill: rest, at: NOON }).status).toBe('filled')
    }
  })

  it.each(facts.rules)('answers its rule: %s', (rule) => {
    expect(Object.keys(RULES)).toContain(rule)
    RULES[rule]?.()
  })

  it('reads Kraken’s words as it does, but where that would believe a word more than the fills', () => {
    const ours = (status: 'pending' | 'open' | 'closed' | 'canceled' | 'expired', executed: string) =>
      exchangeOrder(
        {
          exchangeId: 'OABC',
          clientOrderId: '0123456789abcdef0123456789abcdef' as ClientOrderId,
          raw: {
            status,
            opentm: 1,
            descr: { pair: 'XBTUSDT', type: 'buy', ordertype: 'limit', price: '100', price2: '0' },
            vol: '1',
            vol_exec: executed,
            oflags: 'fciq',
          },
        },
        BTC_USDT,
        [],
      ).status
    const isSame = (word: 'pending' | 'open' | 'closed' | 'canceled' | 'expired', executed: string) =>
      STATUS[facts.kraken_map[word] ?? ''] === ours(word, executed)
    expect(Object.keys(facts.kraken_map).sort()).toEqual(['canceled', 'closed', 'expired', 'open', 'pending'])
    expect([isSame('pending', '0'), isSame('open', '0'), isSame('closed', '1'), isSame('canceled', '0')]).toEqual([
      true,
      true,
      true,
      true,
    ])
    // Deviations: an order can be closed without having traded, and one that expired did not fail.
    expect([facts.kraken_map.closed, ours('closed', '0')]).toEqual(['FILLED', 'cancelled'])
    expect([facts.kraken_map.expired, ours('expired', '0')]).toEqual(['FAILED', 'expired'])
    // And one that is wholly filled is filled, whatever its last word.
    expect([facts.kraken_map.canceled, ours('canceled', '1')]).toEqual(['CANCELED', 'filled'])
  })
})
