import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const HEADER = 'time,open,high,low,close,volume'
/** 2020-09-20T00:00:00Z, in seconds. */
export const START = 1_600_560_000

/** A folder of candle files that is removed after the tests. */
export function createCandleFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'candles-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  return {
    folder,
    write(content: string | Buffer, name = 'candles.csv'): string {
      const file = join(folder, name)
      writeFileSync(file, content)
      return file
    },
  }
}

/** A row that opens `n` hours after the start. */
export const hour = (n: number, cells = '10,12,9,11,5'): string => `${START + n * 3600},${cells}`
export const withHeader = (rows: readonly string[]): string[] => [HEADER, ...rows]
export const csv = (...rows: string[]): string => `${withHeader(rows).join('\n')}\n`
