import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HeadlineScorer } from '../../../src/main/agents/headline-scorer.ts'
import { SCORES_SCHEMA } from '../../../src/main/domain/sentiment-prompt.ts'
import type { Llm } from '../../../src/main/ports.ts'
import { SECOND } from '../../../src/shared/time.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { createFakeLlm } from './news-fakes.ts'
import { createTestQuestions } from './test-questions.ts'

const promptTemplate = readFileSync(join(import.meta.dirname, '../../../config/prompts/sentiment.md'), 'utf8')
const clock = createManualClock(1_000_000)
const scorerWith = (...llms: readonly Llm[]) =>
  new HeadlineScorer({
    agent: 'sentiment',
    questions: createTestQuestions(clock).questions,
    llms,
    promptTemplate,
    timeLimitMs: 30 * SECOND,
  })

describe('headlines scored by a model', () => {
  it('have the model’s scores, in their order', async () => {
    const { llm, questions } = createFakeLlm('{"scores": [0.5, -1]}')
    const scorer = scorerWith(llm)
    await scorer.take(['up', 'down'])
    expect([scorer.scoreOf('up'), scorer.scoreOf('down'), scorer.scoreOf('other')]).toEqual([0.5, -1, null])
    expect(scorer.problem()).toBeNull()
    expect(questions[0]?.answerSchema).toBe(SCORES_SCHEMA)
  })

  it('are asked about once', async () => {
    const { llm, questions } = createFakeLlm('{"scores": [0.5]}', '{"scores": [0.1]}')
    const scorer = scorerWith(llm)
    await scorer.take(['up', 'up'])
    await scorer.take(['up', 'new'])
    expect(questions).toHaveLength(2)
    expect(questions[1]?.user).not.toContain('"up"')
    expect([scorer.scoreOf('up'), scorer.scoreOf('new')]).toEqual([0.5, 0.1])
  })

  it('leave a record of each question: who was asked, what it cost, and what came of it', async () => {
    const { llm } = createFakeLlm('{"scores": [2]}', '{"scores": [1]}')
    const { questions, calls } = createTestQuestions(clock)
    await new HeadlineScorer({ agent: 'sentiment', questions, llms: [llm], promptTemplate, timeLimitMs: 1 }).take([
      'up',
    ])
    const scores = 'answer/scores: The score at 0 is not a number from -1 to 1.'
    expect(calls.map(({ agent, name, outcome, costUsd }) => [agent, name, outcome, costUsd])).toEqual([
      ['sentiment', 'deepseek', scores, '0'],
      ['sentiment', 'deepseek', 'used', '0'],
    ])
  })

  it('are shown thirty at a time', async () => {
    const zeros = (count: number) => JSON.stringify({ scores: Array(count).fill(0) })
    const { llm, questions } = createFakeLlm(zeros(30), zeros(5))
    const scorer = scorerWith(llm)
    await scorer.take(Array.from({ length: 35 }, (_, n) => `headline ${n}`))
    expect(questions).toHaveLength(2)
    expect(scorer.scoreOf('headline 34')).toBe(0)
  })

  it('are asked about again, with what was wrong, when an answer cannot be used', async () => {
    const { llm, questions } = createFakeLlm('{"scores": [2]}', '{"scores": [1]}')
    const scorer = scorerWith(llm)
    await scorer.take(['up'])
    expect(questions[1]?.user).toContain('The score at 0 is not a number from -1 to 1.')
    expect(scorer.scoreOf('up')).toBe(1)
  })

  it('are the next model’s when the first cannot answer', async () => {
    const [first, second] = [createFakeLlm({ fails: 'It is down.' }), createFakeLlm('{"scores": [0.2]}')]
    const scorer = scorerWith(first.llm, second.llm)
    await scorer.take(['up'])
    expect([first.questions.length, scorer.scoreOf('up'), scorer.problem()]).toEqual([1, 0.2, null])
  })

  it.each([
    ['the model cannot be reached', createFakeLlm({ fails: 'It is down.' }), 'llm/unavailable'],
    ['the adapter throws', createFakeLlm('throws'), 'llm/unavailable'],
  ])('are the lexicon’s, which is said, when %s', async (_, { llm }, code) => {
    const scorer = scorerWith(llm)
    await scorer.take(['up'])
    expect(scorer.scoreOf('up')).toBeNull()
    expect(scorer.problem()).toContain(`Headlines are scored by the lexicon: deepseek failed (${code})`)
    expect(scorer.problem()).not.toContain('secret')
  })

  it('are the lexicon’s one by one, and asked about once, where models stumble over their texts', async () => {
    // Both together, the first half, and again because of what was wrong; then the second half.
    const fake = createFakeLlm('no', 'no', 'no', 'no', '{"scores": [0.5]}')
    const scorer = scorerWith(fake.llm)
    await scorer.take(['hostile', 'up'])
    expect([scorer.scoreOf('hostile'), scorer.scoreOf('up')]).toEqual([null, 0.5])
    expect(scorer.problem()).toBeNull()
    const asked = fake.questions.length
    await scorer.take(['hostile', 'up'])
    expect(fake.questions).toHaveLength(asked)
  })

  it('are asked for again where the key was refused: that says nothing of any headline', async () => {
    const fake = createFakeLlm({ fails: 'HTTP 401' }, { fails: 'HTTP 401' })
    const scorer = scorerWith(fake.llm)
    await scorer.take(Array.from({ length: 60 }, (_, i) => `headline ${i}`))
    expect(fake.questions).toHaveLength(1)
    expect(scorer.problem()).toContain('llm/unavailable')
  })

  it('are the lexicon’s when there is no model', async () => {
    const scorer = scorerWith()
    await scorer.take(['up'])
    expect(scorer.problem()).toBe('No model has a key: headlines are scored by the lexicon.')
  })

  it('are given up on after the time limit, and when the program ends', async () => {
    for (const giveUp of [() => clock.advance(30 * SECOND), (scorer: HeadlineScorer) => scorer.close()]) {
      const scorer = scorerWith(createFakeLlm('hangs').llm)
      const taken = scorer.take(['up'])
      giveUp(scorer)
      await taken
      expect(scorer.problem()).toContain('llm/timeout')
    }
  })

  it('need a prompt that has a place for them', () => {
    const { questions } = createTestQuestions(clock)
    const make = () =>
      new HeadlineScorer({ agent: 'sentiment', questions, llms: [], promptTemplate: '# System\nx', timeLimitMs: 1 })
    expect(make).toThrow('sentiment.md')
  })
})
