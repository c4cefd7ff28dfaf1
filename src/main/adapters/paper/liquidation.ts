import { quoteOf } from '../../../shared/ids.ts'
import { type Amount, ZERO } from '../../../shared/money.ts'
import { leverageOf, mustLiquidate } from './margin.ts'
import { touchOf } from './matching.ts'
import { newOrder, type Trading } from './trading.ts'
import type { MarginPosition } from './venue.ts'

const REASON = 'liquidated'

/**
 * Where the equity of the margin account in `quote` no longer carries its positions: cancels its orders on margin and
 * closes every position that has a price, at the touch.
 */
export function liquidate(trading: Trading, quote: string): void {
  const { equity, used } = trading.account.marginOf(quote)
  if (!mustLiquidate(equity, used)) return
  trading.commit(() => {
    for (const order of [...trading.store.openOrders()]) {
      if (order.leverage > 1 && quoteOf(order.symbol) === quote) trading.cancel(order, REASON)
    }
    for (const position of [...trading.store.positions().values()]) {
      if (quoteOf(position.symbol) === quote) closeAtTouch(trading, position)
    }
  })
}

function closeAtTouch(trading: Trading, position: MarginPosition): void {
  const { symbol } = position
  const tick = trading.tickNow(symbol)
  const rules = trading.deps.rules(symbol)
  if (tick === null || rules === null) return
  const side = position.amount.gt(ZERO) ? 'sell' : 'buy'
  const amount = position.amount.abs() as Amount
  const request = {
    clientOrderId: null,
    symbol,
    side,
    type: 'market',
    amount,
    limitPrice: null,
    trigger: null,
    timeInForce: 'IOC',
    postOnly: false,
    leverage: leverageOf(position),
    reduceOnly: true,
  } as const
  const order = trading.insert({ ...newOrder(request, trading.deps.clock.now()), reason: REASON })
  trading.trade(order, { amount, price: touchOf(side, trading.marketAt(tick)), isMaker: false }, rules)
}
