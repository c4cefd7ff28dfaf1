import { join } from 'node:path'
import type { Stores, Transact } from '../../src/main/ports.ts'
import { toFloat } from '../../src/shared/money.ts'
import { SECOND } from '../../src/shared/time.ts'
import { createBareInserts, INTENT_COLUMNS } from './bare-inserts.ts'
import { type Desk, ENTRY, openDesk } from './desk.ts'
import { type BenchContext, collectGarbage, compare, quantile, type Row } from './measure.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const PEER = 'bare better-sqlite3 durable insert'
const EXITS_PER_RUN = 400
const WARM_UPS = 100
const MANY_POSITIONS = 100
const TICKS_PER_RUN = 4_000
/** 1,000 ticks a second. */
const TICK_MS = 1
const FEW_ORDERS = 10
const MANY_ORDERS = 100_000
const ORDERS_AT_START = 10_000

export const tickBench = async (context: BenchContext): Promise<Row[]> => [
  ...(await exits(context)),
  ...(await loads(context)),
  ...(await histories(context)),
  ...(await starts(context)),
]

/**
 * From a tick that reaches a position's target to the disk: marks, P&L, stop check, then the close written down (one
 * durable commit: from here on no crash forgets it), and later, when the stop that rests is out of the way, the exit
 * order's own intent. Against one bare durable row on the same disk, in turn.
 */
const exits = ({ runs, say, note }: BenchContext): Promise<Row[]> =>
  inTemporaryFolder(async (folder) => {
    const watch = watchCommits()
    const desk = openDesk(folder, { spy: watch.spy })
    const bare = createBareInserts(join(folder, 'bare.db'), INTENT_COLUMNS)
    const closes: number[][] = []
    const orders: number[][] = []
    const rows: number[][] = []
    for (let run = -1; run < runs; run++) {
      say(`exits, ${run < 0 ? 'warming up' : `run ${run + 1} of ${runs}`}`)
      const own = { closes: [] as number[], orders: [] as number[], rows: [] as number[] }
      for (let i = 0; i < (run < 0 ? WARM_UPS : EXITS_PER_RUN); i++) {
        const position = await desk.openPosition()
        const target = toFloat(position.target) + 1
        watch.reset()
        const startedAt = performance.now()
        desk.tick(target)
        await desk.engine.executor.idle()
        if (desk.engine.tracker.openPositions().length !== 0) throw new Error('the position was not closed')
        own.closes.push((watch.closeAt() - startedAt) * 1_000)
        own.orders.push((watch.orderAt() - startedAt) * 1_000)
        const bareAt = performance.now()
        bare.insert()
        own.rows.push((performance.now() - bareAt) * 1_000)
      }
      if (run < 0) continue
      closes.push(own.closes)
      orders.push(own.orders)
      rows.push(own.rows)
    }
    bare.close()
    await desk.close()
    note(`Exits: ${EXITS_PER_RUN} a run, all runs pooled; min and max are those of single runs.`)
    return [
      pooled('tick at a target to its close on disk', closes, 0.5, rows),
      pooled('tick at a target to its close on disk', closes, 0.99, rows),
      pooled('… to the exit order on disk, stop cancelled first', orders, 0.5, rows),
      pooled('… to the exit order on disk, stop cancelled first', orders, 0.99, rows),
    ]
  })

/** The share of one core that 1,000 ticks a second take with the audit, the paper exchange and a window that follows. */
const loads = (context: BenchContext): Promise<Row[]> =>
  inTemporaryFolder(async (few) =>
    inTemporaryFolder(async (many) => {
      const alone = openDesk(few, { isWatched: true })
      const laden = openDesk(many, { isWatched: true })
      for (let i = 0; i < MANY_POSITIONS; i++) await laden.openPosition()
      const ours = `1,000 ticks/s with ${MANY_POSITIONS} open positions`
      const peer = 'the same with none'
      const samples = await inTurn(context, { [ours]: laden, [peer]: alone }, shareOfCore)
      await alone.close()
      await laden.close()
      return [compare(samples, ours, peer, '% of a core')]
    }),
  )

/** What a tick costs with a long past, against a short one; a window follows. */
const histories = (context: BenchContext): Promise<Row[]> =>
  inTemporaryFolder(async (short) =>
    inTemporaryFolder(async (long) => {
      const young = openDesk(short, { isWatched: true, pastOrders: FEW_ORDERS })
      const old = openDesk(long, { isWatched: true, pastOrders: MANY_ORDERS })
      for (const desk of [young, old]) await desk.openPosition()
      const ours = `tick with ${MANY_ORDERS.toLocaleString('en-US')} past orders`
      const peer = `with ${FEW_ORDERS}`
      const samples = await inTurn(context, { [ours]: old, [peer]: young }, microsecondsPerTick)
      await young.close()
      await old.close()
      return [compare(samples, ours, peer, 'µs')]
    }),
  )

