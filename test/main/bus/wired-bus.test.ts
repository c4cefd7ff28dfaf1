import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NEVER_DROPPED, TOPICS } from '../../../src/main/bus/topics.ts'
import type { CorrelationId } from '../../../src/shared/ids.ts'
import { MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'

const search = { text: null, topic: null, beforeSeq: null, limit: 1_000 }

describe('the bus of the whole engine', () => {
  it('has nobody on it who might drop what concerns an order, and somebody who acts on it beside the audit', () => {
    const listeners = createEngineBench({ agentsOn: true }).engine.bus.stats()
    for (const topic of NEVER_DROPPED) {
      const own = listeners.filter((listener) => listener.topic === topic)
      expect(own.map(({ whenFull }) => whenFull)).toEqual(own.map(() => 'reject'))
      expect(own[0]?.name).toBe('audit')
      if (topic !== 'risk_alerts') expect(own.length).toBeGreaterThan(1)
    }
  })

  it('trades nothing new, and says why, once somebody cannot keep up with what never may be dropped', () => {
    const { engine } = createEngineBench()
    engine.bus.on('risk_alerts', () => new Promise(() => {}), { name: 'stuck', whenFull: 'reject', capacity: 1 })
    const alert = (text: string) => engine.bus.publish('risk_alerts', { code: 'x', text }, { source: 'tests' })
    alert('at work on this one')
    alert('waits')
    expect(engine.coordinator.isRunning()).toBe(true)
    expect(alert('finds no room').rejectedBy).toEqual(['stuck'])
    expect(engine.coordinator.status()).toMatchObject({
      state: 'PAUSED',
      reason: 'stuck cannot keep up with risk_alerts: messages were refused.',
    })
  })

  it('writes down every topic but prices and candles, and of the prices one a minute and symbol', async () => {
    const bench = createEngineBench()
    expect(
      bench.engine.bus
        .stats()
        .filter(({ name }) => name === 'audit')
        .map(({ topic }) => topic),
    ).toEqual(TOPICS.filter((topic) => topic !== 'market_data'))
    await bench.pass(3 * MINUTE)
    expect(bench.engine.bus.history('market_data').length).toBeGreaterThan(100)
    expect(bench.stores.journal.search({ ...search, topic: 'market_data' })).toEqual([])
    const samples = bench.sql
      .prepare<[], { symbol: string; times: number; spread: number }>(
        'SELECT symbol, count(*) AS times, (max(at) - min(at)) / (count(*) - 1) AS spread FROM market_samples GROUP BY symbol ORDER BY symbol',
      )
      .all()
    expect(samples).toEqual(['BTC/USDT', 'XRP/BTC', 'XRP/USDT'].map((symbol) => ({ symbol, times: 3, spread: MINUTE })))
  })

  it('is remembered by the next start: what was said, in its order, and what followed from what', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'triplegain-bus-'))
    try {
      const first = createEngineBench({ dir })
      const correlationId = 'cor_1' as CorrelationId
      const say = (bench: typeof first, text: string) =>
        bench.engine.bus.publish('system_events', { kind: 'note', text }, { source: 'tests', correlationId })
      say(first, 'one')
      say(first, 'two')
      const before = first.stores.journal.search(search)
      await first.end()

      const second = createEngineBench({ dir })
      expect(second.stores.journal.search(search).slice(-before.length)).toEqual(before)
      say(second, 'three')
      const texts = second.stores.journal
        .trace(correlationId)
        .map(({ payload }) => (JSON.parse(payload) as { readonly text: string }).text)
      expect(texts).toEqual(['one', 'two', 'three'])
      await second.end()
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })
})
