/** A cell: text that somebody or something chose, or a number or time that we made. */
export type Cell = { readonly text: string } | string

/** What spreadsheets take for the start of a formula; tab and line ends because some strip them first. */
const FORMULA = /^[=+\-@\t\r\n]/
const MUST_QUOTE = /[",\r\n]/

/**
 * A record of RFC 4180 with its line end. Foreign text that a spreadsheet would compute gets an apostrophe in front.
 *
 * Source: RFC 4180; OWASP, CSV Injection.
 */
export const csvRecord = (cells: readonly Cell[]): string => `${cells.map(cellText).join(',')}\r\n`

function cellText(cell: Cell): string {
  const text = typeof cell === 'string' ? cell : FORMULA.test(cell.text) ? `'${cell.text}` : cell.text
  return MUST_QUOTE.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
