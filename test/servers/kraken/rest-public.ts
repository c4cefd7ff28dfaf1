import type { Clock } from '../../../src/main/ports.ts'
import { baseOf, quoteOf } from '../../../src/shared/ids.ts'
import { decimal, type Fraction, toFloat, toText } from '../../../src/shared/money.ts'
import { type Answer, answer, type Params, refuse } from './answer.ts'
import type { Market, Markets } from './market.ts'
import { assetAltname, assetId } from './names.ts'
import { topOf } from './order-book.ts'
import type { SystemStatus } from './system-status.ts'

type Deps = {
  readonly clock: Clock
  readonly markets: Markets
  readonly system: () => SystemStatus
  /** Leverages on offer; [] where margin is not allowed. */
  readonly leverages: readonly number[]
}
type Endpoint = (params: Params) => Answer

const UNKNOWN_PAIR = refuse('EQuery:Unknown asset pair')
const INTERVALS = [1, 5, 15, 30, 60, 240, 1_440, 10_080, 21_600]

/** What anybody may ask, by the last part of the path. */
export function publicEndpoints({ clock, markets, system, leverages }: Deps): Readonly<Record<string, Endpoint>> {
  const seconds = (): number => clock.now() / 1_000
  const listed = (): readonly Market[] => markets.all().filter(({ status }) => status !== 'delisted')

  /** The pairs asked for, all of them when none is named; null when one is not known. */
  function asked(params: Params): readonly Market[] | null {
    if (params.pair === undefined || params.pair === '') return listed()
    const found = params.pair.split(',').map((name) => markets.named(name))
    return found.includes(null) ? null : (found as Market[])
  }
  const one = (params: Params): Market | null => asked(params)?.[0] ?? null
  const perPair = (params: Params, tell: (market: Market) => unknown): Answer => {
    const found = asked(params)
    if (found === null) return UNKNOWN_PAIR
    return answer(Object.fromEntries(found.map((market) => [market.names.id, tell(market)])))
  }

  const time = (): Answer => answer({ unixtime: Math.floor(seconds()), rfc1123: new Date(clock.now()).toUTCString() })

  const systemStatus = (): Answer =>
    answer({ status: system(), timestamp: new Date(clock.now()).toISOString().replace(/\.\d+/, '') })

  const assets = (): Answer => {
    const codes = new Set(listed().flatMap(({ symbol }) => [baseOf(symbol), quoteOf(symbol)]))
    const all = [...codes, ...[...codes].map((code) => `${code}.F`)]
    return answer(Object.fromEntries(all.map((code) => [assetId(code), assetOf(code)])))
  }

  const assetPairs = (params: Params): Answer => perPair(params, (market) => pairOf(market, leverages))

  const ticker = (params: Params): Answer => perPair(params, (market) => tickerOf(market, seconds()))

  function depth(params: Params): Answer {
    const market = one(params)
    if (market === null) return UNKNOWN_PAIR
    const { bids, asks } = topOf(market.book(), Number(params.count ?? 100))
    const at = Math.floor(seconds())
    const rows = (side: typeof bids) => side.map(({ price, qty }) => [price, qty, at])
    return answer({ [market.names.id]: { asks: rows(asks), bids: rows(bids) } })
  }

  function trades(params: Params): Answer {
    const market = one(params)
    if (market === null) return UNKNOWN_PAIR
    // Seconds or nanoseconds: both are in use.
    const since = Number(params.since ?? 0)
    const sinceMs = since > 1e15 ? since / 1e6 : since * 1_000
    const count = Number(params.count ?? 1_000)
    const trades = market.trades.filter(({ at }) => at > sinceMs).slice(-count)
    const rows = trades.map(({ price, volume, at, side, number }) => [
      price.toFixed(market.priceDecimals),
      volume.toFixed(8),
      at / 1_000,
      side === 'buy' ? 'b' : 's',
      'l',
      '',
      number,
    ])
    return answer({ [market.names.id]: rows, last: `${trades.at(-1)?.at ?? clock.now()}000000` })
  }

  function oHLC(params: Params): Answer {
    const market = one(params)
    if (market === null) return UNKNOWN_PAIR
    const interval = Number(params.interval ?? 1)
    if (!INTERVALS.includes(interval)) return refuse('EGeneral:Invalid arguments')
    const since = Number(params.since ?? 0)
    const price = (value: number): string => value.toFixed(market.priceDecimals)
    const bars = market.candles.rows(interval, seconds())
    const rows = bars
      .filter(({ time }) => time > since)
      .map((bar) => [
        bar.time,
        price(bar.open),
        price(bar.high),
        price(bar.low),
        price(bar.close),
        price(bar.volume === 0 ? 0 : bar.turnover / bar.volume),
        bar.volume.toFixed(8),
        bar.count,
      ])
    return answer({ [market.names.id]: rows, last: bars.at(-2)?.time ?? 0 })
  }

  return {
    Time: time,
    SystemStatus: systemStatus,
    Assets: assets,
    AssetPairs: assetPairs,
    Ticker: ticker,
    Depth: depth,
    Trades: trades,
    OHLC: oHLC,
  }
}

const assetOf = (code: string) => ({
  aclass: 'currency',
  altname: assetAltname(code),
  decimals: code.startsWith('USD') ? 8 : 10,
  display_decimals: 5,
  status: 'enabled',
})

const percent = (fee: Fraction): number => toFloat(fee.times(decimal('100')))

function pairOf({ names, rules, priceDecimals, lotDecimals, status }: Market, leverages: readonly number[]) {
  return {
    altname: names.altname,
    wsname: names.wsname,
    aclass_base: 'currency',
    base: assetId(baseOf(names.symbol)),
    aclass_quote: 'currency',
    quote: assetId(quoteOf(names.symbol)),
    lot: 'unit',
    cost_decimals: priceDecimals > 5 ? 10 : 5,
    pair_decimals: priceDecimals,
    lot_decimals: lotDecimals,
    lot_multiplier: 1,
    leverage_buy: leverages,
    leverage_sell: leverages,
    fees: [[0, percent(rules.takerFee)]],
    fees_maker: [[0, percent(rules.makerFee)]],
    fee_volume_currency: 'ZUSD',
    margin_call: 80,
    margin_stop: 40,
    ordermin: toText(rules.minAmount),
    costmin: toText(rules.minCost),
    tick_size: toText(rules.tick),
    status,
  }
}

function tickerOf(market: Market, now: number) {
  const { tick, priceDecimals } = market
  const day = market.candles.day(now)
  const price = (value: number): string => value.toFixed(priceDecimals)
  const twice = (text: string): string[] => [text, text]
  const volume = (day?.volume ?? 0).toFixed(8)
  const size = (given: string | undefined): string[] => [
    String(Math.ceil(Number(given ?? 1))),
    Number(given ?? 1).toFixed(3),
  ]
  const { bids, asks } = market.book()
  return {
    a: [price(tick?.ask ?? 0), ...size(asks[0]?.qty)],
    b: [price(tick?.bid ?? 0), ...size(bids[0]?.qty)],
    c: [price(tick?.last ?? 0), (market.trades.at(-1)?.volume ?? 0).toFixed(8)],
    v: twice(volume),
    p: twice(price(day === null || day.volume === 0 ? 0 : day.turnover / day.volume)),
    t: [day?.count ?? 0, day?.count ?? 0],
    l: twice(price(day?.low ?? 0)),
    h: twice(price(day?.high ?? 0)),
    o: price(day?.open ?? 0),
  }
}
