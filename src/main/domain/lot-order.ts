import type { Asset } from '../../shared/ids.ts'
import { type Amount, type Money, ZERO } from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'

/** Bought at one time at one price, or what is left of it. */
export type Lot = {
  readonly asset: Asset
  readonly acquiredAt: EpochMs
  readonly amount: Amount
  /** Of that amount, in quote, purchase fee included; null where nobody knows. */
  readonly cost: Money | null
}

/** Which lot is sold first. Source: the usual methods of tax offices; `average` is one pool. */
export type LotMethod = 'fifo' | 'lifo' | 'hifo' | 'average'

type Change = { readonly lot: Lot; readonly sign: 1 | -1 }

/** Lots in the order in which they are sold. */
export type LotQueue = {
  /** What this adds, and takes away: a pool is made anew. */
  add(lot: Lot): readonly Change[]
  /** Removes the lot that is next. There must be one. */
  next(): Lot
  /** What is left of the lot that `next` gave. */
  putBack(lot: Lot): void
  all(): readonly Lot[]
}

export function lotQueue(method: LotMethod): LotQueue {
  switch (method) {
    case 'fifo':
      return firstIn()
    case 'lifo':
      return lastIn()
    case 'hifo':
      return dearestFirst()
    case 'average':
      return pool()
  }
}

const taken = (lot: Lot | undefined): Lot => {
  if (lot === undefined) throw new Error('there is no lot left')
  return lot
}

/** Those already sold are dropped in one go now and then: shifting an array costs its length each time. */
const DROP_AFTER = 1_000

function firstIn(): LotQueue {
  let lots: Lot[] = []
  let first = 0
  return {
    add(lot) {
      lots.push(lot)
      return [{ lot, sign: 1 }]
    },
    next() {
      const lot = taken(lots[first++])
      if (first >= DROP_AFTER && first * 2 >= lots.length) {
        lots = lots.slice(first)
        first = 0
      }
      return lot
    },
    putBack(lot) {
      if (first === 0) lots.unshift(lot)
      else lots[--first] = lot
    },
    all: () => lots.slice(first),
  }
}

function lastIn(): LotQueue {
  const lots: Lot[] = []
  return {
    add(lot) {
      lots.push(lot)
      return [{ lot, sign: 1 }]
    },
    next: () => taken(lots.pop()),
    putBack: (lot) => void lots.push(lot),
    all: () => lots.toReversed(),
  }
}

/** One lot of everything, acquired when the first of it was. A part of unknown cost makes all of it unknown. */
function pool(): LotQueue {
  let whole: Lot | null = null
  return {
    add(lot) {
      const before = whole
      whole =
        before === null
          ? lot
          : {
              ...before,
              amount: before.amount.plus(lot.amount) as Amount,
              cost: before.cost === null || lot.cost === null ? null : (before.cost.plus(lot.cost) as Money),
            }
      return before === null
        ? [{ lot: whole, sign: 1 }]
        : [
            { lot: before, sign: -1 },
            { lot: whole, sign: 1 },
          ]
    },
    next() {
      const lot = taken(whole ?? undefined)
      whole = null
      return lot
    },
    putBack(lot) {
      whole = lot
    },
    all: () => (whole === null ? [] : [whole]),
  }
}

/** A binary heap: dearest per unit first, then oldest; what nobody knows the price of comes last. */
function dearestFirst(): LotQueue {
  const heap: { readonly lot: Lot; readonly seq: number }[] = []
  let seq = 0
  let taking = 0

  const isBefore = (a: (typeof heap)[number], b: (typeof heap)[number]): boolean => {
    const difference = compareUnitCost(a.lot, b.lot)
    return difference === 0 ? a.seq < b.seq : difference > 0
  }
  const swap = (i: number, j: number): void => {
    const kept = heap[i] as (typeof heap)[number]
    heap[i] = heap[j] as (typeof heap)[number]
    heap[j] = kept
  }
  const at = (i: number) => heap[i] as (typeof heap)[number]
  const push = (entry: (typeof heap)[number]): void => {
    heap.push(entry)
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1
      if (!isBefore(at(i), at(parent))) break
      swap(i, parent)
      i = parent
    }
  }
  const pop = (): (typeof heap)[number] | undefined => {
    const first = heap[0]
    const last = heap.pop()
    if (heap.length === 0 || last === undefined) return first
    heap[0] = last
    for (let i = 0; ; ) {
      const children = [2 * i + 1, 2 * i + 2].filter((child) => child < heap.length)
      const least = children.reduce((best, child) => (isBefore(at(child), at(best)) ? child : best), i)
      if (least === i) return first
      swap(i, least)
      i = least
    }
  }
  return {
    add(lot) {
      push({ lot, seq: seq++ })
      return [{ lot, sign: 1 }]
    },
    next() {
      const entry = pop()
      taking = entry?.seq ?? 0
      return taken(entry?.lot)
    },
    // Its own place in time, so that a rounded part changes nothing about who comes first among equals.
    putBack: (lot) => push({ lot, seq: taking }),
    all: () => heap.toSorted((a, b) => (isBefore(a, b) ? -1 : 1)).map(({ lot }) => lot),
  }
}

/** Above 0 when a cost more per unit. Multiplied out: a division would round. */
function compareUnitCost(a: Lot, b: Lot): number {
  if (a.cost === null || b.cost === null) return (a.cost === null ? 0 : 1) - (b.cost === null ? 0 : 1)
  const difference = a.cost.times(b.amount).minus(b.cost.times(a.amount))
  return difference.gt(ZERO) ? 1 : difference.lt(ZERO) ? -1 : 0
}
