import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Accounting } from '../../../src/main/accounting/accounting.ts'
import { createSlices } from '../../../src/main/api/slices.ts'
import { correctionEntry, fillEntry, type LedgerEntry, openingEntry } from '../../../src/main/domain/ledger.ts'
import { PortfolioView } from '../../../src/shared/contract/views.ts'
import { baseOf, type TradeId } from '../../../src/shared/ids.ts'
import { amount, type Decimal, price, toText } from '../../../src/shared/money.ts'
import { after, DAY, epochMs, HOUR } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { BTC, BTC_USDT, USDT, XRP, XRP_BTC } from '../../support/money-arbitraries.ts'
import { fillOf, NOON } from '../../support/trading-builders.ts'
import { AT_MARKET, type Bench, isInOrder, quote, rebalance, trade } from '../execution/trade-bench.ts'

const text = (value: Decimal | null): string | null => value && toText(value)
const at = (iso: string) => epochMs(Date.parse(iso))
const traded = (side: 'buy' | 'sell', units: string, unitPrice: string, when: string): LedgerEntry =>
  fillEntry(fillOf({ side, amount: amount(units), price: price(unitPrice), fee: amount('0'), at: at(when) }), 'core')

describe('realized gains', () => {
  it('are summed over all time and by the year of the sale in UTC', () => {
    const accounting = new Accounting(USDT, 'fifo')
    for (const entry of [
      traded('buy', '3', '100', '2024-05-01T00:00:00Z'),
      traded('sell', '1', '110', '2025-12-31T23:59:59Z'),
      traded('sell', '1', '125', '2026-01-01T00:00:00Z'),
    ])
      accounting.onEntry(entry)
    expect(text(accounting.realized())).toBe('35')
    expect(text(accounting.realizedIn(2025))).toBe('10')
    expect(text(accounting.realizedIn(2026))).toBe('25')
    expect(text(accounting.realizedIn(2024))).toBe('0')
  })

  it('are unknown of the year, and of all time, in which something was sold that nobody knows the cost of', () => {
    const accounting = new Accounting(USDT, 'fifo')
    accounting.onEntry(openingEntry(BTC, 'core', amount('1'), at('2025-01-01T00:00:00Z')))
    accounting.onEntry(traded('sell', '1', '110', '2025-06-01T00:00:00Z'))
    accounting.onEntry(traded('buy', '1', '100', '2026-01-01T00:00:00Z'))
    accounting.onEntry(traded('sell', '1', '110', '2026-01-02T00:00:00Z'))
    expect(accounting.realized()).toBeNull()
    expect(accounting.realizedIn(2025)).toBeNull()
    expect(text(accounting.realizedIn(2026))).toBe('10')
  })
})

describe('open lots', () => {
  it.each(['fifo', 'lifo', 'hifo'] as const)('are shown oldest first, by %s too', (method) => {
    const accounting = new Accounting(USDT, method)
    accounting.onEntry(traded('buy', '1', '300', '2026-01-02T00:00:00Z'))
    accounting.onEntry(traded('buy', '1', '100', '2026-01-03T00:00:00Z'))
    accounting.onEntry(openingEntry(XRP, 'core', amount('1'), at('2026-01-01T00:00:00Z'), price('2')))
    expect(accounting.openLots().map(({ cost }) => text(cost))).toEqual(['2', '300', '100'])
  })
})

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function portfolioOf({ engine, stores, clock }: Bench): PortfolioView {
  const slices = createSlices({
    engine,
    stores,
    clock,
    markets: { rules: () => null, symbols: [] },
    mode: 'paper',
    market: 'test',
    version: '0',
    dataDir: '',
    speed: () => 1,
    hasKey: { deepseek: false, claude: false },
    modelNames: { deepseek: 'deepseek-flash', claude: 'claude-sonnet' },
    startedAt: clock.now(),
  })
  return PortfolioView.parse(slices.portfolio())
}
const entriesOf = ({ stores }: Bench): LedgerEntry[] => [...stores.ledger.all()]
/** Everything that is derived, computed from the disk alone. */
function anew(bench: Bench): Accounting {
  const accounting = new Accounting(USDT, bench.engine.accounting.method)
  for (const entry of entriesOf(bench)) accounting.onEntry(entry)
  return accounting
}
const stateOf = (accounting: Accounting): string =>
  JSON.stringify([accounting.openLots(), accounting.realized(), accounting.realizedIn(2026)])
