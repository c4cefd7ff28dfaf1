import { describe, expect, it } from 'vitest'
import { type Inquiry, Questions } from '../../../src/main/agents/questions.ts'
import type { LanguageModel, LlmAnswer, Question } from '../../../src/main/ports.ts'
import { fail, ok, type Result } from '../../../src/shared/result.ts'
import { SECOND } from '../../../src/shared/time.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { BTC_USDT } from './candles.ts'
import { createTestQuestions } from './test-questions.ts'

type Reply = Partial<LlmAnswer> | 'hangs' | 'throws' | Result<LlmAnswer>
const replyWith = (reply: Partial<LlmAnswer>): Result<LlmAnswer> =>
  ok({ text: 'yes', model: 'm-1', inputTokens: 1_000, outputTokens: 20, costUsd: '0.0021', ...reply })

/** A model that answers from a script, deaf to its signal. */
function modelOf(...script: readonly Reply[]) {
  const asked: { readonly question: Question; readonly signal: AbortSignal }[] = []
  const model: LanguageModel = {
    async ask(question, signal) {
      const reply = script[asked.length] ?? 'throws'
      asked.push({ question, signal })
      if (reply === 'throws') throw new Error('authorization: secret')
      if (reply === 'hangs') return new Promise(() => {})
      return 'ok' in reply ? reply : replyWith(reply)
    },
  }
  return { model, asked }
}

const clock = createManualClock(1_000_000)
const about = (model: LanguageModel, change: Partial<Inquiry<string>> = {}): Inquiry<string> => ({
  agent: 'trading_decision',
  symbol: BTC_USDT,
  name: 'local',
  model,
  prompt: (problem) => ({ system: 'Answer.', user: `Well? ${problem ?? ''}` }),
  read: (text) => (text === 'yes' ? ok(text) : fail('answer/no', 'It is not yes.')),
  timeLimitMs: 20 * SECOND,
  signal: new AbortController().signal,
  ...change,
})

