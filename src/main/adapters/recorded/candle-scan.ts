import { epochMs, isoTime } from '../../../shared/time.ts'
import { type CandleFault, invalid, type Mismatch } from './candle-fault.ts'
import { ARCHIVE_COLUMNS, createRowParser, HEADER, HEADER_COLUMNS, quoted, type RowParser, TIME } from './candle-row.ts'

const NEWLINE = 10
const LONGEST_LINE = 4096
const BYTE_ORDER_MARK = 'ï»¿' // its three bytes as Latin-1

/** Rows out of chunks of bytes, one at a time, so that a reader can stop in the middle of a chunk. */
export type CandleScan = {
  /** More of the file; null is its end. */
  push(chunk: Buffer | null): void
  /** `starved`: push more (after the end: there are no more rows). */
  next(): 'row' | 'starved' | CandleFault
  /** The row that `next` found, overwritten by the following: see the places in candle-row. */
  row(): Float64Array
  /** The line read last, from 1. */
  line(): number
}

export function createCandleScan(file: string): CandleScan {
  let bytes: Buffer = Buffer.alloc(0)
  let at = 0
  /** Behind the last whole line in `bytes`. */
  let linesEnd = 0
  let line = 0
  let parser: RowParser | null = null
  let lastTime = Number.NEGATIVE_INFINITY

  const refuse = (mismatch: Mismatch): CandleFault => invalid(file, line, mismatch)

  function takeLine(): string {
    const end = bytes.indexOf(NEWLINE, at)
    const text = bytes.toString('latin1', at, Math.min(end, at + LONGEST_LINE))
    at = end + 1
    return text.endsWith('\r') ? text.slice(0, -1) : text
  }

  /** Which of the two formats it is, by its first line. The header is used up, a row is left. */
  function readFormat(): RowParser | Mismatch {
    const start = at
    const text = takeLine()
    if (text.replace(BYTE_ORDER_MARK, '') === HEADER) return createRowParser(HEADER_COLUMNS)
    if (/^\d/.test(text) && text.split(',').length === ARCHIVE_COLUMNS) {
      at = start
      line--
      return createRowParser(ARCHIVE_COLUMNS)
    }
    const expected = `the header ${HEADER}, or Kraken's archive rows (${HEADER},trades)`
    return { expected, found: text === '' ? 'an empty line' : quoted(text) }
  }

  function outOfOrder(time: number): Mismatch {
    const text = isoTime(epochMs(time))
    if (time === lastTime) return { expected: 'each candle once', found: `${text} again (duplicate)` }
    return { expected: `a time after ${isoTime(epochMs(lastTime))}`, found: `${text} (unsorted)` }
  }

  function starve(): 'starved' | CandleFault {
    if (bytes.length - at <= LONGEST_LINE) return 'starved'
    line++
    return refuse({ expected: 'rows of text', found: `a line longer than ${LONGEST_LINE} bytes` })
  }

  return {
    push(chunk) {
      const rest = bytes.subarray(at)
      const more = chunk ?? Buffer.from(rest.length > 0 ? '\n' : '')
      bytes = rest.length > 0 ? Buffer.concat([rest, more]) : more
      at = 0
      linesEnd = bytes.lastIndexOf(NEWLINE) + 1
    },
    next() {
      if (at >= linesEnd) return starve()
      line++
      if (parser === null) {
        const format = readFormat()
        if ('expected' in format) return refuse(format)
        parser = format
        return this.next()
      }
      const after = parser.parseQuickly(bytes, at)
      if (after > 0) at = after
      else {
        const mismatch = parser.parse(takeLine())
        if (mismatch !== null) return refuse(mismatch)
      }
      const time = parser.row[TIME] as number
      if (time <= lastTime) return refuse(outOfOrder(time))
      lastTime = time
      return 'row'
    },
    row: () => (parser as RowParser).row,
    line: () => line,
  }
}
