import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Position } from '../../../src/main/domain/position.ts'
import type { TradingSignal } from '../../../src/main/domain/signal.ts'
import { type RiskLimits, type SizedTrade, sizeTrade, type TacticalContext } from '../../../src/main/domain/tactical.ts'
import type { MessageId } from '../../../src/shared/ids.ts'
import { amount, decimal, fraction, integer, money, ONE, type Price, price, toText } from '../../../src/shared/money.ts'
import { BTC_USDT, rulesOf, scaled, XRP_USDT } from '../../support/money-arbitraries.ts'
import { emptyPosition, NOON } from '../../support/trading-builders.ts'

const RUNS = { numRuns: 1_000, seed: 20_261_123 }

const signalOf = (overrides: Partial<TradingSignal> = {}): TradingSignal => ({
  symbol: BTC_USDT,
  at: NOON,
  bias: 'long',
  confidence: 0.7,
  entry: 50_000,
  atr: 500,
  taMessageId: 'msg_1' as MessageId,
  ...overrides,
})
const limitsOf = (overrides: Partial<RiskLimits> = {}): RiskLimits => ({
  minimumConfidence: 0.6,
  riskPerTradePercent: decimal('1'),
  maxPositionPercent: decimal('20'),
  maxExposurePercent: decimal('80'),
  maxPositionsPerSymbol: 2,
  maxPositions: 5,
  stopAtrMultiple: decimal('2'),
  stopMinPercent: decimal('0.5'),
  stopMaxPercent: (symbol) => decimal(symbol === BTC_USDT ? '3' : '5'),
  rewardToRisk: decimal('2'),
  leverage: 1,
  ...overrides,
})
const rules = rulesOf(BTC_USDT, { tick: price('0.1'), takerFee: fraction('0.004') })
const contextOf = (overrides: Partial<TacticalContext> = {}): TacticalContext => ({
  equity: money('10000'),
  freeQuote: amount('100000'),
  open: [],
  price: price('50000'),
  // Two percent above the price unless the test says otherwise.
  worstPrice: (overrides.price ?? price('50000')).times(decimal('1.02')) as Price,
  rules,
  sizeMultiplier: 1,
  sizeFactor: 1,
  ...overrides,
})
const sizeOf = (
  context: TacticalContext,
  limits: RiskLimits = limitsOf(),
  signal = signalOf(),
): SizedTrade | string => {
  const result = sizeTrade(signal, context, limits)
  return result.ok ? result.value : result.error.code
}
const amountOf = (sized: SizedTrade | string): string => (typeof sized === 'string' ? sized : toText(sized.amount))
const positions = (count: number, overrides: Partial<Position> = {}): Position[] =>
  Array.from({ length: count }, () => emptyPosition({ symbol: XRP_USDT, ...overrides }))

