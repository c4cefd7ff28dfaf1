import { join } from 'node:path'
import { createPaperExchange } from '../../src/main/adapters/paper/paper-exchange.ts'
import { createSimulatedClock } from '../../src/main/adapters/system/clock.ts'
import { createRandomIds } from '../../src/main/adapters/system/ids.ts'
import { createLog } from '../../src/main/adapters/system/log.ts'
import { createMemorySentinel } from '../../src/main/adapters/system/sentinel.ts'
import { CONFIG_DIR, MIGRATIONS_DIR, promptTemplate, sha256 } from '../../src/main/app.ts'
import { loadSettings } from '../../src/main/config.ts'
import type { Tick } from '../../src/main/domain/market.ts'
import type { TradingSignal } from '../../src/main/domain/signal.ts'
import { createEngine, marketsOf } from '../../src/main/engine.ts'
import { openingOf, totalsOf } from '../../src/main/paper-account.ts'
import { openDatabase } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import type { Stores, Transact } from '../../src/main/ports.ts'
import { REPLAY_SETTINGS } from '../../src/main/replay-run.ts'
import { wire } from '../../src/main/wiring.ts'
import { type MessageId, pair } from '../../src/shared/ids.ts'
import { after, epochMs, HOUR } from '../../src/shared/time.ts'
import { createBareInserts, INTENT_COLUMNS } from './bare-inserts.ts'
import { type BenchContext, compare, quantile, type Row } from './measure.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const PEER = 'bare better-sqlite3 durable insert'
const STOPS_PER_RUN = 400
const WARM_UPS = 100
const BTC_USDT = pair('BTC/USDT')
const XRP_USDT = pair('XRP/USDT')
const NOON = epochMs(Date.parse('2026-11-23T12:00:00Z'))
const ENTRY = 50_000
/** Below any stop: they are at most 3 % under the entry. */
const BELOW_STOP = 48_000

/** So much money and so little risk that hundreds of stops change nothing. */
const SETTINGS = [
  ...REPLAY_SETTINGS,
  'portfolio.approval.tactical=auto',
  'portfolio.rebalancing.threshold_pp=100',
  'portfolio.paper.core.USDT=1000000000',
  'risk.risk_per_trade_percent=0.01',
]

/**
 * From a tick that hits a stop to the sell order's intent on the disk: marks, P&L, stop check, order gate, order, status
 * log and position in one durable transaction. Against one bare durable row on the same disk, in turn.
 */
export const tickBench = ({ runs, say, note }: BenchContext): Promise<Row[]> =>
  inTemporaryFolder(async (folder) => {
    const desk = openDesk(folder)
    const bare = createBareInserts(join(folder, 'bare.db'), INTENT_COLUMNS)
    const bareMicroseconds = (): number => {
      const startedAt = performance.now()
      bare.insert()
      return (performance.now() - startedAt) * 1_000
    }
    const names = {
      p50: 'tick that hits a stop to intent on disk, p50',
      p99: 'tick that hits a stop to intent on disk, p99',
    }
    const peers = { p50: `${PEER}, p50`, p99: `${PEER}, p99` }
    const samples = new Map<string, number[]>()
    const add = (name: string, value: number): void => void samples.set(name, [...(samples.get(name) ?? []), value])
    for (let run = -1; run < runs; run++) {
      say(`stops, ${run < 0 ? 'warming up' : `run ${run + 1} of ${runs}`}`)
      const ours: number[] = []
      const theirs: number[] = []
      for (let i = 0; i < (run < 0 ? WARM_UPS : STOPS_PER_RUN); i++) {
        ours.push(await desk.microsecondsOfStop())
        theirs.push(bareMicroseconds())
      }
      if (run < 0) continue
      add(names.p50, quantile(ours, 0.5))
      add(names.p99, quantile(ours, 0.99))
      add(peers.p50, quantile(theirs, 0.5))
      add(peers.p99, quantile(theirs, 0.99))
    }
    bare.close()
    await desk.close()
    note(`Stops: ${STOPS_PER_RUN} a run; each figure is the median of ${runs} runs' p50 or p99.`)
    return [compare(samples, names.p50, peers.p50, 'µs'), compare(samples, names.p99, peers.p99, 'µs')]
  })

