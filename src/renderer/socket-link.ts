import type { Transport } from '../shared/contract/derive.ts'

export type LinkState = 'open' | 'closed'
/** A transport that says when it can be used. */
export type Link = {
  readonly transport: Transport
  /** Told at once, and at every change. */
  onState(listener: (state: LinkState) => void): () => void
}

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 5_000

type Listener = (name: string, payload: unknown) => void
const disconnected = (message: string) => ({ ok: false, error: { code: 'api/disconnected', message } })

/** The contract over a WebSocket that comes back by itself. Requests that are under way when it goes are answered so. */
export function openSocketLink(url: string, open: (url: string) => WebSocket = (to) => new WebSocket(to)): Link {
  const listeners = new Set<Listener>()
  const stateListeners = new Set<(state: LinkState) => void>()
  const waiting = new Map<number, (reply: unknown) => void>()
  let state: LinkState = 'closed'
  let socket: WebSocket | null = null
  let nextId = 1
  let wait = FIRST_WAIT_MS

  const setState = (next: LinkState): void => {
    if (state === next) return
    state = next
    for (const listener of stateListeners) listener(next)
  }

  const connect = (): void => {
    const current = open(url)
    socket = current
    current.onopen = () => {
      wait = FIRST_WAIT_MS
      setState('open')
    }
    current.onmessage = ({ data }) => receive(String(data))
    current.onclose = () => {
      socket = null
      for (const answer of waiting.values()) {
        answer(disconnected('The connection was lost before the engine answered. Look whether it was done.'))
      }
      waiting.clear()
      setState('closed')
      setTimeout(connect, wait * (0.5 + Math.random() / 2))
      wait = Math.min(wait * 2, LONGEST_WAIT_MS)
    }
  }

  const receive = (text: string): void => {
    const frame = parseFrame(text)
    if (frame === null) return
    if ('event' in frame && typeof frame.event === 'string') {
      for (const listener of listeners) listener(frame.event, frame.payload)
    } else if (typeof frame.id === 'number') {
      waiting.get(frame.id)?.(frame.reply)
      waiting.delete(frame.id)
    }
  }

  connect()
  return {
    transport: {
      request(name, input) {
        const current = socket
        if (current === null || current.readyState !== WebSocket.OPEN) {
          return Promise.resolve(disconnected('Not connected to the engine: nothing was sent.'))
        }
        const id = nextId++
        return new Promise((resolve) => {
          waiting.set(id, resolve)
          current.send(JSON.stringify({ id, name, input }))
        })
      },
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    onState(listener) {
      stateListeners.add(listener)
      listener(state)
      return () => stateListeners.delete(listener)
    },
  }
}

function parseFrame(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
