import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  fullJitterGenerator,
  handleWhenResult,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
} from 'cockatiel'
import { err, ok, type Result } from '../../../shared/result.ts'
import { after, type EpochMs } from '../../../shared/time.ts'
import type { Clock, Unreachable } from '../../ports.ts'
import { type Answer, readAnswer } from './answer.ts'
import { createDispatcher } from './dispatcher.ts'
import { type Path, RESULTS, type ResultOf } from './messages.ts'
import { createNonce, type NonceStore } from './nonce.ts'
import type { KrakenUrls } from './open-kraken.ts'
import { callPoints, createRateCounters, type RateCounter, type RateCounters, type Tier } from './rate-counters.ts'
import { createRedactor, type Redact } from './redact.ts'
import { isOutage, notSent, type Reply, replyOf } from './reply.ts'
import { openWire, type Parameters, type Wire } from './wire.ts'

export type KrakenClientOptions = KrakenUrls & {
  readonly clock: Clock
  readonly timeoutMs: number
  readonly tier: Tier
  readonly key: string
  readonly secret: string
  readonly nonces: NonceStore
}

export type Change = {
  readonly path: 'AddOrder' | 'AmendOrder' | 'CancelOrder' | 'CancelAllOrdersAfter'
  readonly parameters: Parameters
  /** The pair whose counter it is charged to. */
  readonly pair: string
  readonly points: () => number
  readonly startBy: EpochMs
  readonly urgent: boolean
  /** Looked at when its turn comes: why it must not leave after all; null normally. */
  readonly unless: () => string | null
}

export type KrakenClient = {
  /** A question, asked again with growing pauses while no answer comes. */
  ask<P extends Path>(path: P, parameters?: Parameters): Promise<Result<ResultOf<P>, Unreachable>>
  /** The same without a key. */
  askPublic<P extends Path>(path: P, parameters?: Parameters): Promise<Result<ResultOf<P>, Unreachable>>
  /** A change. Sent again only when it was provably not accepted, and only until `startBy`. */
  send(change: Change): Promise<Reply>
  /** The line itself, opened on first use. */
  wire(): Promise<Wire>
  /** Every message of the private socket. */
  onMessage(listener: (message: unknown) => void): void
  readonly counters: RateCounters
  readonly redact: Redact
  /** Null when the last request was answered, else what went wrong; and when that was. */
  health(): { readonly problem: string | null; readonly at: EpochMs | null }
  close(): Promise<void>
}

const ATTEMPTS_AFTER_THE_FIRST = 4
/** Short, because a doubt waits for its answer; the breaker and the counters keep it from becoming a flood. */
const BACKOFF = { initialDelay: 150, maxDelay: 400, generator: fullJitterGenerator }
/** How long a question may wait for room under the limits. */
const PATIENCE_MS = 30_000
/** So many requests in a row without an answer stop all others but the urgent for a moment. */
const OUTAGE_AFTER = 6
const OUTAGE_PAUSE_MS = 1_000

