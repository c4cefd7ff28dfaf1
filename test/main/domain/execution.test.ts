import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ExecutionSettings, filledOf, leftToSpend, nextStep, takenBy } from '../../../src/main/domain/execution.ts'
import {
  ENDED,
  isFinal,
  type Order,
  type OrderEvent,
  pendingOrder,
  remaining,
  transition,
} from '../../../src/main/domain/order.ts'
import type { Leg, Proposal, StoppedLeg } from '../../../src/main/domain/proposal.ts'
import type { OrderId, ProposalId } from '../../../src/shared/ids.ts'
import { type Amount, amount, decimal, floorToStep, toText } from '../../../src/shared/money.ts'
import { type EpochMs, epochMs } from '../../../src/shared/time.ts'
import { scaled, USDT, XRP_USDT } from '../../support/money-arbitraries.ts'
import { fillOf, intentOf, legOf, NOON, orderOf, proposalOf } from '../../support/trading-builders.ts'

const RUNS = { numRuns: 600, seed: 20_261_123 }
const settings: ExecutionSettings = { quotes: 3, neverPlacedRetries: 2 }
const NONE: ReadonlyMap<number, string> = new Map()

const approved = (legs: readonly Leg[] = [legOf()]): Proposal => proposalOf({ status: 'approved', legs })
const forLeg = (leg: number, overrides: Partial<Order> = {}): Order =>
  orderOf({ receipt: { kind: 'proposal_leg', proposalId: 'prp_1' as ProposalId, leg }, ...overrides })
const stepOf = (
  orders: readonly Order[],
  { proposal = approved(), skipped = NONE, now = NOON as EpochMs } = {},
): string => {
  const step = nextStep(proposal, orders, skipped, now, settings)
  switch (step.kind) {
    case 'place':
      return `place ${step.type} ${toText(step.amount)} of leg ${step.leg}`
    case 'await_order':
      return `await ${step.orderId}`
    case 'wait_until':
      return `wait until ${step.time - NOON}`
    case 'finish':
      return `finish: ${textOf(step.stopped)}`
    case 'void':
      return 'void'
  }
}
const textOf = (stopped: readonly StoppedLeg[]): string =>
  stopped.length === 0 ? 'complete' : stopped.map(({ leg, because }) => `${leg}: ${because}`).join(', ')
const done = { status: 'filled', filled: amount('1') } as const

describe('what orders take of their leg', () => {
  it('is what they filled, and all that they are for while their end is not known', () => {
    const half = { filled: amount('0.5') }
    const taken = (overrides: Partial<Order>): string => toText(takenBy([forLeg(0, { ...half, ...overrides })]))
    expect(taken({ status: 'cancelled' })).toBe('0.5')
    expect(taken({ status: 'open' })).toBe('1')
    expect(taken({ status: 'pending' })).toBe('1')
    expect(taken({ status: 'rejected', inDoubt: true })).toBe('1')
    expect(toText(takenBy([forLeg(0, { ...half, status: 'expired' }), forLeg(0)]))).toBe('1.5')
  })
})

describe('what new money has left to buy', () => {
  it('is what the plan’s purchases have not spent, whatever its sales brought', () => {
    const plan = approved([legOf({ amount: amount('2') }), legOf({ side: 'sell' })])
    const half = forLeg(0, { filled: amount('0.5'), cost: amount('50') })
    const sale = forLeg(1, { side: 'sell', filled: amount('1'), cost: amount('100') })
    expect(toText(leftToSpend(plan, [half, sale], USDT))).toBe('150')
    expect(toText(leftToSpend(plan, [forLeg(0, { cost: amount('201') })], USDT))).toBe('0')
  })
})

