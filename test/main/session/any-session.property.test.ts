import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Message } from '../../../src/main/bus/topics.ts'
import { replaySession } from '../../../src/main/replay-session.ts'
import { type EpochMs, MINUTE, SECOND } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { aModel, settled } from '../../support/hand-model.ts'
import { BTC_USDT, XRP_USDT } from '../../support/money-arbitraries.ts'
import { choosing } from '../../support/recorded-day.ts'
import { inStep, say, signal } from '../../support/said.ts'
import { decided, moodOf, regimeOf, signalOf, taOf } from '../../support/signal-builders.ts'
import type { Bench } from '../execution/trade-bench.ts'

const symbol = fc.constantFrom(BTC_USDT, XRP_USDT)
const bias = fc.constantFrom('long', 'short', 'neutral')
const pick = fc.nat(9)
const event = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('signal'),
      symbol,
      action: fc.constantFrom('BUY', 'SELL', 'CLOSE', 'HOLD'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('signals') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('regime'),
      symbol,
      regime: fc.constantFrom('trending_bull', 'trending_bear', 'choppy', 'volatile_bear'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mood'), symbol, bias }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ta'), symbol, bias }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('answer'), pick, text: fc.option(fc.string(), { freq: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('decide'), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('approve'), pick, reject: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pass'),
      seconds: fc.constantFrom(1, 29, 60, 400),
      move: fc.double({ min: 0.9, max: 1.1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('check') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('force') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart'), isKilled: fc.boolean() }) },
)
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never

/** A signal for each of two markets: the second is known before the first is looked at. */
function atOneMoment(bench: Bench): void {
  bench.tick()
  const { bus } = bench.engine
  const both = [signalOf(), signalOf({ symbol: XRP_USDT, entry: 2, atr: 0.016 })]
  const isOurs = ({ payload }: Message<'system_events'>): boolean => payload.kind === 'test'
  const off = bus.on(
    'system_events',
    () => {
      for (const one of both) decided(bus, { ...one, at: bench.clock.now() })
    },
    { name: 'test', whenFull: 'reject', filter: isOurs },
  )
  bus.publish('system_events', { kind: 'test', text: 'now' }, { source: 'test' })
  off()
}

/** Whatever happens in it, in an order that nobody planned. */
async function record(dir: string, events: readonly Event[], isAuto: boolean): Promise<void> {
  const models = [aModel('deepseek'), aModel('claude')]
  const set = [
    'portfolio.rebalancing.strategy_by=llm',
    'portfolio.rebalancing.cooldown_minutes=0',
    'risk.margin.enabled=true',
    ...(isAuto ? ['portfolio.approval.tactical=auto', 'portfolio.approval.rebalance=auto'] : []),
  ]
  const open = (now?: EpochMs) => {
    const bench = createEngineBench({
      dir,
      set,
      llms: models.map(({ llm }) => llm),
      ...(now === undefined ? {} : { now }),
    })
    bench.engine.killSwitch.restore()
    bench.engine.approval.resume()
    bench.engine.conflicts.resume()
    inStep(bench)
    bench.tick()
    return bench
  }
  let bench = open()
  let prices = { 'BTC/USDT': 50_000, 'XRP/USDT': 2 }
  for (const one of events) {
    const { engine, stores } = bench
    const at = bench.clock.now()
    if (one.do === 'signal') {
      const side = one.action === 'SELL' || one.action === 'CLOSE' ? 'short' : 'long'
      signal(bench, {
        symbol: one.symbol,
        action: one.action,
        bias: side,
        ...(one.symbol === XRP_USDT ? { entry: 2, atr: 0.016 } : {}),
      })
    } else if (one.do === 'signals') atOneMoment(bench)
    else if (one.do === 'regime') say(bench, 'regime_updates', regimeOf({ symbol: one.symbol, regime: one.regime, at }))
    else if (one.do === 'mood') say(bench, 'sentiment_updates', moodOf({ symbol: one.symbol, bias: one.bias, at }))
    else if (one.do === 'ta')
      say(bench, 'ta_signals', taOf({ symbol: one.symbol, bias: one.bias, confidence: 0.55, at }))
    else if (one.do === 'answer') {
      const open = engine.conflicts.pending().flatMap(({ options }) => options)
      const text = one.text ?? choosing(open[one.pick % Math.max(1, open.length)]?.id ?? 'market')
      for (const model of models) if (model.questions.length > 0) model.last().say(text)
    } else if (one.do === 'decide') {
      const [conflict] = engine.conflicts.pending()
      const option = conflict?.options[one.pick % conflict.options.length]
      if (conflict !== undefined && option !== undefined) engine.conflicts.decide(conflict.id, option.id)
    } else if (one.do === 'approve') {
      for (const { id, hash } of stores.proposals.withStatus('pending').slice(0, 1)) {
        if (one.reject) engine.approval.reject(id, 'no')
        else engine.approval.approve(id, hash)
      }
    } else if (one.do === 'pass') {
      prices = {
        'BTC/USDT': Math.round(prices['BTC/USDT'] * one.move),
        'XRP/USDT': Number((prices['XRP/USDT'] * one.move).toFixed(4)),
      }
      await bench.pass(one.seconds * SECOND, Math.min(MINUTE, one.seconds * SECOND), prices)
    } else if (one.do === 'check') engine.rebalancer.check()
    else if (one.do === 'force') engine.rebalancer.force()
    else if (one.do === 'kill') {
      await engine.killSwitch.kill('enough', { flatten: false })
      engine.killSwitch.resume()
      engine.coordinator.resume()
    } else {
      const now = bench.clock.now()
      if (!one.isKilled) {
        engine.conflicts.close()
        engine.rebalancer.close()
        stores.sessionLog.flush()
      }
      stores.messages.flush()
      await bench.end()
      // Who asked is gone.
      for (const { questions } of models) questions.length = 0
      bench = open(now)
    }
    await settled()
    await bench.engine.executor.idle()
  }
  bench.stores.sessionLog.flush()
  await bench.end()
}

it('any session decides the same again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 20, maxLength: 60 }), fc.boolean(), async (events, isAuto) => {
      const dir = mkdtempSync(join(tmpdir(), 'triplegain-session-'))
      try {
        await record(dir, events, isAuto)
        const replayed = await replaySession(dir, 'engine.db')
        expect(replayed.ok ? replayed.value.text : replayed.error.message).toMatch(/0 differences$/)
      } finally {
        rmSync(dir, { recursive: true })
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 12), endOnFailure: true },
  )
}, 120_000)
