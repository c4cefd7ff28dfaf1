import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AgentOutput } from '../../../src/main/agents/agent.ts'
import type { ScheduledAgent } from '../../../src/main/agents/agent-runner.ts'
import type { Tick } from '../../../src/main/domain/market.ts'
import type { TradedPair } from '../../../src/shared/ids.ts'
import { epochMs, MINUTE, SECOND } from '../../../src/shared/time.ts'
import { BTC_USDT, XRP_USDT } from './candles.ts'
import { agentOf, closing, opinionOn, runnerOf, scheduledOf } from './running.ts'

/** Agents that note who was asked about what, and when (s); each has nothing to say. */
function runnerNoting(changes: Readonly<Record<string, Partial<ScheduledAgent>>>) {
  const asked: [name: string, symbol: TradedPair, second: number][] = []
  const scheduled = Object.entries(changes).map(([name, change]) => {
    const agent = agentOf(({ symbol, now }) => {
      asked.push([name, symbol, now / SECOND])
      return null
    })
    return scheduledOf(name, { agent, ...change })
  })
  const made = runnerOf(scheduled)
  const goTo = (second: number): void => {
    made.clock.advanceTo(epochMs(second * SECOND))
    made.clock.runDue()
  }
  return { ...made, asked, goTo }
}

describe('an offset after the close', () => {
  it('is waited for, to the second, and told as the next run', () => {
    const { tell, asked, goTo, runner } = runnerNoting({ analyst: { offsetMs: 20 * SECOND } })
    tell([closing(1)])
    expect(runner.statuses()[0]?.nextRunAt).toBe(MINUTE + 20 * SECOND)
    goTo(79)
    expect(asked).toEqual([])
    goTo(80)
    expect(asked).toEqual([['analyst', BTC_USDT, 80]])
    expect(runner.statuses()[0]?.nextRunAt).toBe(2 * MINUTE + 20 * SECOND)
  })

  it('has passed where the candle comes late: it is asked at once', () => {
    const { asked, goTo, runner } = runnerNoting({ analyst: { offsetMs: 20 * SECOND } })
    goTo(95)
    runner.onCandles([closing(1)], MINUTE)
    expect(asked).toEqual([['analyst', BTC_USDT, 95]])
  })

  it('of whom it listens to holds for the listener too, who is asked after him, whatever comes first', () => {
    const { tell, asked, goTo, runner } = runnerNoting({
      decision: { reads: ['mood'], offsetMs: 5 * SECOND },
      last: { reads: ['decision'] },
      mood: { offsetMs: 30 * SECOND },
      quick: {},
    })
    expect(runner.statuses().map(({ name, nextRunAt }) => [name, (nextRunAt ?? 0) / SECOND])).toEqual([
      ['mood', 30],
      ['decision', 30],
      ['last', 30],
      ['quick', 60],
    ])
    // One symbol's candle is told later than the other's; all of one moment are asked in order all the same.
    tell([closing(1)])
    goTo(70)
    runner.onCandles([closing(1, { symbol: XRP_USDT })], MINUTE)
    goTo(90)
    expect(asked).toEqual([
      ['quick', BTC_USDT, 60],
      ['quick', XRP_USDT, 70],
      ...['mood', 'decision', 'last'].flatMap((name) => [BTC_USDT, XRP_USDT].map((symbol) => [name, symbol, 90])),
    ])
  })

  it('that is longer than the listener’s interval does not put it off for ever', () => {
    const { tell, asked, goTo } = runnerNoting({
      mood: { everyMs: 30 * MINUTE, offsetMs: 90 * SECOND },
      decision: { reads: ['mood'] },
    })
    for (let minute = 1; minute <= 6; minute++) {
      tell([closing(minute)])
      goTo(minute * 60 + 59)
    }
    expect(asked.map(([, , second]) => second)).toEqual([150, 270, 390])
  })

  it('that has not come when the past is told anew is made up for with the next candle, once', () => {
    const { tell, asked, goTo, runner, clock } = runnerNoting({
      analyst: { everyMs: 5 * MINUTE, offsetMs: 20 * SECOND },
    })
    tell([closing(5)])
    runner.forget()
    expect(clock.nextDue()).toBe(Number.POSITIVE_INFINITY)
    tell([closing(6)])
    goTo(400)
    expect(asked).toEqual([['analyst', BTC_USDT, 380]])
  })

  it('is no more, when the program has ended', () => {
    const { tell, asked, goTo, runner } = runnerNoting({ analyst: { offsetMs: 20 * SECOND } })
    tell([closing(1)])
    runner.close()
    goTo(120)
    expect(asked).toEqual([])
  })

  it('asks each agent once after each close, in order, whatever the offsets', () => {
    const seconds = fc.integer({ min: 0, max: 59 })
    fc.assert(
      fc.property(seconds, seconds, seconds, fc.integer({ min: 0, max: 59 }), (a, b, c, late) => {
        const { asked, goTo, runner } = runnerNoting({
          a: { reads: ['b', 'c'], offsetMs: a * SECOND },
          b: { reads: ['c'], offsetMs: b * SECOND },
          c: { offsetMs: c * SECOND },
        })
        goTo(60 + late)
        runner.onCandles([closing(1)], MINUTE)
        goTo(120)
        const at = (offset: number): number => 60 + Math.max(offset, late)
        expect(asked.map(([name, , second]) => [name, second])).toEqual([
          ['c', at(c)],
          ['b', at(Math.max(b, c))],
          ['a', at(Math.max(a, b, c))],
        ])
      }),
      { seed: 20_261_124, numRuns: 200 },
    )
  })
})

