import { createVenue } from '../../../../src/main/adapters/paper/sqlite-venue.ts'
import type { VenueEvent, VenueOrder, VenueRequest, VenueTick } from '../../../../src/main/adapters/paper/venue.ts'
import { createSimulatedClock } from '../../../../src/main/adapters/system/clock.ts'
import type { MarketRules } from '../../../../src/main/domain/market.ts'
import type { TradedPair } from '../../../../src/shared/ids.ts'
import { type Amount, amount, fraction, type Price, price, toText } from '../../../../src/shared/money.ts'
import type { Result } from '../../../../src/shared/result.ts'
import { BTC_USDT, rulesOf, XRP_USDT } from '../../../support/money-arbitraries.ts'
import { NOON } from '../../../support/trading-builders.ts'

/** Round numbers: 0.4 % as taker, 0.2 % as maker. */
const RULES: Partial<MarketRules> = {
  lot: amount('0.001'),
  tick: price('0.5'),
  minAmount: amount('0.002'),
  minCost: amount('0.5'),
  takerFee: fraction('0.004'),
  makerFee: fraction('0.002'),
}

export const request = (overrides: Partial<Omit<VenueRequest, 'amount' | 'limitPrice' | 'trigger'>> & Numbers = {}) => {
  const { amount: units = '1', limitPrice, trigger, ...rest } = overrides
  const type = rest.type ?? 'limit'
  const given: VenueRequest = {
    clientOrderId: null,
    symbol: BTC_USDT,
    side: 'buy',
    type,
    timeInForce: 'GTC',
    postOnly: false,
    leverage: 1,
    reduceOnly: false,
    deadline: null,
    ...rest,
    amount: amount(units),
    limitPrice: limitPrice === undefined ? null : price(limitPrice),
    trigger: trigger === undefined ? null : price(trigger),
  }
  return given
}
type Numbers = { readonly amount?: string; readonly limitPrice?: string; readonly trigger?: string }

/** A venue with 2 BTC and 300 USDT where BTC is 99 to 101, last 100, unless told otherwise. */
export function openBench(
  options: {
    readonly file?: string
    readonly slippage?: string
    readonly allowsMargin?: boolean
    readonly opening?: Readonly<Record<string, string>>
  } = {},
) {
  const clock = createSimulatedClock(NOON)
  const ticks = new Map<TradedPair, VenueTick | null>()
  const events: VenueEvent[] = []
  const rules = new Map([BTC_USDT, XRP_USDT].map((symbol) => [symbol, rulesOf(symbol, RULES)]))
  const open = () => {
    const venue = createVenue({
      file: options.file ?? ':memory:',
      clock,
      rules: (symbol) => rules.get(symbol) ?? null,
      tickOf: (symbol) => ticks.get(symbol) ?? null,
      slippage: fraction(options.slippage ?? '0'),
      opening: new Map(Object.entries(options.opening ?? { BTC: '2', USDT: '300' }).map(([k, v]) => [k, amount(v)])),
      allowsMargin: options.allowsMargin ?? false,
    })
    venue.onEvent((event) => events.push(event))
    return venue
  }
  const tickOf = (bid: number, ask: number, more: Partial<VenueTick> = {}): VenueTick => ({
    symbol: BTC_USDT,
    at: clock.now(),
    bid,
    ask,
    last: (bid + ask) / 2,
    ...more,
  })
  let venue = open()
  const bench = {
    clock,
    events,
    rules,
    /** What the market shows to whoever arrives. */
    ticks,
    get venue() {
      return venue
    },
    reopen() {
      venue.close()
      venue = open()
    },
    show(bid: number, ask: number, more: Partial<VenueTick> = {}) {
      const tick = tickOf(bid, ask, more)
      ticks.set(tick.symbol, tick)
      return tick
    },
    /** Shows a price and lets resting orders meet it. */
    tick(bid: number, ask: number, more: Partial<VenueTick> = {}) {
      clock.advanceTo((clock.now() + 1_000) as typeof NOON)
      venue.onTicks([bench.show(bid, ask, more)])
    },
    place: (overrides: Parameters<typeof request>[0]): VenueOrder => accepted(venue.place(request(overrides))),
    refusal: (overrides: Parameters<typeof request>[0]): string => refusalOf(venue.place(request(overrides))),
    order: (number: number): VenueOrder => {
      const order = venue.order({ number })
      if (order === null) throw new Error(`there is no order ${number}`)
      return order
    },
    /** `total` or `total/held`. */
    holding(code: string): string {
      const holding = venue.holdings().get(code)
      if (holding === undefined) return 'nothing'
      return toText(holding.held) === '0' ? toText(holding.total) : `${toText(holding.total)}/${toText(holding.held)}`
    },
    /** `amount@price fee`, `m` for maker. */
    trades: (order: VenueOrder): string[] =>
      venue
        .tradesOf(order.number)
        .map(
          (trade) => `${toText(trade.amount)}@${toText(trade.price)} ${toText(trade.fee)}${trade.isMaker ? 'm' : ''}`,
        ),
  }
  bench.show(99, 101)
  return bench
}

export function accepted<T>(result: Result<T, unknown> | null): T {
  if (result === null || !result.ok) throw new Error(`refused: ${JSON.stringify(result)}`)
  return result.value
}
export function refusalOf(result: Result<unknown, { readonly code: string }> | null): string {
  if (result === null || result.ok) throw new Error('expected a refusal')
  return result.error.code
}
export const units = (value: Amount | Price): string => toText(value)
