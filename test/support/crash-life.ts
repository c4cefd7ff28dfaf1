import { stageOf } from '../../src/main/domain/conflict.ts'
import type { Proposal } from '../../src/main/domain/proposal.ts'
import type { Clock, Exchange, Llm, Priced, Stores } from '../../src/main/ports.ts'

/*
 * One life of an engine. Everything by which it touches the world goes through named points, and at one of them it dies:
 * nothing of it is written, sent or heard of after that.
 */

/** What an engine meets when it dies in the middle of a synchronous call; nobody is there any more to see it. */
export class Crashed extends Error {}

export type Life = {
  readonly stores: (inner: Stores) => Stores
  readonly exchange: (inner: Exchange) => Exchange
  readonly clock: (inner: Clock) => Clock
  readonly model: (inner: Llm & Priced) => Llm & Priced
  /** From here to `recovered` its points are those of recovery. */
  recovering(): void
  recovered(): void
  isDead(): boolean
  /** Dies at the next point, whatever it is. */
  hurry(): void
  /** Requests that have not been answered. */
  inFlight(): number
}

export type LifeOptions = {
  /** Asked at every point, in order; true and the engine dies there. */
  readonly diesAt: (point: string) => boolean
  /** The moment of death: takes what is on the disk. A process that is to be killed for real waits here for it. */
  readonly onDeath: (point: string) => void
}

const never = <T>(): Promise<T> => new Promise(() => {})

export function createLife(options: LifeOptions): Life {
  let isDead = false
  let isHurried = false
  let phase = ''
  let inFlight = 0

  /** True when it dies here. */
  function dies(point: string): boolean {
    if (isDead) return false
    const name = `${phase}${point}`
    if (!options.diesAt(name) && !isHurried) return false
    isDead = true
    options.onDeath(name)
    return true
  }
  function pass(point: string): void {
    if (dies(point)) throw new Crashed(point)
  }

  async function request<T>(name: string, send: () => Promise<T>): Promise<T> {
    if (isDead || dies(`${name}, before it is sent`)) return never()
    inFlight++
    const answer = send()
    answer.then(
      () => inFlight--,
      () => inFlight--,
    )
    if (dies(`${name}, sent`)) return never()
    const value = await answer
    return isDead || dies(`${name}, answered`) ? never() : value
  }

  return {
    stores: (inner) => storesThrough(inner, pass),
    exchange: (inner) => ({
      ...inner,
      submit: (intent) => request(intent.type === 'stop' ? 'stop' : `${intent.type} order`, () => inner.submit(intent)),
      cancel: (id, how) => request('cancel', () => inner.cancel(id, how)),
      amend: (id, trigger) => request('amend', () => inner.amend(id, trigger)),
      find: (id) => request('find', () => inner.find(id)),
      openOrders: () => request('open orders', () => inner.openOrders()),
      balances: () => request('balances', () => inner.balances()),
      movements: (since) => request('movements', () => inner.movements(since)),
      cancelAllAfter: (seconds) => request("dead man's switch", () => inner.cancelAllAfter(seconds)),
      onChange: (listener) =>
        inner.onChange((id) => {
          if (!isDead) listener(id)
        }),
    }),
    model: (inner) => ({
      ...inner,
      ask: (prompt, signal) => request('question', () => inner.ask(prompt, signal)),
    }),
    clock: (inner) => ({
      now: () => inner.now(),
      at: (time, task) =>
        inner.at(time, () => {
          if (!isDead) task()
        }),
    }),
    recovering() {
      phase = 'recovery: '
    },
    recovered() {
      phase = ''
    },
    isDead: () => isDead,
    hurry() {
      isHurried = true
    },
    inFlight: () => inFlight,
  }
}

/** What a transaction is called after, most telling first. */
const TELLING = [
  'intent',
  'fill',
  'order',
  'position',
  'proposal',
  'conflict',
  'score',
  'asked',
  'ledger',
  'state',
] as const
type Written = (typeof TELLING)[number]

function madeAs({ details }: Proposal): string {
  if (details?.trigger === 'resumed') return 'resumed'
  return details?.trigger === 'new_money' ? 'of new money' : 'pending'
}

/** Every commit of what matters is two points: before it, when the disk knows nothing of it, and after. */
function storesThrough(inner: Stores, pass: (point: string) => void): Stores {
  let written: Map<Written, string> | null = null

  function note(kind: Written, detail: string, write: () => void): void {
    if (written !== null) {
      write()
      written.set(kind, detail)
      return
    }
    stores.transact(() => note(kind, detail, write))
  }
  function nameOf(kinds: ReadonlyMap<Written, string>): string | null {
    const kind = TELLING.find((candidate) => kinds.has(candidate))
    return kind === undefined ? null : `${kind}${kinds.get(kind) ?? ''}`
  }

  const stores: Stores = {
    ...inner,
    transact<T>(work: () => T): T {
      if (written !== null) return inner.transact(work)
      const kinds = new Map<Written, string>()
      written = kinds
      let result: T
      try {
        result = inner.transact(() => {
          const value = work()
          const name = nameOf(kinds)
          if (name !== null) pass(`${name}, before its commit`)
          return value
        })
      } finally {
        written = null
      }
      const name = nameOf(kinds)
      if (name !== null) pass(`${name}, committed`)
      return result
    },
    orders: {
      ...inner.orders,
      insert: (order) => note('intent', '', () => inner.orders.insert(order)),
      save: (order) => note('order', ` ${order.inDoubt ? 'in doubt' : order.status}`, () => inner.orders.save(order)),
    },
    fills: {
      ...inner.fills,
      add(fill) {
        let isNew = false
        if (written === null) throw new Error('a fill is booked outside of a transaction')
        isNew = inner.fills.add(fill)
        if (isNew) written.set('fill', '')
        return isNew
      },
    },
    ledger: { ...inner.ledger, append: (entry) => note('ledger', ` ${entry.kind}`, () => inner.ledger.append(entry)) },
    proposals: {
      ...inner.proposals,
      insert: (proposal) => note('proposal', ` ${madeAs(proposal)}`, () => inner.proposals.insert(proposal)),
      save: (proposal) => note('proposal', ` ${proposal.status}`, () => inner.proposals.save(proposal)),
    },
    conflicts: {
      ...inner.conflicts,
      insert: (conflict) => note('conflict', ' detected', () => inner.conflicts.insert(conflict)),
      save: (conflict) => note('conflict', ` ${stageOf(conflict)}`, () => inner.conflicts.save(conflict)),
      noteCarriedOut: (id) => note('conflict', ' carried out', () => inner.conflicts.noteCarriedOut(id)),
    },
    llmCalls: {
      ...inner.llmCalls,
      add: (call) => note('asked', '', () => inner.llmCalls.add(call)),
      close: (id, end) => note('asked', ' and answered', () => inner.llmCalls.close(id, end)),
    },
    conflictScores: {
      ...inner.conflictScores,
      score: (id, scores, at) => note('score', '', () => inner.conflictScores.score(id, scores, at)),
    },
    positions: {
      ...inner.positions,
      insert: (position) => note('position', '', () => inner.positions.insert(position)),
      save: (position) => note('position', '', () => inner.positions.save(position)),
    },
    // Every step of the clock would be a sample: a commit of nothing that matters.
    marketSamples: { add: () => {}, last: () => null },
    state: { ...inner.state, set: (name, json) => note('state', '', () => inner.state.set(name, json)) },
  }
  return stores
}
