import type { FreshnessView } from '../../shared/contract/agent-views.ts'
import type { TradedPair } from '../../shared/ids.ts'
import { closeTimeOf, type MarketFault } from '../domain/candles.ts'
import type { MarketData } from '../market-data/market-data.ts'

/** What so many were. */
const WERE: Record<MarketFault, string> = {
  gap: 'missing',
  late: 'late',
  duplicate: 'told of twice',
  off_grid: 'off the grid',
  impossible: 'impossible',
  no_volume: 'without a trade',
  disordered: 'out of order',
  differs: 'kept otherwise than the exchange tells',
}

/** How fresh what is known of every market is, and what was wrong with it since the start. */
export function marketView(market: MarketData, symbols: readonly TradedPair[]): FreshnessView[] {
  const faults = market.faultCounts()
  return symbols.map((symbol) => ({
    symbol,
    at: market.last(symbol)?.at ?? null,
    isFresh: market.fresh(symbol) !== null,
    candles: market
      .lastCandles(symbol)
      .map((candle) => ({ intervalMs: candle.intervalMs, closedAt: closeTimeOf(candle) })),
    problems: faults
      .filter((fault) => fault.symbol === symbol)
      .map(({ fault, count, text }) => `${count} ${WERE[fault]}. ${text}`),
  }))
}
