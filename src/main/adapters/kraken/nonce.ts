import type { EpochMs } from '../../../shared/time.ts'

/** Where the ceiling of the nonces in use is kept, so that no start ever uses one again. */
export type NonceStore = {
  /** The last ceiling reserved; 0 for a new key. */
  read(): number
  /** Durable when it returns. */
  reserve(ceiling: number): void
}

/** Milliseconds reserved ahead: one write a minute at most while requests are made. */
const BLOCK_MS = 60_000

/**
 * Strictly rising numbers near the clock in milliseconds. They go on rising over a restart and when the clock steps
 * back, because none is given out above the ceiling on disk, and a start begins above that.
 */
export function createNonce(store: NonceStore, now: () => EpochMs): () => number {
  let ceiling = store.read()
  let last = ceiling
  return () => {
    last = Math.max(last + 1, now())
    if (last > ceiling) {
      ceiling = last + BLOCK_MS
      store.reserve(ceiling)
    }
    return last
  }
}
