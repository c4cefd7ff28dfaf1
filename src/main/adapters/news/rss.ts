import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { ok, type Result } from '../../../shared/result.ts'
import { type EpochMs, epochMs } from '../../../shared/time.ts'
import { type AssetWords, headlineOf, type NewsItem } from '../../domain/headline.ts'
import type { NewsSource } from '../../ports.ts'
import { found, newsFault } from './fault.ts'
import { createLiveSource } from './live-source.ts'
import { fetchPage } from './page.ts'

export type FeedOptions = {
  readonly name: string
  readonly url: string
  readonly timeLimitMs: number
  readonly assetWords: AssetWords
}

/** Items of a feed that are looked at; feeds list some twenty. */
const ITEM_LIMIT = 200

/** A feed in RSS 2.0, RSS 1.0 or Atom. Errors: those of a page, `news/bad-answer`, `news/empty`. */
export const createFeed = (options: FeedOptions): NewsSource =>
  createLiveSource({
    name: options.name,
    kind: 'headlines',
    async read(signal) {
      const { name: source, url, timeLimitMs } = options
      const page = await fetchPage({ source, url, timeLimitMs, signal })
      return page.ok ? readFeed(source, page.value.text, options.assetWords) : page
    },
  })

// Entities are not the parser's: what a document defines is refused, and the usual ones are decoded with the headline.
const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  processEntities: false,
  parseTagValue: false,
  isArray: (tag) => tag === 'item' || tag === 'entry',
})

/**
 * Titles and dates of a feed. An item without a title or without a date is left out: nobody could say how old it is.
 * Any document type is refused: a feed needs none, and it is where entities are defined that expand without end.
 */
function readFeed(source: string, text: string, words: AssetWords): Result<readonly NewsItem[]> {
  const bad = (what: string) =>
    newsFault(source, 'news/bad-answer', `sent no feed (expected RSS or Atom, found ${what}): check its url.`)
  if (/<!doctype\s+html|<html[\s>]/i.test(text.slice(0, 1_000))) return bad('a page of HTML')
  if (/<!(doctype|entity)/i.test(text)) return bad('a document type with definitions of its own')
  if (text.trim() === '') return bad('nothing')
  let document: unknown
  try {
    const valid = XMLValidator.validate(text)
    if (valid !== true) return bad(`broken XML in line ${valid.err.line}`)
    document = parser.parse(text)
  } catch {
    // The parser has limits of its own, such as on depth, and throws.
    return bad('XML that cannot be read')
  }
  const root = fieldsOf(document)
  const rss = fieldsOf(fieldsOf(root.rss).channel)
  const entries = [rss.item, fieldsOf(root.RDF).item, fieldsOf(root.feed).entry].find(Array.isArray) ?? []
  if (root.rss === undefined && root.RDF === undefined && root.feed === undefined) return bad(found(text))
  return ok(entries.slice(0, ITEM_LIMIT).flatMap((entry) => itemOf(source, fieldsOf(entry), words) ?? []))
}

function itemOf(source: string, entry: Fields, words: AssetWords): NewsItem | null {
  const at = timeOf(textOf(entry.pubDate ?? entry.published ?? entry.date ?? entry.updated))
  return at === null ? null : headlineOf(source, textOf(entry.title), at, words)
}

/** RFC 822 or ISO 8601. */
function timeOf(text: string): EpochMs | null {
  const time = Date.parse(text.trim())
  // A date without a time zone would be read in this machine's.
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2}|\b(?:GMT|UTC?|[ECMP][SD]T))\s*$/i.test(text)
  return Number.isNaN(time) || time < 0 || !hasZone ? null : epochMs(time)
}

type Fields = Readonly<Record<string, unknown>>
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

/** Of an element with or without attributes, the first of several; '' of anything else. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return textOf(value[0])
  if (typeof value === 'string') return value
  const inner = fieldsOf(value)['#text']
  return typeof inner === 'string' ? inner : ''
}
