import { describe, expect, it } from 'vitest'
import type { Position } from '../../../src/main/domain/position.ts'
import type { TradePlan } from '../../../src/main/domain/proposal.ts'
import { assess, type RiskContext, type RiskDecision, reassess, refusalOf } from '../../../src/main/domain/risk.ts'
import type { RiskRule } from '../../../src/main/domain/risk-rules.ts'
import { amount, decimal, money, price, toText } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { BTC_USDT, rulesOf, XRP_USDT } from '../../support/money-arbitraries.ts'
import { BTC_RULES, commitmentTo, contextOf, limitsOf, QUIET } from '../../support/risk-cases.ts'
import { signalOf as purchase } from '../../support/signal-builders.ts'
import { emptyPosition, NOON } from '../../support/trading-builders.ts'

/** So sure that the whole size is taken. */
const signalOf = (change: Parameters<typeof purchase>[0] = {}) => purchase({ atr: 500, ...change })

const tradeOf = ({ trade, rules }: RiskDecision) => {
  if (trade === null) throw new Error(`refused: ${refusalOf(rules)?.text}`)
  return trade
}
const amountOf = (decision: RiskDecision): string => toText(tradeOf(decision).amount)
const refusedBy = ({ trade, rules }: RiskDecision): RiskRule[] => {
  expect(trade).toBeNull()
  return rules.filter(({ outcome }) => outcome === 'refused').map(({ rule }) => rule)
}
const said = ({ rules }: RiskDecision, rule: RiskRule): string => {
  const found = rules.find((each) => each.rule === rule)
  return `${found?.outcome}: ${found?.text}`
}
const sized = (context: Partial<RiskContext> = {}, limits = limitsOf(), signal = signalOf()): RiskDecision =>
  assess(signal, contextOf(context), limits)
const positions = (count: number, overrides: Partial<Position> = {}): Position[] =>
  Array.from({ length: count }, () => emptyPosition({ symbol: XRP_USDT, ...overrides }))

