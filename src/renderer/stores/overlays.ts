import { create } from 'zustand'

export type StopDialog = 'pause' | 'resume' | 'cancel' | 'kill'
/** What lies over the room. One at a time. */
export type Overlay =
  | { kind: 'palette' }
  | { kind: 'shortcuts' }
  | { kind: 'stop'; stop: StopDialog }
  | { kind: 'difference' }
  | { kind: 'leaving' }
  | null

type Overlays = { readonly open: Overlay }
export const useOverlays = create<Overlays>()(() => ({ open: null }))
export const show = (open: Overlay): void => useOverlays.setState({ open })
export const closeOverlay = (): void => show(null)
