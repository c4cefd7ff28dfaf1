import { describe, expect, it } from 'vitest'
import type { Movement } from '../../../src/main/ports.ts'
import type { Asset } from '../../../src/shared/ids.ts'
import { amount, toText } from '../../../src/shared/money.ts'
import { ok } from '../../../src/shared/result.ts'
import { epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC, USDT, XRP } from '../../support/money-arbitraries.ts'
import { compared, entriesOf, held, waitingOf } from './movements-bench.ts'
import { AT_MARKET, alertsOf, isInOrder, NO_COOLDOWN, quote, rebalance, unreachable } from './trade-bench.ts'

describe('what comes into the account or leaves it elsewhere', () => {
  it('is found when the balances are compared, booked once, and in no sleeve until somebody decides', async () => {
    const bench = createEngineBench()
    bench.tick()
    bench.exchange.move('deposit', BTC, amount('0.5'))
    bench.exchange.move('withdrawal', USDT, amount('4000'))
    bench.exchange.move('reward', XRP, amount('2'))
    for (let times = 0; times < 3; times++) expect(await compared(bench)).toBeNull()
    expect(waitingOf(bench)).toEqual(['deposit 0.5 BTC', 'withdrawal 4000 USDT', 'reward 2 XRP'])
    expect(held(bench, BTC)).toBe('core 0, hodl 0.01, unclassified 0.5, earning 0')
    expect(held(bench, USDT)).toBe('core 10000, hodl 0, unclassified -4000, earning 0')
    expect(entriesOf(bench, 'deposit', 'withdrawal', 'reward')).toEqual([
      'deposit paper-movement-1',
      'withdrawal paper-movement-2',
      'reward paper-movement-3',
    ])
    expect(alertsOf(bench)).toEqual(['movement/found', 'movement/found', 'movement/found'])
    expect(bench.bugs).toEqual([])
  })

  it('is worth its price of that moment, and unknown where nobody looked for long', async () => {
    const bench = createEngineBench()
    bench.tick()
    bench.exchange.move('deposit', BTC, amount('0.5'))
    await compared(bench)
    bench.exchange.move('deposit', BTC, amount('0.6'))
    await bench.pass(2 * HOUR, MINUTE)
    await compared(bench)
    const prices = [...bench.stores.ledger.all()]
      .filter(({ kind }) => kind === 'deposit')
      .map((entry) => [...entry.prices].map(([asset, value]) => `${asset} ${toText(value)}`))
    expect(prices).toEqual([['BTC 50000'], []])
  })

  it('changes no weight and starts no rebalance, however large it is', async () => {
    const bench = createEngineBench({ set: AT_MARKET })
    bench.tick()
    await rebalance(bench)
    const weights = () =>
      bench.engine.rebalancer
        .allocation((symbol) => bench.engine.tracker.markOf(symbol))
        ?.map(({ weight }) => toText(weight))
    const before = weights()
    bench.exchange.move('deposit', BTC, amount('10'))
    await compared(bench)
    expect(weights()).toEqual(before)
    expect(bench.engine.rebalancer.check()).toEqual({ kind: 'quiet' })
  })

  it('does not hold up trading once it is booked, and what stays unexplained does', async () => {
    const bench = createEngineBench()
    bench.tick()
    bench.exchange.move('deposit', BTC, amount('0.5'))
    expect(await compared(bench)).toBeNull()
    const spoilt = createEngineBench({
      spoil: (exchange) => ({
        ...exchange,
        movements: async () => ok({ movements: [], unread: ['LXYZ (adjustment of -5 USDT)'] }),
      }),
    })
    spoilt.tick()
    spoilt.exchange.move('deposit', BTC, amount('0.5'))
    const text = await compared(spoilt)
    expect(text).toContain('BTC: the ledger has 0.01, the exchange 0.51')
    expect(text).toContain('LXYZ (adjustment of -5 USDT)')
    expect(alertsOf(spoilt)).toEqual(['reconcile/difference'])
  })

  it('is booked later when the exchange writes it down late, and the difference is over', async () => {
    let isLate = true
    const bench = createEngineBench({
      spoil: (exchange) => ({
        ...exchange,
        movements: async (since) => (isLate ? ok({ movements: [], unread: [] }) : exchange.movements(since)),
      }),
    })
    bench.tick()
    bench.exchange.move('deposit', BTC, amount('0.5'))
    expect(await compared(bench)).not.toBeNull()
    for (let hour = 0; hour < 3; hour++) {
      await bench.pass(HOUR, MINUTE)
      expect(await compared(bench)).not.toBeNull()
    }
    isLate = false
    await bench.pass(15 * MINUTE, MINUTE)
    expect(await compared(bench)).toBeNull()
    expect(waitingOf(bench)).toEqual(['deposit 0.5 BTC'])
  })

  it('is not booked once more when a person has booked the difference meanwhile', async () => {
    let isLate = true
    const bench = createEngineBench({
      spoil: (exchange) => ({
        ...exchange,
        movements: async (since) => (isLate ? ok({ movements: [], unread: [] }) : exchange.movements(since)),
      }),
    })
    bench.tick()
    await bench.pass(MINUTE)
    bench.exchange.move('deposit', BTC, amount('0.5'))
    await bench.pass(MINUTE)
    await compared(bench)
    const shown = bench.engine.executor.difference()?.items ?? []
    expect((await bench.engine.executor.bookDifference('my own coins', shown)).ok).toBe(true)
    isLate = false
    await bench.pass(HOUR, MINUTE)
    expect(await compared(bench)).toBeNull()
    expect(waitingOf(bench)).toEqual([])
    bench.exchange.move('deposit', BTC, amount('0.25'))
    expect(await compared(bench)).toBeNull()
    expect(waitingOf(bench)).toEqual(['deposit 0.25 BTC'])
  })

  it('from before the opening is in the opening already', async () => {
    const bench = createEngineBench({
      spoil: (exchange) => ({
        ...exchange,
        async movements(since) {
          const told = await exchange.movements(since)
          if (!told.ok) return told
          const old: Movement = { id: 'old', kind: 'deposit', asset: BTC, amount: amount('0.01'), at: before }
          return ok({ movements: [old, ...told.value.movements], unread: [] })
        },
      }),
    })
    const before = epochMs(bench.clock.now() - 1)
    bench.tick()
    bench.exchange.move('deposit', BTC, amount('0.5'))
    expect(await compared(bench)).toBeNull()
    expect(waitingOf(bench)).toEqual(['deposit 0.5 BTC'])
  })

  it('that came and went again is found too, because it is asked for every ten minutes', async () => {
    let asked = 0
    const bench = createEngineBench({
      spoil: (exchange) => ({
        ...exchange,
        movements(since) {
          asked++
          return exchange.movements(since)
        },
      }),
    })
    bench.tick()
    await compared(bench)
    expect(asked).toBe(0)
    bench.exchange.move('deposit', BTC, amount('0.5'))
    bench.exchange.move('withdrawal', BTC, amount('0.5'))
    for (let minute = 0; minute < 60; minute++) {
      await bench.pass(MINUTE, MINUTE)
      await compared(bench)
    }
    expect(waitingOf(bench)).toEqual(['deposit 0.5 BTC', 'withdrawal 0.5 BTC'])
    expect(asked).toBe(6)
  })

  it('of another asset than ours is none of our business', async () => {
    const bench = createEngineBench()
    bench.tick()
    bench.exchange.move('deposit', 'DOGE' as Asset, amount('1000'))
    bench.exchange.move('deposit', BTC, amount('0.5'))
    expect(await compared(bench)).toBeNull()
    expect(waitingOf(bench)).toEqual(['deposit 0.5 BTC'])
  })

  it('does not hide a fill that is late, nor is it taken for one', async () => {
    let isLate = true
    const bench = createEngineBench({
      set: [NO_COOLDOWN],
      spoil: (exchange) => ({
        ...exchange,
        async find(id) {
          const found = await exchange.find(id)
          if (!isLate || !found.ok || found.value === 'never-seen') return found
          return ok({ ...found.value, status: 'open' as const, filled: amount('0'), fills: [] })
        },
      }),
    })
    quote(bench)
    await rebalance(bench)
    bench.tick({ 'BTC/USDT': 49_000, 'XRP/USDT': 1.9 })
    bench.exchange.move('deposit', USDT, amount('77'))
    await compared(bench)
    isLate = false
    expect(await isInOrder(bench)).toBe(true)
    expect(waitingOf(bench)).toEqual(['deposit 77 USDT'])
    expect(entriesOf(bench, 'fill').length).toBeGreaterThan(0)
  })

  it('that cannot be asked for changes nothing while all agrees', async () => {
    const bench = createEngineBench({ spoil: (exchange) => ({ ...exchange, movements: async () => unreachable() }) })
    bench.tick()
    expect(await compared(bench)).toBeNull()
    bench.exchange.move('to_earning', BTC, amount('0.01'))
    expect(await compared(bench)).toBeNull()
    expect(held(bench, BTC)).toBe('core 0, hodl 0.01, unclassified 0, earning 0.01')
    bench.exchange.move('deposit', BTC, amount('1'))
    expect(await compared(bench)).toContain('differ')
  })

  it('is booked together with its entry, or not at all', async () => {
    const bench = createEngineBench()
    bench.tick()
    bench.exchange.move('deposit', BTC, amount('0.5'))
    bench.sql.exec("CREATE TRIGGER full BEFORE INSERT ON ledger_lines BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    await compared(bench)
    expect([waitingOf(bench), entriesOf(bench, 'deposit')]).toEqual([[], []])
    expect(bench.bugs.join()).toContain('disk is full')
    bench.sql.exec('DROP TRIGGER full')
    await bench.pass(MINUTE)
    expect(await compared(bench)).toBeNull()
    expect([waitingOf(bench), entriesOf(bench, 'deposit')]).toEqual([['deposit 0.5 BTC'], ['deposit paper-movement-1']])
  })

  it('is refused by the database the second time', async () => {
    const bench = createEngineBench()
    bench.tick()
    bench.exchange.move('deposit', BTC, amount('0.5'))
    await compared(bench)
    const [movement] = bench.stores.movements.waiting()
    if (movement === undefined) throw new Error('nothing was found')
    expect(bench.stores.movements.add(movement)).toBe(false)
    const [entry] = [...bench.stores.ledger.all()].filter(({ kind }) => kind === 'deposit')
    if (entry === undefined) throw new Error('nothing was booked')
    expect(() => bench.stores.ledger.append(entry)).toThrow('UNIQUE')
  })
})
