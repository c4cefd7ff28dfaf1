import { escapeHtml, shownDecimal, shownTime, table } from './markup.ts'
import type { ConflictReport } from './report-data.ts'

const SHOWN = 200
const words = (text: string): string => escapeHtml(text.replaceAll('_', ' '))
const earnedText = (text: string | null | undefined): string => (text == null ? '—' : shownDecimal(text, 2))

/** How often analysts disagreed, who decided, and what each answer would have earned. */
export function conflictSections({ byResolver, byType, cases }: ConflictReport, quote: string): string {
  const types = Object.entries(byType).map(([type, count]) => [words(type), shownDecimal(String(count), 0)])
  const counts = table('Conflicts by type', [{ title: 'Conflict' }, { title: 'How often', isNumber: true }], types)
  if (cases.length === 0) return `<section><h2>Conflicts</h2>${counts}</section>`
  const resolvers = table(
    'Conflicts by resolver',
    [
      { title: 'Decided by' },
      { title: 'Scored', isNumber: true },
      { title: `Earned, ${quote}`, isNumber: true },
      { title: `The default would have, ${quote}`, isNumber: true },
      { title: 'Cost, USD', isNumber: true },
    ],
    byResolver.map(({ answers, by, byDefault, costUsd, earned }) => [
      words(by),
      shownDecimal(String(answers), 0),
      shownDecimal(earned, 2),
      shownDecimal(byDefault, 2),
      shownDecimal(costUsd, 6),
    ]),
  )
  const shown = cases.slice(0, SHOWN)
  const note =
    shown.length < cases.length ? `<p class="note">The first ${SHOWN}; all of them are in report.json.</p>` : ''
  const list = table(
    'Conflicts',
    [
      { title: 'Time, UTC' },
      { title: 'Conflict' },
      { title: 'They said' },
      { title: 'Decided' },
      { title: `Would have earned, ${quote}` },
    ],
    shown.map(({ applied, by, decided, earned, says, symbol, time, type }) => [
      `<span class="nowrap">${escapeHtml(shownTime(time))}</span>`,
      `${words(type)} on ${escapeHtml(symbol)}`,
      says.map(escapeHtml).join('<br>'),
      decided === null
        ? 'not decided'
        : `${words(decided)}${applied === null || applied === decided ? '' : `, then ${words(applied)}`} by ${words(by ?? '')}`,
      Object.entries(earned)
        .map(([option, text]) => `<span class="nowrap">${words(option)} ${earnedText(text)}</span>`)
        .join('<br>'),
    ]),
  )
  return `<section><h2>Conflicts</h2>${counts}${resolvers}${note}${list}</section>`
}
