import { describe, expect, it } from 'vitest'
import type { Conflict } from '../../../src/main/domain/conflict.ts'
import { epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { aModel, settled } from '../../support/hand-model.ts'
import { say, signal } from '../../support/said.ts'
import { moodOf, regimeOf, taOf } from '../../support/signal-builders.ts'
import { alertsOf, type Bench } from '../execution/trade-bench.ts'
import { inFolder } from '../persistence/builders.ts'

const pending = ({ engine }: Bench): readonly Conflict[] => engine.conflicts.pending()
const newest = ({ stores }: Bench): Conflict => {
  const [conflict] = stores.conflicts.recent(1)
  if (conflict === undefined) throw new Error('there is no conflict')
  return conflict
}
const choose = (bench: Bench, optionId: string): void => {
  expect(bench.engine.conflicts.decide(newest(bench).id, optionId).ok).toBe(true)
}
const trades = ({ stores }: Bench): string[] =>
  stores.proposals.withStatus('pending').flatMap(({ trade, legs }) => (trade ? [legs[0]?.amount.toFixed() ?? ''] : []))
const told = ({ engine }: Bench): string[] => engine.bus.history('system_events').map(({ payload }) => payload.text)

/** Chart and mood disagree, and it is waited for the mood. */
function waiting(dir?: string): Bench {
  const bench = createEngineBench(dir === undefined ? {} : { dir })
  say(bench, 'ta_signals', taOf({ confidence: 0.6 }))
  say(bench, 'sentiment_updates', moodOf({ bias: 'short', confidence: 0.55 }))
  signal(bench)
  expect(newest(bench).type).toBe('ta_vs_sentiment')
  choose(bench, 'wait')
  return bench
}

describe('a wait', () => {
  it.each([
    ['nobody', () => {}],
    ['only the decision', (bench: Bench) => signal(bench)],
  ])('ends as it began where %s has spoken since a restart', (_, speak) =>
    inFolder(async (dir) => {
      const before = waiting(dir)
      const decidedAt = before.clock.now()
      await before.end()
      const bench = createEngineBench({ dir, now: epochMs(decidedAt + 4 * HOUR - 10 * MINUTE) })
      bench.engine.conflicts.resume()
      await bench.engine.executor.resume()
      speak(bench)
      await bench.pass(11 * MINUTE, MINUTE)
      expect(newest(bench).waited?.optionId).toBe('abort')
      expect(trades(bench)).toEqual([])
      await bench.end()
    }),
  )

  it('is not ended by another disagreement that has come since', () => {
    const bench = waiting()
    say(bench, 'regime_updates', regimeOf({ regime: 'choppy' }))
    say(bench, 'sentiment_updates', moodOf({ bias: 'short', confidence: 0.55 }))
    expect(newest(bench)).toMatchObject({ type: 'ta_vs_sentiment', waited: { optionId: 'abort' } })
    expect(pending(bench)).toEqual([])
    expect(trades(bench)).toEqual([])
  })

  it('that ends well goes on to the next disagreement', () => {
    const bench = waiting()
    say(bench, 'regime_updates', regimeOf({ regime: 'choppy' }))
    say(bench, 'sentiment_updates', moodOf({ bias: 'long', confidence: 0.55 }))
    expect(newest(bench).type).toBe('regime_incompatible')
    expect(pending(bench)).toHaveLength(1)
  })

  it('about what the limits cut looks at the limits again', async () => {
    const bench = createEngineBench({ set: ['risk.max_exposure_percent=5'] })
    signal(bench)
    expect(newest(bench).type).toBe('risk_modified')
    choose(bench, 'wait')
    await bench.pass(1_000)
    signal(bench)
    expect(newest(bench).waited).toMatchObject({ optionId: 'abort' })
  })
})

describe('what was decided', () => {
  const decidedWhile = (hold: (bench: Bench) => void): Bench => {
    const bench = createEngineBench()
    say(bench, 'regime_updates', regimeOf({ regime: 'choppy' }))
    signal(bench)
    hold(bench)
    choose(bench, 'proceed')
    return bench
  }

  it('while the coordinator is paused waits for it, and says so', async () => {
    const bench = decidedWhile(({ engine }) => engine.coordinator.pause('lunch'))
    expect(told(bench).at(-1)).toContain('held up: nothing new is traded at the moment')
    await bench.pass(MINUTE, 1_000)
    expect(trades(bench)).toEqual([])
    bench.engine.coordinator.resume()
    await bench.pass(6_000)
    expect(trades(bench)).toEqual(['0.046'])
    expect(told(bench).filter((text) => text.includes('held up'))).toHaveLength(1)
  })

  it('and cannot be carried out in time is dropped, and somebody is told', async () => {
    const bench = decidedWhile(({ engine }) => engine.coordinator.pause('lunch'))
    await bench.pass(6 * MINUTE, 5_000)
    expect(alertsOf(bench)).toContain('conflict/dropped')
    bench.engine.coordinator.resume()
    await bench.pass(MINUTE, 5_000)
    expect(trades(bench)).toEqual([])
    expect(bench.stores.conflicts.notCarriedOut()).toEqual([])
  })

  it('before a crash is carried out when the first prices are there', () =>
    inFolder(async (dir) => {
      const before = createEngineBench({ dir })
      say(before, 'regime_updates', regimeOf({ regime: 'choppy' }))
      signal(before)
      // The choice is on disk, and what follows from it is not.
      before.engine.coordinator.pause('so that nothing follows yet')
      choose(before, 'proceed')
      before.engine.coordinator.resume()
      const now = epochMs(before.clock.now() + 2_000)
      await before.end()
      const bench = createEngineBench({ dir, now })
      bench.engine.conflicts.resume()
      await bench.engine.executor.resume()
      expect(trades(bench)).toEqual([])
      await bench.pass(10_000)
      expect(trades(bench)).toEqual(['0.046'])
      await bench.end()
    }))

  it('is tried again where the database does not take it', async () => {
    let isLocked = true
    const bench = createEngineBench({
      stores: (stores) => ({
        ...stores,
        proposals: {
          ...stores.proposals,
          insert(proposal) {
            if (isLocked) throw new Error('database is locked')
            stores.proposals.insert(proposal)
          },
        },
      }),
    })
    say(bench, 'regime_updates', regimeOf({ regime: 'choppy' }))
    signal(bench)
    choose(bench, 'proceed')
    expect(trades(bench)).toEqual([])
    isLocked = false
    await bench.pass(6_000)
    expect(trades(bench)).toEqual(['0.046'])
  })
})

describe('a model', () => {
  it('is asked twice about one conflict and no more, however often the program is started', () =>
    inFolder(async (dir) => {
      const deepseek = aModel('deepseek')
      let bench = createEngineBench({ dir, llms: [deepseek.llm] })
      say(bench, 'regime_updates', regimeOf({ regime: 'choppy' }))
      signal(bench)
      for (let starts = 0; starts < 3; starts++) {
        bench.engine.conflicts.close()
        await settled()
        const now = epochMs(bench.clock.now() + 1_000)
        await bench.end()
        bench = createEngineBench({ dir, now, llms: [deepseek.llm] })
        bench.engine.conflicts.resume()
        await settled()
      }
      expect(deepseek.questions).toHaveLength(2)
      expect(newest(bench).resolution?.by).toBe('default')
      await bench.end()
    }))
})

describe('the analysts’ wish to close a position', () => {
  it('is a person’s to decide while the coordinator is paused', async () => {
    const bench = createEngineBench({ set: ['portfolio.approval.tactical=auto'] })
    bench.tick()
    signal(bench)
    await bench.engine.executor.idle()
    bench.engine.coordinator.pause('lunch')
    signal(bench, { action: 'CLOSE', bias: 'short', confidence: 0.95 })
    await bench.engine.executor.idle()
    expect(bench.stores.positions.open()).toMatchObject([{ exitReason: null }])
    expect(alertsOf(bench)).toContain('signal/close')
    bench.engine.coordinator.resume()
    signal(bench, { action: 'CLOSE', bias: 'short', confidence: 0.95 })
    await bench.engine.executor.idle()
    expect(bench.stores.positions.open()).toEqual([])
  })
})
