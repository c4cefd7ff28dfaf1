import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvRows } from '../../../src/main/adapters/news/csv-rows.ts'
import { headlineScore } from '../../../src/main/domain/headline-score.ts'
import { LEXICON } from '../../../src/main/domain/sentiment-lexicon.ts'
import { hasSharedData, sharedFile } from '../../support/shared-data.ts'

describe('the score of a headline', () => {
  it.each([
    ['Bitcoin surges', 0.7],
    ['Bitcoin surged after surging', 1],
    ['Exchange hacked', -0.8],
    ['Regulators banned it, banning it twice', -1],
    ['XRP rallies', 0.7],
    ['Token dropped', -0.5],
    ['BTC hits all-time high', 0.8],
    ['Fear of a sell-off', -1],
    ['Bitcoin is not crashing', 0.45],
    ["Bitcoin won't crash", 0.45],
    ['Bitcoin doesn’t rally', -0.35],
    ['Court denies ETF approval', -0.3],
    ['Not one exchange crashed', 0.45],
    ['Not one big exchange ever crashed', -0.9],
    ['Not one two crash', 0.45],
    ['Not one two three crash', -0.9],
    ['Not at all sure about this rally', 0.7],
    ['Will Bitcoin crash?', -0.45],
    ['“Is this a rally?”', 0.35],
    ['Surges, but is hacked', -0.1],
  ])('%s: %d', (text, score) => {
    expect(headlineScore(text)).toBe(score)
  })

  it('is none where no word of the lexicon stands, and zero where they cancel out', () => {
    expect(headlineScore('Senator speaks at conference')).toBeNull()
    expect(headlineScore('')).toBeNull()
    expect(headlineScore('rise and fall')).toBe(0)
  })

  it('is between -1 and 1 and the same in capitals, whatever stands there', () => {
    const words = fc.array(fc.constantFrom(...Object.keys(LEXICON), 'not', 'no', '?', ',', 'bitcoin', 'constructor'), {
      maxLength: 25,
    })
    fc.assert(
      fc.property(words, (parts) => {
        const score = headlineScore(parts.join(' '))
        expect(score === null || (score >= -1 && score <= 1 && !Object.is(score, -0))).toBe(true)
        expect(headlineScore(parts.join(' ').toUpperCase())).toBe(score)
      }),
      { seed: 21, numRuns: 500 },
    )
  })
})

describe('the lexicon', () => {
  it('has entries in the form in which headlines are read, with weights that can count', () => {
    for (const [entry, weight] of Object.entries(LEXICON)) {
      expect(entry).toMatch(/^[a-z]+( [a-z]+)*$/)
      expect(Math.abs(weight)).toBeGreaterThan(0)
      expect(Math.abs(weight)).toBeLessThanOrEqual(1)
      expect(Math.sign(headlineScore(entry) ?? 0)).toBe(Math.sign(weight))
    }
    expect(Object.keys(LEXICON).length).toBeGreaterThan(150)
  })
})

/** Directions that the headlines of these moments have when read as a holder would; the others have none. */
const GOOD = [
  '2021-11-01 15:18:00',
  '2021-11-10 01:00:00',
  '2023-07-14 08:23:00',
  '2023-07-14 08:25:00',
  '2023-07-14 09:19:00',
  '2023-07-14 09:28:00',
  '2023-07-14 09:55:00',
  '2023-07-14 12:31:00',
  '2023-07-14 15:18:00',
  '2023-07-14 15:56:00',
  '2023-07-16 14:26:00',
  '2023-07-16 16:00:00',
  '2023-07-17 10:35:00',
  '2023-12-18 18:11:43',
  '2023-12-18 23:30:29',
  '2023-12-19 04:10:00',
]
const BAD = [
  '2021-10-27 15:17:00',
  '2021-10-29 10:40:00',
  '2023-07-14 09:53:00',
  '2023-07-14 09:57:00',
  '2023-07-14 11:48:00',
  '2023-07-16 07:07:00',
  '2023-07-16 22:14:00',
  '2023-07-17 08:10:00',
  '2023-07-17 09:26:00',
  '2023-12-18 18:04:55',
  '2023-12-18 19:46:43',
  '2023-12-18 21:09:08',
  '2023-12-19 02:59:59',
  '2023-12-19 05:25:00',
]

describe.skipIf(!hasSharedData)('on real headlines', () => {
  it('agrees with a reader on most of those that have a direction, and is silent or wrong on the others', () => {
    const rows = csvRows(readFileSync(sharedFile('data', 'news', 'news_headlines_sample.csv'), 'utf8'))
    if (!Array.isArray(rows)) throw new Error('not a CSV file')
    const scores = new Map<string, number | null>(rows.map(({ cells }) => [cells[0], headlineScore(cells[5] ?? '')]))
    const signs = (times: readonly string[], sign: number) =>
      times.map((time) => {
        if (!scores.has(time)) throw new Error(`no headline of ${time}`)
        const score = scores.get(time) ?? 0
        return score === 0 ? 'silent' : Math.sign(score) === sign ? 'right' : 'wrong'
      })
    const verdicts = [...signs(GOOD, 1), ...signs(BAD, -1)]
    const count = (verdict: string) => verdicts.filter((each) => each === verdict).length
    expect({ right: count('right'), wrong: count('wrong'), silent: count('silent') }).toEqual({
      right: 26,
      wrong: 2,
      silent: 2,
    })
  })
})
