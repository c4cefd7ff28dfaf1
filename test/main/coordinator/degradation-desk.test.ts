import { describe, expect, it } from 'vitest'
import { DegradationDesk } from '../../../src/main/coordinator/degradation-desk.ts'
import type { Level } from '../../../src/main/domain/degradation.ts'
import type { Exchange } from '../../../src/main/ports.ts'
import { epochMs, MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { aModel, settled } from '../../support/hand-model.ts'
import { say, signal } from '../../support/said.ts'
import { regimeOf } from '../../support/signal-builders.ts'
import { inFolder } from '../persistence/builders.ts'

const UNREACHABLE = {
  ok: false,
  error: { kind: 'unreachable', code: 'exchange/unreachable', message: 'It does not answer.' },
} as const

/** An exchange that answers, or does not. */
function unreliable() {
  const line = { isDown: false }
  const spoil = (inner: Exchange): Exchange => ({
    ...inner,
    balances: async () => (line.isDown ? UNREACHABLE : inner.balances()),
    openOrders: async () => (line.isDown ? UNREACHABLE : inner.openOrders()),
    movements: async (since) => (line.isDown ? UNREACHABLE : inner.movements(since)),
  })
  return { line, spoil }
}
type Bench = ReturnType<typeof createEngineBench>
/** Compares until that is the level. */
const until = async ({ engine }: Bench, level: Level): Promise<void> => {
  for (let times = 0; engine.degradation.level() !== level; times++) {
    if (times > 20) throw new Error(`it is ${engine.degradation.level()}, not ${level}`)
    await engine.executor.reconcile()
  }
}
const levels = ({ engine }: Bench): string[] => [
  ...engine.bus
    .history('risk_alerts')
    .flatMap(({ payload: { code, text } }) => (code === 'degradation/raised' ? [text] : [])),
  ...engine.bus
    .history('system_events')
    .flatMap(({ payload: { kind, text } }) => (kind === 'degradation' ? [text] : [])),
]

describe('an exchange that cannot be reached', () => {
  it('switches off step by step what the settings say, and on again when it answers', async () => {
    const { line, spoil } = unreliable()
    const bench = createEngineBench({ spoil })
    const { rebalancer } = bench.engine
    bench.tick()
    line.isDown = true
    await until(bench, 'REDUCED')
    signal(bench)
    expect(bench.stores.proposals.withStatus('pending')).toHaveLength(1)
    await until(bench, 'LIMITED')
    signal(bench, { symbol: 'XRP/USDT' as never, entry: 2, atr: 0.016 })
    expect(bench.stores.proposals.withStatus('pending')).toHaveLength(1)
    await until(bench, 'EMERGENCY')
    expect(rebalancer.check()).toMatchObject({
      kind: 'held_back',
      because: expect.stringContaining('EMERGENCY: the exchange'),
    })
    const [proposal] = bench.stores.proposals.withStatus('pending')
    if (proposal === undefined) throw new Error('nothing was proposed')
    expect(bench.engine.approval.approve(proposal.id, proposal.hash)).toMatchObject({
      error: { code: 'proposal/held-back' },
    })
    line.isDown = false
    await until(bench, 'NORMAL')
    expect(levels(bench).at(-1)).toContain('can be reached again')
    expect(bench.bugs).toEqual([])
  })

  it('is remembered over a restart', () =>
    inFolder(async (dir) => {
      const { line, spoil } = unreliable()
      const bench = createEngineBench({ spoil, dir })
      line.isDown = true
      await until(bench, 'LIMITED')
      await bench.end()
      const next = createEngineBench({ dir, now: epochMs(bench.clock.now() + 1_000) })
      expect(next.engine.degradation.level()).toBe('LIMITED')
      await until(next, 'NORMAL')
      await next.end()
    }))
})

describe('models that cannot be reached', () => {
  it('leave only what is optional switched off; conflicts still ask, and success brings the rest back', async () => {
    const deepseek = aModel('deepseek')
    const bench = createEngineBench({ llms: [deepseek.llm], set: ['agents.models.failures_in_a_row=100'] })
    for (let i = 0; i < 5; i++) {
      say(bench, 'regime_updates', regimeOf({ regime: 'choppy' }))
      signal(bench)
      deepseek.last().fail('llm/unavailable')
      await settled()
      await bench.pass(1_000)
    }
    expect(bench.engine.degradation.level()).toBe('REDUCED')
    expect(bench.engine.degradation.because()).toBe(
      'REDUCED: models failed again and again; switched off: optional models.',
    )
    expect(deepseek.questions.length).toBe(5)
    expect(bench.engine.questions.mayAsk()).toBe(false)
    await bench.pass(6 * MINUTE, MINUTE)
    expect(bench.engine.questions.mayAsk()).toBe(true)
    const failing = bench.engine.models.test('deepseek')
    deepseek.last().fail('llm/unavailable')
    await failing
    expect(bench.engine.questions.mayAsk()).toBe(false)
    for (let i = 0; i < 3; i++) {
      const tested = bench.engine.models.test('deepseek')
      deepseek.last().say('{"ok": true}')
      expect(await tested).toMatchObject({ ok: true, value: { model: 'deepseek-1', costUsd: '0.01' } })
    }
    expect(bench.engine.degradation.level()).toBe('NORMAL')
    expect(bench.engine.questions.mayAsk()).toBe(true)
  })
})

describe('a state that cannot be read', () => {
  it('of a level nobody knows counts as none', () => {
    const { clock, engine } = createEngineBench()
    const desk = new DegradationDesk({
      clock,
      bus: engine.bus,
      state: { get: () => '{"exchange":"PANIC"}', set: () => {} },
      settings: {
        failuresToRise: 1,
        successesToFall: 1,
        switchedOff: { REDUCED: [], LIMITED: [], EMERGENCY: [] },
        tryModelsAfterMs: MINUTE,
      },
    })
    expect(desk.level()).toBe('NORMAL')
    desk.note('exchange', false)
    expect(desk.because()).toBe('REDUCED: the exchange failed again and again; nothing is switched off.')
  })
})
