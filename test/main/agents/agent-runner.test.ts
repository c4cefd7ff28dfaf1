import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AgentOutput, AgentView, Said } from '../../../src/main/agents/agent.ts'
import type { ScheduledAgent } from '../../../src/main/agents/agent-runner.ts'
import type { ClosedCandle } from '../../../src/main/domain/market.ts'
import type { TradedPair } from '../../../src/shared/ids.ts'
import { type EpochMs, epochMs, HOUR, MINUTE, SECOND } from '../../../src/shared/time.ts'
import { signalOf } from '../../support/signal-builders.ts'
import { BTC_USDT, XRP_USDT } from './candles.ts'
import { agentOf, closing, opinionOn, runnerOf, scheduledOf } from './running.ts'

/** An agent that notes when it was asked, and about what. */
function noting(name: string, change: Partial<ScheduledAgent> = {}) {
  const asked: [EpochMs, TradedPair][] = []
  const agent = agentOf((view) => {
    asked.push([view.now, view.symbol])
    return opinionOn(view)
  })
  return { asked, scheduled: scheduledOf(name, { agent, ...change }) }
}

/** An agent that answers when the test says so. */
function asking() {
  const questions: { view: AgentView; answer(output: AgentOutput | null): void; refuse(why: unknown): void }[] = []
  const agent = agentOf((view) => {
    const { promise, resolve, reject } = Promise.withResolvers<AgentOutput | null>()
    questions.push({ view, answer: resolve, refuse: reject })
    return promise
  })
  return { agent, questions }
}

/** What a listener hears of another at each of its runs. */
function listener(to: string) {
  const heard: (Said | null)[] = []
  const agent = agentOf((view) => {
    heard.push(view.said(to))
    return null
  })
  return { heard, scheduled: scheduledOf('listener', { agent, reads: [to] }) }
}

