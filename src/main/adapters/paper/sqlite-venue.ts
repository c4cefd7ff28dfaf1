import { quoteOf } from '../../../shared/ids.ts'
import { type Amount, toText, ZERO } from '../../../shared/money.ts'
import { fail, ok } from '../../../shared/result.ts'
import type { MarketRules } from '../../domain/market.ts'
import { spentAsset } from './account.ts'
import { assertComplete, kindRefusal, refuse, sizeRefusal } from './admission.ts'
import { liquidate } from './liquidation.ts'
import { hasReachedTrigger, isImmediate, type Market, type Match, matchResting, matchTaking } from './matching.ts'
import { newOrder, Trading, type VenueDeps } from './trading.ts'
import type { OrderKey, Venue, VenueOrder, VenueTick } from './venue.ts'

type Draft = Omit<VenueOrder, 'number'>

/**
 * A simulated exchange with a memory of its own: what it answers is committed first, so that a crash between "sent" and
 * "answered" is as ambiguous as with a real one. Listeners hear of a change after its commit.
 *
 * @throws when the file is not one of its own, or a newer program's.
 */
export function createVenue(deps: VenueDeps): Venue {
  const trading = new Trading(deps)
  const { store, account } = trading

  const newest = (key: OrderKey): VenueOrder | null =>
    'number' in key ? store.order(key.number) : store.newestOf(key.clientOrderId)
  const openOne = (key: OrderKey): VenueOrder | null => {
    const order = newest(key)
    return order?.status === 'open' ? order : null
  }

  /** What an order still reserves when `match` of it has traded. */
  function holdAfter(order: Draft, match: Match | null, rules: MarketRules): Amount {
    if (!isImmediate(order)) {
      const filled = order.filled.plus(match?.amount ?? ZERO) as Amount
      return account.holdFor({ ...order, filled }, rules)
    }
    // Nothing of it can trade, yet it must be able to pay its worst price: without a fee, for there is no trade.
    return match === null ? account.holdFor(order, { ...rules, makerFee: ZERO, takerFee: ZERO }) : ZERO
  }

  /** Why an order, new or changed, may not meet the market as it is now. */
  function refusalNow(order: Draft, match: Match | null, rules: MarketRules) {
    if (order.postOnly && match !== null) return refuse('venue/post-only', 'It would trade at once.')
    if (!account.isShort(order, match, rules, holdAfter(order, match, rules))) return null
    return order.leverage > 1
      ? refuse('venue/insufficient-margin', `Insufficient margin: ${spentAsset(order)}.`)
      : refuse('venue/insufficient-funds', `Insufficient funds: ${spentAsset(order)}.`)
  }

  const place: Venue['place'] = (request) => {
    assertComplete(request)
    const { symbol, clientOrderId, deadline } = request
    const rules = deps.rules(symbol)
    if (rules === null) return refuse('venue/unknown-market', `${symbol} is not traded here.`)
    const tick = deps.tickOf(symbol)
    // A stop only waits: it needs no price to be accepted.
    if (tick === null && request.type !== 'stop-loss') {
      return refuse('venue/no-price', `There is no fresh price of ${symbol}.`)
    }
    const now = deps.clock.now()
    if (deadline !== null && now > deadline) {
      return refuse('venue/deadline', 'The deadline of this request has passed.')
    }
    if (clientOrderId !== null && openOne({ clientOrderId }) !== null) {
      return refuse('venue/duplicate-client-order-id', 'This client order id is known already.')
    }
    const market = tick === null ? null : trading.marketAt(tick)
    const refused =
      sizeRefusal(request, rules, market) ?? kindRefusal(request, account.closableBy(request), deps.allowsMargin)
    if (refused !== null) return refused
    const draft = withTrigger<Draft>(newOrder(request, now), market)
    const match = market === null ? null : matchTaking(draft, market, deps.slippage)
    const refusedNow = refusalNow(draft, match, rules)
    if (refusedNow !== null) return refusedNow
    return ok(
      trading.commit(() => {
        const held = isImmediate(draft) ? ZERO : account.holdFor(draft, rules)
        const order = trading.insert({ ...draft, held })
        const met = tick === null || match === null ? order : trading.fill(order, match, tick, rules)
        return met.status === 'open' && isImmediate(met) ? trading.cancel(met, 'unfilled') : met
      }),
    )
  }

  const amend: Venue['amend'] = (key, change) => {
    const order = openOne(key)
    if (order === null || (order.isTriggered && change.trigger !== undefined)) return null
    const rules = deps.rules(order.symbol)
    if (rules === null) return refuse('venue/unknown-market', `${order.symbol} is not traded here.`)
    if ((change.limitPrice && order.limitPrice === null) || (change.trigger && order.trigger === null)) {
      return refuse('venue/tick', `A ${order.type} order has no such price.`)
    }
    const tick = deps.tickOf(order.symbol)
    const market = tick === null ? null : trading.marketAt(tick)
    const wanted = withTrigger({ ...order, ...change }, market)
    if (wanted.amount.lt(order.filled)) {
      return refuse('venue/minimum-amount', `${toText(order.filled)} of it have traded already.`)
    }
    const match = market === null ? null : matchTaking(wanted, market, deps.slippage)
    const refused = sizeRefusal(wanted, rules, market) ?? refusalNow(wanted, match, rules)
    if (refused !== null) return refused
    return ok(
      trading.commit(() => {
        if (wanted.amount.eq(order.filled)) {
          return trading.save({ ...wanted, status: 'filled', closedAt: deps.clock.now(), held: ZERO })
        }
        const amended = trading.save({ ...wanted, held: account.holdFor(wanted, rules) })
        return tick === null || match === null ? amended : trading.fill(amended, match, tick, rules)
      }),
    )
  }

  function onTick(tick: VenueTick): void {
    const resting = store.openOf(tick.symbol)
    if (resting.size === 0) return
    const rules = deps.rules(tick.symbol)
    if (rules === null) return
    let market = trading.marketAt(tick)
    for (const number of [...resting.keys()]) {
      const order = store.openOf(tick.symbol).get(number)
      if (order === undefined) continue // gone meanwhile: a listener may cancel what it hears of
      const met = withTrigger(order, market)
      const match = met.isTriggered ? matchTaking(met, market, deps.slippage) : matchResting(met, market)
      if (met === order && match === null) continue
      trading.commit(() => {
        if (met !== order) trading.save(met)
        if (match !== null) trading.fill(met, match, tick, rules)
      })
      market = trading.marketAt(tick)
    }
  }

  const move: Venue['move'] = (kind, asset, amount) => {
    const earning = `${asset}.F`
    const changes: Readonly<Record<typeof kind, ReadonlyArray<readonly [code: string, change: Amount]>>> = {
      deposit: [[asset, amount]],
      reward: [[asset, amount]],
      withdrawal: [[asset, amount.neg() as Amount]],
      to_earning: [
        [asset, amount.neg() as Amount],
        [earning, amount],
      ],
      from_earning: [
        [earning, amount.neg() as Amount],
        [asset, amount],
      ],
    }
    if (!amount.gt(ZERO)) return fail('venue/nothing', 'There is nothing to move.')
    const short = changes[kind].find(([code, change]) => account.free(code).plus(change).lt(ZERO) && change.lt(ZERO))
    if (short !== undefined) {
      return fail('venue/insufficient-funds', `Of ${short[0]} only ${toText(account.free(short[0]))} is free.`)
    }
    return ok(
      trading.commit(() => {
        for (const [code, change] of changes[kind]) {
          store.setBalance(code, store.balanceOf(code).plus(change) as Amount)
        }
        return store.addMovement({ kind, asset, amount, at: deps.clock.now() })
      }),
    )
  }

  return {
    place,
    amend,
    cancel(key, reason) {
      const order = openOne(key)
      return order === null ? null : trading.commit(() => trading.cancel(order, reason))
    },
    order: newest,
    openOrders: () => [...store.openOrders()].sort((a, b) => a.number - b.number),
    closedOrders: ({ clientOrderId, limit }) => store.closedOrders(clientOrderId, limit),
    tradesOf: (orderNumber) => store.tradesOf(orderNumber),
    trades: ({ since, limit }) => store.trades(since, limit),
    holdings: () =>
      new Map([...store.assets()].map(([code, total]) => [code, { total, held: account.heldOf(code) }] as const)),
    credit(assetCode, change) {
      if (change.lt(ZERO) && account.free(assetCode).lt(change.abs())) {
        throw new Error(`${toText(change)} ${assetCode} cannot be withdrawn: that much is not free`)
      }
      trading.commit(() => store.setBalance(assetCode, store.balanceOf(assetCode).plus(change) as Amount))
    },
    move,
    movements: (since) => store.movements(since),
    marginPositions: () => [...store.positions().values()],
    onTicks(ticks) {
      for (const tick of ticks) {
        trading.see(tick)
        onTick(tick)
        if (store.positions().size > 0) liquidate(trading, quoteOf(tick.symbol))
      }
    },
    onEvent: (listener) => trading.onEvent(listener),
    close: () => store.close(),
  }
}

/** The order as it meets the market: at its trigger a stop becomes an order to take what there is. */
function withTrigger<T extends Draft>(order: T, market: Market | null): T {
  if (order.isTriggered || order.type !== 'stop-loss' || market === null) return order
  return hasReachedTrigger(order, market.last) ? { ...order, isTriggered: true } : order
}
