import { useSyncExternalStore } from 'react'
import { hashOf, isRoom, parseHash, type Room, type Route } from './address.ts'

const LAST_ROOM = 'triplegain.room'
type Listener = () => void
const listeners = new Set<Listener>()
/** Read at events only: the address changes before its event, and rooms must not see it at different moments. */
let current: Route = { room: 'portfolio', id: null }

function read(): void {
  const next = parseHash(window.location.hash)
  if (next === null || (next.room === current.room && next.id === current.id)) return
  current = next
  localStorage.setItem(LAST_ROOM, next.room)
  for (const listener of listeners) listener()
}

export function goTo(room: Room, id: string | null = null): void {
  window.location.hash = hashOf({ room, id })
}

/** Moves the cursor within a room: not a step that "back" should undo. */
export function replaceId(room: Room, id: string | null): void {
  if (current.room !== room) return
  window.history.replaceState(null, '', hashOf({ room, id }))
  read()
}

function subscribe(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useRoute = (): Route => useSyncExternalStore(subscribe, () => current)

/** On start: the room of the address, else the one last seen. */
export function startRouting(): void {
  if (parseHash(window.location.hash) === null) {
    const last = localStorage.getItem(LAST_ROOM)
    window.history.replaceState(null, '', hashOf({ room: isRoom(last) ? last : 'portfolio', id: null }))
  }
  window.addEventListener('hashchange', read)
  read()
}