/** From opening the database to having compared everything with the exchange; without loading the program. */
const starts = (context: BenchContext): Promise<Row[]> =>
  inTemporaryFolder(async (short) =>
    inTemporaryFolder(async (long) => {
      for (const [folder, pastOrders] of [
        [short, FEW_ORDERS],
        [long, ORDERS_AT_START],
      ] as const) {
        const desk = openDesk(folder, { pastOrders })
        await desk.openPosition()
        await desk.close()
      }
      const ours = `start with ${ORDERS_AT_START.toLocaleString('en-US')} past orders`
      const peer = `with ${FEW_ORDERS}`
      const samples = await inTurn(context, { [ours]: long, [peer]: short }, millisecondsOfStart)
      return [compare(samples, ours, peer, 'ms')]
    }),
  )

async function millisecondsOfStart(folder: string): Promise<number> {
  const startedAt = performance.now()
  const desk = openDesk(folder)
  await desk.engine.executor.resume()
  const took = performance.now() - startedAt
  if (desk.engine.executor.blockedBecause() !== null) throw new Error('ledger and exchange differ')
  await desk.close()
  return took
}

async function inTurn<T>(
  { runs, say }: BenchContext,
  contestants: Readonly<Record<string, T>>,
  measure: (contestant: T) => Promise<number>,
): Promise<Map<string, number[]>> {
  const samples = new Map<string, number[]>()
  for (let run = -1; run < runs; run++) {
    const turns = Object.entries(contestants)
    if (run % 2 === 0) turns.reverse()
    for (const [name, contestant] of turns) {
      say(`${name}, ${run < 0 ? 'warming up' : `run ${run + 1} of ${runs}`}`)
      collectGarbage()
      const value = await measure(contestant)
      if (run >= 0) samples.set(name, [...(samples.get(name) ?? []), value])
    }
  }
  return samples
}

const shareOfCore = async (desk: Desk): Promise<number> =>
  ((await cpuMilliseconds(desk)) / (TICKS_PER_RUN * TICK_MS)) * 100

const microsecondsPerTick = async (desk: Desk): Promise<number> =>
  ((await cpuMilliseconds(desk)) / TICKS_PER_RUN) * 1_000

/** Processor time of a run of ticks, a thousandth of a second apart on the engine's clock; no level is reached. */
async function cpuMilliseconds(desk: Desk): Promise<number> {
  const before = process.cpuUsage()
  for (let i = 0; i < TICKS_PER_RUN; i++) {
    desk.pass(TICK_MS)
    desk.tick(ENTRY + (i % 100))
    if (i % 50 === 0) await desk.engine.executor.idle()
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / SECOND
}

function pooled(name: string, ours: readonly number[][], q: number, theirs: readonly number[][]): Row {
  const own = ours.map((run) => quantile(run, q))
  const median = quantile(ours.flat(), q)
  const peerMedian = quantile(theirs.flat(), q)
  const label = `p${q * 100}`
  return {
    name: `${name}, ${label}`,
    median,
    min: Math.min(...own),
    max: Math.max(...own),
    unit: 'µs',
    peer: `${PEER}, ${label}`,
    peerMedian,
    ratio: median / peerMedian,
  }
}

/** Notes when the transactions had committed that wrote down a wish to close and an exit order. */
function watchCommits() {
  let close: number | null = null
  let order: number | null = null
  const reset = (): void => {
    close = null
    order = null
  }
  const spy = (stores: Stores): Stores => {
    let depth = 0
    let wrote = { close: false, order: false }
    const transact: Transact = (work) => {
      depth++
      try {
        return stores.transact(work)
      } finally {
        depth--
        if (depth === 0) {
          if (wrote.close) close ??= performance.now()
          if (wrote.order) order ??= performance.now()
          wrote = { close: false, order: false }
        }
      }
    }
    return {
      ...stores,
      transact,
      positions: {
        ...stores.positions,
        save(position) {
          stores.positions.save(position)
          if (position.exitReason !== null) wrote.close = true
        },
      },
      orders: {
        ...stores.orders,
        insert(intent) {
          stores.orders.insert(intent)
          if (intent.receipt.kind === 'position_exit') wrote.order = true
        },
      },
    }
  }
  const at = (time: number | null, what: string): number => {
    if (time === null) throw new Error(`the tick wrote no ${what}`)
    return time
  }
  return { spy, reset, closeAt: () => at(close, 'wish to close'), orderAt: () => at(order, 'exit order') }
}
