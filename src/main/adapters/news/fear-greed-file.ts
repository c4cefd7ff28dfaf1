import { basename } from 'node:path'
import { ok, type Result } from '../../../shared/result.ts'
import type { NewsItem } from '../../domain/headline.ts'
import type { NewsSource } from '../../ports.ts'
import { found } from './fault.ts'
import { fearGreedItem, indexValue, stampSeconds } from './fear-greed.ts'
import { sourceOfFile } from './file-source.ts'
import { invalidLine, readRecords } from './records.ts'

const TIME = ['time', 'timestamp'] as const
const VALUE = ['value'] as const

/**
 * A recorded Fear & Greed index: CSV with the columns `time` (epoch seconds, 00:00 UTC of the day) and `value` (0 to 100),
 * others are not read; or JSON lines with the same keys. Oldest first, each day once. A value counts from ten minutes
 * after its time: see `PUBLISHED_AFTER`.
 *
 * Errors: `news/unreadable-file`, `news/invalid-file` with file and line.
 */
export const openFearGreedFile = (file: string): Result<NewsSource> =>
  sourceOfFile(basename(file), 'index', readItems(file))

function readItems(file: string): Result<readonly NewsItem[]> {
  const records = readRecords(file, [TIME, VALUE])
  if (!records.ok) return records
  const items: NewsItem[] = []
  let last = 0
  for (const record of records.value) {
    const timeText = record.get(...TIME) ?? ''
    const time = stampSeconds.safeParse(timeText)
    if (!time.success) return invalidLine(file, record.line, 'time to be epoch seconds (UTC)', found(timeText))
    if (time.data <= last) return invalidLine(file, record.line, `a time after ${last}`, found(timeText))
    const valueText = record.get(...VALUE) ?? ''
    const value = indexValue.safeParse(valueText)
    if (!value.success)
      return invalidLine(file, record.line, 'value to be a whole number from 0 to 100', found(valueText))
    last = time.data
    items.push(fearGreedItem(basename(file), time.data, value.data, ''))
  }
  return ok(items)
}