/** A fill of an order of core's, as the exchange reports it. */
function fillOfCore(bench: Bench, overrides: Partial<Parameters<typeof fillOf>[0]> = {}) {
  const tradeId = `T${entriesOf(bench).length}` as TradeId
  const fill = fillOf({ tradeId, at: bench.clock.now(), ...overrides })
  bench.engine.books.commit(
    bench.stores.transact(() => [bench.engine.books.write(fillEntry(fill, 'core', bench.engine.books.pricesOf(fill)))]),
  )
  return entriesOf(bench).at(-1)?.prices ?? new Map()
}

describe('the accounts of an engine', () => {
  it('follow a rebalance and a trade, and are the same when computed anew', async () => {
    const bench = createEngineBench({ set: AT_MARKET })
    bench.tick()
    await rebalance(bench)
    bench.tick({ 'BTC/USDT': 60_000 })
    await rebalance(bench)
    await trade(bench)
    expect(bench.engine.accounting.realized()?.eq(amount('0'))).toBe(false)
    expect(stateOf(anew(bench))).toBe(stateOf(bench.engine.accounting))
    for (const coin of [BTC, XRP]) {
      const lots = bench.engine.accounting.openLots().filter((lot) => lot.asset === coin)
      expect(toText(lots.reduce<Decimal>((total, lot) => total.plus(lot.amount), amount('0')))).toBe(
        toText(bench.engine.books.owned(coin)),
      )
    }
    expect(await isInOrder(bench)).toBe(true)
  })

  it('are the same after a restart', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'triplegain-accounts-'))
    folders.push(dir)
    const before = createEngineBench({ set: AT_MARKET, dir })
    before.tick()
    await rebalance(before)
    const state = stateOf(before.engine.accounting)
    await before.end()
    const restarted = createEngineBench({ set: AT_MARKET, dir, now: after(before.clock.now(), DAY) })
    expect(stateOf(restarted.engine.accounting)).toBe(state)
    await restarted.end()
  })

  it('are never ahead of the disk: what was rolled back was never booked', () => {
    const bench = createEngineBench()
    const state = stateOf(bench.engine.accounting)
    expect(() =>
      bench.stores.transact(() => {
        bench.engine.books.write(correctionEntry(BTC, amount('1'), NOON, 'counted'))
        throw new Error('the disk is full')
      }),
    ).toThrow('disk')
    expect(stateOf(bench.engine.accounting)).toBe(state)
  })

  it('use the method of the settings', () => {
    const gainBy = (method: string): string | null => {
      const bench = createEngineBench({ set: [`portfolio.lots.method=${method}`] })
      bench.tick()
      fillOfCore(bench, { side: 'buy', amount: amount('1'), price: price('90000'), fee: amount('0') })
      fillOfCore(bench, { side: 'sell', amount: amount('0.005'), price: price('90000'), fee: amount('0') })
      return text(bench.engine.accounting.realized())
    }
    // The bag's 0.01 BTC count as bought at 50,000.
    expect(['fifo', 'lifo', 'hifo'].map(gainBy)).toEqual(['200', '0', '0'])
    expect(gainBy('average')).toMatch(/^1\.98/)
  })
})

