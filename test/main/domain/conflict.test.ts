import { describe, expect, it } from 'vitest'
import {
  type Conflict,
  isRegimeIncompatible,
  optionsFor,
  type Resolution,
  recordAttempt,
  resolve,
  startAsking,
} from '../../../src/main/domain/conflict.ts'
import { pair } from '../../../src/shared/ids.ts'
import type { Result } from '../../../src/shared/result.ts'
import { after } from '../../../src/shared/time.ts'
import { aConflict, aRegime, aSignal, NOON } from './conflict-case.ts'

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
  it('is a trade signalled in a choppy market, and in no other', () => {
    expect(isRegimeIncompatible(aSignal(), aRegime())).toBe(true)
    expect(isRegimeIncompatible(aSignal({ bias: 'short' }), aRegime())).toBe(true)
    for (const regime of ['trending_bull', 'ranging', 'volatile_bear', 'breakout_potential'] as const) {
      expect(isRegimeIncompatible(aSignal(), aRegime({ regime }))).toBe(false)
    }
  })

  it('needs a regime of the same market', () => {
    expect(isRegimeIncompatible(aSignal(), null)).toBe(false)
    expect(isRegimeIncompatible(aSignal(), aRegime({ symbol: pair('XRP/USDT') }))).toBe(false)
  })

  it('starts unanswered, with a deadline and no trade as its default', () => {
    const conflict = aConflict()
    expect(conflict).toMatchObject({ deadline: at(300_000), asking: null, attempts: [], resolution: null })
    expect(conflict.options.find(({ id }) => id === conflict.defaultOptionId)?.sizeFactor).toBe(0)
  })
})

describe('the options', () => {
  it('never make a trade larger than its signal, and say what they do', () => {
    const options = optionsFor(aSignal())
    expect(options.map(({ id, kind, sizeFactor }) => [id, kind, sizeFactor])).toEqual([
      ['abort', 'abort', 0],
      ['wait', 'wait', 0],
      ['half_size', 'modify', 0.5],
      ['proceed', 'proceed', 1],
    ])
    for (const { text } of options) expect(text).toMatch(/^[^.]*BTC\/USDT[^.]*\.$/)
  })
})

describe('deciding', () => {
  it('is done once: whoever comes second is told who was first', () => {
    const decided = granted(resolve(aConflict(), byTrader('wait')))
    const second = resolve(decided, byModel('proceed'))
    expect(codeOf(second)).toBe('conflict/already-resolved')
    expect(second.ok ? '' : second.error.message).toContain('trader: wait')
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