describe('a tactical trade', () => {
  it('of 10,000 equity at 50,000 with ATR 500 is 0.04 BTC, stop 49,000, target 52,000: the position cap binds', () => {
    const sized = sizeOf(contextOf())
    expect(sized).not.toBeTypeOf('string')
    const { amount: size, stop, target } = sized as SizedTrade
    expect([size, stop, target].map(toText)).toEqual(['0.04', '49000', '52000'])
  })

  it('of a bearish signal is a short with its stop above and its target below, on margin only', () => {
    const short = signalOf({ bias: 'short' })
    expect(sizeOf(contextOf(), limitsOf(), short)).toBe('risk/spot-short')
    const sized = sizeOf(contextOf(), limitsOf({ leverage: 2 }), short)
    expect(sized).not.toBeTypeOf('string')
    const { amount: size, stop, target } = sized as SizedTrade
    expect([size, stop, target].map(toText)).toEqual(['0.04', '51000', '48000'])
  })

  it('risks 1 % of equity between entry and stop when no cap binds', () => {
    expect(amountOf(sizeOf(contextOf(), limitsOf({ maxPositionPercent: decimal('80') })))).toBe('0.1')
  })

  it('takes what open positions leave of the exposure limit', () => {
    const open = positions(2, { cost: money('3500') })
    expect(amountOf(sizeOf(contextOf({ open })))).toBe('0.02')
    expect(sizeOf(contextOf({ open: positions(2, { cost: money('4000') }) }))).toBe('risk/too-small')
    expect(sizeOf(contextOf({ open: positions(2, { cost: money('9000') }) }))).toBe('risk/too-small')
  })

  it('borrows no more quote than is free, with room for fee and worst price', () => {
    // 0.02 × 50,000 × 1.004 × 1.02
    expect(amountOf(sizeOf(contextOf({ freeQuote: amount('1024.08') })))).toBe('0.02')
    expect(amountOf(sizeOf(contextOf({ freeQuote: amount('1024.0795') })))).toBe('0.01999999')
    expect(sizeOf(contextOf({ freeQuote: amount('0') }))).toBe('risk/too-small')
  })

  it('is shrunk by the regime and by the option chosen, both at once', () => {
    expect(amountOf(sizeOf(contextOf({ sizeMultiplier: 0.5 })))).toBe('0.02')
    expect(amountOf(sizeOf(contextOf({ sizeFactor: 0.5 })))).toBe('0.02')
    expect(amountOf(sizeOf(contextOf({ sizeMultiplier: 0.5, sizeFactor: 0.5 })))).toBe('0.01')
    expect(sizeOf(contextOf({ sizeFactor: 0 }))).toBe('risk/too-small')
  })

  it('has a stop no nearer than 0.5 % and no further than 3 % on BTC', () => {
    const stopAt = (atr: number) => toText((sizeOf(contextOf(), limitsOf(), signalOf({ atr })) as SizedTrade).stop)
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

  it('on a symbol without a narrower limit may have its stop 5 % away', () => {
    const context = contextOf({ price: price('1'), rules: rulesOf(XRP_USDT, { tick: price('0.0001') }) })
    const sized = sizeOf(context, limitsOf(), signalOf({ symbol: XRP_USDT, entry: 1, atr: 1 })) as SizedTrade
    expect(toText(sized.stop)).toBe('0.95')
  })

  it('is refused below the minimum confidence, and made at exactly it', () => {
    expect(sizeOf(contextOf(), limitsOf(), signalOf({ confidence: 0.59999 }))).toBe('risk/confidence')
    expect(sizeOf(contextOf(), limitsOf(), signalOf({ confidence: 0.6 }))).not.toBeTypeOf('string')
  })

  it('is refused as the third on its symbol and as the sixth of all', () => {
    const onBtc = positions(1, { symbol: BTC_USDT })
    expect(sizeOf(contextOf({ open: onBtc }))).not.toBeTypeOf('string')
    expect(sizeOf(contextOf({ open: [...onBtc, ...onBtc] }))).toBe('risk/positions')
    expect(sizeOf(contextOf({ open: positions(4) }))).not.toBeTypeOf('string')
    expect(sizeOf(contextOf({ open: positions(5) }))).toBe('risk/positions')
  })

  it('is refused below the market’s minimum amount or cost, and made at exactly them', () => {
    const at = (changed: Partial<typeof rules>) => sizeOf(contextOf({ rules: { ...rules, ...changed } }))
    expect(at({ minAmount: amount('0.04') })).not.toBeTypeOf('string')
    expect(at({ minAmount: amount('0.04000001') })).toBe('risk/too-small')
    expect(at({ minCost: amount('2000') })).not.toBeTypeOf('string')
    expect(at({ minCost: amount('2000.01') })).toBe('risk/too-small')
  })
})

const caseArb = fc
  .record({
    equityUnits: fc.integer({ min: 10_000, max: 100_000_000 }),
    freeUnits: fc.integer({ min: 0, max: 100_000_000 }),
    priceUnits: fc.integer({ min: 100, max: 10_000_000 }),
    atrUnits: fc.integer({ min: 0, max: 1_000_000 }),
    costs: fc.array(fc.integer({ min: 0, max: 5_000_000 }), { maxLength: 4 }),
    multiplier: fc.integer({ min: 0, max: 100 }),
    factor: fc.constantFrom(0, 0.5, 1),
    riskUnits: fc.integer({ min: 1, max: 200 }),
    positionUnits: fc.integer({ min: 10, max: 2_000 }),
    exposureUnits: fc.integer({ min: 10, max: 8_000 }),
    reward: fc.integer({ min: 15, max: 100 }),
    feeUnits: fc.integer({ min: 0, max: 100 }),
    symbol: fc.constantFrom(BTC_USDT, XRP_USDT),
    lot: fc.constantFrom('0.00000001', '0.001', '0.5'),
    bias: fc.constantFrom('long' as const, 'short' as const),
    leverage: fc.integer({ min: 1, max: 5 }),
  })
  .map((units) => ({
    signal: signalOf({ symbol: units.symbol, atr: units.atrUnits / 100, bias: units.bias }),
    limits: limitsOf({
      riskPerTradePercent: decimal(scaled(units.riskUnits, 2)),
      maxPositionPercent: decimal(scaled(units.positionUnits, 2)),
      maxExposurePercent: decimal(scaled(units.exposureUnits, 2)),
      rewardToRisk: decimal(scaled(units.reward, 1)),
      leverage: units.leverage,
    }),
    context: contextOf({
      equity: money(scaled(units.equityUnits, 2)),
      freeQuote: amount(scaled(units.freeUnits, 2)),
      open: units.costs
        .map((cost) => emptyPosition({ cost: money(scaled(cost, 2)), symbol: XRP_USDT, id: 'pos_x' as never }))
        .slice(0, units.symbol === XRP_USDT ? 1 : 4),
      price: price(scaled(units.priceUnits, 2)),
      rules: rulesOf(units.symbol, {
        tick: price('0.01'),
        lot: amount(units.lot),
        minAmount: amount('0'),
        minCost: amount('0.5'),
        takerFee: fraction(scaled(units.feeUnits, 4)),
      }),
      sizeMultiplier: units.multiplier / 100,
      sizeFactor: units.factor,
    }),
  }))

const HUNDRED = decimal('100')

describe('the size of a tactical trade, whatever the circumstances', () => {
  it('is inside every limit, in whole lots, and can be paid for at the worst price', () => {
    let made = 0
    fc.assert(
      fc.property(caseArb, ({ signal, limits, context }) => {
        const sized = sizeOf(context, limits, signal)
        if (typeof sized === 'string') return
        made++
        const { equity, freeQuote, rules: market } = context
        const value = sized.amount.times(context.price)
        const exposure = context.open.reduce((total, position) => total.plus(position.cost), decimal('0'))
        const isWithin = (part: typeof value, percent: typeof value) => part.times(HUNDRED).lte(equity.times(percent))
        expect(isWithin(sized.amount.times(context.price.minus(sized.stop).abs()), limits.riskPerTradePercent)).toBe(
          true,
        )
        expect(isWithin(value, limits.maxPositionPercent)).toBe(true)
        expect(isWithin(value.plus(exposure), limits.maxExposurePercent)).toBe(true)
        // On margin: the money behind it and the fee.
        const cash = ONE.div(integer(limits.leverage)).plus(market.takerFee)
        expect(value.times(cash).times(decimal('1.02')).lte(freeQuote)).toBe(true)
        expect(signal.bias === 'short' && limits.leverage === 1).toBe(false)
        expect(toText(sized.amount.div(market.lot))).toMatch(/^[1-9]\d*$/)
        expect(value.gte(market.minCost)).toBe(true)
      }),
      RUNS,
    )
    expect(made).toBeGreaterThan(200)
  })

  it('comes with a stop and a target on the tick, at the distances that the limits allow', () => {
    fc.assert(
      fc.property(caseArb, ({ signal, limits, context }) => {
        const sized = sizeOf(context, limits, signal)
        if (typeof sized === 'string') return
        const { tick } = context.rules
        const isLong = signal.bias === 'long'
        const risked = isLong ? context.price.minus(sized.stop) : sized.stop.minus(context.price)
        const hoped = isLong ? sized.target.minus(context.price) : context.price.minus(sized.target)
        const percent = (of: typeof tick | ReturnType<RiskLimits['stopMaxPercent']>) =>
          context.price.times(of).div(HUNDRED)
        expect(risked.lte(percent(limits.stopMaxPercent(signal.symbol)))).toBe(true)
        expect(risked.gte(percent(limits.stopMinPercent))).toBe(true)
        expect(hoped.gte(risked.times(limits.rewardToRisk))).toBe(true)
        for (const at of [sized.stop, sized.target]) expect(toText(at.div(tick))).toMatch(/^\d+$/)
      }),
      RUNS,
    )
  })

  it('is never larger for a less friendly regime, a smaller option, less equity or less cash', () => {
    const smallerArb = fc.record({
      multiplier: fc.integer({ min: 0, max: 100 }),
      equity: fc.integer({ min: 1, max: 100 }),
      free: fc.integer({ min: 0, max: 100 }),
    })
    fc.assert(
      fc.property(caseArb, smallerArb, ({ signal, limits, context }, shrink) => {
        const part = (percent: number) => decimal(scaled(percent, 2))
        const whole = sizeOf({ ...context, sizeMultiplier: 1, sizeFactor: 1 }, limits, signal)
        const smaller: Partial<TacticalContext>[] = [
          { sizeMultiplier: shrink.multiplier / 100, sizeFactor: 1 },
          { sizeMultiplier: 1, sizeFactor: 0.5 },
          { sizeMultiplier: 1, sizeFactor: 1, equity: money(toText(context.equity.times(part(shrink.equity)))) },
          { sizeMultiplier: 1, sizeFactor: 1, freeQuote: amount(toText(context.freeQuote.times(part(shrink.free)))) },
        ]
        for (const changed of smaller) {
          const sized = sizeOf({ ...context, ...changed }, limits, signal)
          if (typeof sized === 'string') continue
          expect(whole).not.toBeTypeOf('string')
          expect(sized.amount.lte((whole as SizedTrade).amount)).toBe(true)
        }
      }),
      RUNS,
    )
  })
})
