import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ApprovalContext,
  approve,
  asApproved,
  neededFor,
  unapproved,
  voidsPlan,
} from '../../../src/main/domain/approval.ts'
import type { OrderIntent } from '../../../src/main/domain/order.ts'
import type { Proposal } from '../../../src/main/domain/proposal.ts'
import type { ProposalId } from '../../../src/shared/ids.ts'
import { amount, decimal, price, toText } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { BTC, BTC_USDT, scaled, XRP, XRP_BTC, XRP_USDT } from '../../support/money-arbitraries.ts'
import { intentOf, legOf, NOON, proposalOf } from '../../support/trading-builders.ts'

const RUNS = { numRuns: 500, seed: 20_261_123 }
const SHOWN = 'a'.repeat(64)

const contextOf = (overrides: Partial<ApprovalContext> = {}): ApprovalContext => ({
  now: epochMs(NOON + 60_000),
  by: 'trader',
  hash: SHOWN,
  legs: null,
  bagOf: () => amount('0.01'),
  free: () => amount('100.4'),
  digest: () => SHOWN,
  priceNow: () => price('100'),
  maxPriceMovePercent: decimal('0.5'),
  ...overrides,
})
const xrpPrice = [{ symbol: XRP_USDT, price: price('1'), at: NOON }]
const codeOf = (proposal: Proposal, overrides: Partial<ApprovalContext> = {}): string => {
  const result = approve(proposal, contextOf(overrides))
  return result.ok ? 'approved' : result.error.code
}

