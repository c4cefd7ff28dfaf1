import { describe, expect, it } from 'vitest'
import type { Report, ReportRebalance, ReportSeries } from '../../../../src/main/adapters/report/report-data.ts'
import { reportHtml } from '../../../../src/main/adapters/report/report-html.ts'
import { HOUR } from '../../../../src/shared/time.ts'

const START = Date.UTC(2020, 8, 20)

const rebalance = (n: number): ReportRebalance => ({
  time: new Date(START + n * HOUR).toISOString(),
  weightsBefore: { BTC: '0.39', XRP: '0.31', USDT: '0.30' },
  weightsAfter: { BTC: '0.3333', XRP: '0.3333', USDT: '0.3334' },
  trades: [{ symbol: 'BTC/USDT', side: 'sell', amount: '0.01', price: '44492.75', fee: '1.5', feeAsset: 'USDT' }],
  fees: '1.51239999',
})

const report = (changes: Partial<Report> = {}): Report => ({
  engineVersion: '0.1.0',
  inputs: [
    {
      symbol: 'BTC/USDT',
      name: 'btc.csv.gz',
      sha256: 'a'.repeat(64),
      rows: 12_345,
      intervalMs: HOUR,
      gaps: { count: 1, missingCandles: 3, first: [{ from: START, missing: 3 }] },
    },
  ],
  settings: { fee: '0.0040', portfolio: { rebalancing: { threshold: '5' } } },
  seed: 7,
  checks: 1000,
  rebalances: [rebalance(1)],
  agentRuns: 0,
  conflicts: { byType: {}, byResolver: [], cases: [] },
  tactical: null,
  rebalancingAlone: null,
  orders: 2,
  fills: 2,
  fees: '12.345',
  feesByAsset: { USDT: '12.345' },
  finalHoldings: { BTC: { core: '0.25', hodl: '0.01' }, USDT: { core: '3333.3333' } },
  finalEquity: '12000.005',
  holdEquity: '10000',
  maxDrawdown: '0.12345',
  ledgerBalanced: true,
  auditHead: { seq: 12, hash: 'ab'.repeat(32) },
  digest: 'b'.repeat(64),
  wallSeconds: 1.5,
  candlesPerSecond: 1_000_000,
  ...changes,
})

function seriesOf(length: number): ReportSeries {
  const list = (of: (i: number) => number) => Array.from({ length }, (_, i) => of(i))
  return {
    at: list((i) => START + i * HOUR),
    equity: list((i) => 10_000 + i),
    hold: list((i) => (i < 3 ? Number.NaN : 10_000)),
    drawdown: list((i) => (i % 10) / 100),
    weights: { BTC: list(() => 0.3), XRP: list(() => 0.3), USDT: list(() => 0.4) },
    rebalances: [START + HOUR],
  }
}

describe('the HTML report', () => {
  const html = reportHtml({ report: report(), series: seriesOf(100) })

  it('asks nothing of anybody: no script, no address, no style or image from elsewhere', () => {
    expect(html).not.toMatch(/https?:|<script|<link|<img|\bsrc=|url\(|@import/)
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  })

  it('says what came out, what went in and with which settings', () => {
    const told = [
      '12,000.01',
      '+2,000.01',
      '+20.00 %',
      '12.35',
      '39.00 / 31.00 / 30.00',
      'sell 0.01 BTC/USDT at 44,492.75',
    ]
    const given = ['btc.csv.gz', '12,345', 'a'.repeat(64), '2020-09-20 00:00 (3)', 'portfolio.rebalancing.threshold']
    for (const text of [...told, ...given, 'b'.repeat(64)]) expect(html).toContain(text)
  })

  it('draws equity against holding, drawdown, and weights with rebalances, without a broken number', () => {
    expect(html.match(/<svg /g)).toHaveLength(3)
    expect(html.match(/class="area asset\d"/g)).toHaveLength(3)
    expect(html).toContain('<path class="rebalance" d="M')
    expect(html).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('cannot be made to run what a file name or a setting says', () => {
    const evil = '"><script>alert(1)</script>'
    const [input] = report().inputs
    const inputs = input === undefined ? [] : [{ ...input, name: evil, symbol: evil }]
    expect(reportHtml({ report: report({ inputs, settings: { [evil]: evil } }), series: seriesOf(5) })).not.toContain(
      '<script',
    )
  })

  it('shows the first and the last 200 of many rebalances and says so', () => {
    const many = Array.from({ length: 1000 }, (_, n) => rebalance(n))
    const long = reportHtml({ report: report({ rebalances: many }), series: seriesOf(5) })
    expect(long.match(/sell 0\.01 BTC/g)).toHaveLength(400)
    expect(long).toContain('The first 200 and the last 200 of 1,000')
    expect(long).toContain('2020-09-28 07:00')
    expect(long).not.toContain('2020-10-08 00:00')
  })

  it('stays small however long the run was', () => {
    expect(reportHtml({ report: report(), series: seriesOf(50_000) }).length).toBeLessThan(600_000)
  })

  it('is a page even when no candle closed and nothing was ever worth anything', () => {
    const empty = reportHtml({
      report: report({ finalEquity: null, holdEquity: null, rebalances: [], finalHoldings: {}, feesByAsset: {} }),
      series: { at: [], equity: [], hold: [], drawdown: [], weights: {}, rebalances: [] },
    })
    expect(empty).toContain('there is nothing to draw')
    expect(empty).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('warns in words when the ledger does not balance', () => {
    expect(reportHtml({ report: report({ ledgerBalanced: false }), series: seriesOf(5) })).toContain('does not balance')
  })
})
