import { z } from 'zod'
import { StatusView } from '../../shared/contract/views.ts'
import type { EngineEnd } from '../api/transports/websocket-host.ts'

/** What window title, tray and dock show. */
export type Shown = Pick<StatusView, 'mode' | 'coordinator' | 'pendingDecisions' | 'isSimulated'>

const Snapshot = z.object({ view: z.object({ status: StatusView }) })
const Delta = z.object({ changed: z.object({ status: StatusView.optional() }) })

/** Tells `show` the state of now and every one after it, but only when something shown has changed. */
export function followStatus(engine: EngineEnd, show: (status: Shown) => void): () => void {
  let last = ''
  const onStatus = ({ mode, coordinator, pendingDecisions, isSimulated }: StatusView): void => {
    const shown = { mode, coordinator, pendingDecisions, isSimulated }
    const text = JSON.stringify(shown)
    if (text === last) return
    last = text
    show(shown)
  }
  const unsubscribe = engine.subscribe((_name, payload) => {
    const parsed = Delta.safeParse(payload)
    if (parsed.success && parsed.data.changed.status !== undefined) onStatus(parsed.data.changed.status)
  })
  void engine.dispatch('view.snapshot', {}).then((reply) => {
    const parsed = Snapshot.safeParse(reply.ok ? reply.value : null)
    // A delta that came first is newer.
    if (parsed.success && last === '') onStatus(parsed.data.view.status)
  })
  return unsubscribe
}

export function titleOf({ mode, coordinator, pendingDecisions }: Shown): string {
  const waiting = pendingDecisions > 0 ? `(${pendingDecisions}) ` : ''
  const state = coordinator === 'RUNNING' ? '' : ` – ${coordinator}`
  return `${waiting}TripleGain – ${mode.toUpperCase()}${state}`
}

/** For the tray: the same in words. */
export function tooltipOf({ mode, coordinator, pendingDecisions, isSimulated }: Shown): string {
  const money = isSimulated ? `${mode.toUpperCase()}, simulated prices` : mode.toUpperCase()
  const waiting = pendingDecisions === 1 ? '1 decision is waiting' : `${pendingDecisions} decisions are waiting`
  return `TripleGain: ${money}, ${coordinator.toLowerCase()}${pendingDecisions > 0 ? `, ${waiting}` : ''}`
}
