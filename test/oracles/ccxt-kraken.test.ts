import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKrakenFeed } from '../../src/main/adapters/kraken/kraken-feed.ts'
import { pair } from '../../src/shared/ids.ts'
import { amount, price } from '../../src/shared/money.ts'
import { HOUR, isoTime, MINUTE } from '../../src/shared/time.ts'
import { type Bench, startBench } from '../main/adapters/kraken/kraken-bench.ts'
import { DEFAULT_MARKETS } from '../servers/kraken/default-markets.ts'
import { BTC_USDT, rulesOf } from '../support/money-arbitraries.ts'
import { sharedFile } from '../support/shared-data.ts'

const FILE = sharedFile('oracles', 'ccxt-kraken', 'ccxt-kraken-request.json')
const isThere = existsSync(FILE)
if (!isThere) console.warn(`SKIPPED: ccxt’s recorded requests are not at ${FILE}`)

type Recorded = {
  readonly description: string
  readonly input: readonly unknown[]
  readonly url: string
  readonly output?: string
}
type Recording = {
  readonly skipKeys: readonly string[]
  readonly methods: Readonly<Record<string, readonly Recorded[]>>
}
const recording: Recording = isThere ? JSON.parse(readFileSync(FILE, 'utf8')) : { skipKeys: [], methods: {} }
const recorded = Object.entries(recording.methods).flatMap(([method, entries]) =>
  entries.map((entry) => ({ method, entry, name: `${method}(${JSON.stringify(entry.input).slice(1, -1)})` })),
)

const LTC_USDT = pair('LTC/USDT')
const stopOf55 = {
  symbol: LTC_USDT,
  side: 'sell',
  type: 'stop',
  amount: amount('0.1'),
  limitPrice: price('55'),
} as const

/** A call of ours that sends the recorded request; `more` and `less` are how ours differs, and why. */
type Made = {
  readonly call: (bench: Bench) => Promise<unknown>
  readonly more?: readonly string[]
  readonly less?: readonly string[]
}
const NAME_AND_DEADLINE = ['cl_ord_id', 'deadline'] // without them an unknown outcome could never be resolved
const historyOf = (intervalMs: number) => async (bench: Bench) => {
  const feed = createKrakenFeed({ ...bench.server, symbols: [BTC_USDT], timeoutMs: 2_000 })
  await feed.history(BTC_USDT, intervalMs, 10)
  feed.stop()
}

const MADE: Readonly<Record<string, Made>> = {
  'createOrder("LTC/USDT","market","sell",0.1,null,{"stopLossPrice":55})': {
    call: ({ exchange, intent }) => exchange.submit(intent(stopOf55)),
    more: [...NAME_AND_DEADLINE, 'oflags'],
  },
  'createOrder("LTC/USDT","limit","buy",0.1,50,{"postOnly":true,"oflags":"fcib"})': {
    call: ({ exchange, intent }) =>
      exchange.submit(intent({ ...stopOf55, side: 'buy', type: 'limit', limitPrice: price('50') })),
    more: [...NAME_AND_DEADLINE, 'oflags'],
    less: ['oflags'], // ours may take, and pays its fee in quote
  },
  'fetchOpenOrders("LTC/USDT")': { call: ({ exchange }) => exchange.openOrders() },
  'fetchClosedOrders("LTC/USDT")': {
    call: ({ exchange, intent }) => exchange.find(intent().clientOrderId),
    more: ['cl_ord_id', 'consolidate_taker'], // one order by name, its trades one by one
  },
  'fetchMyTrades("LTC/USDT",1699457638000,5)': {
    call: ({ exchange, intent }) => exchange.find(intent().clientOrderId),
    more: ['consolidate_taker'],
  },
  'fetchBalance({"type":"spot"})': {
    call: ({ exchange }) => exchange.balances(),
    less: ['type'], // ccxt’s own word: Kraken does not read it
  },
  'fetchOHLCV("BTC/USDT")': { call: historyOf(MINUTE) },
  'fetchOHLCV("BTC/USDT","1h",1716523348000)': {
    call: historyOf(HOUR),
    less: ['since'], // a feed warms up on the newest candles
  },
  'cancelAllOrdersAfter(10000)': { call: ({ exchange }) => exchange.cancelAllAfter(10) },
  'cancelAllOrdersAfter(0)': { call: ({ exchange }) => exchange.cancelAllAfter(0) },
  'fetchTime()': { call: ({ kraken }) => kraken.checkClock() },
  'cancelOrder("OF7S76-H2IMS-N2ML4U")': {
    call: ({ exchange, intent }) => exchange.cancel(intent().clientOrderId),
    more: ['cl_ord_id'],
    less: ['txid'], // an order in doubt has a name and no id yet
  },
}

