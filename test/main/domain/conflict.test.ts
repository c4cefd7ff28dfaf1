import { describe, expect, it } from 'vitest'
import {
  appliedOption,
  type Conflict,
  endWait,
  type Resolution,
  recordAttempt,
  resolve,
  stageOf,
  startAsking,
} from '../../../src/main/domain/conflict.ts'
import type { Result } from '../../../src/shared/result.ts'
import { after } from '../../../src/shared/time.ts'
import { aConflict, NOON } from './conflict-case.ts'

const at = (ms: number) => after(NOON, ms)
const byTrader = (optionId: string, ms = 1): Resolution => ({
  by: 'trader',
  optionId,
  confidence: null,
  reasons: 'I say so.',
  at: at(ms),
})
const byModel = (optionId: string, ms = 1): Resolution => ({ ...byTrader(optionId, ms), by: 'deepseek', confidence: 1 })
const granted = (result: Result<Conflict>): Conflict => {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}
const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.error.code)

describe('a conflict', () => {
  it('starts unanswered, with a deadline and no trade as its default', () => {
    const conflict = aConflict()
    expect(conflict).toMatchObject({
      deadline: at(300_000),
      asking: null,
      attempts: [],
      resolution: null,
      waited: null,
    })
    expect(stageOf(conflict)).toBe('detected')
    expect(appliedOption(conflict)).toBeNull()
    expect(conflict.options.find(({ id }) => id === conflict.defaultOptionId)?.effect).toEqual({ do: 'nothing' })
  })
})

describe('waiting', () => {
  const waiting = () => granted(resolve(aConflict(), byTrader('wait')))

  it('carries nothing out until it ends, once, in what applies then', () => {
    expect(stageOf(waiting())).toBe('waiting')
    expect(appliedOption(waiting())).toBeNull()
    const still = granted(endWait(waiting(), true, at(9)))
    expect([stageOf(still), appliedOption(still)?.id]).toEqual(['resolved', 'abort'])
    expect(appliedOption(granted(endWait(waiting(), false, at(9))))?.id).toBe('proceed')
    expect(codeOf(endWait(still, false, at(10)))).toBe('conflict/not-waiting')
    expect(codeOf(endWait(aConflict(), true, at(9)))).toBe('conflict/not-waiting')
  })

  it('leaves the trader the last word, and nobody else', () => {
    expect(codeOf(resolve(waiting(), byModel('proceed')))).toBe('conflict/already-resolved')
    expect(codeOf(resolve(waiting(), { ...byTrader('abort'), by: 'default' }))).toBe('conflict/already-resolved')
    expect(appliedOption(granted(resolve(waiting(), byTrader('half_size'))))?.id).toBe('half_size')
    expect(codeOf(resolve(granted(endWait(waiting(), true, at(9))), byTrader('proceed')))).toBe(
      'conflict/already-resolved',
    )
  })
})

describe('deciding', () => {
  it('is done once: whoever comes second is told who was first', () => {
    const decided = granted(resolve(aConflict(), byTrader('half_size')))
    const second = resolve(decided, byModel('proceed'))
    expect(codeOf(second)).toBe('conflict/already-resolved')
    expect(second.ok ? '' : second.error.message).toContain('trader: half_size')
  })

  it('takes listed options only', () => {
    for (const optionId of ['double_size', '', 'ABORT', 'abstain', '__proto__']) {
      expect(codeOf(resolve(aConflict(), byTrader(optionId)))).toBe('conflict/unknown-option')
    }
  })

  it('is open to the trader after the deadline while the default has not been applied, but not to a model', () => {
    expect(codeOf(resolve(aConflict(), byModel('proceed', 299_999)))).toBe('ok')
    expect(codeOf(resolve(aConflict(), byModel('proceed', 300_000)))).toBe('conflict/too-late')
    expect(codeOf(resolve(aConflict(), byTrader('proceed', 300_000)))).toBe('ok')
  })
})

describe('asking', () => {
  const asked = () => granted(startAsking(aConflict(), 'deepseek', at(5)))
  const ended = { at: at(9), outcome: 'failed', model: 'm', costUsd: '0.01' }

  it('is one question at a time, kept with its beginning and its end', () => {
    expect(asked()).toMatchObject({ asking: 'deepseek', attempts: [{ startedAt: at(5), endedAt: null }] })
    expect(codeOf(startAsking(asked(), 'claude', at(6)))).toBe('conflict/already-asking')
    const recorded = granted(recordAttempt(asked(), ended))
    expect(recorded).toMatchObject({ asking: null, attempts: [{ endedAt: at(9), outcome: 'failed', costUsd: '0.01' }] })
    expect(granted(startAsking(recorded, 'claude', at(10))).attempts).toHaveLength(2)
  })

  it('stops when somebody has decided or the deadline has passed', () => {
    const decided = granted(resolve(aConflict(), byTrader('abort')))
    expect(codeOf(startAsking(decided, 'deepseek', at(6)))).toBe('conflict/already-resolved')
    expect(codeOf(startAsking(aConflict(), 'deepseek', at(300_000)))).toBe('conflict/too-late')
  })

  it('keeps an answer that comes after the decision, because it was asked and paid for', () => {
    const decided = granted(resolve(asked(), byTrader('abort', 7)))
    expect(decided.asking).toBeNull()
    const recorded = granted(recordAttempt(decided, ended))
    expect(recorded.resolution).toEqual(decided.resolution)
    expect(recorded.attempts[0]?.outcome).toBe('failed')
    expect(codeOf(recordAttempt(recorded, ended))).toBe('conflict/not-asking')
  })
})