describe('agents run', () => {
  it('each after those that it listens to, whatever their names', () => {
    const order: string[] = []
    const agent = (name: string) =>
      agentOf(() => {
        order.push(name)
        return null
      })
    const { tell } = runnerOf([
      scheduledOf('decider', { agent: agent('decider'), reads: ['zealot', 'analyst', 'nobody'] }),
      scheduledOf('zealot', { agent: agent('zealot') }),
      scheduledOf('analyst', { agent: agent('analyst'), reads: ['zealot'] }),
    ])
    tell([closing(1)])
    expect(order).toEqual(['zealot', 'analyst', 'decider'])
  })

  it('never, when they listen to each other in a circle', () => {
    const round = [scheduledOf('a', { reads: ['b'] }), scheduledOf('b', { reads: ['a'] })]
    expect(() => runnerOf(round)).toThrow('Agents listen in a circle: a → b → a.')
  })

  it('when a candle of the schedule closes on a multiple of their interval, and on no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), fc.constantFrom(1, 5, 60), (every, base) => {
        const { asked, scheduled } = noting('analyst', { everyMs: every * MINUTE })
        const { tell } = runnerOf([scheduled])
        for (let i = 1; i <= 200; i++) tell([closing(i, { intervalMs: base * MINUTE })], base * MINUTE)
        const firstAfter = (time: number): number => Math.ceil(time / base) * base
        const due = Array.from({ length: Math.ceil((200 * base) / every) + 1 }, (_, i) => firstAfter(i * every))
        const expected = [...new Set(due)].filter((time) => time > 0 && time <= 200 * base)
        expect(asked.map(([at]) => at / MINUTE)).toEqual(expected)
      }),
      { seed: 20_261_123, numRuns: 60 },
    )
  })

  it('not because a coarser candle closes, and when it does they know it already, whoever is first', () => {
    const events: string[] = []
    const agent = (name: string) =>
      agentOf(
        () => {
          events.push(`${name} runs`)
          return null
        },
        { observe: (_, { intervalMs }) => void events.push(`${name} sees ${intervalMs / MINUTE}m`) },
      )
    const { tell } = runnerOf([scheduledOf('a', { agent: agent('a') }), scheduledOf('b', { agent: agent('b') })])
    tell([closing(15), closing(1, { intervalMs: 15 * MINUTE })])
    expect(events.slice(0, 4).toSorted()).toEqual(['a sees 15m', 'a sees 1m', 'b sees 15m', 'b sees 1m'])
    expect(events.slice(4)).toEqual(['a runs', 'b runs'])
  })

  it('about every symbol whose candle closes, each on its own', () => {
    const { asked, scheduled } = noting('analyst')
    const { tell } = runnerOf([scheduled])
    tell([closing(1), closing(1, { symbol: XRP_USDT })])
    // A coarser candle closes with the time, though nobody traded in its last minute.
    tell([closing(5, { symbol: XRP_USDT }), closing(1, { intervalMs: 5 * MINUTE })])
    expect(asked).toEqual([
      [MINUTE, BTC_USDT],
      [MINUTE, XRP_USDT],
      [5 * MINUTE, XRP_USDT],
    ])
  })

  it('with the next candle, when nobody traded in the minute that they fall on', () => {
    const { asked, scheduled } = noting('analyst', { everyMs: HOUR })
    const { tell } = runnerOf([scheduled])
    for (const minute of [58, 59, 63, 64, 119, 120, 121]) tell([closing(minute)])
    expect(asked.map(([at]) => at / MINUTE)).toEqual([63, 120])
  })

  it('once, and not once for every time that was missed, when many minutes are told of late', () => {
    const [minutely, hourly] = [noting('minutely'), noting('hourly', { everyMs: HOUR })]
    const { tell, clock, runner } = runnerOf([minutely.scheduled, hourly.scheduled])
    tell([closing(30)])
    clock.advanceTo(epochMs(210 * MINUTE + 2 * SECOND))
    for (let minute = 31; minute <= 210; minute++) runner.onCandles([closing(minute)], MINUTE, minute < 210)
    expect(minutely.asked.map(([at]) => at)).toEqual([30 * MINUTE, 210 * MINUTE + 2 * SECOND])
    expect(hourly.asked.map(([at]) => at)).toEqual([210 * MINUTE + 2 * SECOND])
    tell([closing(240)])
    expect(hourly.asked.at(-1)?.[0]).toBe(240 * MINUTE)
  })

  it('in their order after a lost line: nobody decides on what others said before it', () => {
    const said: (number | null)[] = []
    const chart = scheduledOf('chart', { agent: agentOf((view) => opinionOn(view)) })
    const decision = scheduledOf('decision', {
      everyMs: HOUR,
      reads: ['chart'],
      agent: agentOf((view) => {
        said.push(view.said('chart')?.output.at ?? null)
        return null
      }),
    })
    const { tell, clock, runner } = runnerOf([decision, chart])
    tell([closing(50)])
    clock.advanceTo(epochMs(70 * MINUTE + 2 * SECOND))
    for (let minute = 51; minute <= 70; minute++) runner.onCandles([closing(minute)], MINUTE, minute < 70)
    expect(said).toEqual([70 * MINUTE + 2 * SECOND])
  })

  it('also where the clock is wrong: what was missed is the market’s to say', () => {
    const one = noting('one')
    const { runner, clock } = runnerOf([one.scheduled])
    clock.advanceTo(epochMs(100 * MINUTE))
    for (let minute = 1; minute <= 3; minute++) runner.onCandles([closing(minute)], MINUTE)
    expect(one.asked).toHaveLength(3)
  })

  it('without news in what has only been forgotten', () => {
    const chart = scheduledOf('chart', {
      agent: agentOf((view) => opinionOn(view), { needs: [{ intervalMs: MINUTE, count: 1 }] }),
    })
    const { tell, runner, bus } = runnerOf([chart])
    tell([closing(1)])
    runner.forget()
    tell([closing(2)])
    expect(bus.history('opinions').map(({ payload }) => payload.isNews)).toEqual([true, false])
  })

  it('without the word of one who has missed two runs', () => {
    const heard: boolean[] = []
    let isSilent = false
    const chart = scheduledOf('chart', {
      everyMs: HOUR,
      agent: agentOf((view) => (isSilent ? new Promise<null>(() => {}) : opinionOn(view)), {}),
      timeLimitMs: 600 * MINUTE,
    })
    const decision = scheduledOf('decision', {
      everyMs: HOUR,
      reads: ['chart'],
      agent: agentOf((view) => {
        heard.push(view.said('chart') !== null)
        return null
      }),
    })
    const { tell, runner } = runnerOf([decision, chart])
    tell([closing(60)])
    isSilent = true
    for (const minute of [120, 180, 240]) tell([closing(minute)])
    expect(heard).toEqual([true, true, true, false])
    runner.close()
  })

  it('without news in what was said before the program ended, unless that is more than a day ago', () => {
    const one = () => scheduledOf('one', { agent: agentOf((view) => opinionOn(view)) })
    const first = runnerOf([one()])
    first.tell([closing(1)])
    const newsAfter = (minute: number, change: Partial<AgentOutput> = {}): boolean[] => {
      const agent = agentOf((view) => opinionOn(view, change as never))
      const { tell, bus } = runnerOf([scheduledOf('one', { agent })], [], first.database)
      tell([closing(minute)])
      tell([closing(minute + 1)])
      return bus.history('opinions').map(({ payload }) => payload.isNews)
    }
    expect(newsAfter(3, { bias: 'short' })).toEqual([true, true])
    expect(newsAfter(5, { bias: 'short' })).toEqual([false, true])
    expect(newsAfter(7 + 2 * 24 * 60, { bias: 'short' })).toEqual([true, true])
  })

  it('not while the past is taken in', () => {
    const { asked, scheduled } = noting('analyst')
    const seen: number[] = []
    const agent = agentOf(() => null, { observe: (_, candle) => void seen.push(candle.openTime) })
    const { runner } = runnerOf([scheduled, scheduledOf('other', { agent })])
    for (const minute of [1, 2, 3]) runner.observe(BTC_USDT, closing(minute).candle)
    expect(asked).toEqual([])
    expect(seen).toEqual([0, MINUTE, 2 * MINUTE])
  })

  it('at once when somebody asks for it, about every symbol there is; not when there is none, or it is off', () => {
    const { asked, scheduled } = noting('analyst', { everyMs: HOUR })
    const { runner, tell, clock, bus } = runnerOf([scheduled, scheduledOf('silenced')])
    tell([closing(1), closing(1, { symbol: XRP_USDT })])
    clock.advanceTo(epochMs(MINUTE + 7))
    expect(runner.runNow('analyst')).toBe(true)
    expect(asked).toEqual([
      [MINUTE + 7, BTC_USDT],
      [MINUTE + 7, XRP_USDT],
    ])
    expect(bus.history('opinions')).toHaveLength(2)
    expect(runner.runNow('silenced')).toBe(false)
    expect(runner.runNow('somebody')).toBe(false)
  })

  it('knowing what is held', () => {
    const views: AgentView[] = []
    const agent = agentOf((view) => {
      views.push(view)
      return null
    })
    runnerOf([scheduledOf('analyst', { agent })], ['short']).tell([closing(1)])
    expect(views.map(({ held }) => held)).toEqual([['short']])
  })
})

