import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { OrderKey } from '../../../../src/main/adapters/paper/venue.ts'
import { type Amount, amount, type Decimal, decimal, price, ZERO } from '../../../../src/shared/money.ts'
import { epochMs } from '../../../../src/shared/time.ts'
import { BTC_USDT, scaled, XRP_USDT } from '../../../support/money-arbitraries.ts'
import { openBench, request } from './venue-bench.ts'
import { checkMargin, checkMoney, checkOrders, checkSizes, checkSpot, observe, type Seen } from './venue-invariants.ts'

const folder = mkdtempSync(join(tmpdir(), 'triplegain-venue-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const OPENING = { BTC: '2', XRP: '3', USDT: '150', 'BTC.F': '1' }
type Bench = ReturnType<typeof openBench>

const symbol = fc.constantFrom(BTC_USDT, XRP_USDT)
const side = fc.constantFrom('buy' as const, 'sell' as const)
/** Mostly whole lots and ticks, now and then neither, or below the minimum. */
const lots = fc.integer({ min: 0, max: 35 }).map((n) => (n === 35 ? '0.0007' : scaled(n * 100, 3)))
const near = fc.integer({ min: 180, max: 220 }).map((n) => (n === 180 ? '90.3' : scaled(n * 5, 1)))
const key = fc.nat({ max: 30 })
const name = fc.constantFrom(null, 'a', 'b', 'c')
const size = fc.option(fc.integer({ min: 0, max: 20 }).map((n) => amount(scaled(n, 1))))

const place = fc.record({
  do: fc.constant('place' as const),
  symbol,
  side,
  name,
  kind: fc.constantFrom('market' as const, 'limit' as const, 'ioc' as const, 'post' as const, 'stop-loss' as const),
  units: lots,
  at: near,
  leverage: fc.constantFrom(1, 1, 2, 3, 5),
  reduceOnly: fc.constantFrom(false, false, true),
  isLate: fc.nat({ max: 19 }).map((n) => n === 19),
})
const command = fc.oneof(
  { weight: 5, arbitrary: place },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('tick' as const),
      symbol,
      mid: fc.integer({ min: 70, max: 130 }),
      spread: fc.integer({ min: 0, max: 4 }),
      skew: fc.integer({ min: -3, max: 3 }),
      bidSize: size,
      askSize: size,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), key, name }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('amend' as const),
      key,
      units: fc.option(lots),
      at: fc.option(near),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('credit' as const),
      code: fc.constantFrom('BTC', 'USDT', 'BTC.F'),
      change: fc.integer({ min: -5, max: 10 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('silence' as const), symbol }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

/** Carries out one command; `outside` is what the account was given. */
function apply(bench: Bench, act: Command, outside: Map<string, Decimal>, allowsMargin: boolean): void {
  const { venue } = bench
  switch (act.do) {
    case 'place': {
      const { kind, at } = act
      const type = kind === 'ioc' || kind === 'post' ? 'limit' : kind
      venue.place(
        request({
          clientOrderId: act.name,
          symbol: act.symbol,
          side: act.side,
          type,
          amount: act.units,
          ...(type === 'limit' ? { limitPrice: at } : {}),
          ...(type === 'stop-loss' ? { trigger: at } : {}),
          timeInForce: kind === 'ioc' ? 'IOC' : 'GTC',
          postOnly: kind === 'post',
          leverage: allowsMargin ? act.leverage : 1,
          reduceOnly: allowsMargin && act.leverage > 1 && act.reduceOnly,
          deadline: act.isLate ? epochMs(bench.clock.now() - 1) : null,
        }),
      )
      return
    }
    case 'tick': {
      const { mid, spread, skew } = act
      const sizes = {
        ...(act.bidSize === null ? {} : { bidSize: act.bidSize }),
        ...(act.askSize === null ? {} : { askSize: act.askSize }),
      }
      bench.tick(mid - spread / 2, mid + spread / 2, { symbol: act.symbol, last: mid + skew, ...sizes })
      return
    }
    case 'cancel': {
      const chosen: OrderKey = act.name === null ? { number: act.key } : { clientOrderId: act.name }
      venue.cancel(chosen, 'by hand')
      return
    }
    case 'amend': {
      const order = venue.order({ number: act.key })
      const isStop = order?.type === 'stop-loss'
      venue.amend(
        { number: act.key },
        {
          ...(act.units === null ? {} : { amount: amount(act.units) }),
          ...(act.at === null ? {} : isStop ? { trigger: price(act.at) } : { limitPrice: price(act.at) }),
        },
      )
      return
    }
    case 'credit': {
      const change = decimal(String(act.change)) as Amount
      const { total, held } = venue.holdings().get(act.code) ?? { total: ZERO, held: ZERO }
      if (venue.marginPositions().length > 0 || total.minus(held).plus(change).lt(ZERO)) return
      venue.credit(act.code, change)
      outside.set(act.code, (outside.get(act.code) ?? ZERO).plus(change))
      return
    }
    case 'silence':
      bench.ticks.set(act.symbol, null)
      return
    case 'restart': {
      const before = observe(bench)
      bench.reopen()
      expect(observe(bench)).toEqual(before)
    }
  }
}

function play(commands: readonly Command[], options: { allowsMargin: boolean; file?: string }): Seen {
  const bench = openBench({ ...options, slippage: '0.001', opening: OPENING })
  const outside = new Map<string, Decimal>(Object.entries(OPENING).map(([code, units]) => [code, decimal(units)]))
  for (const act of commands) {
    if (act.do === 'restart' && options.file === undefined) continue
    apply(bench, act, outside, options.allowsMargin)
    const seen = observe(bench)
    checkOrders(seen)
    checkMoney(seen, outside)
    if (options.file === undefined) checkSizes(bench, seen)
    if (options.allowsMargin) checkMargin(seen)
    else checkSpot(seen)
  }
  const seen = observe(bench)
  bench.venue.close()
  return seen
}

const histories = fc.array(command, { minLength: 30, maxLength: 60, size: 'max' })

describe('whatever is asked of the venue', () => {
  it('keeps spot accounts whole: nothing negative, nothing made or lost, reservations equal to the open orders', () => {
    let trades = 0
    fc.assert(
      fc.property(histories, (commands) => {
        trades += play(commands, { allowsMargin: false }).trades.length
      }),
      { seed: 3, numRuns: 300 },
    )
    expect(trades).toBeGreaterThan(1_000)
  })

  it('keeps margin accounts exact: every gain is the cash that came of it', () => {
    let closes = 0
    let liquidations = 0
    fc.assert(
      fc.property(histories, (commands) => {
        const seen = play(commands, { allowsMargin: true })
        closes += seen.trades.filter((trade) => trade.realized !== null && !trade.realized.eq(ZERO)).length
        liquidations += seen.closed.filter(({ reason }) => reason === 'liquidated').length
      }),
      { seed: 4, numRuns: 300 },
    )
    expect(closes).toBeGreaterThan(100)
    expect(liquidations).toBeGreaterThan(5)
  })

  it('remembers over a restart all that could be seen before it', () => {
    let run = 0
    fc.assert(
      fc.property(histories, fc.boolean(), (commands, allowsMargin) => {
        play(commands, { allowsMargin, file: join(folder, `exchange-${++run}.db`) })
      }),
      { seed: 5, numRuns: 30 },
    )
  })
})
