import type { Asset } from '../../shared/ids.ts'
import type { EpochMs } from '../../shared/time.ts'

/*
 * Text from news sources before anything else sees it. It is somebody else's text and stays that: what is done here makes
 * it short, plain and visible, not true.
 */

/** One text or number from outside about the mood of the market. */
export type NewsItem = {
  /** Name of the source in agents.yaml. */
  readonly source: string
  /** Clean: see `cleanHeadline`. */
  readonly text: string
  /** When it was published. It counts from then on and never before. */
  readonly at: EpochMs
  /** Of an index, 0 (fear) to 100 (greed); null for a headline. */
  readonly value: number | null
  /** What it is about; [] is the whole market. */
  readonly assets: readonly Asset[]
}

/** Words by which an asset is recognised, in lower case: `{ BTC: ['btc', 'bitcoin'] }`. */
export type AssetWords = Readonly<Record<string, readonly string[]>>

/** Characters of a headline that are kept. */
export const HEADLINE_LIMIT = 200
/** Code units that are looked at: what stands behind them would not be kept, whatever they decode to. */
const LOOKED_AT = 2_000
/** How often markup may be escaped in itself; what is still escaped then is dropped. */
const ROUNDS = 3

const INVISIBLE = /\p{Cf}|\p{Cs}|\p{Co}|\p{Cn}/gu
const WITH_CONTENT = /<(script|style)\b[^<>]*>[^<]*<\/\1\s*>/gi
const TAG = /<[a-z!?/][^<>]*>/gi
const BRACKETS = /[<>]/g
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z][a-z0-9]{1,31}));/gi
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
  euro: '€',
  pound: '£',
  yen: '¥',
  copy: '©',
  reg: '®',
  trade: '™',
}

/**
 * One line of plain text, at most 200 characters: no markup (tags go, entities become what they stand for), no control,
 * bidirectional or invisible characters, no angle brackets at all, white space folded. Cleaning twice changes nothing.
 * '' when nothing is left.
 */
export function cleanHeadline(raw: string): string {
  let text = raw.slice(0, LOOKED_AT)
  for (let round = 0; round < ROUNDS; round++) {
    text = text.replace(INVISIBLE, '').replace(WITH_CONTENT, ' ').replace(TAG, ' ').replace(ENTITY, characterOf)
  }
  const line = text
    .replace(INVISIBLE, '')
    .replace(TAG, ' ')
    .replace(BRACKETS, ' ')
    .replace(ENTITY, ' ')
    .replace(/[\p{Cc}\p{Z}\s]+/gu, ' ')
    .trim()
  const characters = Array.from(line)
  if (characters.length <= HEADLINE_LIMIT) return line
  return `${characters
    .slice(0, HEADLINE_LIMIT - 1)
    .join('')
    .trim()}…`
}

function characterOf(_: string, decimal?: string, hexadecimal?: string, name?: string): string {
  if (name !== undefined) return NAMED[name] ?? ' '
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal)
  return code <= 0x10ffff ? String.fromCodePoint(code) : ' '
}

/** What two versions of the same headline have in common: letters and digits, without case and typography. */
export function headlineKey(text: string): string {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  return words === '' ? text : words
}

/**
 * Each headline once, the one that was published first: a copy is no second opinion and makes nothing newer.
 *
 * @returns oldest first; of the same moment in the order of their sources' names.
 */
export function withoutCopies(items: readonly NewsItem[]): readonly NewsItem[] {
  const seen = new Set<string>()
  return [...items].sort(byTime).filter(({ text }) => {
    const key = headlineKey(text)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

const byTime = (a: NewsItem, b: NewsItem): number =>
  a.at - b.at || (a.source < b.source ? -1 : a.source > b.source ? 1 : 0) || (a.text < b.text ? -1 : 1)

/** The assets that `text` names, in the order of `words`; [] when it names none. */
export function assetsIn(text: string, words: AssetWords): readonly Asset[] {
  const named = ` ${headlineKey(text)} `
  return Object.keys(words).filter((asset) => words[asset]?.some((word) => named.includes(` ${word} `))) as Asset[]
}

/** Null when nothing readable is left of it. */
export function headlineOf(source: string, raw: string, at: EpochMs, words: AssetWords): NewsItem | null {
  const text = cleanHeadline(raw)
  return text === '' ? null : { source, text, at, value: null, assets: assetsIn(text, words) }
}
