import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FoundConflict } from '../../../src/main/domain/conflict.ts'
import {
  correlatedSymbols,
  rebalanceVsSignal,
  regimeAgainstPosition,
  regimeIncompatible,
  riskModified,
  taVsSentiment,
} from '../../../src/main/domain/conflict-detection.ts'
import type { Regime } from '../../../src/main/domain/signal.ts'
import type { MessageId } from '../../../src/shared/ids.ts'
import { amount, decimal, price } from '../../../src/shared/money.ts'
import { BTC_USDT, XRP_BTC, XRP_USDT } from '../../support/money-arbitraries.ts'
import { moodOf, taOf } from '../../support/signal-builders.ts'
import { aPosition, aProposal } from '../persistence/builders.ts'
import { aRegime, atStake } from './conflict-case.ts'

const voiced = <T>(output: T) => ({ output, messageId: 'msg_9' as MessageId })
const GAP = 0.2
const REGIMES: readonly Regime[] = [
  'trending_bull',
  'trending_bear',
  'ranging',
  'volatile_bull',
  'volatile_bear',
  'choppy',
  'breakout_potential',
]
const defaultOf = (found: FoundConflict | null): string | undefined => found?.defaultOptionId
const idsOf = (found: FoundConflict | null): string[] => (found?.options ?? []).map(({ id }) => id)

describe('a trade in a choppy market', () => {
  it('is a conflict there and in no other regime, and is aborted by default', () => {
    for (const regime of REGIMES) {
      const found = regimeIncompatible(atStake(), voiced(aRegime({ regime })))
      expect(found?.type ?? null).toBe(regime === 'choppy' ? 'regime_incompatible' : null)
    }
    expect(defaultOf(regimeIncompatible(atStake(), voiced(aRegime())))).toBe('abort')
  })

  it('needs a regime of the same market', () => {
    expect(regimeIncompatible(atStake(), null)).toBeNull()
    expect(regimeIncompatible(atStake(), voiced(aRegime({ symbol: XRP_USDT })))).toBeNull()
  })
})

describe('technical analysis against sentiment', () => {
  const between = (ta: number, mood: number, bias: 'long' | 'short' | 'neutral' = 'short') =>
    taVsSentiment(atStake(), voiced(taOf({ confidence: ta })), voiced(moodOf({ bias, confidence: mood })), GAP)

  it('is a conflict where they point apart and their confidences differ by less than the gap, exactly', () => {
    expect(between(0.7, 0.5)).toBeNull()
    expect(between(0.5, 0.7)).toBeNull()
    expect(between(0.7, 0.501)?.type).toBe('ta_vs_sentiment')
    expect(between(0.5, 0.699)?.type).toBe('ta_vs_sentiment')
    expect(between(0.6, 0.6, 'long')).toBeNull()
    expect(between(0.6, 0.6, 'neutral')).toBeNull()
  })

  it('waits by default for the next sentiment, and is dropped if that changes nothing', () => {
    expect(between(0.6, 0.6)).toMatchObject({
      defaultOptionId: 'wait',
      waitsFor: { kind: 'agent', agent: 'sentiment', symbol: BTC_USDT },
      afterWait: { still: 'abort', noLonger: 'proceed' },
    })
  })

  it('is none while one of them is silent', () => {
    expect(taVsSentiment(atStake(), null, voiced(moodOf({ bias: 'short' })), GAP)).toBeNull()
    expect(taVsSentiment(atStake(), voiced(taOf()), null, GAP)).toBeNull()
  })
})

describe('two signals that are one bet', () => {
  const xrp = { symbol: XRP_USDT }
  const pairOf = (other: Parameters<typeof atStake>[0], correlation: number | null) =>
    correlatedSymbols([atStake({ confidence: 0.7 }), atStake({ ...xrp, confidence: 0.75, ...other })], correlation, 0.8)

  it('are a conflict above the limit, not at it, in one direction on two pairs', () => {
    expect(pairOf({}, 0.8)).toBeNull()
    expect(pairOf({}, 0.801)?.type).toBe('correlated_symbols')
    expect(pairOf({}, null)).toBeNull()
    expect(pairOf({ bias: 'short', action: 'SELL' }, 0.9)).toBeNull()
    expect(pairOf({ symbol: BTC_USDT }, 0.9)).toBeNull()
  })

  it('keep the more confident one by default, and may keep either, both or none', () => {
    expect(defaultOf(pairOf({}, 0.9))).toBe('only_xrp')
    expect(defaultOf(pairOf({ confidence: 0.6 }, 0.9))).toBe('only_btc')
    expect(defaultOf(pairOf({ confidence: 0.7 }, 0.9))).toBe('only_btc')
    expect(idsOf(pairOf({}, 0.9))).toEqual(['abort', 'wait', 'only_btc', 'only_xrp', 'both_half', 'proceed'])
  })
})

