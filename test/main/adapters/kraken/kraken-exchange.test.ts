import { afterEach, describe, expect, it } from 'vitest'
import { createKraken } from '../../../../src/main/adapters/kraken/kraken.ts'
import type { PositionId } from '../../../../src/shared/ids.ts'
import { amount, fraction, price, toText } from '../../../../src/shared/money.ts'
import { epochMs } from '../../../../src/shared/time.ts'
import { BTC, BTC_USDT, USDT, XRP, XRP_USDT } from '../../../support/money-arbitraries.ts'
import { type Bench, memoryNonces, startBench } from './kraken-bench.ts'

let bench: Bench
afterEach(() => bench.close())

const found = async (id: Parameters<Bench['exchange']['find']>[0]) => {
  const answer = await bench.exchange.find(id)
  if (!answer.ok || answer.value === 'never-seen') throw new Error(JSON.stringify(answer))
  return answer.value
}
const AT_ANY_PRICE = { type: 'market', limitPrice: price('95000') } as const

describe('an order on Kraken', () => {
  it('is placed with its name and its deadline, and found by that name', async () => {
    bench = await startBench()
    const intent = bench.intent()
    const answer = await bench.exchange.submit(intent)
    expect(answer.ok).toBe(true)
    const order = await found(intent.clientOrderId)
    expect(order).toMatchObject({ status: 'open', trigger: null, fills: [] })
    expect(answer).toEqual({ ok: true, value: { exchangeId: order.exchangeId } })
    const [sent] = bench.server.requests.all('AddOrder')
    expect(sent?.params).toMatchObject({
      pair: 'XBTUSDT',
      type: 'buy',
      ordertype: 'limit',
      volume: '0.5',
      price: '90000',
      cl_ord_id: intent.clientOrderId,
      deadline: new Date(intent.deadline).toISOString(),
    })
  })

  it('has its fills with trade ids, fees and what the fees are taken in', async () => {
    bench = await startBench()
    const intent = bench.intent(AT_ANY_PRICE)
    await bench.exchange.submit(intent)
    const order = await found(intent.clientOrderId)
    expect(order).toMatchObject({ status: 'filled' })
    expect(
      order.fills.map((fill) => [toText(fill.amount), toText(fill.price), toText(fill.fee), fill.feeAsset]),
    ).toEqual([['0.5', '91000', '182', USDT]])
    expect(order.fills[0]?.tradeId).toMatch(/^T/)
  })

  it('at market never rests, and never trades beyond its worst price', async () => {
    bench = await startBench()
    bench.server.setTick(BTC_USDT, { bid: 90_999.9, ask: 91_000, last: 91_000, askSize: amount('0.2') })
    const partly = bench.intent(AT_ANY_PRICE)
    await bench.exchange.submit(partly)
    const order = await found(partly.clientOrderId)
    expect([order.status, toText(order.filled)]).toEqual(['cancelled', '0.2'])
    const tooLow = bench.intent({ type: 'market', limitPrice: price('90000') })
    await bench.exchange.submit(tooLow)
    expect(await found(tooLow.clientOrderId)).toMatchObject({ status: 'cancelled', fills: [] })
    expect(bench.server.venue.openOrders()).toEqual([])
  })

  it('that may only make the market is refused when it would trade at once', async () => {
    bench = await startBench()
    const taking = await bench.exchange.submit(bench.intent({ type: 'post_only', limitPrice: price('91000') }))
    expect(taking).toMatchObject({ ok: false, error: { kind: 'refused' } })
    const making = await bench.exchange.submit(bench.intent({ type: 'post_only', limitPrice: price('90900') }))
    expect(making.ok).toBe(true)
  })

  it('to protect a position rests with its trigger, which can be moved, twice without harm', async () => {
    bench = await startBench()
    const receipt = { kind: 'protective_stop', positionId: 'pos_1' as PositionId } as const
    const stop = bench.intent({ type: 'stop', side: 'sell', limitPrice: price('88000'), receipt })
    await bench.exchange.submit(stop)
    expect(toText((await found(stop.clientOrderId)).trigger ?? price('0'))).toBe('88000')
    for (const _ of [1, 2]) {
      expect(await bench.exchange.amend(stop.clientOrderId, price('89000'))).toEqual({ ok: true, value: 'amended' })
    }
    expect(toText((await found(stop.clientOrderId)).trigger ?? price('0'))).toBe('89000')
    bench.server.setTick(BTC_USDT, { bid: 88_900, ask: 88_901, last: 88_900 })
    expect(await found(stop.clientOrderId)).toMatchObject({ status: 'filled' })
    expect(await bench.exchange.amend(stop.clientOrderId, price('89500'))).toEqual({ ok: true, value: 'not-open' })
  })

  it('is cancelled once, and then is not open', async () => {
    bench = await startBench()
    const intent = bench.intent()
    await bench.exchange.submit(intent)
    expect(await bench.exchange.cancel(intent.clientOrderId)).toEqual({ ok: true, value: 'cancelled' })
    expect(await bench.exchange.cancel(intent.clientOrderId)).toEqual({ ok: true, value: 'not-open' })
    expect(await found(intent.clientOrderId)).toMatchObject({ status: 'cancelled' })
  })

  it('cancelled while it was filling keeps its fill', async () => {
    bench = await startBench()
    const intent = bench.intent()
    await bench.exchange.submit(intent)
    bench.server.setTick(BTC_USDT, { bid: 89_998, ask: 89_999, last: 89_999, askSize: amount('0.1') })
    await bench.exchange.cancel(intent.clientOrderId)
    const order = await found(intent.clientOrderId)
    expect([order.status, toText(order.filled), order.fills.length]).toEqual(['cancelled', '0.1', 1])
  })

  it('has all its fills although more than a page of other trades lies between them', async () => {
    bench = await startBench()
    const sell = bench.intent({ side: 'sell', amount: amount('0.6'), limitPrice: price('92000') })
    await bench.exchange.submit(sell)
    for (let trade = 0; trade < 60; trade++) {
      bench.server.setTick(BTC_USDT, {
        bid: 92_001 + trade,
        ask: 92_002 + trade,
        last: 92_001 + trade,
        bidSize: amount('0.01'),
      })
      bench.server.venue.place(byHand({ symbol: XRP_USDT, amount: amount('3') }))
    }
    const order = await found(sell.clientOrderId)
    expect([order.status, order.fills.length]).toEqual(['filled', 60])
    expect(new Set(order.fills.map(({ tradeId }) => tradeId)).size).toBe(60)
  })

  it('is refused here after its deadline, without asking', async () => {
    bench = await startBench()
    const answer = await bench.exchange.submit(bench.intent({ deadline: epochMs(bench.server.clock.now()) }))
    expect(answer).toMatchObject({ ok: false, error: { kind: 'refused', code: 'exchange/deadline' } })
    expect(bench.server.requests.all('AddOrder')).toEqual([])
  })

  it('that reaches Kraken after its deadline is not matched', async () => {
    bench = await startBench()
    const intent = bench.intent({ deadline: epochMs(bench.server.clock.now() + 250) })
    bench.server.faults.next({ accept: { afterMs: 400 }, reply: { kind: 'normal' } }, 'AddOrder')
    expect(await bench.exchange.submit(intent)).toMatchObject({ ok: false, error: { kind: 'unknown' } })
    expect(await bench.exchange.find(intent.clientOrderId)).toEqual({ ok: true, value: 'never-seen' })
  })

  it('with leverage is refused here while margin is off, and carries it when it is on', async () => {
    bench = await startBench()
    const off = await bench.exchange.submit(bench.intent({ leverage: 2 }))
    expect(off).toMatchObject({ ok: false, error: { kind: 'refused', code: 'exchange/margin-disabled' } })
    await bench.close()
    bench = await startBench({ margin: true, allowsMargin: true })
    await bench.exchange.submit(bench.intent({ leverage: 2, amount: amount('0.1') }))
    const receipt = { kind: 'position_exit', positionId: 'pos_1' as PositionId, reason: 'trader' } as const
    await bench.exchange.submit(bench.intent({ leverage: 2, side: 'sell', amount: amount('0.1'), receipt }))
    const sent = bench.server.requests.all('AddOrder').map(({ params }) => [params.leverage, params.reduce_only])
    expect(sent).toEqual([
      ['2', undefined],
      ['2', 'true'],
    ])
  })

  it('that waited while the kill switch was pressed does not leave, one that closes a position does', async () => {
    let isKilled = false
    bench = await startBench({ mayOpen: () => !isKilled })
    bench.server.faults.next({ accept: 'now', reply: { kind: 'normal' }, replyAfterMs: 300 }, 'BalanceEx')
    const hanging = bench.exchange.balances()
    const waiting = bench.exchange.submit(bench.intent())
    const receipt = { kind: 'position_exit', positionId: 'pos_1' as PositionId, reason: 'trader' } as const
    const closing = bench.exchange.submit(bench.intent({ side: 'sell', limitPrice: price('92000'), receipt }))
    isKilled = true
    expect(await waiting).toMatchObject({ ok: false, error: { kind: 'not_accepted' } })
    expect((await closing).ok).toBe(true)
    expect((await hanging).ok).toBe(true)
    expect(bench.server.venue.openOrders().map(({ side }) => side)).toEqual(['sell'])
  })
})

