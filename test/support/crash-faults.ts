import type { Clock, Exchange, OutcomeUnknown, Refused, Unreachable } from '../../src/main/ports.ts'
import { err, type Result } from '../../src/shared/result.ts'
import { after, SECOND } from '../../src/shared/time.ts'

/*
 * An exchange behind a bad line, at the port. What becomes of a request and what becomes of its answer are two things:
 * it may arrive and the answer be lost, or never arrive and look the same, or arrive long after everybody gave up.
 */

type Fate = {
  readonly name: string
  /** When the request arrives: never, at once, or between these ms after it was sent. */
  readonly arrives: 'never' | 'at-once' | { readonly from: number; readonly to: number }
  readonly answer: 'true' | 'unknown' | 'not_accepted'
  /** How long the sender waits for it, ms at most. */
  readonly within: number
}

/** Longest time for which a sender of ours waits, ms. */
const GIVE_UP_MS = 3 * SECOND
/** Longest pause after a read's first failure, doubled each time up to a limit, ms: as in the Kraken adapter. */
const BACKOFF_MS = 150
const LONGEST_BACKOFF_MS = 400
/** Resets, pages of HTML and all but the slow answers are there within this, ms. */
const QUICK_MS = 200
/** Of the reads that fail, those that nobody answers; of the others, those that are answered slowly. */
const HANGING_READS = 0.25
const SLOW_READS = 0.1
const LATE = { from: SECOND, to: 25 * SECOND }

/** Source: the outcomes of the error taxonomy, each with and without the request having been accepted. */
const WRITE_FATES: readonly Fate[] = [
  { name: 'reset before it arrived', arrives: 'never', answer: 'unknown', within: 50 },
  { name: 'no answer, never arrived', arrives: 'never', answer: 'unknown', within: GIVE_UP_MS },
  { name: 'no answer, arrived', arrives: 'at-once', answer: 'unknown', within: GIVE_UP_MS },
  { name: 'no answer, arrives late', arrives: LATE, answer: 'unknown', within: GIVE_UP_MS },
  { name: 'reset in mid-body', arrives: 'at-once', answer: 'unknown', within: 200 },
  { name: 'a page of HTML from before the exchange', arrives: 'never', answer: 'unknown', within: 100 },
  { name: 'a page of HTML after it arrived', arrives: 'at-once', answer: 'unknown', within: 100 },
  { name: 'an empty body', arrives: 'at-once', answer: 'unknown', within: 100 },
  { name: 'accepted without an id', arrives: 'at-once', answer: 'unknown', within: 100 },
  { name: 'service unavailable', arrives: 'never', answer: 'unknown', within: 200 },
  { name: 'service busy, yet accepted', arrives: 'at-once', answer: 'unknown', within: 200 },
  { name: 'rate limit', arrives: 'never', answer: 'not_accepted', within: 50 },
  { name: 'invalid nonce', arrives: 'never', answer: 'not_accepted', within: 50 },
]

export type FaultyLine = {
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Part of the writes, and part of the reads, that go wrong; read at every request. */
  readonly rates: () => { readonly writes: number; readonly reads: number }
  /** Longest that a read waits before it fails, ms, and how often it is tried, with growing pauses, before it gives up. */
  readonly readLimitMs: number
  readonly readAttempts: number
  readonly onFault?: (name: string) => void
}

/** Every request through a bad line. What it answers about orders is never wrong, only missing, late or old. */
export function behindBadLine(inner: Exchange, line: FaultyLine): Exchange {
  const { clock, random } = line
  const between = (from: number, to: number): number => from + Math.floor(random() * (to - from))
  const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.at(after(clock.now(), ms), resolve))

  async function write<T>(send: () => Promise<Result<T, Refused | OutcomeUnknown>>) {
    if (random() >= line.rates().writes) {
      await pause(between(0, QUICK_MS))
      return send()
    }
    const fate = WRITE_FATES[Math.floor(random() * WRITE_FATES.length)] as Fate
    line.onFault?.(fate.name)
    if (fate.arrives === 'at-once') await send()
    else if (fate.arrives !== 'never') {
      clock.at(after(clock.now(), between(fate.arrives.from, fate.arrives.to)), () => void send())
    }
    // An answer that never comes is waited for to the end.
    await pause(fate.within === GIVE_UP_MS ? GIVE_UP_MS : between(0, fate.within))
    return fate.answer === 'unknown'
      ? err({ kind: 'unknown' as const, code: 'exchange/unknown', message: fate.name })
      : err({ kind: 'not_accepted' as const, code: 'exchange/not-accepted', message: fate.name })
  }

  async function read<T>(ask: () => Promise<Result<T, Unreachable>>): Promise<Result<T, Unreachable>> {
    for (let attempt = 1; random() < line.rates().reads; attempt++) {
      line.onFault?.('a read without an answer')
      await pause(random() < HANGING_READS ? line.readLimitMs : between(0, QUICK_MS))
      if (attempt === line.readAttempts) {
        return err({ kind: 'unreachable', code: 'exchange/unreachable', message: 'no answer' })
      }
      await pause(between(0, Math.min(BACKOFF_MS * 2 ** (attempt - 1), LONGEST_BACKOFF_MS)))
    }
    const answer = await ask()
    // What is true when it is asked may be old when it is heard.
    await pause(between(0, random() < SLOW_READS ? line.readLimitMs : QUICK_MS))
    return answer
  }

  return {
    ...inner,
    submit: (intent) => write(() => inner.submit(intent)),
    cancel: (id, options) => write(() => inner.cancel(id, options)),
    amend: (id, trigger) => write(() => inner.amend(id, trigger)),
    find: (id) => read(() => inner.find(id)),
    openOrders: () => read(() => inner.openOrders()),
    balances: () => read(() => inner.balances()),
    movements: (since) => read(() => inner.movements(since)),
  }
}