describe('an agent that fails', () => {
  const failing = (problems: readonly unknown[]) => {
    let runs = 0
    return agentOf((view) => {
      const problem = problems[runs++]
      if (problem !== null) throw problem
      return opinionOn(view)
    })
  }

  it('harms no other, is told of once until the problem changes, and is not heard until it speaks again', () => {
    const bad = new Error('no such index')
    const agent = failing([null, bad, bad, new Error('another'), null, bad, 'not even an error'])
    const { heard, scheduled } = listener('broken')
    const other = noting('other')
    const { tell, alerts, runner, bus } = runnerOf([scheduledOf('broken', { agent }), scheduled, other.scheduled])
    const alertCounts: number[] = []
    for (let minute = 1; minute <= 7; minute++) {
      tell([closing(minute)])
      alertCounts.push(alerts().length)
    }
    expect(alertCounts).toEqual([0, 1, 1, 2, 2, 3, 4])
    expect(heard.map((said) => said?.messageId !== undefined)).toEqual([true, false, false, false, true, false, false])
    expect(other.asked).toHaveLength(7)
    expect(alerts()[0]).toEqual({
      code: 'agent/failed',
      text: 'The broken failed on BTC/USDT: no such index. Its voice is missing until it speaks again.',
    })
    expect(bus.history('risk_alerts')[0]).toMatchObject({ source: 'broken', priority: 'HIGH' })
    const status = runner.statuses().find(({ name }) => name === 'broken')
    expect(status).toMatchObject({ runs: 2, failures: 5 })
    expect(status?.last.get(BTC_USDT)).toMatchObject({ output: null, messageId: null, problem: 'not even an error' })
  })

  it('on one symbol is heard on the others', () => {
    const agent = agentOf((view) => {
      if (view.symbol === XRP_USDT) throw new Error('never heard of it')
      return opinionOn(view)
    })
    const { heard, scheduled } = listener('broken')
    const { tell } = runnerOf([scheduledOf('broken', { agent }), scheduled])
    tell([closing(1), closing(1, { symbol: XRP_USDT })])
    expect(heard.map((said) => said?.output.symbol ?? null)).toEqual([BTC_USDT, null])
  })

  it('by refusing its answer has failed too', async () => {
    const { agent, questions } = asking()
    const { tell, alerts, runner } = runnerOf([scheduledOf('remote', { agent })])
    tell([closing(1)])
    questions[0]?.refuse(new Error('HTTP 500'))
    await runner.idle()
    expect(alerts()[0]?.text).toContain('HTTP 500')
  })

  it('to take in a candle is told of once, and not asked what it makes of the others of that moment', () => {
    const asked: number[] = []
    const agent = agentOf(
      (view) => {
        asked.push(view.now / MINUTE)
        return opinionOn(view)
      },
      {
        observe(symbol, { openTime }) {
          if (symbol === BTC_USDT && openTime < 2 * MINUTE) throw new Error('it cannot be')
        },
      },
    )
    const other = noting('other')
    const { tell, alerts, runner } = runnerOf([scheduledOf('broken', { agent }), other.scheduled])
    runner.observe(BTC_USDT, closing(0).candle)
    for (const minute of [1, 2, 3]) tell([closing(minute), closing(minute, { symbol: XRP_USDT })])
    expect(alerts().map(({ text }) => text)).toEqual([expect.stringContaining('it cannot be')])
    // About XRP each minute, about BTC only when it knows its candle.
    expect(asked).toEqual([1, 2, 3, 3])
    expect(other.asked).toHaveLength(6)
  })

  it.each<[string, (view: AgentView) => AgentOutput]>([
    ['a confidence of 1.01', (view) => opinionOn(view, { confidence: 1.01 })],
    ['a confidence of -0.01', (view) => opinionOn(view, { confidence: -0.01 })],
    ['a confidence of NaN', (view) => opinionOn(view, { confidence: Number.NaN })],
    ['it spoke of XRP/USDT', (view) => opinionOn(view, { symbol: XRP_USDT })],
  ])('is one that answers with %s: it would outvote or mislead', (problem, run) => {
    const { tell, alerts, bus, kept } = runnerOf([scheduledOf('wild', { agent: agentOf(run) })])
    tell([closing(1)])
    expect(alerts()[0]?.text).toContain(problem)
    expect(bus.history('opinions')).toEqual([])
    expect(kept()).toEqual([])
  })
})

