import { err, type Failure, ok, type Result } from '../../../shared/result.ts'
import { after, type EpochMs, epochMs } from '../../../shared/time.ts'
import type { Cancel, Clock } from '../../ports.ts'
import type { RateCounter } from './rate-counters.ts'

export type Job<T> = {
  /** Overtakes what waits, waits for no answer and for no counter: a cancel of the kill switch. */
  readonly urgent: boolean
  readonly counter: RateCounter
  /** What it costs when it starts now. */
  readonly points: () => number
  /** Not started after it. */
  readonly startBy: EpochMs
  readonly run: () => Promise<T>
}

/** It never left. Codes `exchange/too-late`, `exchange/closed`. */
export type NotSent = Failure

export type Dispatcher = {
  send<T>(job: Job<T>): Promise<Result<T, NotSent>>
  /** What still waits is not sent any more. */
  close(): void
}

type Entry = Omit<Job<unknown>, 'run'> & {
  readonly start: () => Promise<unknown>
  readonly giveUp: (why: NotSent) => void
}

/**
 * Urgent requests give each other this long, so that they reach Kraken in the order of their nonces: in milliseconds.
 * A longer silence holds none of them up.
 */
const URGENT_GAP_MS = 25

/**
 * One private request at a time, because a request that overtakes another on the way spoils that one's nonce. A request
 * for which there is no room in its counter lets those of other counters pass.
 */
export function createDispatcher(clock: Clock): Dispatcher {
  let waiting: Entry[] = []
  let isBusy = false
  let urgentInFlight = 0
  let nextUrgentAt = epochMs(0)
  let cancelTimer: Cancel = () => {}
  let isClosed = false

  const wakeAt = (time: number): void => {
    cancelTimer()
    cancelTimer = time === Number.POSITIVE_INFINITY ? () => {} : clock.at(epochMs(Math.ceil(time)), pump)
  }

  function start(entry: Entry, done: () => void): void {
    waiting = waiting.filter((other) => other !== entry)
    entry.counter.take(entry.points())
    entry.start().finally(() => {
      done()
      pump()
    })
  }

  function startUrgent(now: EpochMs): void {
    const entry = waiting.find(({ urgent }) => urgent)
    if (entry === undefined || (urgentInFlight > 0 && now < nextUrgentAt)) return
    urgentInFlight++
    nextUrgentAt = after(now, URGENT_GAP_MS)
    start(entry, () => urgentInFlight--)
  }

  /** Milliseconds until the next of the waiting ones fits. */
  function startNormal(now: EpochMs): number {
    let shortest = Number.POSITIVE_INFINITY
    const full = new Set<RateCounter>()
    for (const entry of waiting) {
      if (isBusy || waiting.some(({ urgent }) => urgent)) return shortest
      if (full.has(entry.counter)) continue
      const wait = entry.counter.waitFor(entry.points())
      if (wait === 0) {
        isBusy = true
        start(entry, () => {
          isBusy = false
        })
      } else if (now + wait > entry.startBy) {
        drop(entry, 'exchange/too-late', 'There was no room left under Kraken’s limits before its deadline.')
      } else {
        full.add(entry.counter)
        shortest = Math.min(shortest, wait)
      }
    }
    return shortest
  }

  function drop(entry: Entry, code: string, message: string): void {
    waiting = waiting.filter((other) => other !== entry)
    entry.giveUp({ code, message })
  }

  function pump(): void {
    const now = clock.now()
    for (const entry of waiting.filter(({ startBy }) => startBy <= now)) {
      drop(entry, 'exchange/too-late', 'Its deadline passed while it waited to be sent.')
    }
    startUrgent(now)
    const room = startNormal(now)
    const due = waiting.map(({ urgent, startBy }) => (urgent ? Math.min(nextUrgentAt, startBy) : startBy))
    wakeAt(Math.min(now + room, ...due))
  }

  return {
    send<T>(job: Job<T>) {
      if (isClosed)
        return Promise.resolve(err({ code: 'exchange/closed', message: 'The connection to Kraken is closed.' }))
      return new Promise<Result<T, NotSent>>((resolve, reject) => {
        const entry: Entry = {
          ...job,
          start: () => job.run().then((value) => resolve(ok(value)), reject),
          giveUp: (why) => resolve(err(why)),
        }
        waiting = [...waiting, entry]
        pump()
      })
    },
    close() {
      isClosed = true
      cancelTimer()
      for (const entry of waiting) drop(entry, 'exchange/closed', 'The connection to Kraken was closed.')
    },
  }
}
