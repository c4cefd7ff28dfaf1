import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { type Failure, fail, ok, type Result } from '../../../shared/result.ts'
import { csvRows } from './csv-rows.ts'
import { found } from './fault.ts'

/** One line of a file of records, by the names of its columns or keys. */
export type FileRecord = {
  /** From 1. */
  readonly line: number
  /** What stands there under the first of these names that there is; null where there is none, or something else than text or a number. */
  get(...names: readonly string[]): string | null
}

/** Larger ones hold more than decades of news. */
const FILE_LIMIT = 64_000_000

/** `news/invalid-file` at one line of one file. */
export const invalidLine = (
  file: string,
  line: number,
  expected: string,
  what: string,
): { ok: false; error: Failure } =>
  fail('news/invalid-file', `${basename(file)}:${line}: expected ${expected}; found ${what}.`)

/**
 * The records of a file in UTF-8: CSV with a header, or one JSON object per line.
 *
 * Errors: `news/unreadable-file`; `news/invalid-file` with file, line, what was expected and what was found.
 *
 * @param columns for each thing that a header must name, the names it may have.
 */
export function readRecords(file: string, columns: readonly (readonly string[])[]): Result<readonly FileRecord[]> {
  const text = readText(file)
  if (!text.ok) return text
  const records = text.value.trimStart().startsWith('{') ? jsonLines(file, text.value) : csv(file, text.value, columns)
  if (records.ok && records.value.length === 0) return invalidLine(file, 1, 'at least one record', 'none')
  return records
}

function readText(file: string): Result<string> {
  const unreadable = (what: string) =>
    fail('news/unreadable-file', `${basename(file)}: expected a readable file of at most 64 MB; found ${what}.`)
  try {
    const { size } = statSync(file)
    if (size > FILE_LIMIT) return unreadable(`${size} bytes`)
    const bytes = readFileSync(file)
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    if (error instanceof TypeError) return unreadable('bytes that are not UTF-8')
    return unreadable(`the error ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`)
  }
}

function csv(file: string, text: string, columns: readonly (readonly string[])[]): Result<readonly FileRecord[]> {
  const rows = csvRows(text)
  if ('unclosedFrom' in rows) return invalidLine(file, rows.unclosedFrom, 'a closing quote', 'the end of the file')
  const [header, ...lines] = rows
  const places = new Map((header?.cells ?? []).map((name, place) => [name.trim().toLowerCase(), place]))
  const missing = columns.find((names) => !names.some((name) => places.has(name)))
  if (missing !== undefined)
    return invalidLine(
      file,
      header?.line ?? 1,
      `a header with the column ${missing.join(' or ')}`,
      found(header?.cells.join(',') ?? ''),
    )
  for (const { line, cells } of lines) {
    if (cells.length !== header?.cells.length)
      return invalidLine(file, line, `${header?.cells.length} columns`, String(cells.length))
  }
  return ok(
    lines.map(({ line, cells }) => ({
      line,
      get(...names) {
        const place = names.map((name) => places.get(name)).find((each) => each !== undefined)
        return place === undefined ? null : (cells[place] ?? null)
      },
    })),
  )
}

function jsonLines(file: string, text: string): Result<readonly FileRecord[]> {
  const records: FileRecord[] = []
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const fields = objectIn(line)
    if (fields === null) return invalidLine(file, at + 1, 'one JSON object per line', found(line))
    records.push({
      line: at + 1,
      get(...names) {
        const value = names.map((name) => fields.get(name)).find((each) => each !== undefined)
        return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null
      },
    })
  }
  return ok(records)
}

function objectIn(line: string): ReadonlyMap<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : null
  } catch {
    return null
  }
}
