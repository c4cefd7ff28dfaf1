import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { err, ok, type Result } from '../../../shared/result.ts'
import { type EpochMs, epochMs } from '../../../shared/time.ts'
import { type ByteSource, openBytes } from './candle-bytes.ts'
import { type CandleFault, faultOfError, invalid } from './candle-fault.ts'
import { type CandleGaps, createCandleGrid } from './candle-grid.ts'
import { CLOSE, HIGH, LOW, OPEN, TIME, VOLUME } from './candle-row.ts'
import { createCandleScan } from './candle-scan.ts'

const BLOCK_ROWS = 4096

export type CandleFileInfo = {
  /** Without its folder. */
  readonly name: string
  /** Of the file's bytes as they are, hexadecimal. */
  readonly sha256: string
  readonly rows: number
  /** The smallest spacing of two candles. */
  readonly intervalMs: number
  readonly gaps: CandleGaps
  readonly firstOpen: EpochMs
  readonly lastOpen: EpochMs
}

/** `length` candles; the arrays are reused: valid until the next call of `nextBlock`. */
export type CandleBlock = {
  readonly length: number
  /** Open time in epoch milliseconds. */
  readonly time: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
}

export type CandleReader = {
  /** Null after the last. Throws when the file is not what `inspectCandleFile` saw. */
  nextBlock(): Promise<CandleBlock | null>
  close(): void
}

/**
 * Reads the whole file once and checks every row.
 *
 * Errors: `candles/unreadable`, `candles/invalid` with file, line, what was expected and what was found. Prices have at
 * most 15 significant digits, so that floats carry them exactly; volumes are rounded to a float.
 */
export async function inspectCandleFile(file: string): Promise<Result<CandleFileInfo, CandleFault>> {
  const hash = createHash('sha256')
  const scan = createCandleScan(file)
  const grid = createCandleGrid()
  let rows = 0
  let firstOpen = 0
  let lastOpen = 0
  let bytes: ByteSource | null = null
  try {
    bytes = await openBytes(file, (chunk) => hash.update(chunk))
    for (let chunk: Buffer | null | undefined; chunk !== null; ) {
      chunk = await bytes.next()
      scan.push(chunk)
      let step = scan.next()
      for (; step === 'row'; step = scan.next()) {
        lastOpen = scan.row()[TIME] as number
        if (rows++ === 0) firstOpen = lastOpen
        grid.add(lastOpen, scan.line())
      }
      if (step !== 'starved') return err(step)
    }
  } catch (error) {
    const fault = faultOfError(file, scan.line() + 1, error)
    if (fault === null) throw error
    return err(fault)
  } finally {
    bytes?.close()
  }
  const found = grid.result()
  if ('expected' in found) return err(invalid(file, found.line, found))
  return ok({
    name: basename(file),
    sha256: hash.digest('hex'),
    rows,
    intervalMs: found.intervalMs,
    gaps: found.gaps,
    firstOpen: epochMs(firstOpen),
    lastOpen: epochMs(lastOpen),
  })
}

/** Reads the candles of an inspected file that open in [from, to), a block at a time. */
export function openCandleFile(
  file: string,
  range: { readonly from?: EpochMs; readonly to?: EpochMs } = {},
): CandleReader {
  const from = range.from ?? Number.NEGATIVE_INFINITY
  const to = range.to ?? Number.POSITIVE_INFINITY
  const scan = createCandleScan(file)
  const column = () => new Float64Array(BLOCK_ROWS)
  const block = { time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() }
  let bytes: ByteSource | null = null
  let isOver = false

  const close = (): void => {
    isOver = true
    bytes?.close()
  }

  /** Moves rows into the block from `length` on; answers how many there are then. */
  function fill(length: number): number {
    while (length < BLOCK_ROWS) {
      const step = scan.next()
      if (step === 'starved') break
      if (step !== 'row') {
        close()
        throw new Error(`The file changed while it was read. ${step.message}`)
      }
      const row = scan.row()
      const time = row[TIME] as number
      if (time >= to) {
        isOver = true
        break
      }
      if (time < from) continue
      block.time[length] = time
      block.open[length] = row[OPEN] as number
      block.high[length] = row[HIGH] as number
      block.low[length] = row[LOW] as number
      block.close[length] = row[CLOSE] as number
      block.volume[length] = row[VOLUME] as number
      length++
    }
    return length
  }

  return {
    async nextBlock() {
      let length = isOver ? 0 : fill(0)
      while (!isOver && length < BLOCK_ROWS) {
        bytes ??= await openBytes(file)
        const chunk = await bytes.next()
        scan.push(chunk)
        length = fill(length)
        if (chunk === null && length < BLOCK_ROWS) isOver = true
      }
      if (isOver) close()
      return length === 0 ? null : { length, ...block }
    },
    close,
  }
}