/** The requests that we do not make. */
const NOT_MADE: Readonly<Record<string, string>> = {
  'createOrder("LTC/USDT","market","buy",0.1)':
    'a market order without a worst price: ours go out as limit orders that never rest',
  'createOrder("LTC/USDT","market","sell",0.1)':
    'a market order without a worst price: ours go out as limit orders that never rest',
  'createOrder("BTC/USD","limit","sell",0.00012,34000,{"stopLossPrice":35000,"leverage":5,"reduceOnly":true})':
    'a stop with a limit may not fill: our stops become market orders',
  'createOrder("BTC/USD","limit","sell",0.0001,46000,{"takeProfitPrice":45000,"leverage":5,"reduceOnly":true})':
    'targets are watched here: Kraken has no OCO',
  'createOrder("BTC/USD","market","sell",0.0002,null,{"trailingAmount":100,"leverage":5,"reduceOnly":true})':
    'trailing stops are moved by us, from tick to tick',
  'createOrder("BTC/USD","limit","sell",0.0002,null,{"trailingAmount":100,"trailingLimitAmount":100,"leverage":5,"reduceOnly":true})':
    'trailing stops are moved by us, from tick to tick',
  'createOrder("LTC/USDT","limit","sell",0.1,54,{"stopLossPrice":55})':
    'a stop with a limit may not fill: our stops become market orders',
  'createOrder("LTC/USDT","limit","sell",0.1,110,{"takeProfitPrice":120})':
    'targets are watched here: Kraken has no OCO',
  'createOrder("LTC/USDT","market","sell",0.1,null,{"takeProfitPrice":120})':
    'targets are watched here: Kraken has no OCO',
  'createMarketBuyOrderWithCost("LTC/USD",5)': 'amounts are base units',
  'createMarketBuyOrderWithCost("LTC/USDT",10)': 'amounts are base units',
  'cancelAllOrders("LTC/USDT:USDT")': 'it would cancel protective stops and orders placed by hand',
  'cancelAllOrders("LTC/USDT")': 'it would cancel protective stops and orders placed by hand',
  'fetchBalance({"type":"swap"})': 'spot only',
  'fetchPositions()': 'positions are ours, derived from fills',
  'fetchLedger("USDT")': 'the ledger is ours; its sum is compared with the balances',
  'fetchDeposits("USDT")': 'seen as a difference of the balances',
  'fetchDeposits("USDT",1670935203)': 'seen as a difference of the balances',
  'fetchTrades("BTC/USDT")': 'prices come from the socket',
  'fetchTrades("BTC/USDT",1716550666738)': 'prices come from the socket',
  'fetchOrderBook("BTC/USDT")': 'the touch comes with the ticker',
  'fetchTicker("BTC/USDT")': 'prices come from the socket',
  'fetchTickers(["BTC/USDT","ETH/USDT"])': 'prices come from the socket',
}

describe.skipIf(!isThere)('the requests that ccxt is known to make', () => {
  let bench: Bench
  beforeAll(async () => {
    const ltc = rulesOf(LTC_USDT, { tick: price('0.01'), minAmount: amount('0.01') })
    bench = await startBench({ markets: [...DEFAULT_MARKETS, ltc], also: [LTC_USDT] })
    bench.server.setTick(LTC_USDT, { bid: 79.99, ask: 80, last: 80 })
    bench.server.transfer('LTC', amount('10'))
  })
  afterAll(() => bench?.close())

  it('are all made by us or left out for a reason', () => {
    expect(recorded.map(({ name }) => name).toSorted()).toEqual(
      [...Object.keys(MADE), ...Object.keys(NOT_MADE)].toSorted(),
    )
  })

  it.each(recorded.filter(({ name }) => name in MADE))(
    '$name is what a call of ours sends',
    async ({ name, entry }) => {
      const { call, more = [], less = [] } = MADE[name] as Made
      const url = new URL(entry.url)
      const before = bench.server.requests.total
      await call(bench)
      const sent = bench.server.requests.all().find(({ number, path }) => number > before && path === url.pathname)
      const wanted = Object.fromEntries(new URLSearchParams(entry.output ?? url.search))
      const kept = Object.entries(wanted).filter(([key]) => !recording.skipKeys.includes(key) && !less.includes(key))
      // Times are those of the call.
      const timed = (params: Readonly<Record<string, string>>) =>
        params.start === undefined ? params : { ...params, start: 'a time' }
      const { nonce: _, ...params } = sent?.params ?? {}
      expect(Object.keys(params).toSorted()).toEqual([...kept.map(([key]) => key), ...more].toSorted())
      expect(timed(params)).toMatchObject(timed(Object.fromEntries(kept)))
      expect(sent?.error).toSatisfy((error) => error === null || error === 'EOrder:Unknown order')
    },
  )

  it('and a market order of ours are limit orders that never rest, exact to the last digit', async () => {
    const intent = bench.intent({
      type: 'market',
      amount: amount('0.00012345'),
      limitPrice: price('91500.1'),
    })
    expect((await bench.exchange.submit(intent)).ok).toBe(true)
    expect(bench.server.requests.all('AddOrder').at(-1)?.params).toMatchObject({
      pair: 'XBTUSDT',
      type: 'buy',
      ordertype: 'limit',
      timeinforce: 'IOC',
      volume: '0.00012345',
      price: '91500.1',
      deadline: isoTime(intent.deadline),
    })
  })
})
