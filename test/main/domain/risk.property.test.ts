import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assess, type RiskContext, type SizedTrade } from '../../../src/main/domain/risk.ts'
import type { RiskLimits } from '../../../src/main/domain/risk-rules.ts'
import type { TradingSignal } from '../../../src/main/domain/signal.ts'
import {
  amount,
  type Decimal,
  decimal,
  fraction,
  integer,
  maxOf,
  money,
  ONE,
  type Price,
  price,
  sum,
  toText,
} from '../../../src/shared/money.ts'
import { BTC_USDT, rulesOf, scaled, XRP_USDT } from '../../support/money-arbitraries.ts'
import { commitmentTo, limitsOf, QUIET } from '../../support/risk-cases.ts'
import { signalOf } from '../../support/signal-builders.ts'
import { emptyPosition } from '../../support/trading-builders.ts'

const RUNS = { numRuns: 1_000, seed: 20_261_123 }
const HUNDRED = decimal('100')

const caseArb = fc
  .record({
    equityUnits: fc.integer({ min: 10_000, max: 100_000_000 }),
    freeUnits: fc.integer({ min: 0, max: 100_000_000 }),
    priceUnits: fc.integer({ min: 100, max: 10_000_000 }),
    slipUnits: fc.integer({ min: 0, max: 500 }),
    atrUnits: fc.integer({ min: 0, max: 1_000_000 }),
    costs: fc.array(fc.integer({ min: 0, max: 5_000_000 }), { maxLength: 3 }),
    committed: fc.array(fc.integer({ min: 0, max: 2_000_000 }), { maxLength: 2 }),
    confidence: fc.integer({ min: 60, max: 100 }),
    multiplier: fc.integer({ min: 0, max: 100 }),
    factor: fc.constantFrom(0.5, 1),
    breakerFactor: fc.constantFrom(0.5, 1),
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
  .map((units) => {
    const at = price(scaled(units.priceUnits, 2))
    const slip = decimal(scaled(units.slipUnits, 4))
    const other = units.symbol === XRP_USDT ? BTC_USDT : XRP_USDT
    const context: RiskContext = {
      equity: money(scaled(units.equityUnits, 2)),
      freeQuote: amount(scaled(units.freeUnits, 2)),
      open: units.costs.map((cost) => emptyPosition({ cost: money(scaled(cost, 2)), symbol: other })),
      committed: units.committed.map((cost) =>
        commitmentTo({ symbol: other, cost: money(scaled(cost, 2)), cash: money(scaled(cost, 2)) }),
      ),
      price: at,
      worstPrice: at.times(units.bias === 'long' ? ONE.plus(slip) : ONE.minus(slip)) as Price,
      rules: rulesOf(units.symbol, {
        tick: price('0.01'),
        lot: amount(units.lot),
        minAmount: amount('0'),
        minCost: amount('0.5'),
        takerFee: fraction(scaled(units.feeUnits, 4)),
      }),
      sizeMultiplier: units.multiplier / 100,
      sizeFactor: units.factor,
      breakers: { ...QUIET, sizeFactor: units.breakerFactor },
    }
    const limits = limitsOf({
      riskPerTradePercent: decimal(scaled(units.riskUnits, 2)),
      maxPositionPercent: decimal(scaled(units.positionUnits, 2)),
      maxExposurePercent: decimal(scaled(units.exposureUnits, 2)),
      rewardToRisk: decimal(scaled(units.reward, 1)),
      leverage: units.leverage,
    })
    const { symbol, bias } = units
    const signal = signalOf({ symbol, bias, confidence: units.confidence / 100, atr: units.atrUnits / 100 })
    return { signal, limits, context }
  })

const sizeOf = (context: RiskContext, limits: RiskLimits, signal: TradingSignal): SizedTrade | null =>
  assess(signal, context, limits).trade

describe('the size of a tactical trade, whatever the circumstances', () => {
  it('is inside every limit with all that was proposed before, in whole lots, and can be paid for at the worst price', () => {
    let made = 0
    fc.assert(
      fc.property(caseArb, ({ signal, limits, context }) => {
        const sized = sizeOf(context, limits, signal)
        if (sized === null) return
        made++
        const { equity, freeQuote, open, committed, rules: market } = context
        const value = sized.amount.times(context.price)
        const atWorst = sized.amount.times(maxOf<Decimal>(context.price, context.worstPrice))
        const others = sum<Decimal>([...open, ...committed].map(({ cost }) => cost))
        const isWithin = (part: Decimal, percent: Decimal) => part.times(HUNDRED).lte(equity.times(percent))
        const risked = sized.amount.times(context.price.minus(sized.stop).abs())
        expect(isWithin(risked, limits.riskPerTradePercent)).toBe(true)
        expect(isWithin(value, limits.maxPositionPercent)).toBe(true)
        expect(isWithin(atWorst.plus(others), limits.maxExposurePercent)).toBe(true)
        // On margin: the money behind it and the fee.
        const cash = ONE.div(integer(limits.leverage)).plus(market.takerFee)
        const spoken = sum<Decimal>(committed.map((each) => each.cash))
        expect(atWorst.times(cash).plus(spoken).lte(freeQuote)).toBe(true)
        expect(signal.bias === 'short' && limits.leverage === 1).toBe(false)
        expect(toText(sized.amount.div(market.lot))).toMatch(/^[1-9]\d*$/)
        expect(value.gte(market.minCost)).toBe(true)
        expect(sized.amount.lte(sized.ownAmount)).toBe(true)
      }),
      RUNS,
    )
    expect(made).toBeGreaterThan(200)
  })

  it('comes with a stop and a target on the tick, at the distances that the limits allow', () => {
    let made = 0
    fc.assert(
      fc.property(caseArb, ({ signal, limits, context }) => {
        const sized = sizeOf(context, limits, signal)
        if (sized === null) return
        made++
        const { tick } = context.rules
        const isLong = signal.bias === 'long'
        const risked = isLong ? context.price.minus(sized.stop) : sized.stop.minus(context.price)
        const hoped = isLong ? sized.target.minus(context.price) : context.price.minus(sized.target)
        const percent = (of: Decimal) => context.price.times(of).div(HUNDRED)
        expect(risked.lte(percent(limits.stopMaxPercent(signal.symbol)))).toBe(true)
        expect(risked.gte(percent(limits.stopMinPercent))).toBe(true)
        expect(hoped.gte(risked.times(limits.rewardToRisk))).toBe(true)
        for (const at of [sized.stop, sized.target]) expect(toText(at.div(tick))).toMatch(/^\d+$/)
      }),
      RUNS,
    )
    expect(made).toBeGreaterThan(200)
  })

  it('is never larger for less confidence, a less friendly regime, a smaller option, losses, less equity or less cash', () => {
    const smallerArb = fc.record({
      confidence: fc.integer({ min: 0, max: 100 }),
      multiplier: fc.integer({ min: 0, max: 100 }),
      equity: fc.integer({ min: 1, max: 100 }),
      free: fc.integer({ min: 0, max: 100 }),
      cost: fc.integer({ min: 0, max: 1_000_000 }),
    })
    let compared = 0
    fc.assert(
      fc.property(caseArb, smallerArb, ({ signal, limits, context }, shrink) => {
        const part = (percent: number) => decimal(scaled(percent, 2))
        const best = { ...context, sizeMultiplier: 1, sizeFactor: 1, breakers: QUIET }
        const whole = sizeOf(best, limits, signal)
        const another = commitmentTo({
          symbol: context.open[0]?.symbol ?? signal.symbol,
          cost: money(scaled(shrink.cost, 2)),
        })
        const smaller: Partial<RiskContext>[] = [
          { sizeMultiplier: shrink.multiplier / 100 },
          { sizeFactor: 0.5 },
          { breakers: { ...QUIET, sizeFactor: 0.5, lossesInARow: 5 } },
          { equity: context.equity.times(part(shrink.equity)) as typeof context.equity },
          { freeQuote: context.freeQuote.times(part(shrink.free)) as typeof context.freeQuote },
          { committed: [...context.committed, another] },
        ]
        const less = { ...signal, confidence: Math.min(signal.confidence, shrink.confidence / 100) }
        const sizes = [
          ...smaller.map((changed) => sizeOf({ ...best, ...changed }, limits, signal)),
          sizeOf(best, limits, less),
        ]
        for (const sized of sizes) {
          if (sized === null) continue
          compared++
          expect(whole).not.toBeNull()
          expect(sized.amount.lte((whole as SizedTrade).amount)).toBe(true)
        }
      }),
      RUNS,
    )
    expect(compared).toBeGreaterThan(500)
  })
})
