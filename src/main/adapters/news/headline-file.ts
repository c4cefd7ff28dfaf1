import { basename } from 'node:path'
import { ok, type Result } from '../../../shared/result.ts'
import { type EpochMs, epochMs, SECOND } from '../../../shared/time.ts'
import { type AssetWords, cleanHeadline, headlineOf, type NewsItem } from '../../domain/headline.ts'
import type { NewsSource } from '../../ports.ts'
import { found } from './fault.ts'
import { sourceOfFile } from './file-source.ts'
import { invalidLine, readRecords } from './records.ts'

const TIME = ['published', 'time'] as const
const TITLE = ['title', 'headline'] as const

/**
 * Recorded headlines: CSV with the columns `published` (UTC: `2023-07-14 08:23:00`, ISO 8601, or epoch seconds) and
 * `title`, and `source` where there is one; others are not read. Or JSON lines with the same keys. In any order.
 *
 * Errors: `news/unreadable-file`, `news/invalid-file` with file and line.
 */
export const openHeadlineFile = (file: string, words: AssetWords): Result<NewsSource> =>
  sourceOfFile(basename(file), 'headlines', readItems(file, words))

function readItems(file: string, words: AssetWords): Result<readonly NewsItem[]> {
  const records = readRecords(file, [TIME, TITLE])
  if (!records.ok) return records
  const items: NewsItem[] = []
  for (const record of records.value) {
    const timeText = record.get(...TIME) ?? ''
    const at = timeOf(timeText)
    if (at === null) return invalidLine(file, record.line, 'published to be a UTC time', found(timeText))
    const source =
      cleanHeadline(record.get('source') ?? '')
        .slice(0, 40)
        .trim() || basename(file)
    const item = headlineOf(source, record.get(...TITLE) ?? '', at, words)
    if (item === null) return invalidLine(file, record.line, 'a title with something to read', 'none')
    items.push(item)
  }
  return ok(items)
}

const UTC = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z?$/

function timeOf(text: string): EpochMs | null {
  if (/^\d{10}$/.test(text)) return epochMs(Number(text) * SECOND)
  const time = UTC.test(text) ? Date.parse(`${text.replace(' ', 'T').replace('Z', '')}Z`) : Number.NaN
  return Number.isNaN(time) || time < 0 ? null : epochMs(time)
}