describe('a run on start', () => {
  const TICK = {} as Tick

  it('comes once on each symbol that has a past and a price, in order, for those that want it', () => {
    const { asked, runner } = runnerNoting({
      decision: { reads: ['analyst'], onStart: true },
      analyst: { onStart: true },
      other: {},
    })
    for (const symbol of [BTC_USDT, XRP_USDT]) runner.observe(symbol, closing(1, { symbol }).candle)
    expect(runner.start((symbol) => (symbol === XRP_USDT ? TICK : null))).toBe(false)
    expect(runner.start(() => null)).toBe(false)
    expect(runner.start(() => TICK)).toBe(true)
    expect(runner.start(() => TICK)).toBe(true)
    expect(asked.map(([name, symbol]) => [name, symbol])).toEqual([
      ['analyst', XRP_USDT],
      ['decision', XRP_USDT],
      ['analyst', BTC_USDT],
      ['decision', BTC_USDT],
    ])
  })

  it('needs a past', () => {
    const { asked, runner } = runnerNoting({ analyst: { onStart: true } })
    expect(runner.start(() => TICK)).toBe(true)
    expect(asked).toEqual([])
  })
})

describe('an agent that is asked about more symbols than it may be at a time', () => {
  function asking(atOnce: number) {
    const questions: { symbol: TradedPair; answer(output: AgentOutput | null): void }[] = []
    const agent = agentOf((view) => {
      const { promise, resolve } = Promise.withResolvers<AgentOutput | null>()
      questions.push({ symbol: view.symbol, answer: (output) => resolve(output) })
      return promise
    })
    return { ...runnerOf([scheduledOf('remote', { agent, atOnce })]), questions }
  }
  const both = (minute: number) => [closing(minute), closing(minute, { symbol: XRP_USDT })]

  it('is asked about the others in turn, each once', async () => {
    const { tell, runner, questions } = asking(1)
    tell(both(1))
    tell(both(2))
    expect(questions.map(({ symbol }) => symbol)).toEqual([BTC_USDT])
    questions[0]?.answer(null)
    await Promise.resolve()
    await expect.poll(() => questions.map(({ symbol }) => symbol)).toEqual([BTC_USDT, XRP_USDT])
    questions[1]?.answer(null)
    await runner.idle()
    expect(questions).toHaveLength(2)
  })

  it('is asked about all of them where it may be', () => {
    const { tell, questions } = asking(2)
    tell(both(1))
    expect(questions.map(({ symbol }) => symbol)).toEqual([BTC_USDT, XRP_USDT])
  })

  it('is asked no more when the program has ended', async () => {
    const { tell, runner, questions } = asking(1)
    tell(both(1))
    runner.close()
    await runner.idle()
    expect(questions).toHaveLength(1)
  })

  it('goes on where an answer comes at once', async () => {
    let isRemote = true
    const asked: TradedPair[] = []
    const pending = Promise.withResolvers<AgentOutput | null>()
    const agent = agentOf((view) => {
      asked.push(view.symbol)
      return isRemote ? pending.promise : opinionOn(view)
    })
    const { tell, runner } = runnerOf([scheduledOf('remote', { agent, atOnce: 1 })])
    const third = 'XRP/BTC' as TradedPair
    tell([...both(1), closing(1, { symbol: third })])
    isRemote = false
    pending.resolve(null)
    await runner.idle()
    expect(asked).toEqual([BTC_USDT, XRP_USDT, third])
  })
})