const byHand = (overrides: object) => ({
  clientOrderId: null,
  symbol: BTC_USDT,
  side: 'buy' as const,
  type: 'market' as const,
  amount: amount('0.01'),
  limitPrice: null,
  trigger: null,
  timeInForce: 'GTC' as const,
  postOnly: false,
  leverage: 1,
  reduceOnly: false,
  deadline: null,
  ...overrides,
})

describe('the account on Kraken', () => {
  it('shows every open order, those placed by hand without a name of ours', async () => {
    bench = await startBench()
    const intent = bench.intent()
    await bench.exchange.submit(intent)
    bench.server.venue.place(byHand({ type: 'limit', limitPrice: price('80000'), clientOrderId: 'my-own-name' }))
    const open = await bench.exchange.openOrders()
    if (!open.ok) throw new Error(open.error.message)
    expect(
      open.value.map((order) => [order.clientOrderId, order.symbol, order.type, toText(order.amount)]).toSorted(),
    ).toEqual(
      [
        [null, BTC_USDT, 'limit', '0.01'],
        [intent.clientOrderId, BTC_USDT, 'limit', '0.5'],
      ].toSorted(),
    )
  })

  it('holds what is earning apart from what can be sold, under our names of the assets', async () => {
    bench = await startBench()
    bench.server.moveToEarn('BTC', amount('0.4'))
    bench.server.transfer('XRP.S', amount('7'))
    const balances = await bench.exchange.balances()
    if (!balances.ok) throw new Error(balances.error.message)
    const texts = [...balances.value].map(([asset, { spot, earn }]) => [asset, toText(spot), toText(earn)])
    expect(texts.toSorted()).toEqual([
      [BTC, '0.6', '0.4'],
      [USDT, '100000', '0'],
      [XRP, '10000', '7'],
    ])
  })

  it('goes on after a restart within the same millisecond, and after the clock stepped back', async () => {
    const nonces = memoryNonces()
    bench = await startBench({ nonces })
    expect((await bench.exchange.balances()).ok).toBe(true)
    const { server } = bench
    const again = createKraken({
      ...server,
      clock: { ...server.clock, now: () => epochMs(server.clock.now() - 3_600_000) },
      tier: 'unlimited',
      timeoutMs: 1_000,
      nonces,
      symbols: [],
      halfSpread: () => fraction('0'),
      margin: false,
      mayOpen: () => true,
    })
    expect((await again.exchange.balances()).ok).toBe(true)
    await again.exchange.close()
    expect(server.requests.all().filter(({ error }) => error !== null)).toEqual([])
  })
})