describe('what an entry says its assets were worth', () => {
  it('is, for an opening, what the market said at the first start', () => {
    const bench = createEngineBench()
    const opening = entriesOf(bench).find(({ lines }) => lines[0]?.asset === BTC)
    expect([...(opening?.prices ?? [])].map(String)).toEqual(['BTC,50000'])
    expect(text(bench.engine.accounting.costBasis(BTC))).toBe('500')
  })

  it('is a fill’s own price, and the market’s of a fee in another coin', () => {
    const bench = createEngineBench()
    bench.tick()
    const prices = fillOfCore(bench, { price: price('49000'), fee: amount('1'), feeAsset: XRP })
    expect([...prices].map(String).sort()).toEqual(['BTC,49000', 'XRP,2'])
  })

  it('is the fill’s own price for every fill that an order brings', async () => {
    const bench = createEngineBench({ set: AT_MARKET })
    quote(bench)
    await rebalance(bench)
    const fills = bench.stores.fills.recent(100)
    expect(fills.length).toBeGreaterThan(1)
    for (const { tradeId, symbol, price: paid } of fills) {
      const entry = entriesOf(bench).find(({ reference }) => reference === tradeId)
      expect(text(entry?.prices.get(baseOf(symbol)) ?? null)).toBe(toText(paid))
    }
    expect(fills.map(({ price: paid }) => toText(paid))).toContain('50010')
  })

  it('is, on a cross pair, the market’s of the coin that paid and the fill’s own by way of it', () => {
    const bench = createEngineBench()
    bench.tick()
    const prices = fillOfCore(bench, { symbol: XRP_BTC, price: price('0.00005'), amount: amount('100') })
    expect([...prices].map(String).sort()).toEqual(['BTC,50000', 'XRP,2.5'])
  })

  it('is not made up of prices of another time', () => {
    const bench = createEngineBench()
    bench.tick()
    const old = epochMs(bench.clock.now() - 2 * HOUR)
    expect(fillOfCore(bench, { symbol: XRP_BTC, price: price('0.00005'), at: old }).size).toBe(0)
    expect(fillOfCore(bench, { symbol: BTC_USDT, price: price('49000'), at: old, feeAsset: XRP }).size).toBe(1)
  })

  it('is the market’s for a correction', () => {
    const bench = createEngineBench()
    bench.tick()
    const { books } = bench.engine
    books.commit([books.write(correctionEntry(XRP, amount('3'), bench.clock.now(), 'counted'))])
    expect([...(entriesOf(bench).at(-1)?.prices ?? [])].map(String)).toEqual(['XRP,2'])
  })
})

describe('the Portfolio room', () => {
  it('shows cost, gain and band of every asset', () => {
    const bench = createEngineBench({ set: ['portfolio.rebalancing.threshold_by_asset.BTC=3'] })
    bench.tick({ 'BTC/USDT': 60_000 })
    const { assets, bandText, lotMethod, realized, realizedThisYear } = portfolioOf(bench)
    const shownOf = (name: string) => assets.find(({ asset }) => asset === name)
    expect(shownOf('BTC')).toMatchObject({ costBasis: '500.00', unrealized: '100.00', bandLowPercent: '30.3333' })
    expect(shownOf('XRP')).toMatchObject({ costBasis: '1000.00', unrealized: '0.00', bandHighPercent: '38.3333' })
    expect(shownOf('USDT')).toMatchObject({ costBasis: '10000.00', unrealized: '0.00' })
    expect(bandText).toBe('±5 pp (BTC ±3 pp)')
    expect([lotMethod, realized, realizedThisYear]).toEqual(['FIFO', '0.00', '0.00'])
  })

  it('shows what was realized, and that of the year apart', () => {
    const bench = createEngineBench()
    bench.tick()
    fillOfCore(bench, { side: 'sell', amount: amount('0.005'), price: price('60000'), fee: amount('0') })
    expect(portfolioOf(bench)).toMatchObject({ realized: '50.00', realizedThisYear: '50.00' })
    bench.clock.advanceTo(at('2027-01-01T00:00:00Z'))
    expect(portfolioOf(bench)).toMatchObject({ realized: '50.00', realizedThisYear: '0.00' })
  })

  it('shows no cost where nobody knows it', () => {
    const bench = createEngineBench()
    const { books } = bench.engine
    books.commit([books.write(correctionEntry(BTC, amount('1'), bench.clock.now(), 'counted'))])
    bench.tick()
    expect(portfolioOf(bench).assets[0]).toMatchObject({ asset: 'BTC', costBasis: null, unrealized: null })
  })
})
