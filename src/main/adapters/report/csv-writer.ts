import { closeSync, openSync, writeSync } from 'node:fs'

const CHUNK_CHARACTERS = 1 << 16
const PLAIN_NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i
/** What spreadsheets take for the start of a formula. */
const FORMULA = /^[=+\-@\t\r\n]/
const NEEDS_QUOTES = /[",\r\n]/

export type CsvCell = string | number | null

/** One cell; text that a spreadsheet would run as a formula gets a `'` in front, numbers stay numbers. */
export function csvCell(value: CsvCell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = FORMULA.test(value) && !PLAIN_NUMBER.test(value) ? `'${value}` : value
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export type CsvWriter = {
  write(cells: readonly CsvCell[]): void
  /** Writes what is left; the file is complete only then. */
  close(): void
}

/** A CSV file that grows as rows come, in chunks and synchronously, so that no row waits in memory. Throws as fs does. */
export function createCsvWriter(file: string, columns: readonly string[]): CsvWriter {
  const descriptor = openSync(file, 'w')
  let pending = `${columns.map(csvCell).join()}\n`

  function flush(): void {
    const bytes = Buffer.from(pending)
    pending = ''
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
  }

  return {
    write(cells) {
      if (cells.length !== columns.length)
        throw new Error(`${file}: ${columns.length} columns, got ${cells.length} cells`)
      for (let i = 0; i < cells.length; i++) {
        if (i > 0) pending += ','
        pending += csvCell(cells[i] as CsvCell)
      }
      pending += '\n'
      if (pending.length >= CHUNK_CHARACTERS) flush()
    },
    close() {
      try {
        flush()
      } finally {
        closeSync(descriptor)
      }
    },
  }
}
