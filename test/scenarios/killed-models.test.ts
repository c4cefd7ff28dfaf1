import { describe, expect, it } from 'vitest'
import { verifyDatabase } from '../../src/main/persistence/verify-checks.ts'
import { MINUTE } from '../../src/shared/time.ts'
import type { Bench } from '../main/execution/trade-bench.ts'
import { createEngineBench } from '../support/engine-bench.ts'
import { aModel, settled } from '../support/hand-model.ts'
import { say, signal } from '../support/said.ts'
import { regimeOf } from '../support/signal-builders.ts'

const PROCEED = JSON.stringify({ option: 'proceed', confidence: 1, reasons: 'It is clear.', cites: [] })

function killed() {
  const [deepseek, claude] = [aModel('deepseek'), aModel('claude')]
  const bench = createEngineBench({ llms: [deepseek.llm, claude.llm] })
  const conflict = (): Bench => {
    say(bench, 'regime_updates', regimeOf({ regime: 'choppy', at: bench.clock.now() }))
    signal(bench)
    return bench
  }
  return { bench, deepseek, claude, conflict, kill: () => bench.engine.killSwitch.kill('enough', { flatten: false }) }
}

describe('after Kill', () => {
  it('a question about a conflict is given up on at once, nobody else is asked, and its answer changes nothing', async () => {
    const { bench, deepseek, claude, conflict, kill } = killed()
    conflict()
    await settled()
    const { signal: line } = deepseek.last()
    expect(line.aborted).toBe(false)
    void kill()
    expect(line.aborted).toBe(true)
    deepseek.last().say(PROCEED)
    await settled()
    expect(claude.questions).toEqual([])
    const [asked] = bench.engine.conflicts.pending()
    expect(asked).toMatchObject({ resolution: null, asking: null })
    await bench.pass(10 * MINUTE, MINUTE)
    expect(deepseek.questions).toHaveLength(1)
    expect(bench.stores.conflicts.recent(1)[0]?.resolution?.by).toBe('default')
    expect(bench.stores.proposals.recent(10)).toEqual([])
    // It was asked, and is paid for.
    expect(bench.stores.llmCalls.last('deepseek')?.end?.settledUsd).toBe('0.01')
    expect(verifyDatabase(bench.database)).toEqual([])
    expect(bench.bugs).toEqual([])
  })

  it('nobody is asked about what comes then, and no model is tested, until a person resumes', async () => {
    const { bench, deepseek, claude, conflict, kill } = killed()
    void kill()
    await bench.pass(1_000)
    conflict()
    await bench.pass(MINUTE, MINUTE)
    for (const provider of ['deepseek', 'claude']) {
      expect(await bench.engine.models.test(provider)).toMatchObject({ error: { code: 'llm/held-back' } })
    }
    expect([deepseek.questions, claude.questions]).toEqual([[], []])
    expect(bench.stores.llmCalls.last('deepseek')).toBeNull()

    expect(bench.engine.killSwitch.resume().ok).toBe(true)
    bench.engine.coordinator.resume()
    conflict()
    await settled()
    expect(deepseek.questions).toHaveLength(1)
  })
})