describe('a rebalance against a signal', () => {
  const sells = (symbol = BTC_USDT) => {
    const proposal = aProposal()
    const [leg] = proposal.legs
    if (leg === undefined) throw new Error('there is no leg')
    return { ...proposal, kind: 'rebalance' as const, legs: [{ ...leg, symbol, side: 'sell' as const }] }
  }

  it('is a conflict where it sells what the signal would buy, or the reverse', () => {
    expect(rebalanceVsSignal(atStake(), sells())).toMatchObject({
      type: 'rebalance_vs_signal',
      defaultOptionId: 'wait',
    })
    expect(rebalanceVsSignal(atStake({ bias: 'short', action: 'SELL' }), sells())).toBeNull()
    expect(rebalanceVsSignal(atStake({ symbol: XRP_USDT }), sells())).toBeNull()
    expect(rebalanceVsSignal(atStake(), null)).toBeNull()
  })

  it('is one over a cross pair too, where selling XRP for BTC buys BTC', () => {
    expect(rebalanceVsSignal(atStake(), sells(XRP_BTC))).toBeNull()
    expect(rebalanceVsSignal(atStake({ bias: 'short', action: 'SELL' }), sells(XRP_BTC))?.type).toBe(
      'rebalance_vs_signal',
    )
    expect(rebalanceVsSignal(atStake({ symbol: XRP_USDT }), sells(XRP_BTC))?.type).toBe('rebalance_vs_signal')
  })
})

describe('a trade that the limits have cut', () => {
  const cutTo = (left: string) =>
    riskModified(
      atStake(),
      { amount: amount(left), ownAmount: amount('0.04'), stop: price('49000'), target: price('52000') },
      decimal('0.5'),
    )

  it('is a conflict below half of its own size, not at it, and is aborted by default', () => {
    expect(cutTo('0.02')).toBeNull()
    expect(cutTo('0.01999')).toMatchObject({ type: 'risk_modified', defaultOptionId: 'abort' })
  })
})

describe('a regime that turns against a position', () => {
  it('is a bear against a long and a bull against a short, and nothing else', () => {
    for (const regime of REGIMES) {
      const voice = voiced(aRegime({ regime }))
      const isFound = (side: 'long' | 'short') => regimeAgainstPosition({ ...aPosition(), side }, voice, null) !== null
      expect([isFound('long'), isFound('short')]).toEqual([regime.endsWith('_bear'), regime.endsWith('_bull')])
    }
  })

  it('waits by default, keeps the position then, and offers a closer stop only where there is one', () => {
    const bear = voiced(aRegime({ regime: 'trending_bear' }))
    const found = regimeAgainstPosition(aPosition(), bear, price('49800'))
    expect(found).toMatchObject({ defaultOptionId: 'wait', afterWait: { still: 'keep', noLonger: 'keep' } })
    expect(idsOf(found)).toEqual(['keep', 'wait', 'tighten_stop', 'close_half', 'close'])
    expect(idsOf(regimeAgainstPosition(aPosition(), bear, null))).toEqual(['keep', 'wait', 'close_half', 'close'])
  })
})

describe('the options of any conflict', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const anyFind = fc
    .record({
      one: share,
      other: share,
      regime: fc.constantFrom(...REGIMES),
      correlation: fc.double({ min: -1, max: 1 }),
    })
    .map(({ one, other, regime, correlation }) => [
      regimeIncompatible(atStake({ confidence: one }), voiced(aRegime({ regime }))),
      taVsSentiment(
        atStake(),
        voiced(taOf({ confidence: one })),
        voiced(moodOf({ bias: 'short', confidence: other })),
        GAP,
      ),
      correlatedSymbols(
        [atStake({ confidence: one }), atStake({ symbol: XRP_USDT, confidence: other })],
        correlation,
        0.8,
      ),
      regimeAgainstPosition(aPosition(), voiced(aRegime({ regime })), price('49800')),
    ])

  it('are never larger than the signal, and hold the default and what a wait ends in', () => {
    let found = 0
    fc.assert(
      fc.property(anyFind, (finds) => {
        for (const each of finds) {
          if (each === null) continue
          found++
          const ids = idsOf(each)
          expect(new Set(ids).size).toBe(ids.length)
          for (const id of [each.defaultOptionId, each.afterWait.still, each.afterWait.noLonger])
            expect(ids).toContain(id)
          for (const { effect, id } of each.options) {
            if (effect.do === 'trade') {
              for (const { sizeFactor } of effect.trades) expect(sizeFactor > 0 && sizeFactor <= 1).toBe(true)
            }
            if (effect.do === 'close') expect(effect.part > 0 && effect.part <= 1).toBe(true)
            if ([each.afterWait.still, each.afterWait.noLonger].includes(id)) expect(effect.do).not.toBe('wait')
          }
        }
      }),
    )
    expect(found).toBeGreaterThan(100)
  })
})