describe('the next step of an approved proposal', () => {
  it('is to place its first leg, at the touch', () => {
    expect(stepOf([])).toBe('place limit 1 of leg 0')
    expect(stepOf([], { proposal: approved([legOf({ orderType: 'market' })]) })).toBe('place market 1 of leg 0')
  })

  it('is nothing once it expired before the start: at exactly its expiry, not a millisecond earlier', () => {
    const { expiresAt } = approved()
    expect(stepOf([], { now: epochMs(expiresAt - 1) })).toBe('place limit 1 of leg 0')
    expect(stepOf([], { now: expiresAt })).toBe('void')
  })

  it('goes on after the expiry when it has started before', () => {
    const { expiresAt } = approved()
    const started = [forLeg(0, { status: 'cancelled', filled: amount('0.3') })]
    expect(stepOf(started, { now: expiresAt })).toBe('place limit 0.7 of leg 0')
  })

  it.each(['pending', 'open', 'partially_filled'] as const)('waits for an order that is %s', (status) => {
    expect(stepOf([forLeg(0, { status })])).toBe('await ord_1')
  })

  it('waits for an order in doubt whatever its state is called', () => {
    expect(stepOf([forLeg(0, { status: 'cancelled', inDoubt: true })])).toBe('await ord_1')
  })

  it('waits for the leg before: a buy is resized to what the sell really brought', () => {
    const proposal = approved([legOf({ side: 'sell' }), legOf()])
    expect(stepOf([forLeg(0, { status: 'open' })], { proposal })).toBe('await ord_1')
    expect(stepOf([forLeg(0, done)], { proposal })).toBe('place limit 1 of leg 1')
  })

  it('waits for a slice’s time, and places it at exactly that time', () => {
    const proposal = approved([legOf({ notBefore: epochMs(NOON + 1_000) })])
    expect(stepOf([], { proposal, now: epochMs(NOON + 999) })).toBe('wait until 1000')
    expect(stepOf([], { proposal, now: epochMs(NOON + 1_000) })).toBe('place limit 1 of leg 0')
  })

  it('quotes three times, then takes the market for the rest, then stops', () => {
    const quote = (filled: string) => forLeg(0, { status: 'cancelled', reason: ENDED.requoted, filled: amount(filled) })
    const market = forLeg(0, { type: 'market', status: 'cancelled', filled: amount('0.1') })
    expect(stepOf([quote('0.1'), quote('0')])).toBe('place limit 0.9 of leg 0')
    expect(stepOf([quote('0.1'), quote('0'), quote('0.2')])).toBe('place market 0.7 of leg 0')
    expect(stepOf([quote('0.1'), quote('0'), quote('0.2'), market])).toBe(
      'finish: 0: the market moved beyond the worst price approved',
    )
  })

  it('that may only make the market never takes it: after three quotes nobody traded with it is left', () => {
    const proposal = approved([legOf({ orderType: 'post_only' })])
    const quote = forLeg(0, { type: 'post_only', status: 'cancelled', reason: ENDED.requoted, filled: amount('0.1') })
    expect(stepOf([], { proposal })).toBe('place post_only 1 of leg 0')
    expect(stepOf([quote, quote], { proposal })).toBe('place post_only 0.8 of leg 0')
    expect(stepOf([quote, quote, quote], { proposal })).toBe('finish: 0: nobody traded with it at the touch')
    const refused = forLeg(0, { type: 'post_only', status: 'rejected', reason: 'Post only order' })
    expect(stepOf([refused], { proposal })).toBe('finish: 0: refused: Post only order')
  })

  it('passes over legs that were not approved', () => {
    const proposal = { ...approved([legOf({ side: 'sell' }), legOf()]), approvedLegs: [1] }
    expect(stepOf([], { proposal })).toBe('place limit 1 of leg 1')
    expect(stepOf([forLeg(1, done)], { proposal })).toBe('finish: complete')
  })

  it('quotes again after a limit order that expired', () => {
    expect(stepOf([forLeg(0, { status: 'expired', filled: amount('0.5') })])).toBe('place limit 0.5 of leg 0')
  })

  it('tries twice more what never reached the exchange, without counting it as a quote', () => {
    const lost = forLeg(0, { status: 'rejected', reason: ENDED.neverPlaced })
    expect(stepOf([lost])).toBe('place limit 1 of leg 0')
    expect(stepOf([lost, lost])).toBe('place limit 1 of leg 0')
    const quote = forLeg(0, { status: 'cancelled', reason: ENDED.requoted })
    expect(stepOf([lost, lost, quote, quote])).toBe('place limit 1 of leg 0')
    expect(stepOf([lost, lost, quote, quote, quote])).toBe('place market 1 of leg 0')
    expect(stepOf([lost, lost, lost])).toBe('finish: 0: the exchange could not be reached')
  })

  it('does not insist after a refusal, and says what the exchange said', () => {
    const refused = forLeg(0, { status: 'rejected', reason: 'insufficient funds' })
    expect(stepOf([refused])).toBe('finish: 0: refused: insufficient funds')
  })

  it('does not place again what the trader cancelled', () => {
    const cancelled = forLeg(0, { status: 'cancelled', cancelling: ENDED.byTrader, reason: ENDED.byTrader })
    expect(stepOf([cancelled])).toBe('finish: 0: cancelled by the trader')
  })

  it('gives a market leg no second order', () => {
    const proposal = approved([legOf({ orderType: 'market' })])
    expect(stepOf([forLeg(0, { status: 'cancelled' })], { proposal })).toBe('finish: 0: not filled')
    expect(stepOf([forLeg(0, { type: 'market', status: 'expired', filled: amount('0.9') })], { proposal })).toBe(
      'finish: 0: the market moved beyond the worst price approved',
    )
  })

  it('goes on with the next leg when one was skipped, and names every problem at the end', () => {
    const proposal = approved([legOf(), legOf({ symbol: XRP_USDT, side: 'sell' })])
    const skipped = new Map([[0, 'below the minimum']])
    expect(stepOf([], { proposal, skipped })).toBe('place limit 1 of leg 1')
    expect(stepOf([], { proposal, skipped: new Map([...skipped, [1, 'no price']]) })).toBe(
      'finish: 0: below the minimum, 1: no price',
    )
  })

  it('counts a skipped leg as a start: the expiry limits when execution may begin, nothing else', () => {
    const proposal = approved([legOf(), legOf()])
    const skipped = new Map([[0, 'below the minimum']])
    expect(stepOf([], { proposal, skipped, now: proposal.expiresAt })).toBe('place limit 1 of leg 1')
  })

  it('is the end when every leg is filled, and counts a late fill like any other', () => {
    expect(stepOf([forLeg(0, done)])).toBe('finish: complete')
    const late = [
      forLeg(0, { status: 'cancelled', filled: amount('0.4') }),
      forLeg(0, { status: 'rejected', reason: ENDED.neverPlaced, filled: amount('0.6') }),
    ]
    expect(stepOf(late)).toBe('finish: complete')
  })

  it('does not mistake the orders of one leg, or an exit, for those of another', () => {
    const proposal = approved([legOf(), legOf({ symbol: XRP_USDT })])
    expect(stepOf([forLeg(1, done)], { proposal })).toBe('place limit 1 of leg 0')
    const exit = orderOf({ ...done, receipt: { kind: 'position_exit', positionId: 'pos_1' as never, reason: 'stop' } })
    expect(stepOf([exit])).toBe('place limit 1 of leg 0')
  })
})

