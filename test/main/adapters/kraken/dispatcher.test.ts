import { describe, expect, it } from 'vitest'
import { createDispatcher, type Job } from '../../../../src/main/adapters/kraken/dispatcher.ts'
import { createRateCounters } from '../../../../src/main/adapters/kraken/rate-counters.ts'
import { epochMs } from '../../../../src/shared/time.ts'
import { createManualClock } from '../../../support/manual-clock.ts'
import { BTC_USDT } from '../../../support/money-arbitraries.ts'
import { NOON } from '../../../support/trading-builders.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

function start() {
  const clock = createManualClock(NOON)
  const counters = createRateCounters('starter', clock)
  const dispatcher = createDispatcher(clock)
  const log: string[] = []
  const answers = new Map<string, () => void>()
  /** A request that is answered when the test says so. */
  function send(name: string, overrides: Partial<Job<string>> = {}) {
    return dispatcher.send({
      urgent: false,
      counter: counters.orders(BTC_USDT),
      points: () => 1,
      startBy: epochMs(clock.now() + 60_000),
      run: () => {
        log.push(name)
        return new Promise<string>((resolve) => answers.set(name, () => resolve(name)))
      },
      ...overrides,
    })
  }
  const answer = async (name: string) => {
    answers.get(name)?.()
    await settled()
  }
  return { clock, counters, dispatcher, log, send, answer }
}

describe('the queue of private requests', () => {
  it('sends one at a time, in order', async () => {
    const { send, log, answer } = start()
    const first = send('first')
    send('second')
    await settled()
    expect(log).toEqual(['first'])
    await answer('first')
    expect(log).toEqual(['first', 'second'])
    expect(await first).toEqual({ ok: true, value: 'first' })
  })

  it('lets an urgent one leave at once, past what waits and what hangs', async () => {
    const { send, log } = start()
    send('hangs')
    send('waits')
    send('urgent', { urgent: true })
    await settled()
    expect(log).toEqual(['hangs', 'urgent'])
  })

  it('keeps urgent ones a moment apart so that they arrive in order, and no longer than that', async () => {
    const { send, log, clock, answer } = start()
    send('1', { urgent: true })
    send('2', { urgent: true })
    send('3', { urgent: true })
    await settled()
    expect(log).toEqual(['1'])
    await answer('1')
    expect(log).toEqual(['1', '2'])
    clock.advance(25)
    await settled()
    expect(log).toEqual(['1', '2', '3'])
  })

  it('sends nothing else before the last urgent one has left', async () => {
    const { send, log, clock } = start()
    send('urgent 1', { urgent: true })
    send('urgent 2', { urgent: true })
    send('everyday')
    send('urgent 3', { urgent: true })
    for (let i = 0; i < 3; i++) {
      await settled()
      clock.advance(25)
    }
    expect(log).toEqual(['urgent 1', 'urgent 2', 'urgent 3', 'everyday'])
  })

  it('sends an urgent one also when no room is left under the limits', async () => {
    const { send, log, counters } = start()
    counters.orders(BTC_USDT).fill()
    send('urgent', { urgent: true })
    await settled()
    expect(log).toEqual(['urgent'])
  })

  it('waits for room under a limit, while requests of other limits pass', async () => {
    const { send, log, clock, counters, answer } = start()
    counters.calls.fill()
    send('question', { counter: counters.calls })
    send('order')
    await settled()
    expect(log).toEqual(['order'])
    await answer('order')
    clock.advance(counters.calls.waitFor(1))
    await settled()
    expect(log).toEqual(['order', 'question'])
  })

  it('says at once that a request cannot leave before its deadline, when there will be no room until then', async () => {
    const { send, log, clock, counters } = start()
    counters.orders(BTC_USDT).fill()
    const late = await send('late', { startBy: epochMs(clock.now() + 1_000) })
    expect(late).toMatchObject({ ok: false, error: { code: 'exchange/too-late' } })
    expect(log).toEqual([])
  })

  it('gives up what still waits behind a hanging one at its deadline, and never sends it', async () => {
    const { send, log, clock, answer } = start()
    send('hangs')
    const late = send('late', { startBy: epochMs(clock.now() + 1_000) })
    clock.advance(1_000)
    expect(await late).toMatchObject({ ok: false, error: { code: 'exchange/too-late' } })
    await answer('hangs')
    expect(log).toEqual(['hangs'])
  })

  it('sends nothing that still waits when it is closed, and nothing after', async () => {
    const { send, log, dispatcher, answer } = start()
    send('hangs')
    const waiting = send('waits')
    dispatcher.close()
    expect(await waiting).toMatchObject({ ok: false, error: { code: 'exchange/closed' } })
    expect(await send('after')).toMatchObject({ ok: false, error: { code: 'exchange/closed' } })
    await answer('hangs')
    expect(log).toEqual(['hangs'])
  })
})
