import { type Entry, headOf, LEVELS_DOWN, type Rings, type Subscriber } from './subscriber.ts'

/** Delivery is by priority, then in order of publication. */
const comesBefore = (a: Entry, b: Entry): boolean => a.level > b.level || (a.level === b.level && a.seq < b.seq)

export function firstPending(pending: Rings): Entry | undefined {
  for (const level of LEVELS_DOWN) {
    const entry = pending[level].peek()
    if (entry !== undefined) return entry
  }
  return undefined
}

/**
 * The subscriber whose own next message comes before `next`, if any; of several the one whose message comes first, then
 * who subscribed first. Those that have caught up or are busy again are taken out of `resumed`.
 */
export function firstResumed(resumed: Set<Subscriber>, next: Entry | undefined): Subscriber | null {
  let first: Subscriber | null = null
  let firstEntry = next
  for (const subscriber of resumed) {
    const entry = subscriber.run === null ? headOf(subscriber) : undefined
    if (entry === undefined) resumed.delete(subscriber)
    else if (
      firstEntry === undefined ||
      comesBefore(entry, firstEntry) ||
      (first !== null && entry === firstEntry && subscriber.order < first.order)
    ) {
      first = subscriber
      firstEntry = entry
    }
  }
  return first
}
