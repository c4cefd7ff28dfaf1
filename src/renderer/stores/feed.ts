import type { Client } from '../../shared/contract/derive.ts'
import type { ViewDelta } from '../../shared/contract/views.ts'
import type { Link } from '../socket-link.ts'
import { applyDelta, applySnapshot, type Projection } from './projection.ts'

/** Where the projection is kept; a zustand store is one. */
export type Keeper = { getState(): Projection; setState(next: Partial<Projection>): void }

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 5_000
/** After this silence the engine is asked whether it is still there. */
const SILENCE_MS = 10_000
const ANSWER_MS = 5_000
const LOOK_EVERY_MS = 2_500

/** Keeps the projection up to date: a snapshot after every connect and every gap, deltas in between. */
export function startFeed(client: Client, link: Link, keeper: Keeper): () => void {
  let isOpen = false
  /** Of the snapshot that is under way: an answer to an earlier one is not used. */
  let attempt = 0
  let isAsking = false
  let early: ViewDelta[] = []
  let lastHeard = performance.now()
  let retryMs = FIRST_RETRY_MS
  let retry: ReturnType<typeof setTimeout> | undefined

  const lose = (problem: string): void => {
    if (keeper.getState().connection !== 'lost') keeper.setState({ connection: 'lost', problem })
  }

  async function takeSnapshot(): Promise<void> {
    const own = ++attempt
    isAsking = true
    early = []
    clearTimeout(retry)
    const answer = await withinTime(client.call('view.snapshot', {}))
    if (own !== attempt) return
    isAsking = false
    if (!isOpen) return
    if (answer === null || !answer.ok) {
      lose(answer === null ? 'The engine does not answer.' : answer.error.message)
      retry = setTimeout(() => void takeSnapshot(), retryMs)
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
      return
    }
    retryMs = FIRST_RETRY_MS
    lastHeard = performance.now()
    keeper.setState(applySnapshot(keeper.getState(), answer.value.seq, answer.value.view, lastHeard))
    const meanwhile = early
    early = []
    for (const delta of meanwhile) onDelta(delta)
  }

  function onDelta(delta: ViewDelta): void {
    lastHeard = performance.now()
    if (isAsking) {
      early.push(delta)
      return
    }
    if (keeper.getState().connection !== 'live') return
    const next = applyDelta(keeper.getState(), delta, lastHeard)
    if (next === 'gap') void takeSnapshot()
    else if (next !== 'old') keeper.setState(next)
  }

  const stopDeltas = client.on('view.delta', onDelta)
  const stopStates = link.onState((state) => {
    isOpen = state === 'open'
    if (isOpen) void takeSnapshot()
    else {
      attempt++
      isAsking = false
      clearTimeout(retry)
      if (keeper.getState().view !== null) lose('The connection to the engine was lost.')
      else keeper.setState({ connection: 'connecting' })
    }
  })
  const watch = setInterval(() => {
    const isSilent = performance.now() - lastHeard > SILENCE_MS
    if (isOpen && !isAsking && isSilent && keeper.getState().connection === 'live') void takeSnapshot()
  }, LOOK_EVERY_MS)

  return () => {
    attempt++
    isOpen = false
    clearTimeout(retry)
    clearInterval(watch)
    stopDeltas()
    stopStates()
  }
}

async function withinTime<T>(answer: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ANSWER_MS)
  })
  const first = await Promise.race([answer.catch(() => null), late])
  clearTimeout(timer)
  return first
}
