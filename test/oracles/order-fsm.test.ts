import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type OrderEvent, type OrderStatus, transition } from '../../src/main/domain/order.ts'
import { amount, price } from '../../src/shared/money.ts'
import { sharedFile } from '../support/shared-data.ts'
import { fillOf, NOON, orderOf } from '../support/trading-builders.ts'

const FILE = sharedFile('oracles', 'order-fsm', 'nautilus-order-fsm.json')
const isThere = existsSync(FILE)
if (!isThere) console.warn(`SKIPPED: the order table of NautilusTrader is not at ${FILE}`)

type Theirs = { states: string[]; events: string[]; valid: { from: string; event: string; to: string }[] }

/** What an order of ours is when theirs is in a state; null where it is nothing of ours. */
const STATES: Readonly<Record<string, OrderStatus | null>> = {
  Initialized: 'pending', // written down as pending at once
  Denied: null, // what the gate refuses never becomes an order
  Emulated: null, // targets are watched by position, not by orders that pretend to rest
  Released: 'pending', // on its way
  Submitted: 'pending',
  Accepted: 'open',
  Rejected: 'rejected',
  Canceled: 'cancelled',
  Expired: 'expired',
  Triggered: 'open', // known by its fills; until then it rests, as far as anybody can tell
  PendingUpdate: 'open', // what was asked of the exchange changes nothing until it has answered
  PendingCancel: 'open', // the same
  PartiallyFilled: 'partially_filled',
  Filled: 'filled',
}
/** What is told then; null where nothing happens to an order of ours. */
const EVENTS: Readonly<Record<string, OrderEvent | null>> = {
  Denied: null,
  Emulated: null,
  Released: null,
  Submitted: null,
  Rejected: { type: 'refused', reason: 'no', at: NOON },
  Accepted: { type: 'accepted', exchangeId: 'X', at: NOON },
  Canceled: { type: 'cancelled', reason: 'asked', at: NOON },
  Expired: { type: 'expired', at: NOON },
  Triggered: null,
  Updated: { type: 'amended', trigger: price('96'), at: NOON },
  PendingUpdate: null,
  PendingCancel: null,
  ModifyRejected: null,
  CancelRejected: null,
  // The last one: theirs leads to Filled, with a partial fill resolved outside the table.
  Filled: { type: 'filled', fill: fillOf({ amount: amount('0.6') }), at: NOON },
}

/** Where the two differ, `theirs + event: ours ≠ theirs`, by the reason why we mean it. */
const DEVIATIONS: Readonly<Record<string, readonly string[]>> = {
  'what the gate refuses never becomes an order': [
    'Initialized + Denied: nothing ≠ Denied',
    'Released + Denied: nothing ≠ Denied',
  ],
  'targets are watched by position: no order pretends to rest here until it is let go': [
    'Initialized + Emulated: nothing ≠ Emulated',
    'Initialized + Released: nothing ≠ Released',
    'Emulated + Released: nothing ≠ Released',
    'Emulated + Canceled: nothing ≠ Canceled',
    'Emulated + Expired: nothing ≠ Expired',
    'Emulated + Updated: nothing ≠ Emulated',
  ],
  'pending is written down before the request leaves: leaving changes nothing that is known': [
    'Initialized + Submitted: nothing ≠ Submitted',
    'Released + Submitted: nothing ≠ Submitted',
  ],
  'and so whatever comes back can come to what is pending, before anybody noted that it left': [
    'Initialized + Filled: filled ≠ impossible',
    'Released + Accepted: open ≠ impossible',
    'Released + Expired: expired ≠ impossible',
    'Released + Filled: filled ≠ impossible',
    'Released + Rejected: rejected ≠ impossible',
  ],
  'a time in force can end before the acknowledgement reaches us: the exchange is asked, and says so': [
    'Submitted + Expired: expired ≠ impossible',
  ],
  'an intent never changes, and only a stop that is known to rest is moved': [
    'Initialized + Updated: impossible ≠ Initialized',
    'Released + Updated: impossible ≠ Released',
    'Submitted + Updated: impossible ≠ Submitted',
  ],
  'a stop is a market order once triggered: its fills say so, and until they do it rests as far as anybody can tell': [
    'Initialized + Triggered: nothing ≠ Triggered',
    'Accepted + Triggered: nothing ≠ Triggered',
    'PendingUpdate + Triggered: nothing ≠ Triggered',
  ],
  'a request to move or cancel can be lost, or cross a fill: until the exchange has answered the order is what it was':
    [
      'Submitted + PendingUpdate: nothing ≠ PendingUpdate',
      'Submitted + PendingCancel: nothing ≠ PendingCancel',
      'Accepted + PendingUpdate: nothing ≠ PendingUpdate',
      'Accepted + PendingCancel: nothing ≠ PendingCancel',
      'Triggered + PendingUpdate: nothing ≠ PendingUpdate',
      'Triggered + PendingCancel: nothing ≠ PendingCancel',
      'PendingUpdate + PendingUpdate: nothing ≠ PendingUpdate',
      'PendingUpdate + PendingCancel: nothing ≠ PendingCancel',
      'PendingCancel + PendingCancel: nothing ≠ PendingCancel',
      'PartiallyFilled + PendingUpdate: nothing ≠ PendingUpdate',
      'PartiallyFilled + PendingCancel: nothing ≠ PendingCancel',
    ],
  'a refused move or cancel leaves the order as it is, and what became of it is asked': [
    'PendingUpdate + ModifyRejected: nothing ≠ PendingUpdate',
    'PendingCancel + CancelRejected: nothing ≠ PendingCancel',
  ],
  'the exchange can have moved a stop before it hears of the cancel': ['PendingCancel + Updated: open ≠ impossible'],
  'what was accepted can only end by a cancel, which is what Kraken then reports': [
    'Accepted + Rejected: impossible ≠ Rejected',
    'Triggered + Rejected: impossible ≠ Rejected',
    'PendingUpdate + Rejected: impossible ≠ Rejected',
    'PendingCancel + Rejected: impossible ≠ Rejected',
  ],
  'an acknowledgement may be heard twice, from the reply and from reconciliation': [
    'Accepted + Accepted: open ≠ impossible',
    'Triggered + Accepted: open ≠ impossible',
  ],
  'a fill can overtake the acknowledgement, which then changes nothing but the exchange’s id': [
    'PartiallyFilled + Accepted: partially_filled ≠ Accepted',
    'Filled + Accepted: filled ≠ impossible',
  ],
  'a late fill counts, whatever the state: money moved. A final state keeps its name, and an alert is raised': [
    'Canceled + Filled: cancelled ≠ Filled',
    'Expired + Filled: expired ≠ impossible',
    'Rejected + Filled: rejected ≠ impossible',
  ],
}

