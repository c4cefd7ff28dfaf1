import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type GateContext, type GateLimits, passGate } from '../../../src/main/domain/gate.ts'
import type { ExitReason, OrderIntent } from '../../../src/main/domain/order.ts'
import type { PositionId } from '../../../src/shared/ids.ts'
import { amount, decimal, money, price } from '../../../src/shared/money.ts'
import { scaled } from '../../support/money-arbitraries.ts'
import { intentOf } from '../../support/trading-builders.ts'

const RUNS = { numRuns: 1_000, seed: 20_261_123 }

const limits: GateLimits = {
  collarPercent: decimal('2'),
  maxNotionalPerOrder: money('1000'),
  maxNotionalPerDay: money('5000'),
  maxOrdersPerMinute: 3,
}
const calm: GateContext = {
  isKilled: false,
  coordinator: 'RUNNING',
  blockedBecause: null,
  lastPrice: price('100'),
  notional: money('100'),
  ordersInLastMinute: 0,
  notionalToday: money('0'),
  isDuplicate: false,
  unapprovedBecause: null,
  riskRefusal: null,
  needed: amount('100'),
  neededAtWorst: amount('100'),
  available: amount('500'),
  ownedFree: amount('700'),
  bag: amount('50'),
  setAside: amount('0'),
  spendable: amount('700'),
}
const exit = (reason: ExitReason = 'stop') =>
  intentOf({
    side: 'sell',
    type: 'market',
    sleeve: 'tactical',
    limitPrice: price('0.1'),
    receipt: { kind: 'position_exit', positionId: 'pos_1' as PositionId, reason },
  })

const protectiveStop = intentOf({
  side: 'sell',
  type: 'stop',
  sleeve: 'tactical',
  limitPrice: price('95'),
  receipt: { kind: 'protective_stop', positionId: 'pos_1' as PositionId },
})

const verdict = (context: Partial<GateContext> = {}, intent: OrderIntent = intentOf()): string => {
  const result = passGate(intent, { ...calm, ...context }, limits)
  return result.ok ? 'passed' : result.error.code
}

