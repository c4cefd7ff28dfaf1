import type { Stores } from '../../src/main/ports.ts'
import { derived, differences, openBooks, PlainSums } from './ledger-check.ts'
import { ledgerLife, WORKLOAD_ASSETS } from './ledger-workload.ts'

/**
 * Books so many events of a life, looks at everything now and then, and computes all of it anew at the end.
 *
 * @returns what does not agree; nothing when all does.
 */
export function bookLife(
  stores: Stores,
  {
    events,
    seed,
    lookEvery,
    onLook,
  }: { events: number; seed: number; lookEvery: number; onLook?: (done: number) => void },
): string[] {
  const opened = openBooks(stores)
  const plain = new PlainSums()
  const life = ledgerLife(seed)
  const unbalanced: string[] = []
  for (let done = 0; done < events; ) {
    const until = Math.min(events, done + lookEvery)
    const entries = stores.transact(() => {
      const written = []
      for (; done < until; done++) {
        const next = life.next()
        if (next.done) break
        const [asset] = plain.add(next.value)
        if (asset !== undefined)
          unbalanced.push(`the ${next.value.kind} ${next.value.reference} leaves ${asset} unbalanced`)
        written.push(opened.books.write(next.value))
      }
      return written
    })
    opened.books.commit(entries)
    const found = [...unbalanced, ...differences(opened, plain, WORKLOAD_ASSETS)]
    if (found.length > 0) return found.map((text) => `after ${done} events: ${text}`)
    onLook?.(done)
  }
  const anew = openBooks(stores)
  const found = differences(anew, plain, WORKLOAD_ASSETS).map((text) => `computed anew: ${text}`)
  if (derived(anew, WORKLOAD_ASSETS) !== derived(opened, WORKLOAD_ASSETS)) {
    found.push('computed anew, balances, lots or gains are others than when followed entry by entry')
  }
  return found
}
