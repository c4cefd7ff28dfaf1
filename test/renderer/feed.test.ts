import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Link, LinkState } from '../../src/renderer/socket-link.ts'
import { startFeed } from '../../src/renderer/stores/feed.ts'
import type { Projection } from '../../src/renderer/stores/projection.ts'
import { createClient } from '../../src/shared/contract/derive.ts'
import type { ViewDelta, WorkstationView } from '../../src/shared/contract/views.ts'
import { fixtureView } from '../ui/fixture/views.ts'

const EMPTY: Projection = {
  connection: 'connecting',
  problem: null,
  seq: 0,
  view: null,
  heardAt: 0,
  firstAlertIds: new Set(),
}

/** An engine at the other end of a wire that the test can cut, delay and make forgetful. */
function setUp() {
  let state = EMPTY
  const keeper = {
    getState: () => state,
    setState: (next: Partial<Projection>) => {
      state = { ...state, ...next }
    },
  }
  const listeners = new Set<(name: string, payload: unknown) => void>()
  let tell: (state: LinkState) => void = () => {}
  const engine = {
    seq: 7,
    view: fixtureView(),
    snapshots: 0,
    isAnswering: true,
    held: [] as Array<() => void>,
    isHolding: false,
  }
  const link: Link = {
    transport: {
      request: async () => {
        engine.snapshots += 1
        if (!engine.isAnswering) return new Promise(() => {})
        const answer = { ok: true, value: { seq: engine.seq, view: engine.view } }
        if (engine.isHolding) await new Promise<void>((resolve) => engine.held.push(resolve))
        return answer
      },
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    onState(listener) {
      tell = listener
      listener('open')
      return () => {}
    },
  }
  const stop = startFeed(createClient(link.transport), link, keeper)
  const push = (changed: ViewDelta['changed'], seq = engine.seq + 1): void => {
    engine.seq = seq
    const { view } = engine
    engine.view = {
      ...view,
      ...changed,
      decisions: { ...view.decisions, ...changed.decisions },
      orders: { ...view.orders, ...changed.orders },
    } as WorkstationView
    for (const listener of listeners) listener('view.delta', { seq, changed })
  }
  return { engine, push, stop, cut: () => tell('closed'), restore: () => tell('open'), seen: () => state }
}
const withEquity = (equity: string) => ({ status: { ...fixtureView().status, equity } })
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('the projection that the window shows', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('keeps what a delta does not bring, and takes what it does', async () => {
    const { push, seen } = setUp()
    await settle()
    const before = fixtureView()
    push({ orders: { open: [] }, decisions: {} })
    expect(seen().view?.orders).toEqual({ ...before.orders, open: [] })
    expect(seen().view?.decisions).toEqual(before.decisions)
    expect(before.orders.open).not.toEqual([])
  })

  it('starts with a snapshot and follows the deltas', async () => {
    const wire = setUp()
    await settle()
    wire.push(withEquity('6000.00'))
    expect(wire.seen()).toMatchObject({ connection: 'live', seq: 8 })
    expect(wire.seen().view?.status.equity).toBe('6000.00')
    wire.stop()
  })
  it('takes a fresh snapshot when a delta is missing, because nobody knows what was in it', async () => {
    const wire = setUp()
    await settle()
    wire.push(withEquity('6000.00'), 10)
    await settle()
    expect(wire.engine.snapshots).toBe(2)
    expect(wire.seen()).toMatchObject({ connection: 'live', seq: 10 })
    expect(wire.seen().view?.status.equity).toBe('6000.00')
    wire.stop()
  })
  it('keeps deltas that overtake the snapshot and drops those that are in it already', async () => {
    const wire = setUp()
    wire.engine.isHolding = true
    wire.push(withEquity('1.00'))
    wire.push(withEquity('2.00'))
    for (const release of wire.engine.held) release()
    await settle()
    expect(wire.seen().seq).toBe(9)
    expect(wire.seen().view?.status.equity).toBe('2.00')
    wire.stop()
  })
  it('says that it is lost the moment the connection goes, and is true again only after a new snapshot', async () => {
    const wire = setUp()
    await settle()
    wire.cut()
    expect(wire.seen().connection).toBe('lost')
    wire.push(withEquity('3.00'))
    expect(wire.seen().view?.status.equity).not.toBe('3.00')
    wire.restore()
    expect(wire.seen().connection).toBe('lost')
    await settle()
    expect(wire.seen()).toMatchObject({ connection: 'live', problem: null })
    expect(wire.seen().view?.status.equity).toBe('3.00')
    wire.stop()
  })
  it('asks an engine that has gone silent, and says so when it does not answer', async () => {
    const wire = setUp()
    await settle()
    wire.engine.isAnswering = false
    await vi.advanceTimersByTimeAsync(20_000)
    expect(wire.seen()).toMatchObject({ connection: 'lost', problem: 'The engine does not answer.' })
    wire.engine.isAnswering = true
    await vi.advanceTimersByTimeAsync(12_000)
    expect(wire.seen().connection).toBe('live')
    wire.stop()
  })
  it('remembers which alerts were there first: they are not news', async () => {
    const wire = setUp()
    await settle()
    wire.push({ alerts: [{ id: 'msg_new', at: 1, level: 'info', text: 'New', link: null }] })
    expect([...wire.seen().firstAlertIds]).toEqual(['msg_first'])
    wire.stop()
  })
})
