import { describe, expect, it } from 'vitest'
import { createPaperExchange } from '../../../../src/main/adapters/paper/paper-exchange.ts'
import type { VenueTick } from '../../../../src/main/adapters/paper/venue.ts'
import { createSimulatedClock } from '../../../../src/main/adapters/system/clock.ts'
import type { GatedIntent } from '../../../../src/main/domain/gate.ts'
import type { Tick } from '../../../../src/main/domain/market.ts'
import type { OrderIntent } from '../../../../src/main/domain/order.ts'
import type { ExchangeOrder } from '../../../../src/main/ports.ts'
import type { Asset, ClientOrderId, PositionId, TradedPair } from '../../../../src/shared/ids.ts'
import { amount, fraction, price, toText } from '../../../../src/shared/money.ts'
import { epochMs } from '../../../../src/shared/time.ts'
import { BTC, BTC_USDT, rulesOf, USDT } from '../../../support/money-arbitraries.ts'
import { intentOf, NOON } from '../../../support/trading-builders.ts'

const id = (n: number): ClientOrderId => n.toString(16).padStart(32, '0') as ClientOrderId

function openPaper(options: { allowsMargin?: boolean; slippage?: string } = {}) {
  const clock = createSimulatedClock(NOON)
  let tick: Tick | null = { symbol: BTC_USDT, at: NOON, bid: 99, ask: 101, last: 100 }
  const hints: ClientOrderId[] = []
  const exchange = createPaperExchange({
    file: ':memory:',
    clock,
    rules: (symbol: TradedPair) => (symbol === BTC_USDT ? rulesOf(BTC_USDT) : null),
    tickOf: () => tick,
    slippage: fraction(options.slippage ?? '0'),
    // Earnings are no part of an opening; they come in here under their own code all the same.
    opening: new Map([
      [BTC, amount('2')],
      ['BTC.F' as Asset, amount('0.5')],
      [USDT, amount('300')],
    ]),
    ...(options.allowsMargin === undefined ? {} : { allowsMargin: options.allowsMargin }),
  })
  exchange.onChange((clientOrderId) => hints.push(clientOrderId))
  return {
    exchange,
    clock,
    hints,
    setTick(next: Partial<Tick> | null) {
      tick = next === null || tick === null ? null : { ...tick, ...next }
      return tick
    },
    move(bid: number, ask: number, last = (bid + ask) / 2) {
      tick = { symbol: BTC_USDT, at: clock.now(), bid, ask, last }
      exchange.onTicks([tick])
    },
    async submit(overrides: Partial<OrderIntent>): Promise<string> {
      const answer = await exchange.submit(intentOf(overrides) as GatedIntent)
      return answer.ok ? answer.value.exchangeId : `${answer.error.kind}: ${answer.error.message}`
    },
    async found(clientOrderId: ClientOrderId): Promise<ExchangeOrder> {
      const answer = await exchange.find(clientOrderId)
      if (!answer.ok || answer.value === 'never-seen') throw new Error('not found')
      return answer.value
    },
  }
}

