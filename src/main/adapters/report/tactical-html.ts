import { decimal, sum, toText } from '../../../shared/money.ts'
import { HOUR } from '../../../shared/time.ts'
import { escapeHtml, shownDecimal, shownExactly, shownPercent, shownTime, table } from './markup.ts'
import type { Report, TacticalReport } from './report-data.ts'

const SHOWN_TRADES = 200

/** What the analysts said, what was traded on it and what it brought; nothing where they were switched off. */
export function tacticalSections({ tactical, rebalancingAlone, ...report }: Report, quote: string): string {
  if (tactical === null) return ''
  return [
    comparison({ ...report, tactical, rebalancingAlone }, quote),
    calibration(tactical),
    trades(tactical, quote),
    breakers(tactical),
  ].join('\n')
}

function comparison(
  { finalEquity, holdEquity, maxDrawdown, fees, rebalancingAlone, rebalances }: Report,
  quote: string,
): string {
  const money = (text: string | null): string => (text === null ? '—' : shownDecimal(text, 2))
  const rows = [
    ['With the analysts', money(finalEquity), shownPercent(maxDrawdown, 2), String(rebalances.length), money(fees)],
    ...(rebalancingAlone === null
      ? []
      : [
          [
            'Rebalancing alone',
            money(rebalancingAlone.finalEquity),
            shownPercent(rebalancingAlone.maxDrawdown, 2),
            String(rebalancingAlone.rebalances),
            money(rebalancingAlone.fees),
          ],
        ]),
    ['Just holding', money(holdEquity), '—', '0', '—'],
  ]
  const columns = [
    { title: '' },
    { title: `Final equity, ${quote}`, isNumber: true },
    { title: 'Largest drawdown, %', isNumber: true },
    { title: 'Rebalances', isNumber: true },
    { title: `Fees, ${quote}`, isNumber: true },
  ]
  return `<section><h2>What the analysts brought</h2>${table('Comparison', columns, rows)}</section>`
}

function calibration({ calibration: agents }: TacticalReport): string {
  const percent = (share: number | null): string => (share === null ? '—' : (share * 100).toFixed(1))
  const rows = agents.flatMap(({ agent, horizons }) =>
    horizons.map((curve) => [
      escapeHtml(agent.replaceAll('_', ' ')),
      `${curve.horizonMs / HOUR} h`,
      shownDecimal(String(curve.scored), 0),
      percent(curve.hitRate),
      curve.brier === null ? '—' : curve.brier.toFixed(3),
      curve.bins
        .map((bin) => `<span class="nowrap">${bin.said.toFixed(2)} → ${bin.came.toFixed(2)} (${bin.count})</span>`)
        .join(' · '),
    ]),
  )
  const columns = [
    { title: 'Who' },
    { title: 'After' },
    { title: 'Scored', isNumber: true },
    { title: 'Came, %', isNumber: true },
    { title: 'Brier', isNumber: true },
    { title: 'Confidence said → part that came (how often)' },
  ]
  return `<section><h2>Calibration</h2>
<p class="note">Every direction that was news, held against the price later. Half of them come by chance; a Brier score of 0.25 is what somebody gets who is always half sure.</p>
${rows.length === 0 ? '<p>No direction was said.</p>' : table('Calibration', columns, rows)}</section>`
}

function trades({ trades: all }: TacticalReport, quote: string): string {
  if (all.length === 0) return '<section><h2>Tactical trades</h2><p>None was made.</p></section>'
  const won = all.filter(({ realized }) => decimal(realized).gt(decimal('0'))).length
  const together = toText(sum(all.map(({ realized }) => decimal(realized))))
  const isLong = all.length > 2 * SHOWN_TRADES
  const shown = isLong ? [...all.slice(0, SHOWN_TRADES), ...all.slice(-SHOWN_TRADES)] : all
  const rows = shown.map((trade) => [
    `<span class="nowrap">${shownTime(trade.openedAt)}</span><br><span class="nowrap">${trade.closedAt === null ? '—' : shownTime(trade.closedAt)}</span>`,
    `<span class="nowrap">${trade.side} ${shownExactly(trade.amount)}</span><br>${escapeHtml(trade.symbol)}`,
    `${shownPrice(trade.entry)}<br>${shownPrice(trade.exit)}`,
    `<span title="${escapeHtml(trade.realized)}">${shownDecimal(trade.realized, 2)}</span>`,
    escapeHtml(trade.exitReason ?? '—'),
    escapeHtml(trade.reason),
  ])
  const columns = [
    { title: 'Opened, closed, UTC' },
    { title: 'Trade' },
    { title: 'Entry, exit', isNumber: true },
    { title: `Realized, ${quote}`, isNumber: true },
    { title: 'Closed by' },
    { title: 'Why it was opened' },
  ]
  const some = isLong ? ` The first ${SHOWN_TRADES} and the last ${SHOWN_TRADES}; all of them are in report.json.` : ''
  return `<section><h2>Tactical trades</h2>
<p class="note">${all.length} trades, ${won} of them won; together ${shownDecimal(together, 2)} ${escapeHtml(quote)} after fees.${some}</p>
${table('Tactical trades', columns, rows)}</section>`
}

/** Of a coin worth thousands no ten-thousandth is of interest, of one worth cents it is. */
const shownPrice = (text: string | null): string =>
  text === null ? '—' : shownDecimal(text, decimal(text).gte(decimal('100')) ? 2 : 5)

function breakers({ breakers: all }: TacticalReport): string {
  if (all.length === 0) return '<section><h2>Circuit breakers</h2><p>None tripped.</p></section>'
  const rows = all.map(({ time, breaker, text }) => [
    `<span class="nowrap">${shownTime(time)}</span>`,
    escapeHtml(breaker),
    escapeHtml(text),
  ])
  return `<section><h2>Circuit breakers</h2>${table('Circuit breakers', [{ title: 'Time, UTC' }, { title: 'Breaker' }, { title: 'What it held up' }], rows)}</section>`
}
