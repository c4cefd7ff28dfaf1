export const ROOMS = ['portfolio', 'decisions', 'orders', 'journal'] as const
export type Room = (typeof ROOMS)[number]
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