describe('the size of a trade', () => {
  it('of 10,000 equity at 50,000 with ATR 500 is 0.04 BTC, stop 49,000, target 52,000: the position limit binds', () => {
    const { amount: size, ownAmount, stop, target } = tradeOf(sized())
    expect([size, ownAmount, stop, target].map(toText)).toEqual(['0.04', '0.04', '49000', '52000'])
  })

  it('risks 1 % of equity between entry and stop where no limit binds', () => {
    expect(amountOf(sized({}, limitsOf({ maxPositionPercent: decimal('80') })))).toBe('0.1')
  })

  it.each([
    [0.6, '0.02'],
    [0.6999, '0.02'],
    [0.7, '0.03'],
    [0.7999, '0.03'],
    [0.8, '0.04'],
    [1, '0.04'],
  ])('at a confidence of %d is %s BTC', (confidence, size) => {
    expect(amountOf(sized({}, limitsOf(), signalOf({ confidence })))).toBe(size)
  })

  it('is shrunk by the regime, by the option chosen and after losses, all at once', () => {
    const halved = { ...QUIET, sizeFactor: 0.5 }
    expect(amountOf(sized({ sizeMultiplier: 0.5 }))).toBe('0.02')
    expect(amountOf(sized({ sizeFactor: 0.5 }))).toBe('0.02')
    expect(amountOf(sized({ breakers: halved }))).toBe('0.02')
    expect(amountOf(sized({ sizeMultiplier: 0.5, sizeFactor: 0.5, breakers: halved }))).toBe('0.005')
  })

  it.each([2, 1.0001, Number.POSITIVE_INFINITY])('is not enlarged by a factor of %d', (factor) => {
    expect(amountOf(sized({ sizeMultiplier: factor, sizeFactor: factor }))).toBe('0.04')
  })

  it.each([0, -1, Number.NaN])('is nothing at a factor of %d', (factor) => {
    expect(refusedBy(sized({ sizeFactor: factor }))).toContain('sizing')
    expect(refusedBy(sized({ sizeMultiplier: factor }))).toContain('sizing')
  })

  it('is nothing where there is no equity', () => {
    expect(refusedBy(sized({ equity: money('0') }))).toEqual(['market_minimum'])
    expect(refusedBy(sized({ equity: money('-100') }))).toContain('market_minimum')
  })

  it('takes what open positions leave of the exposure limit, measured at the worst price', () => {
    const left = (cost: string) => sized({ open: positions(2, { cost: money(cost) }) })
    // 1,020 ÷ 51,000.
    expect(amountOf(left('3490'))).toBe('0.02')
    expect(toText(tradeOf(left('3490')).ownAmount)).toBe('0.04')
    expect(said(left('3490'), 'exposure')).toBe(
      'cut: 6980.00 of at most 8000.00 USDT is in positions or proposed. Cut to 0.02 BTC.',
    )
    expect(refusedBy(left('4000'))).toEqual(['exposure', 'market_minimum'])
    expect(refusedBy(left('9000'))).toEqual(['exposure', 'market_minimum'])
  })

  it('leaves room for the trades that were proposed before, and for the money they will take', () => {
    const committed = [commitmentTo({ cost: money('6980'), cash: money('98000') })]
    expect(amountOf(sized({ committed }))).toBe('0.02')
    // 100,000 − 98,975.92 pays for 0.02 at 51,000 and the fee.
    const dear = [commitmentTo({ cost: money('0'), cash: money('98975.92') })]
    expect(amountOf(sized({ committed: dear }))).toBe('0.02')
    expect(refusedBy(sized({ committed: [commitmentTo({ cash: money('100000') })] }))).toContain('free_quote')
  })

  it('borrows no more quote than is free, with room for fee and worst price', () => {
    // 0.02 × 50,000 × 1.004 × 1.02
    expect(amountOf(sized({ freeQuote: amount('1024.08') }))).toBe('0.02')
    expect(amountOf(sized({ freeQuote: amount('1024.0795') }))).toBe('0.01999999')
    expect(refusedBy(sized({ freeQuote: amount('0') }))).toEqual(['free_quote', 'market_minimum'])
  })

  it('on margin needs the money behind it and the fee only', () => {
    // 0.02 × 51,000 × (1 ÷ 2 + 0.004)
    expect(amountOf(sized({ freeQuote: amount('514.08') }, limitsOf({ leverage: 2 })))).toBe('0.02')
  })

  it('is refused below the market’s minimum amount or cost, and made at exactly them', () => {
    const at = (changed: Partial<typeof BTC_RULES>) => sized({ rules: { ...BTC_RULES, ...changed } })
    expect(amountOf(at({ minAmount: amount('0.04') }))).toBe('0.04')
    expect(refusedBy(at({ minAmount: amount('0.04000001') }))).toEqual(['market_minimum'])
    expect(amountOf(at({ minCost: amount('2000') }))).toBe('0.04')
    expect(refusedBy(at({ minCost: amount('2000.01') }))).toEqual(['market_minimum'])
  })
})