describe('the order gate', () => {
  it('passes an ordinary order as it is', () => {
    const result = passGate(intentOf(), calm, limits)
    expect(result.ok && result.value).toEqual(intentOf())
  })

  it('lets an order leave exactly the bag, and not a unit less', () => {
    expect(verdict({ ownedFree: amount('150') })).toBe('passed')
    expect(verdict({ ownedFree: amount('149.99999999') })).toBe('gate/bag')
  })

  it('lets an order leave exactly the bag at its worst price, and not a unit less', () => {
    expect(verdict({ neededAtWorst: amount('650') })).toBe('passed')
    expect(verdict({ neededAtWorst: amount('650.00000001') })).toBe('gate/bag')
    expect(verdict({ neededAtWorst: amount('650.00000001') }, exit())).toBe('gate/bag')
  })

  it('does not hold an order to its worst price where there is nothing that must be left', () => {
    const nothingKept = { bag: amount('0'), ownedFree: amount('100'), neededAtWorst: amount('101') }
    expect(verdict(nothingKept)).toBe('passed')
    expect(verdict({ ...nothingKept, needed: amount('100.00000001') })).toBe('gate/bag')
    expect(verdict({ ...nothingKept, bag: amount('0.00000001'), needed: amount('99') })).toBe('gate/bag')
  })

  it('leaves what is saved for the bags, or not classified yet, alone like a bag', () => {
    expect(verdict({ setAside: amount('550') })).toBe('passed')
    expect(verdict({ setAside: amount('550.00000001') })).toBe('gate/set-aside')
    expect(verdict({ setAside: amount('550.00000001') }, exit())).toBe('gate/set-aside')
    expect(verdict({ setAside: amount('550'), neededAtWorst: amount('100.00000001') })).toBe('gate/set-aside')
  })

  it('holds a purchase for a bag to every rule that holds for something new', () => {
    const purchase = intentOf({ type: 'market', sleeve: 'hodl', receipt: { kind: 'bag_purchase' } })
    expect(verdict({}, purchase)).toBe('passed')
    const against: readonly [Partial<GateContext>, string][] = [
      [{ isKilled: true }, 'gate/killed'],
      [{ coordinator: 'PAUSED' }, 'gate/not-running'],
      [{ coordinator: 'HALTED' }, 'gate/not-running'],
      [{ blockedBecause: 'a difference' }, 'gate/blocked'],
      [{ lastPrice: null }, 'gate/stale-price'],
      [{ lastPrice: price('98') }, 'gate/collar'],
      [{ notional: money('1000.1') }, 'gate/notional'],
      [{ notionalToday: money('4901') }, 'gate/daily-notional'],
      [{ ordersInLastMinute: 3 }, 'gate/rate'],
      [{ isDuplicate: true }, 'gate/duplicate'],
      [{ available: amount('99') }, 'gate/funds'],
      [{ ownedFree: amount('149') }, 'gate/bag'],
    ]
    expect(against.map(([context]) => verdict(context, purchase))).toEqual(against.map(([, code]) => code))
  })

  it('lets a sleeve spend all it has, and not a unit more', () => {
    expect(verdict({ available: amount('100') })).toBe('passed')
    expect(verdict({ available: amount('99.99999999') })).toBe('gate/funds')
  })

  it('refuses an order for nothing or less', () => {
    expect(verdict({ needed: amount('0') }, intentOf({ amount: amount('0') }))).toBe('gate/funds')
    expect(verdict({ needed: amount('0') }, intentOf({ amount: amount('-1') }))).toBe('gate/funds')
    expect(verdict({}, intentOf({ amount: amount('0.00000001') }))).toBe('passed')
  })

  it('refuses an order whose name was used before', () => {
    expect(verdict({ isDuplicate: true })).toBe('gate/duplicate')
  })

  it('refuses new orders unless the coordinator runs', () => {
    expect(verdict({ coordinator: 'PAUSED' })).toBe('gate/not-running')
    expect(verdict({ coordinator: 'HALTED' })).toBe('gate/not-running')
  })

  it('refuses new orders while ledger and exchange differ, with the difference as its words', () => {
    const result = passGate(intentOf(), { ...calm, blockedBecause: 'BTC: 1 here, 2 there' }, limits)
    expect(result.ok ? null : result.error).toEqual({ code: 'gate/blocked', message: 'BTC: 1 here, 2 there' })
  })

  it('refuses to decide on a stale price', () => {
    expect(verdict({ lastPrice: null })).toBe('gate/stale-price')
  })

  it('lets a worst price be exactly the collar away from the market, and not a hair further', () => {
    const buying = (limit: string) => verdict({}, intentOf({ side: 'buy', limitPrice: price(limit) }))
    const selling = (limit: string) => verdict({}, intentOf({ side: 'sell', limitPrice: price(limit) }))
    expect([buying('102'), buying('102.00000001')]).toEqual(['passed', 'gate/collar'])
    expect([selling('98'), selling('97.99999999')]).toEqual(['passed', 'gate/collar'])
  })

  it('does not mind a price that is far away on the safe side', () => {
    expect(verdict({}, intentOf({ side: 'buy', limitPrice: price('1') }))).toBe('passed')
    expect(verdict({}, intentOf({ side: 'sell', limitPrice: price('10000') }))).toBe('passed')
  })

  it('lets an order be worth exactly the limit, and not more', () => {
    expect(verdict({ notional: money('1000') })).toBe('passed')
    expect(verdict({ notional: money('1000.00000001') })).toBe('gate/notional')
  })

  it('lets the orders of a day come to exactly the limit, and not more', () => {
    expect(verdict({ notionalToday: money('4900') })).toBe('passed')
    expect(verdict({ notionalToday: money('4900.00000001') })).toBe('gate/daily-notional')
  })

  it('lets the last order of a minute through and refuses the next', () => {
    expect(verdict({ ordersInLastMinute: 2 })).toBe('passed')
    expect(verdict({ ordersInLastMinute: 3 })).toBe('gate/rate')
  })

  it('refuses everything new from the moment the kill switch is on, whatever the coordinator says', () => {
    expect(verdict({ isKilled: true })).toBe('gate/killed')
    expect(verdict({ isKilled: true }, exit())).toBe('passed')
    expect(verdict({ isKilled: true }, protectiveStop)).toBe('passed')
  })

  it('does not spend what earns or what orders placed elsewhere hold', () => {
    expect(verdict({ spendable: amount('100') })).toBe('passed')
    expect(verdict({ spendable: amount('99.99999999') })).toBe('gate/held')
    expect(verdict({ spendable: amount('99.99999999') }, exit())).toBe('gate/held')
  })

  it.each(['stop', 'target', 'trader', 'time', 'unprotected'] as const)(
    'lets a %s out of a position when everything else is shut',
    (reason) => {
      const shut: Partial<GateContext> = {
        isKilled: true,
        coordinator: 'HALTED',
        blockedBecause: 'a difference',
        lastPrice: null,
        notional: money('1000000'),
        notionalToday: money('1000000'),
        ordersInLastMinute: 1_000,
      }
      expect(verdict(shut, exit(reason))).toBe('passed')
      expect(verdict(shut, protectiveStop)).toBe('passed')
      expect(verdict({ lastPrice: price('100') }, exit(reason))).toBe('passed')
    },
  )

  it('stops even an exit that would reach into the bag, sell what is not there, or be sent twice', () => {
    expect(verdict({ ownedFree: amount('149.99999999') }, exit())).toBe('gate/bag')
    expect(verdict({ available: amount('99.99999999') }, exit())).toBe('gate/funds')
    expect(verdict({ isDuplicate: true }, exit())).toBe('gate/duplicate')
  })
})