/** What the exchange, the network and the trader may make of one order. */
const OUTCOMES = ['filled', 'partly', 'nothing', 'refused', 'lost', 'skipped', 'by_trader', 'expired', 'cross'] as const
type Outcome = { readonly kind: (typeof OUTCOMES)[number]; readonly percent: number }
const outcomeArb = fc.record({
  kind: fc.constantFrom('filled', ...OUTCOMES, 'filled'),
  percent: fc.integer({ min: 1, max: 99 }),
})

const legArb = fc
  .record({
    units: fc.integer({ min: 1, max: 1_000 }),
    orderType: fc.constantFrom('limit' as const, 'market' as const),
    delay: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ units, orderType, delay }) =>
    legOf({ amount: amount(scaled(units, 2)), orderType, notBefore: epochMs(NOON + delay * 600_000) }),
  )

/** The first leg may start at once, as in every plan: one that had to wait for longer than the expiry never would. */
const legsArb = fc
  .array(legArb, { minLength: 1, maxLength: 4 })
  .map((legs) => legs.map((leg, index) => (index === 0 ? { ...leg, notBefore: NOON } : leg)))

const partOf = (whole: Amount, percent: number): Amount =>
  floorToStep(whole.times(decimal(scaled(percent, 2))) as Amount, decimal('0.0001'))

/** The events that end one order, from one outcome. */
function eventsOf(order: Order, { kind, percent }: Outcome): OrderEvent[] {
  const at = order.createdAt
  const left = remaining(order)
  const part = partOf(left, percent)
  const fill = (units: Amount): OrderEvent[] =>
    units.gt(decimal('0')) ? [{ type: 'filled', fill: fillOf({ amount: units }), at }] : []
  const accepted: OrderEvent = { type: 'accepted', exchangeId: 'X', at }
  switch (kind) {
    case 'filled':
      return [accepted, ...fill(left)]
    case 'partly':
      return [accepted, ...fill(part), { type: 'cancelled', reason: ENDED.requoted, at }]
    case 'nothing':
      return [accepted, { type: 'cancelled', reason: ENDED.requoted, at }]
    case 'by_trader':
      return [accepted, ...fill(part), { type: 'cancelled', reason: ENDED.byTrader, at }]
    case 'expired':
      return [{ type: 'doubted', reason: 'time-out', at }, accepted, ...fill(part), { type: 'expired', at }]
    case 'cross':
      return [accepted, { type: 'cancelled', reason: ENDED.requoted, at }, ...fill(part)]
    case 'lost':
      return [
        { type: 'doubted', reason: 'time-out', at },
        { type: 'never_placed', at },
      ]
    case 'refused':
    case 'skipped':
      return [{ type: 'refused', reason: 'insufficient funds', at }]
  }
}

const WISHES: Partial<Record<Outcome['kind'], string>> = {
  partly: ENDED.requoted,
  nothing: ENDED.requoted,
  cross: ENDED.requoted,
  by_trader: ENDED.byTrader,
}

type Run = { placed: number; orders: readonly Order[]; reason: string | null }