describe('a question to a model', () => {
  it('leaves a record of who was asked by whom, what it cost, how long it took and what came back', async () => {
    const { questions, calls } = createTestQuestions(clock)
    expect(await questions.ask(about(modelOf({}).model))).toEqual(ok('yes'))
    expect(calls).toEqual([
      {
        agent: 'trading_decision',
        symbol: BTC_USDT,
        at: clock.now(),
        name: 'local',
        model: 'm-1',
        promptHash: 'hash of 15',
        inputTokens: 1_000,
        outputTokens: 20,
        costUsd: '0.0021',
        latencyMs: 0,
        outcome: 'used',
        answer: 'yes',
      },
    ])
  })

  it('is asked once more, with what was wrong, when the answer cannot be used; both are recorded', async () => {
    const { questions, calls } = createTestQuestions(clock)
    const { model, asked } = modelOf({ text: 'no' }, {})
    expect(await questions.ask(about(model))).toEqual(ok('yes'))
    expect(asked[1]?.question.user).toBe('Well? It is not yes.')
    expect(calls.map(({ outcome, answer }) => [outcome, answer])).toEqual([
      ['answer/no: It is not yes.', 'no'],
      ['used', 'yes'],
    ])
  })

  it('is not asked a third time', async () => {
    const { questions } = createTestQuestions(clock)
    const { model, asked } = modelOf({ text: 'no' }, { text: 'no' }, {})
    expect(await questions.ask(about(model))).toMatchObject({ error: { code: 'answer/no' } })
    expect(asked).toHaveLength(2)
  })

  it.each([
    ['llm/unavailable', fail('llm/unavailable', 'It is down.'), 1],
    ['llm/refused', fail('llm/refused', 'No.'), 1],
    ['llm/blank', fail('llm/blank', 'The answer was blank.'), 2],
    ['llm/bad-answer', fail('llm/bad-answer', 'It was cut.'), 2],
    ['llm/unavailable', 'throws', 1],
  ] as const)('after %s is repeated only where a better answer could help', async (code, reply, times) => {
    const { questions, calls } = createTestQuestions(clock)
    const { model, asked } = modelOf(reply, reply)
    expect(await questions.ask(about(model))).toMatchObject({ error: { code } })
    expect(asked).toHaveLength(times)
    expect(JSON.stringify(calls)).not.toContain('secret')
    expect(calls[0]).toMatchObject({ model: null, inputTokens: null, costUsd: null, answer: null })
  })

  it('is given up on when its time is up, a second question included', async () => {
    const { questions, calls } = createTestQuestions(clock)
    const slow: LanguageModel = {
      async ask() {
        clock.advance(15 * SECOND)
        return replyWith({ text: 'no' })
      },
    }
    const { model, asked } = modelOf('hangs')
    let first = true
    const both: LanguageModel = {
      ask(question, signal) {
        if (!first) return model.ask(question, signal)
        first = false
        return slow.ask(question, signal)
      },
    }
    const answer = questions.ask(about(both))
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    expect(asked).toHaveLength(1)
    clock.advance(5 * SECOND - 1)
    expect(asked[0]?.signal.aborted).toBe(false)
    clock.advance(1)
    expect(await answer).toMatchObject({ error: { code: 'llm/timeout' } })
    expect(asked[0]?.signal.aborted).toBe(true)
    expect(calls[1]).toMatchObject({ outcome: 'llm/timeout: There was no answer in time.', latencyMs: 5 * SECOND })
    expect(clock.waiting()).toBe(0)
  })

  it('has no second one when the first took all the time', async () => {
    const { questions } = createTestQuestions(clock)
    let asked = 0
    const model: LanguageModel = {
      async ask() {
        asked++
        clock.advance(20 * SECOND)
        return replyWith({ text: 'no' })
      },
    }
    await questions.ask(about(model))
    expect(asked).toBe(1)
  })

  it('is given up on by whoever asked', async () => {
    const { questions } = createTestQuestions(clock)
    const [off, { model, asked }] = [new AbortController(), modelOf('hangs', 'hangs')]
    const answer = questions.ask(about(model, { signal: off.signal }))
    off.abort()
    expect(await answer).toMatchObject({ error: { code: 'llm/timeout' } })
    await questions.ask(about(model, { signal: off.signal }))
    expect(asked).toHaveLength(1)
  })

  it('is not asked while the program is halted, nor repeated', async () => {
    const { questions, calls, permit } = createTestQuestions(clock)
    const { model, asked } = modelOf({ text: 'no' }, {})
    const halting: LanguageModel = {
      ask(question, signal) {
        permit.isGiven = false
        return model.ask(question, signal)
      },
    }
    expect(await questions.ask(about(halting))).toMatchObject({ error: { code: 'llm/held-back' } })
    expect(await questions.ask(about(halting))).toMatchObject({ error: { code: 'llm/held-back' } })
    expect([asked.length, calls.length]).toEqual([1, 1])
  })

  it('that is out is given up on by the kill switch; later ones are asked again', async () => {
    const { questions } = createTestQuestions(clock)
    const { model } = modelOf('hangs', {})
    const answer = questions.ask(about(model))
    questions.abandon()
    expect(await answer).toMatchObject({ error: { code: 'llm/timeout' } })
    expect(await questions.ask(about(model))).toEqual(ok('yes'))
  })

  it('leaves no record once the program ends: the database is gone', async () => {
    const { questions, calls } = createTestQuestions(clock)
    const answer = questions.ask(about(modelOf('hangs').model))
    questions.close()
    expect(await answer).toMatchObject({ ok: false })
    expect([calls.length, questions.mayAsk(), questions.isAsking()]).toEqual([0, false, false])
  })

  it('is not used when it cannot be recorded', async () => {
    const { questions } = createTestQuestions(clock, {
      add() {
        throw new Error('the disk is full')
      },
    })
    expect(await questions.ask(about(modelOf({}).model))).toMatchObject({ error: { code: 'llm/not-recorded' } })
  })

  it('of unknown cost is recorded as that, not as free', async () => {
    const { questions, calls } = createTestQuestions(clock)
    await questions.ask(about(modelOf({ inputTokens: 0, outputTokens: 0, costUsd: '0' }).model))
    expect(calls[0]).toMatchObject({ inputTokens: null, outputTokens: null, costUsd: null })
  })

  it('is recorded with its answer in one line of at most 4,000 characters', async () => {
    const { questions, calls } = createTestQuestions(clock)
    await questions.ask(about(modelOf({ text: `a\n\u0000\u202e<b>${'😀'.repeat(9_000)}` }, {}).model))
    expect(calls[0]?.answer?.startsWith('a <b>😀')).toBe(true)
    expect(Array.from(calls[0]?.answer ?? '')).toHaveLength(4_000)
  })

  it('tells who listens that somebody is asked, and that nobody is any more', async () => {
    const { questions } = createTestQuestions(clock)
    const told: boolean[] = []
    const stop = questions.watch(() => told.push(questions.isAsking()))
    await Promise.all([questions.ask(about(modelOf({}).model)), questions.ask(about(modelOf({}).model))])
    expect(told).toEqual([true, false])
    stop()
    await questions.ask(about(modelOf({}).model))
    expect(told).toHaveLength(2)
  })
})

it('is made of the whole prompt: its hash tells two of them apart', async () => {
  const hashed: string[] = []
  const { calls } = createTestQuestions(clock)
  const questions = new Questions({
    clock,
    elapsed: () => 0,
    hash(text) {
      hashed.push(text)
      return 'h'
    },
    calls: { add: (call) => void calls.push(call), recent: () => [], costSince: () => null },
    mayAsk: () => true,
  })
  await questions.ask(about(modelOf({}).model))
  expect(hashed).toEqual(['Answer.\n\nWell? '])
})
