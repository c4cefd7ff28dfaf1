import { ExponentialBackoff, handleAll, retry } from 'cockatiel'
import type { EpochMs } from '../../../shared/time.ts'
import type { Clock } from '../../ports.ts'
import type { KrakenClient } from './client.ts'
import { type OrderHint, readStreamMessage, type System } from './stream-messages.ts'

export type ExecutionStream = {
  start(): void
  /** Null problem when well; when the last message came, on our own clock. */
  health(): { readonly problem: string | null; readonly at: EpochMs | null }
  stop(): void
}

const BACKOFF = { initialDelay: 500, maxDelay: 30_000 }
/** Kraken sends a heartbeat every second; ccxt hangs up on a silent line after some twelve. */
const SILENCE_MS = 5_000
/** A token opens a socket for so long after it was given out. */
const TOKEN_MARGIN_MS = 60_000

/** The account's own events as hints. Opened again with growing pauses for as long as it takes. */
export function createExecutionStream(deps: {
  readonly client: KrakenClient
  readonly clock: Clock
  readonly onOrders: (orders: readonly OrderHint[]) => void
  readonly onSystem: (system: System) => void
}): ExecutionStream {
  const { client, clock } = deps
  const stopped = new AbortController()
  let problem: string | null = 'connecting'
  let heardAt: EpochMs | null = null
  let token: { readonly text: string; readonly until: number } | null = null
  let refusal: string | null = null

  client.onMessage((message) => {
    heardAt = clock.now()
    const read = readStreamMessage(message)
    if (read.kind === 'subscribed') problem = null
    else if (read.kind === 'executions') deps.onOrders(read.orders)
    else if (read.kind === 'system') deps.onSystem(read.system)
    else if (read.kind === 'refused') {
      refusal = read.reason
      token = null
      void client.wire().then((wire) => wire.hangUp(read.reason))
    }
  })

  async function tokenFor(now: EpochMs): Promise<string> {
    if (token !== null && now < token.until) return token.text
    const given = await client.ask('GetWebSocketsToken')
    if (!given.ok) throw new Error(given.error.message)
    token = { text: given.value.token, until: now + given.value.expires * 1_000 - TOKEN_MARGIN_MS }
    return token.text
  }

  /** Ends well when the line had been up, so that the next attempt starts without a pause. */
  async function listenOnce(): Promise<void> {
    try {
      const wire = await client.wire()
      await wire.listen(await tokenFor(clock.now()))
    } catch (error) {
      if (stopped.signal.aborted) return
      const wasUp = problem === null
      problem = client.redact(`The account’s events have stopped (${refusal ?? reasonOf(error)}); trying again.`)
      refusal = null
      if (!wasUp) throw error
    }
  }

  const persistent = retry(handleAll, {
    maxAttempts: Number.MAX_SAFE_INTEGER,
    backoff: new ExponentialBackoff(BACKOFF),
  })
  async function listen(): Promise<void> {
    while (!stopped.signal.aborted) await persistent.execute(listenOnce, stopped.signal)
  }

  return {
    start() {
      listen().catch((error: unknown) => {
        if (!stopped.signal.aborted) problem = client.redact(`The account’s events have stopped (${reasonOf(error)}).`)
      })
    },
    health() {
      const silence = heardAt === null ? 0 : clock.now() - heardAt
      const isSilent = problem === null && silence > SILENCE_MS
      return { problem: isSilent ? `silent for ${Math.floor(silence / 1_000)} s` : problem, at: heardAt }
    },
    stop: () => stopped.abort(),
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
