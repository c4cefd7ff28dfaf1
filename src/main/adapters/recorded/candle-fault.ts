import { basename } from 'node:path'
import type { Failure } from '../../../shared/result.ts'

/**
 * Why a candle file is refused. `candles/invalid`: its contents; `candles/unreadable`: it is not there or cannot be
 * read. `file` is the name without its folder; `line` counts from 1, null where the fault has none.
 */
export type CandleFault = Failure & {
  readonly code: 'candles/invalid' | 'candles/unreadable'
  readonly file: string
  readonly line: number | null
  readonly expected: string
  readonly found: string
}

/** What is wrong at one place, before file and line are known. */
export type Mismatch = { readonly expected: string; readonly found: string }

export function invalid(file: string, line: number | null, { expected, found }: Mismatch): CandleFault {
  const name = basename(file)
  const where = line === null ? name : `${name}, line ${line}`
  return {
    code: 'candles/invalid',
    message: `${where}: expected ${expected}; found ${found}.`,
    file: name,
    line,
    expected,
    found,
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
}

/** The fault behind an error thrown while reading; null when it is not about the file. */
export function faultOfError(file: string, line: number, error: unknown): CandleFault | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null
  if (error.code === 'Z_BUF_ERROR')
    return invalid(file, line, { expected: 'the rest of the gzip data', found: 'the end of the file (truncated)' })
  if (error.code.startsWith('Z_'))
    return invalid(file, line, { expected: 'intact gzip data', found: `damage (${error.message})` })
  const found = REASONS[error.code] ?? `the error ${error.code}`
  const name = basename(file)
  return {
    code: 'candles/unreadable',
    message: `${name}: expected a readable candle file; found ${found}.`,
    file: name,
    line: null,
    expected: 'a readable candle file',
    found,
  }
}