/** Kraken behind its limits: everything that is asked or changed with the key passes here. */
export function createKrakenClient(options: KrakenClientOptions): KrakenClient {
  const { clock, timeoutMs } = options
  const redact = createRedactor([options.key, options.secret])
  const nonce = createNonce(options.nonces, () => clock.now())
  const dispatcher = createDispatcher(clock)
  const counters = createRateCounters(options.tier, clock)
  let opened: Promise<Wire> | null = null
  let problem: string | null = null
  let answeredAt: EpochMs | null = null
  /** What is out when the connection is closed has an unknown outcome, at once: the next start asks. */
  const closed = new AbortController()
  const listeners = new Set<(message: unknown) => void>()
  const onMessage = (message: unknown): void => {
    for (const listener of listeners) listener(message)
  }

  const wire = (): Promise<Wire> => {
    opened ??= openWire({ ...options, nonce, onMessage })
    return opened
  }
  // ccxt's own time limit ends with the headers: a body that never ends would hang for ever.
  const timed = timeout(timeoutMs, TimeoutStrategy.Aggressive)
  const breaker = circuitBreaker(
    handleWhenResult((reply) => isOutage(reply as Reply)),
    {
      halfOpenAfter: OUTAGE_PAUSE_MS,
      breaker: new ConsecutiveBreaker(OUTAGE_AFTER),
    },
  )
  const again = (mayRetry: (reply: Reply) => boolean) =>
    retry(
      handleWhenResult((reply) => !closed.signal.aborted && mayRetry(reply as Reply)),
      { maxAttempts: ATTEMPTS_AFTER_THE_FIRST, backoff: new ExponentialBackoff(BACKOFF) },
    )

  async function attempt(area: 'public' | 'private', path: string, parameters: Parameters): Promise<Reply> {
    let answer: Answer
    try {
      const line = await wire()
      answer = readAnswer(await timed.execute(() => line.request(area, path, parameters), closed.signal))
    } catch (error) {
      answer = { kind: 'fault', fault: isTimeout(error) ? 'timeout' : 'no_reply' }
    }
    const reply = replyOf(answer, redact)
    const isAnswered = answer.kind !== 'fault' && (reply.ok || reply.outcome !== 'unknown')
    problem = isAnswered || reply.ok ? null : `${path}: ${reply.message}`
    if (isAnswered) answeredAt = clock.now()
    return reply
  }

  /** @param guarded false for what must be tried even while nothing is answered. */
  async function guardedAttempt(guarded: boolean, ...request: globalThis.Parameters<typeof attempt>): Promise<Reply> {
    if (!guarded) return attempt(...request)
    try {
      return await breaker.execute(() => attempt(...request))
    } catch (error) {
      if (error instanceof BrokenCircuitError)
        return notSent(`Kraken does not answer (${problem ?? 'for a moment'}).`, true)
      throw error
    }
  }

  async function dispatched(job: {
    path: string
    parameters: Parameters
    counter: RateCounter
    points: () => number
    startBy: EpochMs
    urgent: boolean
    unless: () => string | null
  }): Promise<Reply> {
    const sent = await dispatcher.send({
      ...job,
      run: async () => {
        const reason = job.unless()
        if (reason !== null) return notSent(reason, false)
        return guardedAttempt(!job.urgent, 'private', job.path, job.parameters)
      },
    })
    const reply = sent.ok ? sent.value : notSent(sent.error.message, false)
    if (!reply.ok && /^EAPI:Rate limit/.test(reply.message)) counters.calls.fill()
    else if (!reply.ok && /^EOrder:Rate limit/.test(reply.message)) job.counter.fill()
    return reply
  }

  function read<P extends Path>(path: P, reply: Reply): Result<ResultOf<P>, Unreachable> {
    if (!reply.ok)
      return err({ kind: 'unreachable', code: 'exchange/unreachable', message: `${path}: ${reply.message}` })
    const parsed = RESULTS[path].safeParse(reply.result)
    if (parsed.success) return ok(parsed.data as ResultOf<P>)
    const where = parsed.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`).join('; ')
    const message = redact(`${path}: Kraken’s answer is not understood (${where}).`)
    return err({ kind: 'unreachable', code: 'exchange/unreadable', message })
  }

  const isWorthAsking = (reply: Reply): boolean =>
    !reply.ok && reply.mayAskAgain && (reply.outcome === 'unknown' || reply.outcome === 'not_accepted')

  return {
    async ask(path, parameters = {}) {
      const points = callPoints(path)
      const job = { path, parameters, counter: counters.calls, points: () => points, urgent: false, unless: () => null }
      const startBy = after(clock.now(), PATIENCE_MS)
      return read(path, await again(isWorthAsking).execute(() => dispatched({ ...job, startBy })))
    },
    async askPublic(path, parameters = {}) {
      const once = () => guardedAttempt(true, 'public', path, parameters)
      return read(path, await again(isWorthAsking).execute(once))
    },
    send(change) {
      // The dead-man switch is the one change that is counted as a call.
      const isCall = change.path === 'CancelAllOrdersAfter'
      const job = { ...change, counter: isCall ? counters.calls : counters.orders(change.pair) }
      const mayRetry = (reply: Reply): boolean =>
        !reply.ok && reply.outcome === 'not_accepted' && reply.wasSent && clock.now() < change.startBy
      return again(mayRetry).execute(() => dispatched(job))
    },
    wire,
    onMessage: (listener) => void listeners.add(listener),
    counters,
    redact,
    health: () => ({ problem, at: answeredAt }),
    async close() {
      closed.abort()
      dispatcher.close()
      if (opened !== null) await (await opened).close()
    },
  }
}

const isTimeout = (error: unknown): boolean =>
  error instanceof TaskCancelledError || (error instanceof Error && error.name === 'RequestTimeout')
