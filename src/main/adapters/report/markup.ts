import { decimal } from '../../../shared/money.ts'
import { groupedNumber } from './axis.ts'

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text as HTML text or attribute value. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

const minus = (text: string): string => text.replace('-', '−')

/** Decimal text, rounded half up to `decimals` for reading. */
export const shownDecimal = (text: string, decimals: number): string =>
  minus(groupedNumber(decimal(text).toFixed(decimals, 1)))

/** Decimal text in full, with thousands apart. */
export const shownExactly = (text: string): string => minus(groupedNumber(text))

/** A fraction as percent. */
export const shownPercent = (fraction: string, decimals: number): string =>
  minus(decimal(fraction).times(decimal('100')).toFixed(decimals, 1))

/** 2021-05-03T14:00:00.000Z → 2021-05-03 14:00 */
export const shownTime = (iso: string): string => iso.slice(0, 16).replace('T', ' ')

type Column = { readonly title: string; readonly isNumber?: boolean }

/** A table that scrolls sideways by itself. `rows` are HTML already. */
export function table(label: string, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const align = (i: number) => (columns[i]?.isNumber === true ? ' class="number"' : '')
  const head = columns.map(({ title }, i) => `<th scope="col"${align(i)}>${escapeHtml(title)}</th>`).join('')
  const body = rows
    .map((cells) => {
      const rest = cells.slice(1).map((cell, i) => `<td${align(i + 1)}>${cell}</td>`)
      return `<tr><th scope="row"${align(0)}>${cells[0] ?? ''}</th>${rest.join('')}</tr>`
    })
    .join('\n')
  return `<div class="scroll" role="region" aria-label="${escapeHtml(label)}" tabindex="0"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody></table></div>`
}
