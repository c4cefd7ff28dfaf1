import { decimal } from '../../../shared/money.ts'
import { drawdownChart, equityChart, weightsChart } from './charts.ts'
import { conflictSections } from './conflicts-html.ts'
import { escapeHtml, shownDecimal, shownExactly, shownPercent, shownTime, table } from './markup.ts'
import type { Report, ReportData, ReportRebalance, ReportSeries } from './report-data.ts'
import { REPORT_STYLE } from './report-style.ts'
import { thinSeries } from './series-sampler.ts'
import { tacticalSections } from './tactical-html.ts'

const SHOWN_REBALANCES = 200

/** The whole report as one HTML file: no script, no request to anywhere. Values are in `quote`. */
export function reportHtml({ report, series }: ReportData, quote = 'USDT'): string {
  const points = thinSeries(series)
  const period = periodOf(points)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Replay report ${escapeHtml(period)} – TripleGain</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<header>
<h1>Replay report <span class="plate">REPLAY</span></h1>
<p class="muted">${escapeHtml(report.inputs.map(({ symbol }) => symbol).join(', '))} · ${escapeHtml(period)}</p>
</header>
${cards(report, points, quote)}
${charts(points, quote)}
${tacticalSections(report, quote)}
${report.tactical === null ? '' : conflictSections(report.conflicts, quote)}
${rebalances(report)}
<div class="pair">
${holdings(report)}
${fees(report, quote)}
</div>
${inputs(report)}
${settings(report)}
</main>
</body>
</html>
`
}

const iso = (at: number): string => new Date(at).toISOString()

function periodOf({ at }: ReportSeries): string {
  const [from, to] = [at[0], at.at(-1)]
  return from === undefined || to === undefined ? 'no candles' : `${shownTime(iso(from))} to ${shownTime(iso(to))} UTC`
}

function card(title: string, value: string, unit: string, detail: string, tone = ''): string {
  return `<div class="card"><dt>${title}</dt><dd class="value${tone}">${value} <span class="unit">${escapeHtml(unit)}</span></dd><dd class="detail">${detail}</dd></div>`
}

function signed(text: string): string {
  return text.startsWith('−') ? text : `+${text}`
}

function cards(report: Report, series: ReportSeries, quote: string): string {
  const { finalEquity, holdEquity } = report
  const value = (text: string | null) => (text === null ? '—' : shownDecimal(text, 2))
  const first = series.equity[0]
  const last = series.equity.at(-1)
  const gain = first === undefined || last === undefined || !(first > 0) ? '' : (100 * (last / first - 1)).toFixed(1)
  const grown = gain === '' ? '' : `${signed(gain.replace('-', '−'))} % since the start`
  const more = finalEquity === null || holdEquity === null ? null : decimal(finalEquity).minus(decimal(holdEquity))
  const moreText = more === null ? '—' : signed(shownDecimal(more.toFixed(), 2))
  const isHeld = holdEquity !== null && decimal(holdEquity).gt(decimal('0'))
  const share = more !== null && isHeld ? `${signed(shownPercent(more.div(decimal(holdEquity)).toFixed(), 2))} %` : ''
  const tone = more === null || more.eq(decimal('0')) ? '' : more.gt(decimal('0')) ? ' good' : ' bad'
  return `<dl class="cards">
${card('Final equity', value(finalEquity), quote, grown)}
${card('Just holding', value(holdEquity), quote, 'thirds bought at the first check')}
${card('Rebalancing brought', moreText, quote, share === '' ? '' : `${share} against just holding`, tone)}
${card('Largest drawdown', shownPercent(report.maxDrawdown, 2), '%', 'from the running peak of equity')}
${card('Rebalances', count(report.rebalances.length), '', `in ${count(report.checks)} checks`)}
${card('Fees', shownDecimal(report.fees, 2), quote, `${count(report.orders)} orders, ${count(report.fills)} fills`)}
${card('Agents', count(report.agentRuns), 'runs', `${count(report.conflicts.cases.length)} conflicts`)}
${report.ledgerBalanced ? card('Ledger', '✓ balances', '', 'every asset sums to zero', ' good') : card('Ledger', '✗ does not balance', '', 'do not trust this report', ' bad')}
</dl>`
}

const count = (n: number): string => shownDecimal(String(n), 0)

function figure(title: string, legend: readonly [kind: string, name: string][], chart: string): string {
  const items = legend.map(([kind, name]) => `<li><span class="key ${kind}"></span>${escapeHtml(name)}</li>`).join('')
  const list = items === '' ? '' : `<ul class="legend">${items}</ul>`
  return `<section><div class="heading"><h2>${escapeHtml(title)}</h2>${list}</div>
<div class="scroll" role="region" aria-label="${escapeHtml(title)}, chart" tabindex="0">${chart}</div></section>`
}

function charts(series: ReportSeries, quote: string): string {
  if (series.at.length === 0)
    return '<section><p>No candle closed in this period: there is nothing to draw.</p></section>'
  const assets = Object.keys(series.weights).map((asset, k): [string, string] => [`asset${k}`, asset])
  return [
    figure(
      `Equity, ${quote}`,
      [
        ['thin equity', 'Equity'],
        ['thin hold', 'Just holding'],
      ],
      equityChart(series),
    ),
    figure('Drawdown from the peak', [], drawdownChart(series)),
    figure('Weights of the core sleeve', [...assets, ['upright mark', 'Rebalance']], weightsChart(series)),
  ].join('\n')
}

function rebalances({ rebalances: all }: Report): string {
  if (all.length === 0) return '<section><h2>Rebalances</h2><p>None: drift never reached the threshold.</p></section>'
  const isLong = all.length > 2 * SHOWN_REBALANCES
  const shown = isLong ? [...all.slice(0, SHOWN_REBALANCES), ...all.slice(-SHOWN_REBALANCES)] : all
  const note = isLong
    ? `<p class="note">The first ${SHOWN_REBALANCES} and the last ${SHOWN_REBALANCES} of ${count(all.length)}; all of them are in report.json.</p>`
    : ''
  const assets = Object.keys(all[0]?.weightsBefore ?? {})
  const columns = [
    { title: 'Time, UTC' },
    { title: `Before, ${assets.join(' / ')} %`, isNumber: true },
    { title: 'After, %', isNumber: true },
    { title: 'Trades' },
    { title: 'Fees', isNumber: true },
  ]
  return `<section><h2>Rebalances</h2>${note}${table('Rebalances', columns, shown.map(rebalanceRow(assets)))}</section>`
}

function rebalanceRow(assets: readonly string[]): (rebalance: ReportRebalance) => string[] {
  const weights = (of: Readonly<Record<string, string>>) =>
    assets.map((asset) => shownPercent(of[asset] ?? '0', 2)).join(' / ')
  return ({ time, weightsBefore, weightsAfter, trades, fees }) => [
    `<span class="nowrap">${escapeHtml(shownTime(time))}</span>`,
    weights(weightsBefore),
    weights(weightsAfter),
    trades
      .map((t) => `${t.side} ${shownExactly(t.amount)} ${escapeHtml(t.symbol)} at ${shownExactly(t.price)}`)
      .map((text) => `<span class="nowrap">${text}</span>`)
      .join('<br>'),
    `<span title="${escapeHtml(fees)}">${shownDecimal(fees, 4)}</span>`,
  ]
}

function holdings({ finalHoldings }: Report): string {
  const sleeves = [...new Set(Object.values(finalHoldings).flatMap((held) => Object.keys(held)))]
  const rows = Object.entries(finalHoldings).map(([asset, held]) => [
    escapeHtml(asset),
    ...sleeves.map((sleeve) => shownExactly(held[sleeve] ?? '0')),
  ])
  const columns = [{ title: 'Asset' }, ...sleeves.map((title) => ({ title, isNumber: true }))]
  return `<section><h2>Final holdings by sleeve</h2>${table('Final holdings by sleeve', columns, rows)}</section>`
}

function fees({ feesByAsset, fees: total }: Report, quote: string): string {
  const rows = Object.entries(feesByAsset).map(([asset, paid]) => [escapeHtml(asset), shownExactly(paid)])
  const columns = [{ title: 'Paid in' }, { title: 'Amount', isNumber: true }]
  return `<section><h2>Fees</h2>${table('Fees by asset', columns, rows)}
<p class="note">Together ${shownExactly(total)} ${escapeHtml(quote)}, at the moment of each fill.</p></section>`
}

function inputs(report: Report): string {
  const columns = [
    { title: 'Pair' },
    { title: 'File' },
    { title: 'Candles', isNumber: true },
    { title: 'Minutes each', isNumber: true },
    { title: 'Gaps', isNumber: true },
    { title: 'Missing candles', isNumber: true },
    { title: 'SHA-256' },
  ]
  const rows = report.inputs.map(({ symbol, name, rows, intervalMs, gaps, sha256 }) => [
    `<span class="nowrap">${escapeHtml(symbol)}</span>`,
    `<span class="nowrap">${escapeHtml(name)}</span>`,
    count(rows),
    shownDecimal(String(intervalMs / 60_000), intervalMs % 60_000 === 0 ? 0 : 2),
    count(gaps.count),
    count(gaps.missingCandles),
    `<code>${escapeHtml(sha256)}</code>`,
  ])
  const gaps = report.inputs
    .filter(({ gaps }) => gaps.first.length > 0)
    .map(({ symbol, gaps }) => {
      const first = gaps.first.map(({ from, missing }) => `${shownTime(iso(from))} (${count(missing)})`).join(', ')
      return `<p class="note">First gaps of ${escapeHtml(symbol)}, from the first missing candle on: ${first}.</p>`
    })
  return `<section><h2>Inputs</h2>${table('Inputs', columns, rows)}${gaps.join('')}</section>`
}

/** Nested settings under dotted names, each with its value as text. */
function leavesOf(settings: Readonly<Record<string, unknown>>, prefix = ''): [name: string, value: string][] {
  return Object.entries(settings).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'string') return [[prefix + key, value]]
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isGroup ? leavesOf({ ...value }, `${prefix}${key}.`) : [[prefix + key, JSON.stringify(value) ?? '']]
  })
}

function settings(report: Report): string {
  const rows = leavesOf(report.settings).map(([name, value]) => [
    `<code>${escapeHtml(name)}</code>`,
    `<span class="break">${escapeHtml(value)}</span>`,
  ])
  return `<section class="settings"><h2>Settings</h2>${table('Settings', [{ title: 'Setting' }, { title: 'Value' }], rows)}</section>
<footer>
<p>TripleGain ${escapeHtml(report.engineVersion)}, seed ${report.seed}: ${count(Math.round(report.candlesPerSecond))} candles a second, ${report.wallSeconds.toFixed(2)} s.</p>
<p>The same inputs and settings give the same digest: <code>${escapeHtml(report.digest)}</code></p>
</footer>`
}