describe('an urgent cancel', () => {
  it('leaves within milliseconds while another request hangs and others wait', async () => {
    bench = await startBench({ timeoutMs: 2_000 })
    const intent = bench.intent()
    await bench.exchange.submit(intent)
    bench.server.faults.next({ accept: 'now', reply: { kind: 'drop' } }, 'BalanceEx')
    const hanging = bench.exchange.balances()
    const waiting = bench.exchange.openOrders()
    const pressedAt = performance.now()
    expect(await bench.exchange.cancel(intent.clientOrderId, { urgent: true })).toEqual({
      ok: true,
      value: 'cancelled',
    })
    expect(performance.now() - pressedAt).toBeLessThan(250)
    await Promise.all([hanging, waiting])
  })

  it('is one of ten that are all done within a second, whatever the limits, each sent until it is taken', async () => {
    bench = await startBench({ tier: 'starter', clientTier: 'starter' })
    const intents = Array.from({ length: 10 }, () => bench.intent({ amount: amount('0.01') }))
    for (const intent of intents) expect((await bench.exchange.submit(intent)).ok).toBe(true)
    const pressedAt = performance.now()
    const answers = await Promise.all(
      intents.map(({ clientOrderId }) => bench.exchange.cancel(clientOrderId, { urgent: true })),
    )
    expect(performance.now() - pressedAt).toBeLessThan(1_000)
    expect(answers).toEqual(intents.map(() => ({ ok: true, value: 'cancelled' })))
    expect(bench.server.venue.openOrders()).toEqual([])
  })
})
