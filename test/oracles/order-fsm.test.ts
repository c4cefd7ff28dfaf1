import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type OrderEvent, type OrderStatus, transition } from '../../src/main/domain/order.ts'
import { amount, price } from '../../src/shared/money.ts'
import { fillOf, NOON, orderOf } from '../support/trading-builders.ts'

const FILE = fileURLToPath(new URL('../../../shared/oracles/order-fsm/nautilus-order-fsm.json', import.meta.url))
const isThere = existsSync(FILE)
if (!isThere) console.warn(`SKIPPED: the order table of NautilusTrader is not at ${FILE}`)

type Theirs = { states: string[]; events: string[]; valid: { from: string; event: string; to: string }[] }

const STATES: Readonly<Record<string, OrderStatus>> = {
  Submitted: 'pending',
  Accepted: 'open',
  PartiallyFilled: 'partially_filled',
  Filled: 'filled',
  Canceled: 'cancelled',
  Expired: 'expired',
  Rejected: 'rejected',
}
const EVENTS: Readonly<Record<string, OrderEvent>> = {
  Accepted: { type: 'accepted', exchangeId: 'X', at: NOON },
  Rejected: { type: 'refused', reason: 'no', at: NOON },
  Canceled: { type: 'cancelled', reason: 'asked', at: NOON },
  Expired: { type: 'expired', at: NOON },
  Updated: { type: 'amended', trigger: price('96'), at: NOON },
  // The last one: theirs leads to Filled, with a partial fill resolved outside the table.
  Filled: { type: 'filled', fill: fillOf({ amount: amount('0.6') }), at: NOON },
}

/** States of theirs that no order of ours can be in. */
const STATES_NOT_OURS: Readonly<Record<string, string>> = {
  Initialized: 'an intent that passed the gate is written down as pending at once: before that there is no order',
  Denied: 'what the gate refuses never becomes an order',
  Emulated: 'targets are watched by position, not by orders that pretend to rest',
  Released: 'as Emulated',
  Triggered: 'a stop that has triggered is known by its fills; until then it rests, as far as anybody can tell',
  PendingUpdate: 'an amendment is repeated until the exchange confirms it: the order is what it was meanwhile',
  PendingCancel: 'a cancel may cross a fill: until the exchange has said so the order is what it was',
}
/** Events of theirs that we have no use for. */
const EVENTS_NOT_OURS: Readonly<Record<string, string>> = {
  Denied: 'as the state',
  Emulated: 'as the state',
  Released: 'as the state',
  Submitted: 'pending is written down before the request leaves: leaving changes nothing that is known',
  Triggered: 'as the state',
  PendingUpdate: 'as the state',
  PendingCancel: 'as the state',
  ModifyRejected: 'a refused amendment leaves the order as it is; the wish goes back to what is there',
  CancelRejected: 'a refused cancel leaves the order as it is; what became of it is asked for',
}

/** Where the two differ, `ours ≠ theirs`, and why we mean it. */
const DEVIATIONS: Readonly<Record<string, string>> = {
  'Submitted + Expired: expired ≠ impossible':
    'a time in force can end before the acknowledgement reaches us: the exchange is asked, and says so',
  'Submitted + Updated: impossible ≠ Submitted': 'only a stop that is known to rest is moved',
  'Accepted + Accepted: open ≠ impossible':
    'an acknowledgement may be heard twice, from the reply and from reconciliation',
  'Accepted + Rejected: impossible ≠ Rejected':
    'what was accepted can only end by a cancel, which is what the exchange then reports',
  'PartiallyFilled + Accepted: partially_filled ≠ Accepted':
    'a fill can overtake the acknowledgement; what is partially filled keeps saying so',
  'Filled + Accepted: filled ≠ impossible':
    'the fill overtook the acknowledgement: it changes nothing but the exchange’s id',
  'Canceled + Filled: cancelled ≠ Filled': 'the fill counts, but a final state keeps its name and an alert is raised',
  'Expired + Filled: expired ≠ impossible': 'a late fill is still a fill: money moved',
  'Rejected + Filled: rejected ≠ impossible': 'must not happen, but money moved: it is booked, and an alert is raised',
}

const theirs: Theirs = isThere
  ? (JSON.parse(readFileSync(FILE, 'utf8')) as Theirs)
  : { states: [], events: [], valid: [] }

const leadsTo = (state: string, event: string): string =>
  theirs.valid.find((move) => move.from === state && move.event === event)?.to ?? 'impossible'

/** `agrees`, or how it differs. */
function compare(state: string, event: string): string {
  const [status, happening] = [STATES[state], EVENTS[event]]
  if (status === undefined || happening === undefined) return 'not ours'
  const filled = amount(status === 'filled' ? '1' : '0.4')
  const order = orderOf({ type: 'stop', trigger: price('95'), status, amount: amount('1'), filled })
  const result = transition(order, happening)
  const ours = result.ok ? result.value.status : 'impossible'
  const their = leadsTo(state, event)
  const isSame = ours === 'impossible' ? their === ours : STATES[their] === ours
  return isSame ? 'agrees' : `${state} + ${event}: ${ours} ≠ ${their}`
}

describe.skipIf(!isThere)('the order table against NautilusTrader’s', () => {
  const pairs = theirs.states.flatMap((state) => theirs.events.map((event) => ({ state, event })))

  it('agrees in each of the 210 pairs, or stands in a list of deviations with its reason', () => {
    expect(pairs).toHaveLength(210)
    const found = pairs.map(({ state, event }) => ({ state, event, verdict: compare(state, event) }))
    for (const { state, event } of found.filter(({ verdict }) => verdict === 'not ours')) {
      expect(STATES_NOT_OURS[state] ?? EVENTS_NOT_OURS[event], `${state} + ${event}`).toBeDefined()
    }
    const different = found.map(({ verdict }) => verdict).filter((verdict) => !/^(agrees|not ours)$/.test(verdict))
    // As sets: a deviation that is none any more has no place in the list either.
    expect(different.sort()).toEqual(Object.keys(DEVIATIONS).sort())
    expect(found.filter(({ verdict }) => verdict === 'agrees')).toHaveLength(33)
  })

  it('calls nothing foreign that it has, and nothing its own that is not in the table', () => {
    expect(Object.keys({ ...STATES, ...STATES_NOT_OURS }).sort()).toEqual([...theirs.states].sort())
    expect(Object.keys({ ...EVENTS, ...EVENTS_NOT_OURS }).sort()).toEqual([...theirs.events].sort())
    for (const state of Object.keys(STATES_NOT_OURS)) expect(STATES[state]).toBeUndefined()
    for (const event of Object.keys(EVENTS_NOT_OURS)) expect(EVENTS[event]).toBeUndefined()
  })
})
