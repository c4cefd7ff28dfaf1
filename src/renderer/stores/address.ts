export const ROOMS = ['portfolio', 'decisions', 'orders', 'agents', 'journal'] as const
export type Room = (typeof ROOMS)[number]
/** Which key leads there. A room keeps its key for good: fingers remember it. */
export const KEY_OF: Readonly<Record<Room, string>> = {
  portfolio: '1',
  decisions: '2',
  orders: '3',
  agents: '4',
  journal: '6',
}
/** `#/decisions/prp_1`: a room and what is open in it. */
export type Route = { readonly room: Room; readonly id: string | null }

export const isRoom = (text: string | null | undefined): text is Room => ROOMS.some((room) => room === text)

/** Null when the text names no room. */
export function parseHash(hash: string): Route | null {
  const [room, ...rest] = hash.replace(/^#\/?/, '').split('/')
  if (!isRoom(room)) return null
  const id = rest.join('/')
  try {
    return { room, id: id === '' ? null : decodeURIComponent(id) }
  } catch {
    return { room, id: null }
  }
}

export const hashOf = ({ room, id }: Route): string =>
  id === null ? `#/${room}` : `#/${room}/${encodeURIComponent(id)}`
