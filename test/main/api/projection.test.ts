import { describe, expect, it } from 'vitest'
import { Projection } from '../../../src/main/api/projection.ts'
import { createSlices } from '../../../src/main/api/slices.ts'
import { ViewDelta } from '../../../src/shared/contract/views.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { positionOf, rebalance, trade } from '../execution/trade-bench.ts'

const EVERY_MS = 50

/** A window that follows the engine. */
function openWindow() {
  const bench = createEngineBench({ set: ['portfolio.rebalancing.order_type=market'] })
  const { engine, stores, clock } = bench
  const slices = createSlices({
    engine,
    stores,
    clock,
    markets: { rules: () => null, symbols: [] },
    mode: 'paper',
    market: 'test',
    version: '0',
    dataDir: '',
    speed: () => 1,
    hasKey: { deepseek: false, claude: false },
    modelNames: { deepseek: 'deepseek-flash', claude: 'claude-sonnet' },
    startedAt: clock.now(),
  })
  const projection = new Projection(clock, slices, EVERY_MS)
  for (const topic of ['market_data', 'proposals', 'execution_events', 'position_updates'] as const) {
    engine.bus.on(topic, (message) => projection.onMessage(message), { name: 'window', whenFull: 'reject' })
  }
  const deltas: ViewDelta[] = []
  projection.subscribe((_, payload) => deltas.push(ViewDelta.parse(payload)))
  return {
    bench,
    projection,
    /** What one more moment of prices pushes. */
    async next(): Promise<ViewDelta['changed']> {
      deltas.length = 0
      await bench.pass(EVERY_MS, EVERY_MS)
      await bench.pass(EVERY_MS, EVERY_MS)
      const last = deltas.at(-1)
      if (last === undefined) throw new Error('nothing was pushed')
      return last.changed
    },
  }
}

describe('what is pushed to the window', () => {
  it('leaves out lists that are the same, however fast prices come', async () => {
    const { bench, next } = openWindow()
    bench.tick()
    await rebalance(bench)
    await trade(bench)
    await next()
    expect(Object.keys((await next()).orders ?? {})).toEqual(['external', 'positions'])
    expect((await next()).decisions).toEqual({})
  })

  it('has a list again as soon as anything in it changed', async () => {
    const { bench, next } = openWindow()
    bench.tick()
    await trade(bench)
    await next()
    bench.engine.executor.exit(positionOf(bench), 'trader')
    await bench.engine.executor.idle()
    const { orders } = await next()
    expect(orders?.open).toEqual([])
    expect(orders?.closedPositions).toHaveLength(1)
    expect(orders?.recent?.map(({ purpose }) => purpose)).toEqual(['exit', 'protective stop', 'entry'])
  })

  it('shows a change that no message tells of', async () => {
    const { bench, next } = openWindow()
    bench.tick()
    await trade(bench)
    await next()
    const position = positionOf(bench)
    bench.stores.positions.save({ ...position, exitReason: 'trader' })
    const entry = bench.stores.orders.get(position.entryOrderId)
    if (entry === null) throw new Error('no entry')
    bench.stores.orders.save({ ...entry, reason: 'written behind the back' })
    const { orders } = await next()
    expect(orders?.recent?.map(({ reason }) => reason)).toContain('written behind the back')
  })

  it('is whole again for who took a snapshot meanwhile', async () => {
    const { bench, projection, next } = openWindow()
    bench.tick()
    await rebalance(bench)
    await next()
    expect((await next()).decisions).toEqual({})
    const { view } = projection.snapshot()
    const { decisions, orders } = await next()
    expect(decisions).toEqual(view.decisions)
    expect(orders?.recent).toEqual(view.orders.recent)
  })
})