const theirs: Theirs = isThere
  ? (JSON.parse(readFileSync(FILE, 'utf8')) as Theirs)
  : { states: [], events: [], valid: [] }
const pairs = theirs.states.flatMap((state) => theirs.events.map((event) => ({ state, event })))

const theirMove = (state: string, event: string): string =>
  theirs.valid.find((move) => move.from === state && move.event === event)?.to ?? 'impossible'

/** Where an order of ours gets, `impossible`, or `nothing` where it is in no such state or has no such event. */
function ourMove(state: string, happening: OrderEvent | null): string {
  const status = STATES[state] ?? null
  if (status === null || happening === null) return 'nothing'
  const filled = amount(status === 'filled' ? '1' : '0.4')
  const result = transition(orderOf({ type: 'stop', trigger: price('95'), status, filled }), happening)
  return result.ok ? result.value.status : 'impossible'
}

/** Null when both do the same, else how they differ. */
function difference(state: string, event: string): string | null {
  const [ours, their] = [ourMove(state, EVENTS[event] ?? null), theirMove(state, event)]
  const isSame = their === 'impossible' ? ours === their || ours === 'nothing' : STATES[their] === ours
  return isSame ? null : `${state} + ${event}: ${ours} ≠ ${their}`
}

describe.skipIf(!isThere)('the order table against NautilusTrader’s', () => {
  it('agrees in each of the 210 pairs, or stands in a list of deviations with its reason', () => {
    expect(pairs).toHaveLength(210)
    const different = pairs.map(({ state, event }) => difference(state, event)).filter((found) => found !== null)
    // As sets: a deviation that is none any more has no place in the list either.
    expect(different.sort()).toEqual(Object.values(DEVIATIONS).flat().sort())
    // Not for want of trying: so many of the pairs are put to the machine.
    expect(pairs.filter(({ state, event }) => ourMove(state, EVENTS[event] ?? null) !== 'nothing')).toHaveLength(72)
  })

  it('says something of each of its states and events, and of all of ours', () => {
    expect(Object.keys(STATES).sort()).toEqual([...theirs.states].sort())
    expect(Object.keys(EVENTS).sort()).toEqual([...theirs.events].sort())
    expect(new Set(Object.values(STATES).filter((status) => status !== null)).size).toBe(7)
  })

  it('calls partially filled what is not yet whole, wherever a fill is allowed to an order that lives', () => {
    const some: OrderEvent = { type: 'filled', fill: fillOf({ amount: amount('0.1') }), at: NOON }
    const alive = theirs.valid.filter(({ event, from }) => event === 'Filled' && from !== 'Canceled')
    expect(alive.map(({ from }) => from).sort()).toEqual(
      ['Accepted', 'PartiallyFilled', 'PendingCancel', 'PendingUpdate', 'Submitted', 'Triggered'].sort(),
    )
    for (const { from } of alive) expect(ourMove(from, some), from).toBe('partially_filled')
  })
})
