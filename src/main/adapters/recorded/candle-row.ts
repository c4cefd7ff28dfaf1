import type { Mismatch } from './candle-fault.ts'

export const HEADER = 'time,open,high,low,close,volume'
export const HEADER_COLUMNS = 6
/** Kraken's archive has a count of trades at the end and no header. */
export const ARCHIVE_COLUMNS = 7

/** Places in a parsed row; time in epoch milliseconds. */
export const TIME = 0
export const OPEN = 1
export const HIGH = 2
export const LOW = 3
export const CLOSE = 4
export const VOLUME = 5
const NAMES = ['time', 'open', 'high', 'low', 'close', 'volume', 'trades']

/** A float gives any decimal of this many digits back as the same text. */
const EXACT_DIGITS = 15
const POWERS = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i)
/** Seconds until the year 5138: above it somebody wrote milliseconds. */
const LATEST_SECOND = 1e11
const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i
const NEWLINE = 10
const CARRIAGE_RETURN = 13
const COMMA = 44
const POINT = 46
const ZERO = 48
const NINE = 57

export type RowParser = {
  /** The row parsed last: overwritten by the next. */
  readonly row: Float64Array
  /** Takes the line that starts at `start` when it is plain and valid, and answers where the next begins; else -1. */
  parseQuickly(bytes: Buffer, start: number): number
  /** Takes any valid line, or says what is wrong with it. */
  parse(line: string): Mismatch | null
}

export const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)

function significantDigits(text: string): number {
  const [mantissa = ''] = text.toLowerCase().split('e')
  const decimal = mantissa.includes('.') ? mantissa.replace(/0+$/, '') : mantissa
  return decimal.replace(/[-.]/g, '').replace(/^0+/, '').length
}

function checkCell(column: number, text: string): Mismatch | null {
  const name = NAMES[column] as string
  const found = text === '' ? 'nothing' : quoted(text)
  const value = Number(text)
  if (!NUMBER.test(text) || !Number.isFinite(value)) return { expected: `${name} to be a number`, found }
  if (column === TIME) {
    if (!/^\d+$/.test(text)) return { expected: 'time to be whole UTC seconds since 1970', found }
    if (value > LATEST_SECOND)
      return { expected: 'time in seconds since 1970', found: `${found}, which looks like milliseconds` }
  } else if (column <= CLOSE) {
    if (value <= 0) return { expected: `${name} to be above zero`, found }
    if (significantDigits(text) > EXACT_DIGITS)
      return { expected: `${name} with at most ${EXACT_DIGITS} significant digits`, found }
  } else if (value < 0) return { expected: `${name} not to be negative`, found }
  return null
}

/**
 * The quick way reads numbers from bytes without making strings of them: an integer of at most 15 digits over a power of
 * ten of at most 22 is the correctly rounded value (Clinger 1990), so both ways give the same float. It only ever
 * accepts; whatever it does not know is left to the other.
 */
export function createRowParser(columns: number): RowParser {
  const row = new Float64Array(columns)

  function isCandle(): boolean {
    const low = row[LOW] as number
    const high = row[HIGH] as number
    const open = row[OPEN] as number
    const close = row[CLOSE] as number
    return low > 0 && low <= open && low <= close && high >= open && high >= close
  }

  return {
    row,
    parseQuickly(bytes, start) {
      let at = start
      for (let column = 0; column < columns; column++) {
        const from = at
        let mantissa = 0
        let byte = bytes[at] as number
        while (byte >= ZERO && byte <= NINE) {
          mantissa = mantissa * 10 + (byte - ZERO)
          byte = bytes[++at] as number
        }
        let digits = at - from
        if (byte === POINT && digits > 0 && column !== TIME) {
          byte = bytes[++at] as number
          const point = at
          while (byte >= ZERO && byte <= NINE) {
            mantissa = mantissa * 10 + (byte - ZERO)
            byte = bytes[++at] as number
          }
          digits += at - point
          mantissa /= POWERS[at - point] ?? Number.NaN
        }
        if (digits === 0 || digits > EXACT_DIGITS) return -1
        if (column < columns - 1) {
          if (byte !== COMMA) return -1
        } else if (byte !== NEWLINE) {
          if (byte !== CARRIAGE_RETURN || bytes[++at] !== NEWLINE) return -1
        }
        row[column] = mantissa
        at++
      }
      const seconds = row[TIME] as number
      row[TIME] = seconds * 1000
      return seconds <= LATEST_SECOND && isCandle() ? at : -1
    },
    parse(line) {
      const cells = line.split(',')
      if (cells.length !== columns) {
        const found = line === '' ? 'an empty line' : `${cells.length} (${quoted(line)})`
        return { expected: `${columns} columns`, found }
      }
      for (const [column, text] of cells.entries()) {
        const mismatch = checkCell(column, text)
        if (mismatch !== null) return mismatch
        row[column] = Number(text)
      }
      row[TIME] = (row[TIME] as number) * 1000
      if (isCandle()) return null
      const [, open, high, low, close] = cells
      const found = `open ${open}, high ${high}, low ${low}, close ${close}`
      return Math.min(...row.subarray(OPEN, CLOSE + 1)) < (row[LOW] as number)
        ? { expected: 'low at or below open, high and close', found }
        : { expected: 'high at or above open, low and close', found }
    },
  }
}