describe('stop and target of a trade', () => {
  it('of a bearish signal stand above and below, on margin only', () => {
    const short = signalOf({ action: 'SELL', bias: 'short' })
    expect(refusedBy(sized({}, limitsOf(), short))).toEqual(['direction'])
    const { amount: size, stop, target } = tradeOf(sized({}, limitsOf({ leverage: 2 }), short))
    expect([size, stop, target].map(toText)).toEqual(['0.04', '51000', '48000'])
  })

  it('are no nearer than 0.5 % and no further than 3 % on BTC', () => {
    const stopAt = (atr: number) => toText(tradeOf(sized({}, limitsOf(), signalOf({ atr }))).stop)
    expect([1, 125, 126, 749, 750, 751, 40_000].map(stopAt)).toEqual([
      '49750',
      '49750',
      '49748',
      '48502',
      '48500',
      '48500',
      '48500',
    ])
  })

  it('of a short are rounded towards the entry as well, but never closer than the least', () => {
    const short = (atr: number) => signalOf({ action: 'SELL', bias: 'short', atr })
    const at = (atr: number) =>
      toText(tradeOf(sized({ price: price('50001') }, limitsOf({ leverage: 2 }), short(atr))).stop)
    // 0.5 % of 50,001 is 250.005: the tick below would be closer.
    expect([1, 250.33].map(at)).toEqual(['50251.1', '50501.6'])
  })

  it('on a symbol without a narrower limit may be 5 % away', () => {
    const xrp = { price: price('1'), rules: rulesOf(XRP_USDT, { tick: price('0.0001') }) }
    const decision = sized(xrp, limitsOf(), signalOf({ symbol: XRP_USDT, entry: 1, atr: 1 }))
    expect(toText(tradeOf(decision).stop)).toBe('0.95')
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'cannot be had of a range of %d, and then nothing is traded',
    (atr) => {
      expect(refusedBy(sized({}, limitsOf(), signalOf({ atr })))).toEqual(
        expect.arrayContaining(['stop', 'reward_to_risk']),
      )
    },
  )

  it('cannot be had where no tick lies between least and largest distance', () => {
    // At 1 the stop is to stand from 0.95 to 0.995: the next ticks are 0.9 and 1.
    const coarse = { price: price('1'), rules: rulesOf(XRP_USDT, { tick: price('0.1') }) }
    expect(refusedBy(sized(coarse, limitsOf(), signalOf({ symbol: XRP_USDT, atr: 0.01 })))).toContain('stop')
  })

  it('cannot be had where a short’s target would be at nothing', () => {
    const coarse = { price: price('1.04'), rules: rulesOf(XRP_USDT, { tick: price('0.99') }) }
    const deep = limitsOf({ leverage: 2, stopMaxPercent: () => decimal('95'), rewardToRisk: decimal('10') })
    const short = signalOf({ symbol: XRP_USDT, action: 'SELL', bias: 'short', atr: 0.4 })
    expect(refusedBy(sized(coarse, deep, short))).toContain('stop')
  })
})

describe('whether a trade is made at all', () => {
  it.each([
    [0, 0.6],
    [2, 0.6],
    [3, 0.7],
    [4, 0.7],
    [5, 0.8],
    [9, 0.8],
  ])('after %d losses in a row takes a confidence of exactly %d', (lossesInARow, minimum) => {
    const at = (confidence: number) =>
      sized({ breakers: { ...QUIET, lossesInARow } }, limitsOf(), signalOf({ confidence }))
    expect(tradeOf(at(minimum)).amount.gt(decimal('0'))).toBe(true)
    expect(refusedBy(at(minimum - 0.0001))).toContain('minimum_confidence')
  })

  it('is never asked for less confidence than the least, whatever follows losses', () => {
    const odd = limitsOf({ minimumConfidence: 0.75, afterLosses: [{ losses: 1, minimumConfidence: 0.1 }] })
    const at = (confidence: number) => sized({ breakers: { ...QUIET, lossesInARow: 1 } }, odd, signalOf({ confidence }))
    expect(refusedBy(at(0.74))).toEqual(['minimum_confidence'])
    expect(tradeOf(at(0.75)).stop).toBeDefined()
  })

  it('is refused as the third on its symbol and as the sixth of all, with those that were proposed', () => {
    const onBtc = positions(1, { symbol: BTC_USDT })
    expect(amountOf(sized({ open: onBtc }))).toBe('0.04')
    expect(refusedBy(sized({ open: [...onBtc, ...onBtc] }))).toEqual(['positions_per_symbol'])
    expect(refusedBy(sized({ open: onBtc, committed: [commitmentTo({ symbol: BTC_USDT })] }))).toEqual([
      'positions_per_symbol',
    ])
    expect(amountOf(sized({ open: positions(4) }))).toBe('0.04')
    expect(refusedBy(sized({ open: positions(5) }))).toEqual(['positions'])
    const cheap = commitmentTo({ cost: money('0'), cash: money('0') })
    expect(refusedBy(sized({ open: positions(4), committed: [cheap] }))).toEqual(['positions'])
    // One that has begun to fill is among the positions already.
    expect(amountOf(sized({ open: positions(4), committed: [{ ...cheap, isPosition: true }] }))).toBe('0.04')
  })

  it('is refused while a circuit breaker has tripped, in the breaker’s words', () => {
    const breakers = { ...QUIET, heldBackBecause: ['Trading has lost 5 % today.', 'So it has this week.'] }
    expect(refusedBy(sized({ breakers }))).toEqual(['breakers'])
    expect(said(sized({ breakers }), 'breakers')).toBe('refused: Trading has lost 5 % today. So it has this week.')
  })

  it('is refused without a direction, and with more leverage than the exchange allows', () => {
    expect(refusedBy(sized({}, limitsOf(), signalOf({ bias: 'neutral' })))).toContain('direction')
    expect(refusedBy(sized({}, limitsOf({ leverage: 6 })))).toEqual(['leverage'])
    expect(amountOf(sized({}, limitsOf({ leverage: 5 })))).toBe('0.04')
  })

  it('names every rule once, in the same order, with its numbers, whatever the outcome', () => {
    const names = (decision: RiskDecision) => decision.rules.map(({ rule }) => rule)
    const allowed = sized({ sizeMultiplier: 0.5 }, limitsOf(), signalOf({ confidence: 0.72 }))
    const refused = sized({ equity: money('0') }, limitsOf({ leverage: 9 }), signalOf({ atr: 0, bias: 'neutral' }))
    expect(new Set(names(allowed)).size).toBe(14)
    expect(names(refused)).toEqual(names(allowed))
    expect(allowed.rules.map(({ rule, outcome, text }) => `${rule} ${outcome}: ${text}`)).toEqual([
      'direction passed: A purchase.',
      'breakers passed: No circuit breaker has tripped.',
      'minimum_confidence passed: 0.72, at least 0.60.',
      'stop passed: 2.00 % from the entry, allowed 0.5 to 3 %.',
      'reward_to_risk passed: 2.00, at least 2.',
      'positions_per_symbol passed: 0 on BTC/USDT, at most 2.',
      'positions passed: 0 in all, at most 5.',
      'risk_per_trade passed: 1 % of 10000.00 at risk is 0.1 BTC.',
      'position_size cut: At most 20 % of equity. Cut to 0.04 BTC.',
      'sizing cut: × 0.75 for confidence, × 0.5 for the regime, × 1 as chosen, × 1 after losses. Cut to 0.015 BTC.',
      'leverage passed: Spot.',
      'exposure passed: 0.00 of at most 8000.00 USDT is in positions or proposed.',
      'free_quote passed: 100000.00 USDT is free.',
      'market_minimum passed: 0.015 BTC; the market takes 0.00005 BTC and 0.5 USDT.',
    ])
  })
})

describe('a trade that is approved later than it was proposed', () => {
  const trade: TradePlan = {
    symbol: BTC_USDT,
    entry: price('50000'),
    stop: price('49000'),
    target: price('52000'),
    confidence: 0.75,
    leverage: 1,
  }
  const settled = { trade, amount: amount('0.04'), worstPrice: price('51000'), proposedAt: NOON }
  const refusalNow = (context: Partial<RiskContext>): string | null =>
    refusalOf(reassess(settled, contextOf(context), limitsOf()))?.rule ?? null

  it('goes on where nothing has changed', () => {
    expect(refusalNow({})).toBeNull()
  })

  it.each<[string, RiskRule, Partial<RiskContext>]>([
    ['a breaker has tripped', 'breakers', { breakers: { ...QUIET, heldBackBecause: ['It has.'] } }],
    ['losses ask for more confidence', 'minimum_confidence', { breakers: { ...QUIET, lossesInARow: 5 } }],
    ['its symbol is full', 'positions_per_symbol', { open: positions(2, { symbol: BTC_USDT }) }],
    ['all places are taken', 'positions', { open: positions(5) }],
    ['others have been approved', 'exposure', { committed: [commitmentTo({ cost: money('5960.01') })] }],
    ['equity has fallen', 'position_size', { equity: money('9523.80') }],
    ['equity has fallen below what would be risked', 'risk_per_trade', { equity: money('1999.99') }],
    ['its price has come too near to its stop', 'stop', { price: price('49196.7') }],
    ['its price is beyond its stop', 'stop', { price: price('48999.9') }],
    ['its price has gone too far from its stop', 'stop', { price: price('50829.9') }],
    ['too little is left to win', 'reward_to_risk', { price: price('50200.1') }],
    [
      'trades have become smaller',
      'sizing',
      { breakers: { ...QUIET, lossesInARow: 4, smallerSince: epochMs(NOON + 1) } },
    ],
  ])('is refused when %s', (_, rule, context) => {
    expect(refusalNow(context)).toBe(rule)
  })

  it('goes on at exactly the limits', () => {
    expect(refusalNow({ committed: [commitmentTo({ cost: money('5960') })] })).toBeNull()
    expect(refusalNow({ equity: money('9523.81') })).toBeNull()
    expect(refusalNow({ price: price('50200') })).toBeNull()
    expect(refusalNow({ price: price('49196.8') })).toBeNull()
    expect(refusalNow({ breakers: { ...QUIET, smallerSince: NOON } })).toBeNull()
    expect(refusalNow({ breakers: { ...QUIET, lossesInARow: 4 } })).toBeNull()
  })
})
