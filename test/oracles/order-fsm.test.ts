import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type OrderEvent, type OrderStatus, transition } from '../../src/main/domain/order.ts'
import { amount } from '../../src/shared/money.ts'
import { fillOf, NOON, orderOf } from '../support/trading-builders.ts'

const FILE = fileURLToPath(new URL('../../../shared/oracles/order-fsm/nautilus-order-fsm.json', import.meta.url))
const isThere = existsSync(FILE)
if (!isThere) console.warn(`SKIPPED: the order table of NautilusTrader is not at ${FILE}`)

type Theirs = { valid: { from: string; event: string; to: string }[] }

const STATES: Record<OrderStatus, string> = {
  pending: 'Submitted',
  open: 'Accepted',
  partially_filled: 'PartiallyFilled',
  filled: 'Filled',
  cancelled: 'Canceled',
  expired: 'Expired',
  rejected: 'Rejected',
}
/** `doubted` and `never_placed` are ours alone; triggers, updates and pending cancels are theirs alone. */
const EVENTS: Record<string, OrderEvent> = {
  Accepted: { type: 'accepted', exchangeId: 'X', at: NOON },
  Rejected: { type: 'refused', reason: 'no', at: NOON },
  Canceled: { type: 'cancelled', reason: 'asked', at: NOON },
  Expired: { type: 'expired', at: NOON },
  // The last one: theirs leads to Filled, with a partial fill resolved outside the table.
  Filled: { type: 'filled', fill: fillOf({ amount: amount('0.6') }), at: NOON },
}

/** Where the two differ, `ours ≠ theirs`, and why we mean it. */
const DEVIATIONS: Record<string, string> = {
  'pending + Expired: expired ≠ impossible':
    'a time in force can end before the acknowledgement reaches us: the exchange is asked, and says so',
  'open + Accepted: open ≠ impossible': 'an acknowledgement may be heard twice, from the reply and from reconciliation',
  'open + Rejected: impossible ≠ Rejected': 'theirs is for stop-limit orders, which we do not have',
  'partially_filled + Accepted: partially_filled ≠ Accepted':
    'a fill can overtake the acknowledgement; what is partially filled keeps saying so',
  'filled + Accepted: filled ≠ impossible':
    'the fill overtook the acknowledgement: it changes nothing but the exchange’s id',
  'cancelled + Filled: cancelled ≠ Filled': 'the fill counts, but a final state keeps its name and an alert is raised',
  'expired + Filled: expired ≠ impossible': 'a late fill is still a fill: money moved',
  'rejected + Filled: rejected ≠ impossible': 'must not happen, but money moved: it is booked, and an alert is raised',
}

describe.skipIf(!isThere)('the order table against NautilusTrader’s', () => {
  const theirs = isThere ? (JSON.parse(readFileSync(FILE, 'utf8')) as Theirs).valid : []

  it('allows, forbids and leads to the same, but for what is named with its reason', () => {
    const found: string[] = []
    for (const [status, name] of Object.entries(STATES) as [OrderStatus, string][]) {
      for (const [eventName, event] of Object.entries(EVENTS)) {
        const order = orderOf({ status, amount: amount('1'), filled: amount(status === 'filled' ? '1' : '0.4') })
        const result = transition(order, event)
        const ours = result.ok ? result.value.status : 'impossible'
        const their = theirs.find(({ from, event: on }) => from === name && on === eventName)?.to ?? 'impossible'
        const isSame = ours === their || (ours !== 'impossible' && STATES[ours] === their)
        if (!isSame) found.push(`${status} + ${eventName}: ${ours} ≠ ${their}`)
      }
    }
    expect(found.sort()).toEqual(Object.keys(DEVIATIONS).sort())
  })

  it('uses names that are in the table', () => {
    const names = new Set(theirs.flatMap(({ from, to }) => [from, to]))
    for (const name of Object.values(STATES)) expect(names).toContain(name)
    const events = new Set(theirs.map(({ event }) => event))
    for (const name of Object.keys(EVENTS)) expect(events).toContain(name)
  })
})