describe('an agent that has to ask somebody', () => {
  it('is cut off at its time limit, to the millisecond of the clock, and told that it is', async () => {
    const { agent, questions } = asking()
    const { heard, scheduled } = listener('remote')
    const { tell, clock, alerts, runner } = runnerOf([scheduledOf('remote', { agent }), scheduled])
    tell([closing(1)])
    clock.advanceTo(epochMs(MINUTE + 5 * SECOND))
    const signal = questions[0]?.view.signal
    expect(signal?.aborted).toBe(false)
    expect(runner.isIdle()).toBe(false)
    // What it makes of being aborted is not what is told.
    signal?.addEventListener('abort', () => questions[0]?.refuse(new Error('aborted')))
    clock.runDue()
    expect(signal?.aborted).toBe(true)
    await runner.idle()
    expect(alerts().map(({ text }) => text)).toEqual([expect.stringContaining('it took longer than 5 s')])
    expect(runner.isIdle()).toBe(true)
    expect(heard).toEqual([null])
  })

  it('is not asked again while it is asked, and its answer after the cut is heard by nobody', async () => {
    const { agent, questions } = asking()
    const { tell, clock, bus, runner } = runnerOf([scheduledOf('remote', { agent, timeLimitMs: 90 * SECOND })])
    tell([closing(1)])
    tell([closing(2), closing(2, { symbol: XRP_USDT })])
    expect(questions.map(({ view }) => view.symbol)).toEqual([BTC_USDT, XRP_USDT])
    expect(runner.statuses()[0]?.running).toEqual([BTC_USDT, XRP_USDT])
    clock.advanceTo(epochMs(MINUTE + 90 * SECOND))
    clock.runDue()
    const [btc, xrp] = questions
    btc?.answer(opinionOn(btc.view))
    xrp?.answer(opinionOn(xrp.view))
    await runner.idle()
    expect(bus.history('opinions').map(({ payload }) => payload.symbol)).toEqual([XRP_USDT])
    tell([closing(3)])
    expect(questions.map(({ view }) => view.symbol)).toEqual([BTC_USDT, XRP_USDT, BTC_USDT])
  })

  it('is heard with what it said before until it has answered, and leaves no timer behind', async () => {
    const { agent, questions } = asking()
    const { heard, scheduled } = listener('remote')
    const { tell, clock, runner, pass, kept } = runnerOf([scheduledOf('remote', { agent }), scheduled])
    tell([closing(1)])
    pass(1_234)
    questions[0]?.answer(opinionOn(questions[0].view, { confidence: 0.1 }))
    await runner.idle()
    expect(clock.nextDue()).toBe(Number.POSITIVE_INFINITY)
    tell([closing(2)])
    questions[1]?.answer(opinionOn(questions[1].view, { confidence: 0.2 }))
    await runner.idle()
    tell([closing(3)])
    expect(heard.map((said) => said?.output.confidence ?? null)).toEqual([null, 0.1, 0.2])
    expect(kept()[0]).toMatchObject(['remote', 'msg_1', '[]', 1_234])
  })

  it('has heard what it looked at when it did, though that was said anew before it answered', async () => {
    const { agent, questions } = asking()
    const remote = agentOf((view) => {
      view.said('other')
      return agent.run(view)
    })
    const { runner, tell, bus, kept } = runnerOf([
      noting('other').scheduled,
      scheduledOf('remote', { agent: remote, everyMs: 2 * MINUTE, timeLimitMs: HOUR, reads: ['other'] }),
    ])
    tell([closing(2)])
    const [before] = bus.history('opinions')
    tell([closing(3)])
    questions[0]?.answer(opinionOn(questions[0].view))
    await runner.idle()
    expect(kept().at(-1)).toMatchObject(['remote', expect.any(String), JSON.stringify([before?.id]), 0])
    expect(bus.history('opinions').at(-1)?.causationId).toBe(before?.id)
  })

  it('is given up when the program ends, and nothing is said of it any more', async () => {
    const { agent, questions } = asking()
    let closed = 0
    const own = { ...agent, close: () => void closed++ }
    const { tell, clock, runner, alerts, bus, kept } = runnerOf([
      scheduledOf('refuses', { agent: own }),
      scheduledOf('answers', { agent: own }),
      scheduledOf('hangs', { agent: own }),
    ])
    tell([closing(1)])
    const [refuses, answers, hangs] = questions
    answers?.answer(opinionOn(answers.view))
    runner.close()
    refuses?.refuse(new Error('aborted'))
    await runner.idle()
    expect([refuses, answers, hangs].map((question) => question?.view.signal.aborted)).toEqual([true, true, true])
    expect(closed).toBe(3)
    expect([alerts(), bus.history('opinions'), kept()]).toEqual([[], [], []])
    expect(clock.nextDue()).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('what an agent says', () => {
  it('is published each time, and kept on file when it is news, with what it looked at and how long it took', () => {
    const first = agentOf((view) => opinionOn(view, { isNews: view.now === MINUTE }))
    const { runner, tell, bus, kept, pass } = runnerOf([
      scheduledOf('first', { agent: first }),
      scheduledOf('second', { agent: first }),
      scheduledOf('deaf', { agent: first, reads: ['first'] }),
      scheduledOf('third', {
        reads: ['first', 'second', 'silenced'],
        agent: agentOf((view) => {
          pass(0.5)
          for (const name of ['second', 'first', 'second', 'silenced', 'nobody']) view.said(name)
          return opinionOn(view)
        }),
      }),
      scheduledOf('silenced'),
    ])
    tell([closing(1)])
    tell([closing(2)])
    const published = bus.history('opinions')
    const idOf = (source: string, minute: number) =>
      published.find((message) => message.source === source && message.payload.at === minute * MINUTE)?.id
    expect(published).toHaveLength(8)
    expect(kept()).toEqual([
      ['first', idOf('first', 1), '[]', 0],
      ['deaf', idOf('deaf', 1), '[]', 0],
      ['second', idOf('second', 1), '[]', 0],
      ['third', idOf('third', 1), JSON.stringify([idOf('second', 1), idOf('first', 1)]), 0.5],
      ['third', idOf('third', 2), JSON.stringify([idOf('second', 2), idOf('first', 2)]), 0.5],
    ])
    expect(published.find(({ source }) => source === 'third')?.causationId).toBe(idOf('second', 1))
    expect(published.find(({ source }) => source === 'deaf')?.causationId).toBeNull()
    expect(runner.runCount()).toBe(8)
  })

  it('gets a correlation id when it is a decision that is news, and only then', () => {
    const decisions = [true, false, true].map((isNews, i) => signalOf({ at: epochMs((i + 1) * MINUTE), isNews }))
    const decider = agentOf(({ now }) => decisions[now / MINUTE - 1] ?? null)
    const { tell, bus } = runnerOf([
      scheduledOf('decider', { agent: decider, topic: 'trading_signals' }),
      noting('analyst').scheduled,
    ])
    for (const minute of [1, 2, 3]) tell([closing(minute)])
    const ids = bus.history('trading_signals').map(({ correlationId }) => correlationId)
    expect(ids).toEqual([expect.stringMatching(/^cor_/), null, expect.stringMatching(/^cor_/)])
    expect(ids[0]).not.toBe(ids[2])
    expect(bus.history('opinions').every(({ correlationId }) => correlationId === null)).toBe(true)
  })

  it('counts until it is asked again and has nothing to say', () => {
    const agent = agentOf((view) => (view.now === 2 * MINUTE ? null : opinionOn(view)))
    const { heard, scheduled } = listener('analyst')
    const { tell, runner } = runnerOf([scheduledOf('analyst', { agent }), scheduled])
    for (const minute of [1, 2, 3]) tell([closing(minute)])
    expect(heard.map((said) => said !== null)).toEqual([true, false, true])
    expect(runner.statuses()[0]).toMatchObject({ runs: 2, failures: 0 })
  })
})

describe('the status of an agent', () => {
  it('says whether it is on, how far it has warmed up, what it said last and when', () => {
    let seen = 0
    const warming = agentOf((view) => (seen < 2 ? null : opinionOn(view)), {
      needs: [
        { intervalMs: MINUTE, count: 2 },
        { intervalMs: HOUR, count: 9 },
      ],
      observe: () => void seen++,
      seen: () => seen,
    })
    const { tell, runner, pass } = runnerOf([
      scheduledOf('warming', { agent: warming, topic: 'ta_signals', everyMs: MINUTE }),
      scheduledOf('silenced', { everyMs: HOUR }),
    ])
    tell([closing(1)])
    const [off, on] = runner.statuses()
    expect(off).toEqual({
      name: 'silenced',
      title: 'The silenced',
      topic: 'opinions',
      everyMs: HOUR,
      isOn: false,
      nextRunAt: null,
      warmUp: [],
      running: [],
      last: new Map(),
      runs: 0,
      failures: 0,
    })
    expect(on).toMatchObject({ isOn: true, warmUp: [{ symbol: BTC_USDT, seen: 1, of: 2 }], runs: 0 })
    expect(on?.last.get(BTC_USDT)).toMatchObject({ at: MINUTE, output: null, problem: null })
    pass(3)
    tell([closing(2)])
    const after = runner.statuses()[1]
    expect(after).toMatchObject({ warmUp: [{ symbol: BTC_USDT, seen: 2, of: 2 }], runs: 1 })
    expect(after?.last.get(BTC_USDT)).toMatchObject({ at: 2 * MINUTE, messageId: 'msg_1', output: { bias: 'long' } })
  })

  it('comes with what all of them need to begin: the most of each width, finest first; of those that are on', () => {
    const needing = (...needs: [number, number][]) =>
      agentOf(() => null, { needs: needs.map(([intervalMs, count]) => ({ intervalMs, count })) })
    const { runner } = runnerOf([
      scheduledOf('a', { agent: needing([HOUR, 5], [MINUTE, 3]) }),
      scheduledOf('b', { agent: needing([MINUTE, 7]) }),
      scheduledOf('c', { agent: needing([MINUTE, 2]) }),
      scheduledOf('off'),
    ])
    expect(runner.needs()).toEqual([
      { intervalMs: MINUTE, count: 7 },
      { intervalMs: HOUR, count: 5 },
    ])
    const nothing: readonly ClosedCandle[] = []
    runner.onCandles(nothing, MINUTE)
    expect(runner.isIdle()).toBe(true)
  })
})
