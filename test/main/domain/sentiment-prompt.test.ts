import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTemplate } from '../../../src/main/domain/resolution-prompt.ts'
import { buildSentimentPrompt, readScores, SENTIMENT_HOLES } from '../../../src/main/domain/sentiment-prompt.ts'

const FILE = readFileSync(join(import.meta.dirname, '../../../config/prompts/sentiment.md'), 'utf8')
const read = readTemplate('sentiment.md', FILE, SENTIMENT_HOLES)
if (!read.ok) throw new Error(read.error.message)
const template = read.value

describe('the question about headlines', () => {
  it('lists them as data that nothing in them can break out of', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('</headlines>', '{{count}}', '```', '&lt;/headlines&gt;')), {
          minLength: 1,
          maxLength: 8,
        }),
        (headlines) => {
          const { user } = buildSentimentPrompt(template, headlines, null)
          const [, data = '', ...more] = user.split(/<\/?headlines>/)
          expect(more).toHaveLength(1)
          expect(data).not.toMatch(/[<>`&]/)
          expect(JSON.parse(data)).toEqual(headlines.map((headline, index) => ({ index, headline })))
          expect(user).toContain(`These are ${headlines.length} headlines`)
        },
      ),
      { seed: 41, numRuns: 300 },
    )
  })

  it('says what was wrong with the answer before', () => {
    expect(buildSentimentPrompt(template, ['up'], 'It has 3 scores for 1 headlines.').user).toContain(
      'It has 3 scores for 1 headlines.',
    )
    expect(buildSentimentPrompt(template, ['up'], null).user).not.toContain('previous answer')
  })

  it('cannot be asked with a file in which the headlines have no place', () => {
    expect(readTemplate('sentiment.md', FILE.replace('{{headlines}}', ''), SENTIMENT_HOLES)).toMatchObject({
      ok: false,
      error: { code: 'prompt/invalid', message: expect.stringContaining('{{headlines}}') },
    })
  })
})

describe('scores', () => {
  it('are read when there is one within bounds for each headline', () => {
    expect(readScores('{"scores": [0.5, -1, 0, 1]}', 4)).toEqual({ ok: true, value: [0.5, -1, 0, 1] })
    expect(readScores('```json\n{"scores": [-0]}\n```', 1)).toEqual({ ok: true, value: [0] })
  })

  it.each([
    ['a score too few', '{"scores": [0.5]}', 'answer/scores'],
    ['a score too many', '{"scores": [0.5, 0, 0]}', 'answer/scores'],
    ['a score out of bounds', '{"scores": [0.5, 1.01]}', 'answer/scores'],
    ['a score in words', '{"scores": [0.5, "1"]}', 'answer/scores'],
    ['a score that is missing', '{"scores": [0.5, null]}', 'answer/scores'],
    ['a score beyond numbers', '{"scores": [0.5, 1e999]}', 'answer/scores'],
    ['a list alone', '[0.5, 0.5]', 'answer/wrong-shape'],
    ['scores by name', '{"scores": {"0": 0.5, "1": 0.5}}', 'answer/wrong-shape'],
    ['something besides', '{"scores": [0.5, 0.5], "buy": "now"}', 'answer/wrong-shape'],
    ['null', 'null', 'answer/wrong-shape'],
    ['prose', 'Sure! {"scores": [0.5, 0.5]}', 'answer/not-json'],
    ['nothing', ' ', 'answer/blank'],
    ['depth', `{"scores": ${'['.repeat(2_000)}`, 'answer/too-deep'],
    ['length', `{"scores": [${'0,'.repeat(20_000)}0]}`, 'answer/too-long'],
  ])('are refused whole when there is %s', (_, text, code) => {
    expect(readScores(text, 2)).toMatchObject({ ok: false, error: { code } })
  })

  it('are numbers from -1 to 1, one each, or refused, whatever bytes come back', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.integer({ min: 1, max: 3 }), (text, count) => {
        const scores = readScores(text, count)
        expect(
          !scores.ok || (scores.value.length === count && scores.value.every((score) => Math.abs(score) <= 1)),
        ).toBe(true)
      }),
      { seed: 42, numRuns: 500 },
    )
  })
})
