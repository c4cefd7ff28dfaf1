import type { Cancel, Clock } from '../../../src/main/ports.ts'
import { after } from '../../../src/shared/time.ts'

export type Later = (ms: number, task: () => void) => void

/** Tasks for later that are forgotten with the server: a closed one must not act any more. */
export function createTimers(clock: Clock): { readonly later: Later; close(): void } {
  const pending = new Set<Cancel>()
  return {
    later(ms, task) {
      if (ms === 0) return task()
      const cancel = clock.at(after(clock.now(), ms), () => {
        pending.delete(cancel)
        task()
      })
      pending.add(cancel)
    },
    close() {
      for (const cancel of pending) cancel()
      pending.clear()
    },
  }
}
