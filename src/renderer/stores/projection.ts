import { create } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { ViewDelta, WorkstationView } from '../../shared/contract/views.ts'
import { shareStructure } from './share-structure.ts'

export type Connection = 'connecting' | 'live' | 'lost'
export type Projection = {
  readonly connection: Connection
  /** Why it is lost, in a sentence. */
  readonly problem: string | null
  /** Of the last snapshot or delta that was applied. */
  readonly seq: number
  /** The window holds no truth: this is what the engine last said. Null before the first snapshot. */
  readonly view: WorkstationView | null
  /** `performance.now()` when the engine's clock was last heard. */
  readonly heardAt: number
  /** Alerts of the first snapshot are not news. */
  readonly firstAlertIds: ReadonlySet<string>
}

export const useProjection = create<Projection>()(() => ({
  connection: 'connecting',
  problem: null,
  seq: 0,
  view: null,
  heardAt: 0,
  firstAlertIds: new Set(),
}))

export function applySnapshot(state: Projection, seq: number, view: WorkstationView, heardAt: number): Projection {
  return {
    connection: 'live',
    problem: null,
    seq,
    view: shareStructure(state.view, view),
    heardAt,
    firstAlertIds: state.view === null ? new Set(view.alerts.map(({ id }) => id)) : state.firstAlertIds,
  }
}

/** `gap` when something between was missed: only a fresh snapshot helps. */
export function applyDelta(state: Projection, delta: ViewDelta, heardAt: number): Projection | 'gap' | 'old' {
  if (state.view === null) return 'gap'
  if (delta.seq <= state.seq) return 'old'
  if (delta.seq !== state.seq + 1) return 'gap'
  const { decisions, orders, ...whole } = delta.changed
  const view = shareStructure(state.view, {
    ...state.view,
    ...given(whole),
    decisions: { ...state.view.decisions, ...given(decisions ?? {}) },
    orders: { ...state.view.orders, ...given(orders ?? {}) },
  })
  return { ...state, seq: delta.seq, view, heardAt: delta.changed.status === undefined ? state.heardAt : heardAt }
}

/** Without what is spelt out as undefined. */
const given = <T extends object>(parts: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)) as never

/** Part of the view; drawn again only when that part changes. Only below what waits for the first snapshot. */
export function useView<T>(select: (view: WorkstationView) => T): T {
  return useProjection((state) => {
    if (state.view === null) throw new Error('there is no view before the first snapshot')
    return select(state.view)
  })
}

/** As `useView`, for several parts in one object. */
export function useViewParts<T extends object>(select: (view: WorkstationView) => T): T {
  return useProjection(
    useShallow((state) => {
      if (state.view === null) throw new Error('there is no view before the first snapshot')
      return select(state.view)
    }),
  )
}

export const useIsLive = (): boolean => useProjection((state) => state.connection === 'live')
