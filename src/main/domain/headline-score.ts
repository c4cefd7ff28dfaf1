import { headlineKey } from './headline.ts'
import { LEXICON, NEGATORS } from './sentiment-lexicon.ts'

/** Words between a negator and what it still turns, itself included. */
const NEGATION_REACH = 3
/** What is left of a negated entry: "not a crash" is good news, but less of it than a crash is bad. */
const NEGATED = -0.5
/** What is left of a headline that asks. */
const ASKED = 0.5
/** Words of the longest entry. */
const LONGEST = Math.max(...Object.keys(LEXICON).map((entry) => entry.split(' ').length))

/**
 * What a headline says by the words in it; null when it holds none of the lexicon's.
 *
 *     score = unit( Σ entries weight · (−0.5 when one of the three words before it negates) ) · (0.5 when it ends in "?")
 *
 * where unit confines to [-1, 1], the longest entry at a place counts, and no word counts twice. It reads words and
 * understands nothing: irony, who won against whom, and other people's prices are lost on it.
 *
 * @returns from -1 (bad for the price) to 1.
 */
export function headlineScore(text: string): number | null {
  const words = headlineKey(text.replace(/n['’]t\b/gi, ' not')).split(' ')
  let sum = 0
  let found = 0
  let lastNegator = Number.NEGATIVE_INFINITY
  for (let at = 0; at < words.length; ) {
    const entry = entryAt(words, at)
    const isNegator = NEGATORS.has(words[at] ?? '')
    if (entry !== null) {
      sum += entry.weight * (at - lastNegator <= NEGATION_REACH ? NEGATED : 1)
      found++
    }
    if (isNegator) lastNegator = at
    at += entry?.length ?? 1
  }
  if (found === 0) return null
  const unit = Math.max(-1, Math.min(1, sum))
  const score = /\?["'”’)]*$/.test(text) ? unit * ASKED : unit
  // To four decimals, and never −0.
  return Math.round(score * 10_000) / 10_000 + 0
}

/** The longest entry of the lexicon that begins with the word at `at`. */
function entryAt(words: readonly string[], at: number): { readonly weight: number; readonly length: number } | null {
  for (let length = Math.min(LONGEST, words.length - at); length > 0; length--) {
    const last = words[at + length - 1] ?? ''
    const before = words.slice(at, at + length - 1)
    for (const form of length === 1 ? baseForms(last) : [last, ...baseForms(last)]) {
      const entry = [...before, form].join(' ')
      if (Object.hasOwn(LEXICON, entry)) return { weight: LEXICON[entry] as number, length }
    }
  }
  return null
}

/** What `word` may be an inflection of, itself first. Most of them are no words; only those of the lexicon matter. */
function baseForms(word: string): string[] {
  const forms = [word]
  const without = (ending: string, ...replacements: readonly string[]): void => {
    if (!word.endsWith(ending) || word.length - ending.length < 2) return
    const stem = word.slice(0, -ending.length)
    for (const replacement of replacements) forms.push(stem + replacement)
    // dropped → drop, banning → ban
    if (ending !== 's' && stem.at(-1) === stem.at(-2)) forms.push(stem.slice(0, -1))
  }
  without('s', '')
  without('es', '', 'e')
  without('ies', 'y')
  without('ied', 'y')
  without('ed', '', 'e')
  without('ing', '', 'e')
  return forms
}
