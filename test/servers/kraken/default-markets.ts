import type { MarketRules } from '../../../src/main/domain/market.ts'
import { pair } from '../../../src/shared/ids.ts'
import { amount, fraction, price } from '../../../src/shared/money.ts'

const rules = (symbol: string, tick: string, minAmount: string, minCost: string): MarketRules => ({
  symbol: pair(symbol),
  lot: amount('0.00000001'),
  tick: price(tick),
  minAmount: amount(minAmount),
  minCost: amount(minCost),
  takerFee: fraction('0.004'),
  makerFee: fraction('0.0025'),
  halfSpread: fraction('0.0002'),
})

/** The pairs of the thirds with Kraken's values and the fees of its lowest tier. */
export const DEFAULT_MARKETS: readonly MarketRules[] = [
  rules('BTC/USDT', '0.1', '0.00005', '0.5'),
  rules('XRP/USDT', '0.00001', '2', '0.5'),
  rules('XRP/BTC', '0.00000001', '2', '0.00002'),
]

/** What they offer on margin. */
export const LEVERAGES: readonly number[] = [2, 3, 4, 5]
