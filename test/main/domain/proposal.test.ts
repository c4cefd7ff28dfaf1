import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ApprovalContext,
  approve,
  asApproved,
  boundText,
  close,
  finish,
  type Proposal,
} from '../../../src/main/domain/proposal.ts'
import type { ProposalId } from '../../../src/shared/ids.ts'
import { amount, decimal, price } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { BTC, BTC_USDT, scaled, XRP, XRP_USDT } from '../../support/money-arbitraries.ts'
import { legOf, NOON, proposalOf } from '../../support/trading-builders.ts'

const RUNS = { numRuns: 500, seed: 20_261_123 }
const SHOWN = 'a'.repeat(64)

const contextOf = (overrides: Partial<ApprovalContext> = {}): ApprovalContext => ({
  now: epochMs(NOON + 60_000),
  by: 'trader',
  hash: SHOWN,
  priceNow: () => price('100'),
  maxPriceMovePercent: decimal('0.5'),
  ...overrides,
})
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

describe('ending a proposal', () => {
  it('by rejection keeps the trader’s words and name; by time or circumstance nobody decided', () => {
    const ended = (status: 'rejected' | 'expired' | 'voided') => {
      const result = close(proposalOf(), status, epochMs(NOON + 5), 'because')
      return result.ok ? [result.value.status, result.value.decidedBy, result.value.decidedAt, result.value.note] : []
    }
    expect(ended('rejected')).toEqual(['rejected', 'trader', NOON + 5, 'because'])
    expect(ended('expired')).toEqual(['expired', null, NOON + 5, 'because'])
    expect(ended('voided')).toEqual(['voided', null, NOON + 5, 'because'])
  })

  it.each(['approved', 'completed', 'incomplete', 'rejected', 'expired', 'voided'] as const)(
    'is refused when it is %s: what was decided stays decided',
    (status) => {
      const result = close(proposalOf({ status }), 'rejected', NOON, 'too late')
      expect(result.ok ? '' : result.error.code).toBe('proposal/not-pending')
    },
  )

  it('after execution is complete, or incomplete with the reason', () => {
    expect(finish(proposalOf({ status: 'approved' }), null)).toMatchObject({ status: 'completed', note: null })
    expect(finish(proposalOf({ status: 'approved' }), 'refused: funds')).toMatchObject({
      status: 'incomplete',
      note: 'refused: funds',
    })
  })
})

describe('what an approval binds', () => {
  const trade = {
    symbol: BTC_USDT,
    entry: price('100'),
    stop: price('97'),
    target: price('106'),
    confidence: 0.7,
    leverage: 1,
  }
  const base = proposalOf({ trade })
  const withLeg = (overrides: Parameters<typeof legOf>[0]): Partial<Proposal> => ({ legs: [legOf(overrides)] })
  const withPrice = (overrides: Partial<Proposal['prices'][number]>): Partial<Proposal> => ({
    prices: [{ symbol: BTC_USDT, price: price('100'), at: NOON, ...overrides }],
  })

  const bound: Record<string, Partial<Proposal>> = {
    'its id': { id: 'prp_2' as ProposalId },
    'its kind': { kind: 'tactical' },
    'its time': { createdAt: epochMs(NOON + 1) },
    'its expiry': { expiresAt: epochMs(base.expiresAt + 1) },
    'a leg’s symbol': withLeg({ symbol: XRP_USDT }),
    'a leg’s side': withLeg({ side: 'sell' }),
    'a leg’s amount': withLeg({ amount: amount('1.00000001') }),
    'a leg’s price': withLeg({ price: price('100.1') }),
    'a leg’s worst price': withLeg({ worstPrice: price('101.1') }),
    'a leg’s order type': withLeg({ orderType: 'market' }),
    'a leg’s fee': withLeg({ fee: amount('0.41') }),
    'a leg’s fee asset': withLeg({ feeAsset: BTC }),
    'a leg’s earliest time': withLeg({ notBefore: epochMs(NOON + 1) }),
    'another leg': { legs: [legOf(), legOf()] },
    'no leg': { legs: [] },
    'a price’s symbol': withPrice({ symbol: XRP_USDT }),
    'a price': withPrice({ price: price('100.01') }),
    'a price’s time': withPrice({ at: epochMs(NOON - 1) }),
    'a bag’s asset': { bags: [{ asset: XRP, amount: amount('0.01') }] },
    'a bag’s amount': { bags: [{ asset: BTC, amount: amount('0.02') }] },
    'the trade’s symbol': { trade: { ...trade, symbol: XRP_USDT } },
    'the stop': { trade: { ...trade, stop: price('96') } },
    'the target': { trade: { ...trade, target: price('107') } },
    'that there is a trade': { trade: null },
  }

  it.each(Object.entries(bound))('includes %s', (_, changed) => {
    expect(boundText({ ...base, ...changed })).not.toBe(boundText(base))
  })

  it('tells any two of these changes apart', () => {
    const texts = Object.values(bound).map((changed) => boundText({ ...base, ...changed }))
    expect(new Set(texts).size).toBe(texts.length)
  })

  it('does not include what the decision itself writes', () => {
    const decided = { status: 'approved', decidedAt: NOON, decidedBy: 'trader', note: 'x', snoozedUntil: NOON } as const
    expect(boundText({ ...base, ...decided, hash: 'b'.repeat(64) } as Proposal)).toBe(boundText(base))
  })

  it('is the same text for the same numbers, however many zeros they were written with', () => {
    const zeros = { ...base, legs: [legOf({ amount: amount('1.000'), worstPrice: price('101.00') })] }
    expect(boundText(zeros)).toBe(boundText(base))
  })
})
