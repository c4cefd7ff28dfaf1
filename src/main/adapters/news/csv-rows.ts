/** A row of a CSV file and the line it begins in, from 1. */
export type CsvRow = { readonly line: number; readonly cells: readonly string[] }

/**
 * Rows of comma-separated values, quoted where they hold commas, quotes (doubled) or line ends. Empty lines are left out.
 *
 * @returns the line of a quotation without an end instead, where there is one.
 * Source: RFC 4180; line ends may be LF too.
 */
export function csvRows(text: string): readonly CsvRow[] | { readonly unclosedFrom: number } {
  const rows: CsvRow[] = []
  let line = 1
  let at = 0
  while (at < text.length) {
    const row: { line: number; cells: string[] } = { line, cells: [] }
    for (let isOver = false; !isOver; ) {
      const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at)
      if (cell === null) return { unclosedFrom: line }
      row.cells.push(cell.value)
      line += cell.lineEnds
      at = cell.end
      isOver = text[at] !== ','
      if (!isOver) at++
    }
    if (text.startsWith('\r\n', at)) at++
    at++ // the line's end
    line++
    if (row.cells.length > 1 || row.cells[0] !== '') rows.push(row)
  }
  return rows
}

type Cell = { readonly value: string; readonly end: number; readonly lineEnds: number }

function plainCell(text: string, from: number): Cell {
  let end = from
  while (end < text.length && text[end] !== ',' && text[end] !== '\n') end++
  const stop = text[end] === '\n' && text[end - 1] === '\r' && end > from ? end - 1 : end
  return { value: text.slice(from, stop), end: stop, lineEnds: 0 }
}

/** What stands between the closing quote and the next comma belongs to the cell: nobody can say where else. */
function quotedCell(text: string, from: number): Cell | null {
  let value = ''
  let at = from + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return null
    value += text.slice(at, quote)
    at = quote + 1
    if (text[at] !== '"') break
    value += '"'
    at++
  }
  const rest = plainCell(text, at)
  return { value: value + rest.value, end: rest.end, lineEnds: value.split('\n').length - 1 }
}
