import type { BreakerVerdict, RiskContext } from '../../src/main/domain/risk.ts'
import type { Commitment, RiskLimits } from '../../src/main/domain/risk-rules.ts'
import { amount, decimal, fraction, money, type Price, price } from '../../src/shared/money.ts'
import { BTC_USDT, rulesOf, XRP_USDT } from './money-arbitraries.ts'

export const QUIET: BreakerVerdict = { lossesInARow: 0, heldBackBecause: [], sizeFactor: 1, smallerSince: null }

/** As shipped. */
export const limitsOf = (overrides: Partial<RiskLimits> = {}): RiskLimits => ({
  minimumConfidence: 0.6,
  afterLosses: [
    { losses: 3, minimumConfidence: 0.7 },
    { losses: 5, minimumConfidence: 0.8 },
  ],
  confidenceTiers: [
    { from: 0.6, size: 0.5 },
    { from: 0.7, size: 0.75 },
    { from: 0.8, size: 1 },
  ],
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

export const BTC_RULES = rulesOf(BTC_USDT, { tick: price('0.1'), takerFee: fraction('0.004') })

/** 10,000 of equity, BTC at 50,000, a worst price two percent above unless the test says otherwise. */
export const contextOf = (overrides: Partial<RiskContext> = {}): RiskContext => ({
  equity: money('10000'),
  freeQuote: amount('100000'),
  open: [],
  committed: [],
  price: price('50000'),
  worstPrice: (overrides.price ?? price('50000')).times(decimal('1.02')) as Price,
  rules: BTC_RULES,
  sizeMultiplier: 1,
  sizeFactor: 1,
  breakers: QUIET,
  ...overrides,
})

export const commitmentTo = (overrides: Partial<Commitment> = {}): Commitment => ({
  symbol: XRP_USDT,
  cost: money('2000'),
  cash: money('2008'),
  isPosition: false,
  ...overrides,
})
