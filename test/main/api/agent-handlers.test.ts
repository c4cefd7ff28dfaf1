import { describe, expect, it } from 'vitest'
import { Calibration } from '../../../src/main/agents/calibration.ts'
import { agentHandlers } from '../../../src/main/api/agent-handlers.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import { calls } from '../../../src/shared/contract/contract.ts'
import type { MessageId } from '../../../src/shared/ids.ts'
import { fail } from '../../../src/shared/result.ts'
import { epochMs, HOUR } from '../../../src/shared/time.ts'
import { regimeOf, taOf } from '../../support/signal-builders.ts'
import { BTC_USDT, XRP_USDT } from '../agents/candles.ts'
import { agentOf, closing, opinionOn, runnerOf, scheduledOf } from '../agents/running.ts'
import { openMemory } from '../persistence/builders.ts'

const OFF = {
  ok: false,
  error: { code: 'agent/off', message: 'There is no such agent, or it is switched off in agents.yaml.' },
}

function deskOf() {
  const stores = createStores(openMemory())
  const calibration = new Calibration({ store: stores.forecasts, priceOf: () => 100, regimeOf: () => 'ranging' })
  const { runner, bus, tell } = runnerOf([
    scheduledOf('analyst', { agent: agentOf((view) => opinionOn(view)), everyMs: HOUR }),
    scheduledOf('silenced'),
  ])
  const models = { test: () => Promise.resolve(fail('llm/unknown-provider', 'There is no key for it.')) }
  const handlers = agentHandlers({ agents: runner, calibration, models, stores })
  return { stores, calibration, models, runner, bus, tell, handlers }
}

describe('the Agents room', () => {
  it('runs an agent at once, and says so when there is none', async () => {
    const { handlers, tell, bus } = deskOf()
    tell([closing(1)])
    expect(bus.history('opinions')).toEqual([])
    const asked = await handlers['agent.run']({ name: 'analyst' })
    expect(asked).toEqual({ ok: true, value: { text: 'It has been asked.' } })
    expect(bus.history('opinions')).toHaveLength(1)
    for (const name of ['silenced', 'nobody', '__proto__']) expect(await handlers['agent.run']({ name })).toEqual(OFF)
  })

  it('reads what an agent said that was news, newest first', async () => {
    const { handlers, stores } = deskOf()
    for (const [i, output] of [taOf(), taOf({ bias: 'short' }), regimeOf()].entries()) {
      const name = 'regime' in output ? 'regime_detection' : 'technical_analysis'
      stores.agentOutputs.add(name, `msg_${i}` as MessageId, output, [], i)
    }
    const history = await handlers['agent.history']({ name: 'technical_analysis', limit: 200 })
    expect(history).toMatchObject({ value: { outputs: [{ word: 'short', latencyMs: 1 }, { word: 'long' }] } })
    expect(history.ok && calls['agent.history'].output.safeParse(history.value).success).toBe(true)
    const newest = await handlers['agent.history']({ name: 'technical_analysis', limit: 1 })
    expect(newest).toMatchObject({ value: { outputs: [{ word: 'short' }] } })
    expect(await handlers['agent.history']({ name: 'nobody', limit: 9 })).toEqual({ ok: true, value: { outputs: [] } })
  })

  it('reads what models were asked on behalf of an agent, newest first, and what it cost; no prompt', async () => {
    const { handlers, stores } = deskOf()
    const call = {
      agent: 'trading_decision',
      symbol: BTC_USDT,
      name: 'deepseek',
      model: 'deepseek-flash',
      promptHash: 'abc',
      inputTokens: 900,
      outputTokens: 60,
      latencyMs: 1_200,
    }
    stores.agentCalls.add({ ...call, at: epochMs(1), costUsd: '0.0012', outcome: 'used', answer: '{"bias":"long"}' })
    stores.agentCalls.add({
      ...call,
      at: epochMs(2),
      costUsd: null,
      outcome: 'llm/timeout: It took too long.',
      answer: null,
    })
    const answer = await handlers['agent.calls']({ name: 'trading_decision', limit: 200 })
    if (!answer.ok) throw new Error(answer.error.message)
    expect(calls['agent.calls'].output.safeParse(answer.value).success).toBe(true)
    expect(answer.value.calls.map(({ at, costUsd, outcome }) => [at, costUsd, outcome])).toEqual([
      [2, null, 'llm/timeout: It took too long.'],
      [1, '0.0012', 'used'],
    ])
    expect(Object.keys(answer.value.calls[0] ?? {})).not.toContain('promptHash')
  })

  it('shows confidence against outcome by horizon, of one symbol and regime or of all', async () => {
    const { handlers, calibration } = deskOf()
    for (const symbol of [BTC_USDT, XRP_USDT]) calibration.onSaid('analyst', taOf({ symbol, at: epochMs(0) }))
    calibration.onCandles([closing(60, { close: 101 })])
    const curves = async (symbol: string | null, regime: string | null) => {
      const answer = await handlers['agent.calibration']({ name: 'analyst', symbol, regime })
      if (!answer.ok) throw new Error(answer.error.message)
      expect(calls['agent.calibration'].output.safeParse(answer.value).success).toBe(true)
      return answer.value.curves.map(({ scored, waiting }) => [scored, waiting])
    }
    const nothing = [0, 0]
    expect(await curves(null, null)).toEqual([
      [1, 1],
      [0, 2],
      [0, 2],
    ])
    expect((await curves('BTC/USDT', 'ranging'))[0]).toEqual([1, 0])
    expect((await curves('XRP/USDT', null))[0]).toEqual([0, 1])
    expect(await curves(null, 'choppy')).toEqual([nothing, nothing, nothing])
    expect(await curves(null, 'no such regime')).toEqual([nothing, nothing, nothing])
    const wrong = await handlers['agent.calibration']({ name: 'analyst', symbol: 'bitcoin', regime: null })
    expect(wrong).toMatchObject({ ok: false, error: { code: 'agent/unknown-symbol' } })
  })

  it('has nobody to ask and nothing to score while the analysts are switched off, and says so', async () => {
    const handlers = agentHandlers({ ...deskOf(), agents: null, calibration: null })
    expect(await handlers['agent.run']({ name: 'analyst' })).toEqual(OFF)
    const answer = await handlers['agent.calibration']({ name: 'analyst', symbol: null, regime: null })
    expect(answer).toEqual({ ok: true, value: { curves: [] } })
  })
})