describe('the paper exchange', () => {
  it('fills a market order at the touch plus slippage and tells of it when asked', async () => {
    const paper = openPaper({ slippage: '0.001' })
    expect(
      await paper.submit({ clientOrderId: id(1), type: 'market', amount: amount('0.5'), limitPrice: price('200') }),
    ).toBe('P1')
    const order = await paper.found(id(1))
    expect([order.exchangeId, order.status, toText(order.filled), order.trigger]).toEqual(['P1', 'filled', '0.5', null])
    expect(order.fills).toEqual([
      {
        tradeId: 'paper-1',
        clientOrderId: id(1),
        symbol: BTC_USDT,
        side: 'buy',
        amount: amount('0.5'),
        price: price('101.101'),
        fee: amount('0.202202'),
        feeAsset: USDT,
        at: NOON,
      },
    ])
  })

  it('lets a market order go that cannot trade within its worst price', async () => {
    const paper = openPaper()
    expect(await paper.submit({ clientOrderId: id(1), type: 'market', limitPrice: price('100.9') })).toBe('P1')
    const order = await paper.found(id(1))
    expect([order.status, order.fills]).toEqual(['cancelled', []])
  })

  it('refuses what may only make the market when it would trade at once, and rests it when not', async () => {
    const { submit, found } = openPaper()
    const only = { type: 'post_only', side: 'buy', amount: amount('1') } as const
    expect(await submit({ ...only, clientOrderId: id(1), limitPrice: price('101') })).toContain('refused')
    await submit({ ...only, clientOrderId: id(2), limitPrice: price('100') })
    expect((await found(id(2))).status).toBe('open')
  })

  it('says in words why it refuses', async () => {
    const paper = openPaper()
    const submit = (overrides: Partial<OrderIntent>) => paper.submit({ limitPrice: price('90'), ...overrides })
    expect(await submit({ symbol: 'ETH/USDT' as TradedPair })).toBe('refused: ETH/USDT is not traded here.')
    expect(await submit({ deadline: epochMs(NOON - 1) })).toBe('refused: The deadline of this request has passed.')
    expect(await submit({ amount: amount('0.00004') })).toBe('refused: The amount is below the minimum of 0.00005.')
    expect(await submit({ amount: amount('4') })).toBe('refused: Insufficient funds: USDT.')
    expect(await submit({ side: 'sell', amount: amount('2.1') })).toBe('refused: Insufficient funds: BTC.')
    expect(await submit({ leverage: 2 })).toBe('refused: This account may not trade on margin.')
    expect(await submit({})).toBe('P1')
    expect(await submit({})).toBe('refused: This client order id is known already.')
    paper.setTick(null)
    expect(await submit({ clientOrderId: id(2) })).toBe('refused: There is no fresh price of BTC/USDT.')
    expect(await paper.exchange.find(id(2))).toEqual({ ok: true, value: 'never-seen' })
  })

  it('hints at resting orders that trade, not at what its answers say', async () => {
    const paper = openPaper()
    await paper.submit({ clientOrderId: id(1), limitPrice: price('98') })
    await paper.submit({ clientOrderId: id(2), type: 'market', amount: amount('0.1'), limitPrice: price('200') })
    await paper.submit({ clientOrderId: id(3), limitPrice: price('90') })
    await paper.exchange.cancel(id(3))
    expect(paper.hints).toEqual([])
    paper.move(97, 98)
    expect(paper.hints).toEqual([id(1)])
    expect((await paper.found(id(1))).fills.map(({ tradeId, fee }) => [tradeId, toText(fee)])).toEqual([
      ['paper-2', '0.245'],
    ])
  })

  it('calls an order that traded in part by its name', async () => {
    const paper = openPaper()
    await paper.submit({ clientOrderId: id(1), limitPrice: price('98') })
    const tick: VenueTick = { symbol: BTC_USDT, at: NOON, bid: 96, ask: 97, last: 97, askSize: amount('0.4') }
    paper.exchange.onTicks([tick])
    const order = await paper.found(id(1))
    expect([order.status, toText(order.filled), order.fills.length]).toEqual(['partially_filled', '0.4', 1])
  })

  it('rests a stop, moves it, and sells when the last price is there', async () => {
    const paper = openPaper()
    const stop = { clientOrderId: id(1), type: 'stop', side: 'sell', limitPrice: price('90') } as const
    expect(await paper.submit(stop)).toBe('P1')
    expect(await paper.exchange.amend(id(1), price('95'))).toEqual({ ok: true, value: 'amended' })
    expect(await paper.exchange.amend(id(1), price('95'))).toEqual({ ok: true, value: 'amended' })
    const resting = await paper.found(id(1))
    expect([resting.status, resting.trigger && toText(resting.trigger)]).toEqual(['open', '95'])
    expect(paper.hints).toEqual([])
    paper.move(94, 96, 95)
    expect(new Set(paper.hints)).toEqual(new Set([id(1)]))
    expect((await paper.found(id(1))).fills.map((fill) => toText(fill.price))).toEqual(['94'])
    expect(await paper.exchange.amend(id(1), price('96'))).toEqual({ ok: true, value: 'not-open' })
  })

  it('hints at a stop that was moved to where the market is', async () => {
    const paper = openPaper()
    await paper.submit({ clientOrderId: id(1), type: 'stop', side: 'sell', limitPrice: price('90') })
    expect(await paper.exchange.amend(id(1), price('100'))).toEqual({ ok: true, value: 'amended' })
    expect(paper.hints).toEqual([id(1)])
    expect((await paper.found(id(1))).status).toBe('filled')
  })

  it('refuses to move a stop to a price that is none', async () => {
    const paper = openPaper()
    await paper.submit({ clientOrderId: id(1), type: 'stop', side: 'sell', limitPrice: price('90') })
    const answer = await paper.exchange.amend(id(1), price('90.000000001'))
    expect(answer.ok ? null : answer.error.kind).toBe('refused')
  })

  it('cancels once, and finds the newest of the orders with the same id', async () => {
    const paper = openPaper()
    await paper.submit({ clientOrderId: id(1), limitPrice: price('90') })
    expect(await paper.exchange.cancel(id(1), { urgent: true })).toEqual({ ok: true, value: 'cancelled' })
    expect(await paper.exchange.cancel(id(1))).toEqual({ ok: true, value: 'not-open' })
    expect(await paper.submit({ clientOrderId: id(1), limitPrice: price('91') })).toBe('P2')
    expect((await paper.found(id(1))).exchangeId).toBe('P2')
  })

  it('lists what rests, with what the exchange calls it and the price it waits for', async () => {
    const paper = openPaper()
    await paper.submit({ clientOrderId: id(1), limitPrice: price('90') })
    await paper.submit({ clientOrderId: id(2), type: 'stop', side: 'sell', limitPrice: price('80') })
    const answer = await paper.exchange.openOrders()
    expect(answer.ok && answer.value.map((order) => [order.exchangeId, order.type, order.price])).toEqual([
      ['P1', 'limit', price('90')],
      ['P2', 'stop-loss', price('80')],
    ])
    expect(answer.ok && answer.value[0]).toMatchObject({ clientOrderId: id(1), symbol: BTC_USDT, openedAt: NOON })
  })

  it('keeps apart what can be sold and what earns', async () => {
    const answer = await openPaper().exchange.balances()
    expect(answer.ok && [...answer.value].map(([of, { spot, earn }]) => [of, toText(spot), toText(earn)])).toEqual([
      ['BTC', '2', '0.5'],
      ['USDT', '300', '0'],
    ])
  })

  it('closes on margin what it holds there and nothing more', async () => {
    const paper = openPaper({ allowsMargin: true })
    const entry = { clientOrderId: id(1), type: 'market', leverage: 2, limitPrice: price('110') } as const
    expect(await paper.submit(entry)).toBe('P1')
    const receipt = { kind: 'protective_stop', positionId: 'pos_1' as PositionId } as const
    const stop = { type: 'stop', side: 'sell', leverage: 2, limitPrice: price('95'), receipt } as const
    expect(await paper.submit({ clientOrderId: id(2), amount: amount('1.5'), ...stop })).toBe('P2')
    paper.move(94, 96)
    const stopped = await paper.found(id(2))
    expect([stopped.status, toText(stopped.filled)]).toEqual(['cancelled', '1'])
    const balances = await paper.exchange.balances()
    // 300 + (94 − 101) − 0.4 % of both
    expect(balances.ok && toText(balances.value.get(USDT)?.spot ?? amount('0'))).toBe('292.22')
    expect(balances.ok && toText(balances.value.get(BTC)?.spot ?? amount('0'))).toBe('2')
  })

  it('is always well', () => {
    expect(openPaper().exchange.health()).toEqual({
      restProblem: null,
      restAt: NOON,
      streamProblem: null,
      streamAt: NOON,
      system: 'online',
      calls: null,
    })
  })
})
