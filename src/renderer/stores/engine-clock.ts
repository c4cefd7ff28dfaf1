import { useSyncExternalStore } from 'react'
import { SECOND } from '../../shared/time.ts'
import { interpolated } from '../times.ts'
import { useProjection } from './projection.ts'

const TICK_MS = 200
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
/** In whole seconds, as of the last tick: a simulated second may be shorter than it takes to draw it. */
let shown = 0

function read(): void {
  shown = Math.floor(engineNow() / SECOND) * SECOND
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  read()
  timer ??= setInterval(() => {
    read()
    for (const each of listeners) each()
  }, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The engine's time at this moment. It stands still while nothing is heard: nobody knows what it is. */
export function engineNow(): number {
  const { view, heardAt, connection } = useProjection.getState()
  if (view === null) return 0
  const elapsed = connection === 'live' ? performance.now() - heardAt : 0
  return interpolated(view.status.now, view.status.speed, elapsed)
}

/** The engine's time in whole seconds; draws again once per second of it, and at most at every tick. */
export function useEngineNow(): number {
  return useSyncExternalStore(subscribe, () => {
    if (timer === undefined) read()
    return shown
  })
}
