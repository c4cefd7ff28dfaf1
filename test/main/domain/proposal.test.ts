import { describe, expect, it } from 'vitest'
import {
  boundText,
  close,
  finish,
  neverStarted,
  type PlanDetails,
  type Proposal,
  tradedValue,
} from '../../../src/main/domain/proposal.ts'
import type { ProposalId } from '../../../src/shared/ids.ts'
import { amount, money, price, toText } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { BTC, BTC_USDT, USDT, XRP, XRP_BTC, XRP_USDT } from '../../support/money-arbitraries.ts'
import { legOf, NOON, proposalOf } from '../../support/trading-builders.ts'

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

  it('after execution is complete, or incomplete with the reason of each leg that stopped', () => {
    const approved = proposalOf({ status: 'approved', legs: [legOf(), legOf({ symbol: XRP_USDT, side: 'sell' })] })
    expect(finish(approved, [])).toMatchObject({ status: 'completed', note: null, stoppedLegs: [] })
    const stopped = [
      { leg: 0, because: 'refused: funds' },
      { leg: 1, because: 'below the minimum' },
    ]
    expect(finish(approved, stopped)).toMatchObject({
      status: 'incomplete',
      note: 'buy BTC/USDT: refused: funds sell XRP/USDT: below the minimum',
      stoppedLegs: stopped,
    })
  })

  it('that never began is void, and says so', () => {
    expect(neverStarted(proposalOf({ status: 'approved' }))).toMatchObject({
      status: 'voided',
      note: 'Execution did not start before the proposal expired.',
    })
  })
})

describe('what a proposal trades', () => {
  it('is the value of all its legs in the account’s quote, a cross pair’s at the plan’s price of its quote', () => {
    const legs = [
      legOf({ amount: amount('0.5'), price: price('100') }),
      legOf({ symbol: XRP_BTC, side: 'sell', amount: amount('20'), price: price('0.02') }),
    ]
    expect(toText(tradedValue(proposalOf({ legs }), USDT))).toBe('90')
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
  const details: PlanDetails = {
    trigger: 'drift',
    resumes: null,
    cost: money('0.5'),
    slippageBound: money('1'),
    folded: [{ symbol: XRP_USDT, side: 'buy', amount: amount('3') }],
    gains: [{ asset: BTC, acquiredAt: NOON, amount: amount('1'), cost: money('90'), proceeds: money('99') }],
    driftRiskPerDay: money('12'),
  }
  const base = proposalOf({ trade, details })
  const withDetails = (overrides: Partial<PlanDetails>): Partial<Proposal> => ({
    details: { ...details, ...overrides },
  })
  const [gain] = details.gains
  const [folded] = details.folded
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
    'what set it off': withDetails({ trigger: 'forced' }),
    'what it resumes': withDetails({ resumes: 'prp_0' as ProposalId }),
    'its cost': withDetails({ cost: money('0.51') }),
    'its slippage bound': withDetails({ slippageBound: money('2') }),
    'a folded amount': withDetails({ folded: [{ ...(folded as NonNullable<typeof folded>), amount: amount('4') }] }),
    'a gain’s amount': withDetails({ gains: [{ ...(gain as NonNullable<typeof gain>), amount: amount('2') }] }),
    'a gain’s date': withDetails({ gains: [{ ...(gain as NonNullable<typeof gain>), acquiredAt: epochMs(NOON - 1) }] }),
    'a gain’s cost': withDetails({ gains: [{ ...(gain as NonNullable<typeof gain>), cost: null }] }),
    'a gain’s proceeds': withDetails({ gains: [{ ...(gain as NonNullable<typeof gain>), proceeds: money('98') }] }),
    'what waiting may cost': withDetails({ driftRiskPerDay: null }),
    'that there are details': { details: null },
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