const unitsArb = fc.integer({ min: 0, max: 300 })
const moneyArb = unitsArb.map((units) => money(scaled(units * 10, 0)))
const calmerArb = fc.record({
  isKilled: fc.constantFrom(false, false, false, true),
  coordinator: fc.constantFrom('RUNNING', 'RUNNING', 'RUNNING', 'PAUSED', 'HALTED'),
  blockedBecause: fc.option(fc.constant('a difference'), { freq: 4 }).map((text) => text),
  lastPrice: fc.option(
    fc.integer({ min: 90, max: 110 }).map((units) => price(String(units))),
    { freq: 8 },
  ),
  notional: moneyArb,
  ordersInLastMinute: fc.integer({ min: 0, max: 4 }),
  notionalToday: moneyArb,
  isDuplicate: fc.constantFrom(false, false, false, true),
  unapprovedBecause: fc.constantFrom(null, null, null, null, null, null, 'no more than 1 was approved'),
  riskRefusal: fc.constantFrom(null, null, null, null, { code: 'risk/breakers', message: 'Nothing new.' }),
  needed: unitsArb.map((units) => amount(scaled(units, 1))),
  available: unitsArb.map((units) => amount(scaled(units, 1))),
  ownedFree: unitsArb.map((units) => amount(scaled(units, 1))),
  bag: fc.integer({ min: 0, max: 100 }).map((units) => amount(scaled(units, 1))),
  setAside: fc.constantFrom('0', '0', '2.5').map(amount),
  spendable: unitsArb.map((units) => amount(scaled(units, 1))),
})

/** Bag and what is set aside stay whole: at its worst price, or where there is neither, at the price of now. */
function isKept({ ownedFree, needed, neededAtWorst, bag, setAside }: GateContext): boolean {
  const [free, now, worst] = [ownedFree, needed, neededAtWorst].map((each) => Number(each.toFixed()) * 10)
  const kept = (Number(bag.toFixed()) + Number(setAside.toFixed())) * 10
  const spent = kept > 0 ? Math.max(now ?? Number.NaN, worst ?? Number.NaN) : now
  return Math.round((free ?? Number.NaN) - (spent ?? Number.NaN)) >= Math.round(kept)
}

/** A worst price costs up to five units more. */
const contextArb: fc.Arbitrary<GateContext> = fc
  .tuple(calmerArb, fc.integer({ min: 0, max: 50 }))
  .map(([context, more]) => ({
    ...context,
    neededAtWorst: context.needed.plus(amount(scaled(more, 1))) as GateContext['needed'],
  }))

const intentArb = fc.oneof(
  fc
    .record({
      side: fc.constantFrom('buy' as const, 'sell' as const),
      limitPrice: fc.integer({ min: 90, max: 110 }).map((units) => price(String(units))),
    })
    .map((overrides) => intentOf(overrides)),
  fc.constantFrom('stop' as const, 'target' as const, 'trader' as const).map(exit),
  fc.constant(protectiveStop),
  fc.constant(intentOf({ type: 'market', sleeve: 'hodl', receipt: { kind: 'bag_purchase' } })),
)

describe('the order gate, whatever the circumstances', () => {
  it('never lets anything through that would reach into a bag or spend what its sleeve does not have', () => {
    let passed = 0
    fc.assert(
      fc.property(intentArb, contextArb, (intent, context) => {
        if (!passGate(intent, context, limits).ok) return
        passed++
        expect(isKept(context)).toBe(true)
        expect(context.available.gte(context.needed)).toBe(true)
        expect(context.spendable.gte(context.needed)).toBe(true)
        expect(context.isDuplicate).toBe(false)
      }),
      RUNS,
    )
    expect(passed).toBeGreaterThan(30)
  })

  it('lets a new order through only when no rule speaks against it, and an exit whenever bag, funds and name allow', () => {
    fc.assert(
      fc.property(intentArb, contextArb, (intent, context) => {
        const hasMeans =
          context.unapprovedBecause === null &&
          isKept(context) &&
          context.available.gte(context.needed) &&
          context.spendable.gte(context.needed) &&
          !context.isDuplicate
        const worst = Number(intent.limitPrice.toFixed())
        const last = Number(context.lastPrice?.toFixed() ?? Number.NaN)
        const isCalm =
          !context.isKilled &&
          context.coordinator === 'RUNNING' &&
          context.blockedBecause === null &&
          (intent.side === 'buy' ? (worst - last) * 100 <= last * 2 : (last - worst) * 100 <= last * 2) &&
          Number(context.notional.toFixed()) <= 1_000 &&
          Number(context.notional.plus(context.notionalToday).toFixed()) <= 5_000 &&
          context.ordersInLastMinute < 3
        const isNew = intent.receipt.kind === 'proposal_leg' || intent.receipt.kind === 'bag_purchase'
        const expected = hasMeans && (!isNew || isCalm)
        expect(passGate(intent, context, limits).ok).toBe(expected)
      }),
      RUNS,
    )
  })
})
