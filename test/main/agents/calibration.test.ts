import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AgentOutput } from '../../../src/main/agents/agent.ts'
import { Calibration, type CalibrationFilter } from '../../../src/main/agents/calibration.ts'
import { type CalibrationCurve, HORIZONS, Tally } from '../../../src/main/domain/calibration.ts'
import type { Bias, Regime } from '../../../src/main/domain/signal.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import { pair, type TradedPair } from '../../../src/shared/ids.ts'
import { DAY, epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'
import { regimeOf, signalOf, taOf } from '../../support/signal-builders.ts'
import { openMemory } from '../persistence/builders.ts'
import { BTC_USDT, XRP_USDT } from './candles.ts'

const NOON = 1_700_000_000_000 - (1_700_000_000_000 % DAY)
const ALL: Omit<CalibrationFilter, 'agent'> = { symbol: null, regime: null }

/** Calibration over a database that outlives it, in a market whose prices and regimes the test sets. */
function deskOf() {
  const stores = createStores(openMemory())
  const prices = new Map<TradedPair, number>()
  const regimes = new Map<TradedPair, Regime>()
  const open = (): Calibration =>
    new Calibration({
      store: stores.forecasts,
      priceOf: (symbol) => prices.get(symbol) ?? null,
      regimeOf: (symbol) => regimes.get(symbol) ?? null,
    })
  let calibration = open()
  return {
    prices,
    regimes,
    stores,
    now: () => calibration,
    restart() {
      calibration = open()
    },
    /** The symbol's price, as of a candle that closes then. */
    close(at: number, price: number, symbol: TradedPair = BTC_USDT, intervalMs = MINUTE) {
      prices.set(symbol, price)
      const [open, high, low] = [price, price, price]
      const candle = { openTime: epochMs(at - intervalMs), intervalMs, open, high, low, close: price, volume: 1 }
      calibration.onCandles([{ symbol, candle }])
    },
  }
}
const hourly = (curves: readonly { readonly horizonMs: number }[]) => curves.find(({ horizonMs }) => horizonMs === HOUR)

describe('what an agent said', () => {
  it('is held against the price an hour, four hours and a day later, each when its time has come', () => {
    const desk = deskOf()
    desk.close(NOON, 100)
    desk.now().onSaid('technical_analysis', taOf({ at: epochMs(NOON), confidence: 0.7 }))
    const scored = () =>
      desk
        .now()
        .curves({ agent: 'technical_analysis', ...ALL })
        .map((curve) => [curve.waiting, curve.scored, curve.hitRate])
    expect(scored()).toEqual(HORIZONS.map(() => [1, 0, null]))
    desk.close(NOON + HOUR - MINUTE, 90)
    expect(scored()).toEqual(HORIZONS.map(() => [1, 0, null]))
    desk.close(NOON + HOUR, 101)
    const waiting = [1, 0, null]
    expect(scored()).toEqual([[0, 1, 1], waiting, waiting])
    desk.close(NOON + 4 * HOUR, 99)
    expect(scored()).toEqual([[0, 1, 1], [0, 1, 0], waiting])
    desk.close(NOON + DAY + HOUR, 200)
    expect(scored()).toEqual([
      [0, 1, 1],
      [0, 1, 0],
      [0, 1, 1],
    ])
  })

  it('is not judged by a price that came more than an hour late, and waits no longer', () => {
    const desk = deskOf()
    desk.close(NOON, 100)
    desk.now().onSaid('technical_analysis', taOf({ at: epochMs(NOON) }))
    desk.close(NOON + 2 * HOUR + 1, 101)
    expect(hourly(desk.now().curves({ agent: 'technical_analysis', ...ALL }))).toMatchObject({ scored: 0, waiting: 0 })
    expect([...desk.stores.forecasts.scored()]).toMatchObject([{ priceThen: null, isRight: null }])
  })

  it('is judged by the finest of the candles that close at one moment, which comes first', () => {
    const desk = deskOf()
    desk.close(NOON, 100)
    desk.now().onSaid('technical_analysis', taOf({ at: epochMs(NOON) }))
    const candle = { open: 1, high: 1, low: 1, volume: 1 }
    desk.now().onCandles([
      {
        symbol: BTC_USDT,
        candle: { ...candle, openTime: epochMs(NOON + 59 * MINUTE), intervalMs: MINUTE, close: 101 },
      },
      { symbol: BTC_USDT, candle: { ...candle, openTime: epochMs(NOON), intervalMs: HOUR, close: 99 } },
    ])
    expect([...desk.stores.forecasts.scored()]).toMatchObject([{ priceThen: 101, isRight: true }])
  })

  it.each<[string, AgentOutput, number | null]>([
    ['it is no news', taOf({ isNews: false }), 100],
    ['it points nowhere', taOf({ bias: 'neutral' }), 100],
    ['it is a regime that points nowhere', regimeOf({ regime: 'choppy' }), 100],
    ['nobody knows the price', taOf(), null],
    ['it is about another symbol, whose price nobody knows', taOf({ symbol: XRP_USDT }), 100],
  ])('is not scored when %s', (_, output, price) => {
    const desk = deskOf()
    if (price !== null) desk.prices.set(BTC_USDT, price)
    desk.now().onSaid('somebody', output)
    expect(desk.stores.forecasts.waiting()).toEqual([])
    expect(hourly(desk.now().curves({ agent: 'somebody', ...ALL }))).toMatchObject({ waiting: 0 })
  })

  it.each<[string, AgentOutput, string]>([
    ['a bull market', regimeOf({ regime: 'volatile_bull' }), 'long'],
    ['a bear market', regimeOf({ regime: 'trending_bear' }), 'short'],
    ['a decision to sell', signalOf({ action: 'SELL', bias: 'short' }), 'short'],
    ['a decision to wait that leans', signalOf({ action: 'HOLD', bias: 'long' }), 'long'],
  ])('is a direction too when it is %s', (_, output, bias) => {
    const desk = deskOf()
    desk.prices.set(BTC_USDT, 50_000)
    desk.regimes.set(BTC_USDT, 'ranging')
    desk.now().onSaid('somebody', output)
    const { confidence, at: saidAt, symbol } = output
    const of = { agent: 'somebody', symbol, regime: 'ranging', bias, confidence, price: 50_000, saidAt }
    expect(desk.stores.forecasts.waiting()).toEqual(HORIZONS.map((horizonMs) => ({ ...of, horizonMs })))
  })

  it('counts once when it is said twice at one moment', () => {
    const desk = deskOf()
    desk.close(NOON, 100)
    desk.now().onSaid('somebody', taOf({ at: epochMs(NOON) }))
    desk.now().onSaid('somebody', taOf({ at: epochMs(NOON), bias: 'short' }))
    desk.now().onSaid('another', taOf({ at: epochMs(NOON) }))
    desk.close(NOON + HOUR, 101)
    const curve = hourly(desk.now().curves({ agent: 'somebody', ...ALL }))
    expect(curve).toMatchObject({ scored: 1, hitRate: 1, waiting: 0 })
    expect(desk.now().agents()).toEqual(['another', 'somebody'])
  })

  it('is found among thousands that wait, and those are forgotten when they are scored', () => {
    const desk = deskOf()
    for (let minute = 0; minute < 3_000; minute++) {
      desk.close(NOON + minute * MINUTE, 100 + (minute % 7))
      desk.now().onSaid('somebody', taOf({ at: epochMs(NOON + minute * MINUTE) }))
    }
    const curves = desk.now().curves({ agent: 'somebody', ...ALL })
    expect(curves.map(({ scored, waiting }) => [scored, waiting])).toEqual([
      [2_940, 60],
      [2_760, 240],
      [1_560, 1_440],
    ])
  })
})

describe('the tallies', () => {
  const AGENTS = ['alpha', 'beta']
  const SYMBOLS = [BTC_USDT, XRP_USDT]
  const REGIMES: readonly (Regime | null)[] = ['choppy', 'trending_bull', null]
  const event = fc.record({
    /** Minutes since the last one. */
    later: fc.constantFrom(0, 0, 1, 1, 5, 7, 30, 60, 61, 120),
    kind: fc.constantFrom('said', 'candle', 'said', 'candle', 'said', 'candle', 'restart', 'regime'),
    symbol: fc.constantFrom(...SYMBOLS),
    agent: fc.constantFrom(...AGENTS),
    regime: fc.constantFrom<Regime>('choppy', 'trending_bull'),
    bias: fc.constantFrom<Bias>('long', 'short', 'long', 'short', 'neutral'),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    isNews: fc.constantFrom(true, true, true, false),
    price: fc.constantFrom(99, 100, 101),
  })
  type Event = typeof event extends fc.Arbitrary<infer E> ? E : never
  const histories = fc.array(event, { minLength: 60, maxLength: 160 })

  function play(history: readonly Event[], withRestarts: boolean) {
    const desk = deskOf()
    let time = NOON
    for (const { later, kind, symbol, agent, regime, bias, confidence, isNews, price } of history) {
      time += later * MINUTE
      if (kind === 'candle') desk.close(time, price, symbol)
      else if (kind === 'regime') desk.regimes.set(symbol, regime)
      else if (kind === 'said') desk.now().onSaid(agent, taOf({ symbol, at: epochMs(time), bias, confidence, isNews }))
      else if (withRestarts) desk.restart()
    }
    return desk
  }

  /** From the history alone, with no thought for speed: every direction, and the first price seen when it was due. */
  function judged(history: readonly Event[]) {
    let time = NOON
    const seen = history.map((each) => {
      time += each.later * MINUTE
      return { ...each, time }
    })
    const spoken = new Set<string>()
    return seen.flatMap((said, i) => {
      const before = seen.slice(0, i).filter(({ symbol }) => symbol === said.symbol)
      const price = before.findLast(({ kind }) => kind === 'candle')?.price
      const key = `${said.agent} ${said.symbol} ${said.time}`
      if (said.kind !== 'said' || !said.isNews || said.bias === 'neutral' || price === undefined) return []
      if (spoken.has(key)) return []
      spoken.add(key)
      const regime = before.findLast(({ kind }) => kind === 'regime')?.regime ?? null
      return HORIZONS.map((horizonMs) => {
        const due = said.time + horizonMs
        const then = seen
          .slice(i)
          .find((each) => each.kind === 'candle' && each.symbol === said.symbol && each.time >= due)
        const isSeen = then !== undefined && then.time - due <= HOUR
        const isRight = isSeen && (said.bias === 'long' ? then.price > price : then.price < price)
        const { agent, symbol, confidence } = said
        return { agent, symbol, regime, horizonMs, confidence, isWaiting: then === undefined, isSeen, isRight }
      })
    })
  }
  const filters = AGENTS.flatMap((agent) =>
    [...SYMBOLS, null].flatMap((symbol) => REGIMES.map((regime): CalibrationFilter => ({ agent, symbol, regime }))),
  )
  const every = (calibration: Calibration) => filters.map((filter) => calibration.curves(filter))

  it('are the same after a restart, to the last bit, whenever there are restarts', () => {
    let scored = 0
    fc.assert(
      fc.property(histories, (history) => {
        const [steady, restarted] = [play(history, false), play(history, true)]
        const curves = every(steady.now())
        expect(every(restarted.now())).toEqual(curves)
        restarted.restart()
        steady.restart()
        expect(every(restarted.now())).toEqual(curves)
        expect(every(steady.now())).toEqual(curves)
        expect(restarted.now().agents()).toEqual(steady.now().agents())
        scored += curves.flat().reduce((sum, curve) => sum + curve.scored, 0)
      }),
      { seed: 20_261_123, numRuns: 40 },
    )
    expect(scored).toBeGreaterThan(1_000)
  })

  it('are added up in an order of their own: who was scored first does not change the last bit', () => {
    const desk = deskOf()
    const said: [TradedPair, number][] = [
      [BTC_USDT, 0.15],
      [XRP_USDT, 0.35],
      [pair('XRP/BTC'), 0.71],
    ]
    for (const [symbol, confidence] of said) {
      desk.prices.set(symbol, 100)
      desk.now().onSaid('alpha', taOf({ symbol, confidence, at: epochMs(NOON) }))
    }
    for (const [i, [symbol]] of said.toReversed().entries()) desk.close(NOON + HOUR + i * MINUTE, 99, symbol)
    const brier = () => desk.now().curves({ agent: 'alpha', ...ALL })[0]?.brier
    const before = brier()
    desk.restart()
    expect(brier()).toBe(before)
  })

  it('are what a reader of the whole history would reckon', () => {
    const rounded = (curve: CalibrationCurve): unknown =>
      JSON.parse(JSON.stringify(curve), (_, value) => (typeof value === 'number' ? Number(value.toFixed(12)) : value))
    fc.assert(
      fc.property(histories, (history) => {
        const calibration = play(history, true).now()
        const all = judged(history)
        for (const filter of filters) {
          for (const { horizonMs, waiting, ...curve } of calibration.curves(filter)) {
            const fitting = all.filter(
              (each) =>
                each.horizonMs === horizonMs &&
                each.agent === filter.agent &&
                (filter.symbol === null || each.symbol === filter.symbol) &&
                (filter.regime === null || each.regime === filter.regime),
            )
            const tally = new Tally()
            for (const { confidence, isRight, isSeen } of fitting) if (isSeen) tally.add(confidence, isRight)
            expect(rounded(curve)).toEqual(rounded(tally.curve()))
            expect(waiting).toBe(fitting.filter(({ isWaiting }) => isWaiting).length)
          }
        }
      }),
      { seed: 20_261_124, numRuns: 40 },
    )
  })

  it('of the symbols, and of the regimes, add up to the whole where every moment has one', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const inRegimes = SYMBOLS.map(
          (symbol): Event => ({ ...(history[0] as Event), kind: 'regime', symbol, later: 0 }),
        )
        const calibration = play([...inRegimes, ...history], false).now()
        const count = (filter: Partial<CalibrationFilter>): number[] =>
          calibration
            .curves({ agent: 'alpha', symbol: null, regime: null, ...filter })
            .flatMap(({ scored, waiting, bins }) => [scored, waiting, bins.reduce((sum, bin) => sum + bin.count, 0)])
        const sum = (parts: readonly number[][]): number[] =>
          (parts[0] ?? []).map((_, i) => parts.reduce((total, part) => total + (part[i] ?? 0), 0))
        expect(sum(SYMBOLS.map((symbol) => count({ symbol })))).toEqual(count({}))
        expect(sum(['choppy', 'trending_bull'].map((regime) => count({ regime: regime as Regime })))).toEqual(count({}))
      }),
      { seed: 20_261_125, numRuns: 40 },
    )
  })
})
