import { z } from 'zod'
import { ok, type Result } from '../../../shared/result.ts'
import { epochMs, MINUTE, SECOND } from '../../../shared/time.ts'
import { cleanHeadline, type NewsItem } from '../../domain/headline.ts'
import type { NewsSource } from '../../ports.ts'
import { found, newsFault } from './fault.ts'
import { createLiveSource } from './live-source.ts'
import { fetchPage } from './page.ts'

/**
 * The index of a day is stamped 00:00 UTC of that day and published shortly after. It counts from ten minutes past: a
 * replay that used it at midnight would know it before anybody could.
 */
const PUBLISHED_AFTER = 10 * MINUTE

/** @param time epoch seconds as the index is stamped. @param value 0 to 100. @param word the publisher's, or ''. */
export function fearGreedItem(source: string, time: number, value: number, word: string): NewsItem {
  const said = cleanHeadline(word).slice(0, 30).trim()
  return {
    source,
    text: `Fear & Greed ${value} of 100${said === '' ? '' : ` (${said})`}`,
    at: epochMs(time * SECOND + PUBLISHED_AFTER),
    value,
    assets: [],
  }
}

/** Whole numbers, which the service writes as text. */
const whole = (low: number, high: number) =>
  z
    .union([z.number(), z.string().regex(/^\d{1,12}$/)])
    .transform(Number)
    .pipe(z.number().int().min(low).max(high))
/** Epoch seconds from 2001 to 2286: ten digits, so that milliseconds are refused. */
export const stampSeconds = whole(1_000_000_000, 9_999_999_999)
export const indexValue = whole(0, 100)
const answerSchema = z.object({
  data: z.array(z.object({ value: indexValue, timestamp: stampSeconds, value_classification: z.string().optional() })),
})

export type FearGreedOptions = {
  readonly name: string
  /** Of alternative.me's API or of something that answers alike: `…/fng/?limit=3`. */
  readonly url: string
  readonly timeLimitMs: number
}

/** The Fear & Greed index. Errors: those of a page, `news/bad-answer`, `news/empty`. */
export const createFearGreed = ({ name, url, timeLimitMs }: FearGreedOptions): NewsSource =>
  createLiveSource({
    name,
    kind: 'index',
    async read(signal) {
      const page = await fetchPage({ source: name, url, timeLimitMs, signal })
      return page.ok ? readFearGreed(name, page.value.text) : page
    },
  })

function readFearGreed(source: string, text: string): Result<readonly NewsItem[]> {
  const parsed = answerSchema.safeParse(json(text))
  if (!parsed.success) {
    return newsFault(
      source,
      'news/bad-answer',
      `sent no index values (expected JSON with data[].value and data[].timestamp, found ${found(text)}): check its url.`,
    )
  }
  return ok(
    parsed.data.data.map(({ value, timestamp, value_classification }) =>
      fearGreedItem(source, timestamp, value, value_classification ?? ''),
    ),
  )
}

/** Undefined when it is not JSON. */
function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
