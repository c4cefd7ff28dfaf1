import { describe, expect, it } from 'vitest'
import { decimal, toText } from '../../src/shared/money.ts'
import { replayOnce } from '../support/replay-once.ts'
import { hasSharedData, sharedFile } from '../support/shared-data.ts'
import { independentReplay, MINIMUMS, type Minimums } from './independent-replay.ts'

const data = (name: string): string => sharedFile('data', `${name}.csv.gz`)
const HOURLY = { 'BTC/USDT': data('binance_BTCUSDT_1h'), 'XRP/USDT': data('binance_XRPUSDT_1h') }
const WITH_CROSS = { ...HOURLY, 'XRP/BTC': data('binance_XRPBTC_1h') }
const HALF_HOURLY = { 'BTC/USDT': data('binance_BTCUSDT_30m'), 'XRP/USDT': data('binance_XRPUSDT_30m') }

const PERIODS = [
  { name: 'all of it', files: HOURLY, from: '2020-09-20', to: '2025-04-01' },
  { name: '2021 with the cross pair', files: WITH_CROSS, from: '2021-01-01', to: '2022-01-01' },
  { name: 'the last nine months at 30 minutes', files: HALF_HOURLY, from: '2024-07-01', to: '2025-04-01' },
]
const PORTFOLIOS = [
  { balance: { BTC: '0', XRP: '0', USDT: '10000' }, bags: {} },
  { balance: { BTC: '0.0345', XRP: '2150', USDT: '1275' }, bags: { BTC: '0.0155' } },
]

/** Where a trade is too small for its market the planner looks for another way: of that the other calculation knows nothing. */
const NO_MINIMUM = { amount: '0', cost: '0' }
const minimumsAt = (threshold: string) =>
  threshold === '10' ? MINIMUMS : Object.fromEntries(Object.keys(MINIMUMS).map((symbol) => [symbol, NO_MINIMUM]))
const asSettings = (minimums: Minimums): string[] =>
  Object.entries(minimums).flatMap(([symbol, { amount, cost }]) => [
    `execution.markets.${symbol}.min_amount=${amount}`,
    `execution.markets.${symbol}.min_cost=${cost}`,
  ])

/** Towards zero, without trailing zeros. */
const cut = (text: string, places: number): string => toText(decimal(text).round(places, 0))

/** The engine and a calculation that shares no code with it, over the same candles. */
describe.skipIf(!hasSharedData)('a replay agrees to the last digit with an independent calculation', () => {
  for (const period of PERIODS) {
    for (const threshold of ['2', '5', '10']) {
      it(`over ${period.name} at ${threshold} pp`, async () => {
        for (const { balance, bags } of PORTFOLIOS) {
          const expected = independentReplay({
            candles: Object.entries(period.files).map(([symbol, file]) => ({ symbol, file })),
            from: period.from,
            to: period.to,
            balance,
            bags,
            thresholdPpText: threshold,
            minimums: minimumsAt(threshold),
          })
          const actual = await replayOnce({
            ...period,
            balance,
            bags,
            set: [`portfolio.rebalancing.threshold=${threshold}`, ...asSettings(minimumsAt(threshold))],
          })
          expect(actual.checks).toBe(expected.checks)
          expect(actual.rebalances.map(({ at, trades, fees }) => ({ at, trades, fees }))).toEqual(
            expected.rebalances.map(({ time, trades, fees }) => ({ at: time * 1_000, trades, fees })),
          )
          expect(toText(actual.fees)).toBe(expected.feesUsdt)
          expect(Object.fromEntries(actual.holdings.map(({ asset, core }) => [asset, toText(core)]))).toEqual(
            expected.finalHoldings,
          )
          expect(actual.finalEquity && toText(actual.finalEquity)).toBe(expected.finalEquity)
          expect(actual.holdEquity && toText(actual.holdEquity)).toBe(expected.holdEquity)
          expect(toText(actual.maxDrawdown.round(15))).toBe(cut(expected.maxDrawdown, 15))
          expect(actual.ledgerBalanced).toBe(true)
          actual.close()
        }
      })
    }
  }
})