/** Plays a proposal to its end, looking over its shoulder at every step. */
function play(proposal: Proposal, outcomes: readonly Outcome[]): Run {
  const orders: Order[] = []
  const skipped = new Map<number, string>()
  let pending: OrderEvent[] = []
  let now: EpochMs = NOON
  let placed = 0
  for (let turn = 0; turn < 2_000; turn++) {
    const step = nextStep(proposal, orders, skipped, now, settings)
    switch (step.kind) {
      case 'finish':
        return { placed, orders, reason: step.stopped.length === 0 ? null : textOf(step.stopped) }
      case 'void':
        return { placed, orders, reason: 'void' }
      case 'wait_until':
        expect(step.time).toBeGreaterThan(now)
        now = step.time
        break
      case 'await_order': {
        const index = orders.findIndex((order) => order.id === step.orderId)
        const order = orders[index] as Order
        expect(!isFinal(order.status) || order.inDoubt).toBe(true)
        const result = transition(order, pending.shift() as OrderEvent)
        if (!result.ok) throw new Error(result.error.message)
        orders[index] = result.value
        // A fill that crosses its cancel is there before anything is decided: the desk asks before it goes on.
        while (pending[0]?.type === 'filled' && isFinal(result.value.status)) {
          const late = transition(orders[index] as Order, pending.shift() as OrderEvent)
          if (late.ok) orders[index] = late.value
        }
        break
      }
      case 'place': {
        const leg = proposal.legs[step.leg] as Leg
        const own = orders.filter((order) => order.receipt.kind === 'proposal_leg' && order.receipt.leg === step.leg)
        expect(orders.every((order) => isFinal(order.status) && !order.inDoubt)).toBe(true)
        expect(toText(step.amount)).toBe(toText(leg.amount.minus(filledOf(own))))
        expect(step.amount.gt(decimal('0'))).toBe(true)
        expect(skipped.has(step.leg)).toBe(false)
        expect(now).toBeGreaterThanOrEqual(leg.notBefore)
        if (leg.orderType === 'market') expect(step.type).toBe('market')
        const outcome = outcomes[placed % outcomes.length] as Outcome
        placed++
        if (outcome.kind === 'skipped') {
          skipped.set(step.leg, 'below the minimum')
          break
        }
        const order = pendingOrder(
          intentOf({
            id: `ord_${placed}` as OrderId,
            type: step.type,
            amount: step.amount,
            createdAt: now,
            receipt: { kind: 'proposal_leg', proposalId: proposal.id, leg: step.leg },
          }),
        )
        orders.push({ ...order, cancelling: WISHES[outcome.kind] ?? null })
        pending = eventsOf(order, outcome)
        now = epochMs(now + 1_000)
      }
    }
  }
  throw new Error('it never came to an end')
}

describe('carrying out a proposal, whatever becomes of its orders', () => {
  const playArb = fc.record({
    legs: legsArb,
    outcomes: fc.array(outcomeArb, { minLength: 1, maxLength: 12 }),
  })

  it('comes to an end without ever placing too much, too early, or beside an order that is alive or in doubt', () => {
    fc.assert(
      fc.property(playArb, ({ legs, outcomes }) => {
        const run = play(approved(legs), outcomes)
        const perLeg = settings.quotes + 1 + settings.neverPlacedRetries + 1
        expect(run.placed).toBeLessThanOrEqual(legs.length * perLeg)
        for (const [index, leg] of legs.entries()) {
          const own = run.orders.filter((order) => order.receipt.kind === 'proposal_leg' && order.receipt.leg === index)
          expect(filledOf(own).lte(leg.amount)).toBe(true)
          const quotes = own.filter((order) => order.type === 'limit' && order.reason !== 'never-placed')
          expect(quotes.length).toBeLessThanOrEqual(leg.orderType === 'limit' ? settings.quotes : 0)
        }
      }),
      RUNS,
    )
  })

  it('is complete exactly when every leg was filled to its amount', () => {
    const seen = { complete: 0, incomplete: 0 }
    fc.assert(
      fc.property(playArb, ({ legs, outcomes }) => {
        const run = play(approved(legs), outcomes)
        const isWhole = legs.every((leg, index) =>
          filledOf(
            run.orders.filter((order) => order.receipt.kind === 'proposal_leg' && order.receipt.leg === index),
          ).eq(leg.amount),
        )
        seen[isWhole ? 'complete' : 'incomplete']++
        expect(run.reason === null).toBe(isWhole)
      }),
      RUNS,
    )
    expect(Math.min(seen.complete, seen.incomplete)).toBeGreaterThan(30)
  })

  it('fills everything when the exchange fills everything, with one order for each leg', () => {
    fc.assert(
      fc.property(legsArb, (legs) => {
        const run = play(approved(legs), [{ kind: 'filled', percent: 1 }])
        expect([run.placed, run.reason]).toEqual([legs.length, null])
      }),
      { ...RUNS, numRuns: 200 },
    )
  })
})
