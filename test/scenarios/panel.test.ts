import { describe, expect, it } from 'vitest'
import type { OpenModels, PanelModel, Priced } from '../../src/main/ports.ts'
import { ok } from '../../src/shared/result.ts'
import { epochMs, MINUTE, SECOND } from '../../src/shared/time.ts'
import { createEngineBench } from '../support/engine-bench.ts'
import { BTC_USDT, XRP_USDT } from '../support/money-arbitraries.ts'

const START = Date.parse('2026-01-01T00:00:00Z')
const DECISION = 'agents.agents.trading_decision'
const SET = [
  `${DECISION}.panel.enabled=true`,
  `${DECISION}.panel.ask_time_limit_seconds=90`,
  `${DECISION}.time_limit_seconds=120`,
  'agents.agents.technical_analysis.bias.neutral_below=0.01',
]
/** More than technical analysis needs. */
const HISTORY = 600

const vote = JSON.stringify({ bias: 'long', confidence: 0.9, reason: 'It rises.' })
/** Answers at once, but for a symbol of which it says nothing ever; `asked` counts its questions. */
function member(name: string, silentOn: string | null = null) {
  const asked: string[] = []
  const model: PanelModel & Priced = {
    name,
    modelName: 'm',
    costAtMost: () => '0.005',
    ask({ user }) {
      asked.push(user)
      if (silentOn !== null && user.includes(silentOn)) return new Promise(() => {})
      return Promise.resolve(ok({ text: vote, model: 'm', inputTokens: 1_000, outputTokens: 10, costUsd: '0.004' }))
    },
  }
  return { model, asked }
}

/** The engine with its analysts, who have seen a market that rises, an hour before their decision. */
function aDay(openModels: OpenModels<PanelModel & Priced>) {
  const bench = createEngineBench({ set: SET, agentsOn: true, openModels, now: epochMs(START) })
  const { engine, clock } = bench
  const closeAt = (symbol: typeof BTC_USDT, time: number) => {
    const minutes = (time - START) / MINUTE
    const price = (symbol === BTC_USDT ? 50_000 : 2) * (1 + minutes * 1e-4 + 1e-4 * Math.sin(minutes))
    const [open, high, low] = [price * 0.9999, price * 1.0002, price * 0.9998]
    return {
      symbol,
      candle: { openTime: epochMs(time - MINUTE), intervalMs: MINUTE, open, high, low, close: price, volume: 5 },
    }
  }
  for (const symbol of [BTC_USDT, XRP_USDT]) {
    for (let minute = 60 - HISTORY; minute < 60; minute++) {
      engine.agents?.observe(symbol, closeAt(symbol, START + minute * MINUTE).candle)
    }
  }
  return {
    ...bench,
    /** The candles that close at this minute, at this minute. */
    close(minute: number) {
      const time = START + minute * MINUTE
      clock.advanceTo(epochMs(time))
      bench.tick()
      engine.market.candles([closeAt(BTC_USDT, time), closeAt(XRP_USDT, time)])
    },
    /** Time passes, and everybody who waits for an answer goes on. */
    async wait(ms: number) {
      clock.advanceTo(epochMs(clock.now() + ms))
      clock.runDue()
      for (let turn = 0; turn < 50; turn++) await Promise.resolve()
    },
    decided: () => engine.bus.history('trading_signals').map(({ payload }) => payload),
  }
}
const open =
  (...models: readonly (PanelModel & Priced)[]): OpenModels<PanelModel & Priced> =>
  () =>
    models

describe('a panel in the engine', () => {
  it('votes on each decision, is held against what came, and leaves a record of what it said and cost', async () => {
    const { model, asked } = member('a')
    const { close, wait, decided, stores, engine } = aDay(open(model))
    close(60)
    await wait(0)
    expect(asked).toHaveLength(2)
    expect(decided().map(({ symbol, voices }) => [symbol, voices.map(({ name }) => name)])).toEqual([
      [BTC_USDT, ['technical_analysis', 'model a']],
      [XRP_USDT, ['technical_analysis', 'model a']],
    ])
    const calls = stores.agentCalls.recent('trading_decision', 10)
    expect(calls.map(({ symbol, outcome, answer }) => [symbol, outcome, answer])).toEqual([
      [XRP_USDT, 'used', vote],
      [BTC_USDT, 'used', vote],
    ])
    expect(stores.agentCalls.costSince('trading_decision', epochMs(START))).toBe('0.008')
    const waiting = engine.calibration?.curves({ agent: 'model a', symbol: null, regime: null })
    expect(waiting?.map((curve) => curve.waiting)).toEqual([2, 2, 2])
  })

  it('with a model that hangs holds up neither other agents nor, beyond its limit, its own', async () => {
    const { close, wait, decided, engine } = aDay(open(member('deaf', 'BTC/USDT').model, member('a').model))
    close(60)
    await wait(0)
    expect(decided().map(({ symbol }) => symbol)).toEqual([XRP_USDT])
    expect(engine.agents?.statuses().find(({ name }) => name === 'trading_decision')?.running).toEqual([BTC_USDT])
    const analyses = engine.bus.history('ta_signals').length
    close(61)
    expect(engine.bus.history('ta_signals').length).toBe(analyses + 2)
    await wait(30 * SECOND)
    expect(decided().map(({ symbol, voices }) => [symbol, voices.length])).toEqual([
      [XRP_USDT, 3],
      [BTC_USDT, 2],
    ])
    expect(engine.agents?.statuses().flatMap(({ failures }) => failures)).not.toContain(1)
    expect(engine.bus.history('system_events').map(({ payload }) => payload)).toContainEqual({
      kind: 'panel',
      text: 'The model deaf of the panel has no voice (llm/timeout): There was no answer in time.',
    })
  })

  it('is asked by nobody once Kill is pressed, and what was out is given up on', async () => {
    const [deaf, quick] = [member('deaf', 'USDT'), member('a')]
    const { close, wait, decided, engine } = aDay(open(deaf.model, quick.model))
    close(60)
    await wait(0)
    expect([deaf.asked.length, quick.asked.length, decided().length]).toEqual([2, 2, 0])
    await engine.killSwitch.kill('enough', { flatten: false })
    await wait(0)
    expect(decided()).toHaveLength(2)
    expect(engine.questions.isAsking()).toBe(false)
    close(120)
    await wait(0)
    expect([deaf.asked.length, quick.asked.length]).toEqual([2, 2])
    expect(
      decided()
        .at(-1)
        ?.voices.map(({ name }) => name),
    ).toEqual(['technical_analysis'])
  })
})