describe('approving a proposal', () => {
  it('makes it executable, says who did it and when, and changes nothing else', () => {
    const proposal = Object.freeze(proposalOf())
    const result = approve(proposal, contextOf({ by: 'auto' }))
    expect(result.ok && result.value).toEqual({
      ...proposal,
      status: 'approved',
      decidedAt: NOON + 60_000,
      decidedBy: 'auto',
    })
  })

  it.each(['approved', 'completed', 'incomplete', 'rejected', 'expired', 'voided'] as const)(
    'is refused when it is %s already, so that approving twice sends once',
    (status) => expect(codeOf(proposalOf({ status }))).toBe('proposal/not-pending'),
  )

  it('is allowed while it is snoozed: the trader may change their mind', () => {
    expect(codeOf(proposalOf({ snoozedUntil: epochMs(NOON + 600_000) }))).toBe('approved')
  })

  it('is refused when the decider was shown something else', () => {
    expect(codeOf(proposalOf(), { hash: `${SHOWN.slice(1)}b` })).toBe('proposal/changed')
    expect(codeOf(proposalOf(), { hash: '' })).toBe('proposal/changed')
  })

  it('is refused when what is written down is not what the hash was taken of', () => {
    expect(codeOf(proposalOf(), { digest: () => 'b'.repeat(64) })).toBe('proposal/changed')
  })

  it('is refused when a bag is not the one that was shown, and voids the plan', () => {
    expect(codeOf(proposalOf(), { bagOf: () => amount('0.02') })).toBe('proposal/bags-changed')
    expect(voidsPlan('proposal/bags-changed')).toBe(true)
  })

  it('is refused when less is there than the plan needs, to the last digit', () => {
    expect(codeOf(proposalOf(), { free: () => amount('100.39999999') })).toBe('proposal/balance')
    expect(codeOf(proposalOf(), { free: () => amount('100.4') })).toBe('approved')
  })

  it('counts what sells bring before the buys that they fund, their fees taken off', () => {
    const sell = legOf({ symbol: XRP_USDT, side: 'sell', amount: amount('101'), price: price('1'), fee: amount('0.6') })
    const proposal = proposalOf({ legs: [sell, legOf()], prices: [...xrpPrice, ...proposalOf().prices] })
    const there = (xrp: string, usdt: string) =>
      codeOf(proposal, {
        priceNow: (symbol) => price(symbol === XRP_USDT ? '1' : '100'),
        free: (asset) => amount(asset === XRP ? xrp : usdt),
      })
    expect(there('101', '0')).toBe('approved')
    expect(there('100', '1000')).toBe('proposal/balance')
    const dearer = { ...proposal, legs: [sell, legOf({ fee: amount('0.41') })] }
    const free = (usdt: string) =>
      codeOf(dearer, {
        priceNow: (symbol) => price(symbol === XRP_USDT ? '1' : '100'),
        free: (asset) => amount(asset === XRP ? '101' : usdt),
      })
    expect([free('0'), free('0.01')]).toEqual(['proposal/balance', 'approved'])
  })

  it('names some legs, each once, and remembers which', () => {
    const legs = [legOf(), legOf(), legOf()]
    const chosen = (some: readonly number[]) => {
      const result = approve(proposalOf({ legs }), contextOf({ legs: some, free: () => amount('1000') }))
      return result.ok ? result.value.approvedLegs : result.error.code
    }
    expect(chosen([2, 0])).toEqual([0, 2])
    expect(chosen([0, 1, 2])).toBeNull()
    for (const wrong of [[], [3], [-1], [0.5], [1, 1]]) expect(chosen(wrong)).toBe('proposal/no-such-leg')
  })

  it('of a purchase without the sale that pays for it is refused, and the plan stays', () => {
    const sell = legOf({ symbol: XRP_USDT, side: 'sell', amount: amount('101'), price: price('1'), fee: amount('0.6') })
    const proposal = proposalOf({ legs: [sell, legOf()], prices: [...xrpPrice, ...proposalOf().prices] })
    const code = codeOf(proposal, {
      legs: [1],
      priceNow: (symbol) => price(symbol === XRP_USDT ? '1' : '100'),
      free: (asset) => amount(asset === XRP ? '101' : '50'),
    })
    expect(code).toBe('proposal/unfunded')
    expect(voidsPlan(code)).toBe(false)
  })

  it('is refused from exactly the expiry on, and allowed a millisecond before', () => {
    const { expiresAt } = proposalOf()
    expect(codeOf(proposalOf(), { now: expiresAt })).toBe('proposal/expired')
    expect(codeOf(proposalOf(), { now: epochMs(expiresAt - 1) })).toBe('approved')
  })

  it('is refused while any of its prices is stale, the second one too', () => {
    const prices = [
      { symbol: BTC_USDT, price: price('100'), at: NOON },
      { symbol: XRP_USDT, price: price('100'), at: NOON },
    ]
    const priceNow: ApprovalContext['priceNow'] = (symbol) => (symbol === BTC_USDT ? price('100') : null)
    expect(codeOf(proposalOf({ prices }), { priceNow })).toBe('proposal/stale-price')
  })

  it('is allowed at exactly 0.5 % of movement and refused just above it, up or down', () => {
    const at = (now: string) => codeOf(proposalOf(), { priceNow: () => price(now) })
    expect(['100.5', '100.50000001', '99.5', '99.49999999'].map(at)).toEqual([
      'approved',
      'proposal/price-moved',
      'approved',
      'proposal/price-moved',
    ])
  })

  it('looks at every price it rests on', () => {
    const prices = [
      { symbol: BTC_USDT, price: price('100'), at: NOON },
      { symbol: XRP_USDT, price: price('50'), at: NOON },
    ]
    expect(codeOf(proposalOf({ prices }))).toBe('proposal/price-moved')
  })

  it('measures the movement against the plan’s price, without rounding', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000_000 }),
        fc.integer({ min: 0, max: 1_000 }),
        fc.integer({ min: -20_000_000, max: 20_000_000 }),
        (units, limitUnits, shift) => {
          const now = units + shift
          fc.pre(now > 0)
          const result = codeOf(
            proposalOf({ prices: [{ symbol: BTC_USDT, price: price(scaled(units, 4)), at: NOON }] }),
            {
              priceNow: () => price(scaled(now, 4)),
              maxPriceMovePercent: decimal(scaled(limitUnits, 2)),
            },
          )
          // |shift| ÷ units ≤ limit ÷ 10,000, in whole numbers.
          const isInside = BigInt(Math.abs(shift)) * 10_000n <= BigInt(units) * BigInt(limitUnits)
          expect(result).toBe(isInside ? 'approved' : 'proposal/price-moved')
        },
      ),
      RUNS,
    )
  })

  it('is remembered across a restart: only what was approved is approved', () => {
    expect(asApproved(proposalOf({ status: 'approved' }))?.id).toBe('prp_1')
    for (const status of ['pending', 'completed', 'incomplete', 'rejected', 'expired', 'voided'] as const) {
      expect(asApproved(proposalOf({ status }))).toBeNull()
    }
  })
})