/** The engine on files, wired as in the product, with a clock that stands still while a stop is timed. */
function openDesk(folder: string) {
  const loaded = loadSettings(CONFIG_DIR, SETTINGS)
  if (!loaded.ok) throw new Error(loaded.error.message)
  const settings = loaded.value
  const clock = createSimulatedClock(NOON)
  const opened = openDatabase(join(folder, 'engine.db'), { migrationsDir: MIGRATIONS_DIR, now: NOON })
  if (!opened.ok) throw new Error(opened.error.message)
  const watch = watchExits(createStores(opened.value))
  const { stores } = watch
  const markets = marketsOf(settings)
  const opening = openingOf(settings)
  const exchanges: ReturnType<typeof createPaperExchange>[] = []
  const engine = createEngine({
    settings,
    clock,
    wallClock: clock,
    sentinel: createMemorySentinel(),
    ids: createRandomIds(),
    stores,
    hash: sha256,
    log: createLog(),
    llms: [],
    promptTemplate: promptTemplate(CONFIG_DIR),
    markets,
    exchange(prices) {
      const exchange = createPaperExchange({
        file: join(folder, 'exchange.db'),
        clock,
        rules: (symbol) => markets.rules(symbol),
        tickOf: (symbol) => prices.fresh(symbol),
        slippage: settings.execution.paper_slippage,
        opening: totalsOf(opening),
      })
      exchanges.push(exchange)
      return exchange
    },
    feedBuildsCandles: false,
    agentsOn: false,
    isReplay: true,
    staleMs: 0,
  })
  engine.openBooks(opening)
  const unsubscribe = wire(
    engine.bus,
    {
      ...engine,
      audit: stores.messages,
      projection: null,
      onExchangePrices: (ticks) => exchanges[0]?.onTicks(ticks),
      pace: null,
    },
    { everyMs: HOUR, afterRebalance: false },
  )

  const ticksAt = (btc: number): Tick[] => {
    const at = clock.now()
    return [
      { symbol: BTC_USDT, at, bid: btc, ask: btc, last: btc },
      { symbol: XRP_USDT, at, bid: 0.5, ask: 0.5, last: 0.5 },
    ]
  }

  /** A position as a signal opens it: proposed, approved by the settings, bought. */
  async function openPosition(): Promise<void> {
    clock.advanceTo(after(clock.now(), HOUR))
    engine.market.prices(ticksAt(ENTRY))
    const signal: TradingSignal = {
      symbol: BTC_USDT,
      at: clock.now(),
      bias: 'long',
      confidence: 0.9,
      entry: ENTRY,
      atr: 250,
      taMessageId: 'msg_bench' as MessageId,
    }
    const correlationId = 'cor_bench' as NonNullable<Parameters<typeof engine.bus.publish>[2]['correlationId']>
    engine.bus.publish('trading_signals', signal, { source: 'bench', correlationId })
    await engine.executor.idle()
    if (engine.tracker.openPositions().length !== 1) throw new Error('no position was opened')
    // The audit is written ten times a second in the background: not in the middle of what is timed.
    stores.messages.flush()
  }

  return {
    async microsecondsOfStop(): Promise<number> {
      await openPosition()
      clock.advanceTo(after(clock.now(), HOUR))
      const ticks = ticksAt(BELOW_STOP)
      watch.writtenAt = null
      const startedAt = performance.now()
      engine.market.prices(ticks)
      await engine.executor.idle()
      if (watch.writtenAt === null) throw new Error('the stop wrote no intent')
      if (engine.tracker.openPositions().length !== 0) throw new Error('the position was not closed')
      return (watch.writtenAt - startedAt) * 1_000
    },
    async close(): Promise<void> {
      await engine.executor.close()
      for (const stop of unsubscribe) stop()
      stores.messages.flush()
      for (const exchange of exchanges) exchange.close()
      opened.value.close()
    },
  }
}

/** The same stores, noting when the transaction that inserted an exit's intent had committed. */
function watchExits(stores: Stores) {
  let hasExit = false
  let depth = 0
  const transact: Transact = (work) => {
    depth++
    try {
      return stores.transact(work)
    } finally {
      depth--
      if (depth === 0 && hasExit) {
        watched.writtenAt = performance.now()
        hasExit = false
      }
    }
  }
  const watched = {
    writtenAt: null as number | null,
    stores: {
      ...stores,
      transact,
      orders: {
        ...stores.orders,
        insert(order) {
          stores.orders.insert(order)
          if (order.receipt.kind === 'position_exit') hasExit = true
        },
      },
    } satisfies Stores,
  }
  return watched
}