describe('what a plan needs before it has sold anything', () => {
  it('is the deepest that each asset goes, a cross pair’s both sides counted', () => {
    const legs = [
      legOf({
        symbol: XRP_BTC,
        side: 'sell',
        amount: amount('50'),
        price: price('0.01'),
        fee: amount('0.001'),
        feeAsset: BTC,
      }),
      legOf({ amount: amount('2'), price: price('100'), fee: amount('1') }),
      legOf({ side: 'sell', amount: amount('3'), price: price('100'), fee: amount('1') }),
    ]
    const needed = [...neededFor(legs)].map(([asset, most]) => [asset, toText(most)])
    expect(needed).toEqual([
      ['BTC', '0.501'],
      ['XRP', '50'],
      ['USDT', '201'],
    ])
  })
})

describe('an order of a proposal’s leg', () => {
  const approved = proposalOf({ status: 'approved', legs: [legOf(), legOf()], approvedLegs: [1] })
  const intent = (overrides: Partial<OrderIntent> = {}): OrderIntent =>
    intentOf({
      receipt: { kind: 'proposal_leg', proposalId: approved.id, leg: 1 },
      amount: amount('0.6'),
      limitPrice: price('101'),
      ...overrides,
    })
  const why = (order: OrderIntent, proposal: Proposal | null = approved, filled = '0.4', digest = SHOWN) =>
    unapproved(order, proposal, amount(filled), () => digest)

  it('is what was approved: this leg, no more than its amount in all, no worse than its price', () => {
    expect(why(intent())).toBeNull()
    expect(why(intent(), approved, '0.40000001')).toBe('no more than 1 was approved')
    expect(why(intent({ limitPrice: price('101.00000001') }))).toBe('no price beyond 101 was approved')
    expect(why(intent({ side: 'sell' }))).toBe('buy BTC/USDT was approved')
    expect(why(intent({ symbol: XRP_USDT }))).toBe('buy BTC/USDT was approved')
    expect(why(intent({ receipt: { kind: 'proposal_leg', proposalId: approved.id, leg: 0 } }))).toContain('left out')
  })

  it('of a sale is sold no lower than was approved', () => {
    const sale = { ...approved, legs: [legOf(), legOf({ side: 'sell', worstPrice: price('99') })] }
    expect(why(intent({ side: 'sell', limitPrice: price('99') }), sale)).toBeNull()
    expect(why(intent({ side: 'sell', limitPrice: price('98.99') }), sale)).toBe('no price beyond 99 was approved')
  })

  it('is nobody’s without a live approval of what was shown', () => {
    expect(why(intent(), null)).toContain('ever proposed')
    expect(why(intent({ receipt: { kind: 'proposal_leg', proposalId: 'prp_9' as ProposalId, leg: 7 } }))).toContain(
      'ever proposed',
    )
    for (const status of ['pending', 'completed', 'incomplete', 'rejected', 'expired', 'voided'] as const) {
      expect(why(intent(), { ...approved, status })).toBe(`its proposal is ${status}`)
    }
    expect(why(intent(), approved, '0', 'b'.repeat(64))).toContain('not the one that was approved')
  })

  it('is the only one that needs an approval', () => {
    expect(why(intentOf({ receipt: { kind: 'bag_purchase' } }), null)).toBeNull()
  })
})
