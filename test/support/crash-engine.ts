import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createKraken } from '../../src/main/adapters/kraken/kraken.ts'
import type { NonceStore } from '../../src/main/adapters/kraken/nonce.ts'
import { openNonceFile } from '../../src/main/adapters/kraken/nonce-file.ts'
import { createRandomIds } from '../../src/main/adapters/system/ids.ts'
import { createMemorySentinel } from '../../src/main/adapters/system/sentinel.ts'
import { loadSettings, type Settings } from '../../src/main/config.ts'
import type { LegType } from '../../src/main/domain/order.ts'
import { createEngine, type Engine, type Opening } from '../../src/main/engine.ts'
import { type Database, openDatabase } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import type { Clock, Llm, Priced, Stores } from '../../src/main/ports.ts'
import { wire } from '../../src/main/wiring.ts'
import type { Asset } from '../../src/shared/ids.ts'
import { type Amount, amount, fraction, ZERO } from '../../src/shared/money.ts'
import { HOUR, MINUTE } from '../../src/shared/time.ts'
import type { Life } from './crash-life.ts'
import { forgetful, type NaiveRule, naively } from './crash-naive.ts'
import { BTC, BTC_USDT, USDT, XRP, XRP_BTC, XRP_USDT } from './money-arbitraries.ts'

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
export const MIGRATIONS_DIR = folder('../../migrations')
const promptOf = (name: string): string => readFileSync(folder(`../../config/prompts/${name}.md`), 'utf8')
export const DATABASE = 'engine.db'
/** All that the dead leave behind. */
export const FILES = [DATABASE, `${DATABASE}-wal`, 'engine.audit-head', 'engine.audit-head.contradicted'] as const
const NONCES = 'nonces'

const OPENING: Opening = [
  { asset: BTC, core: amount('0.2'), hodl: amount('0.01') },
  { asset: XRP, core: amount('5000'), hodl: amount('500') },
  { asset: USDT, core: amount('20000'), hodl: ZERO },
]
export const holdingsAtFirst = (): ReadonlyMap<Asset, Amount> =>
  new Map(OPENING.map(({ asset, core, hodl }) => [asset, core.plus(hodl) as Amount]))

/** A quick and unlimited desk: what is on trial is the order of things, not the limits on them. */
const SETTINGS = [
  'execution.mode=live',
  'portfolio.rebalancing.cooldown_minutes=0',
  'execution.orders.slippage_cap_percent=5',
  'execution.orders.deadline_ms=2500',
  'execution.orders.requote_seconds=4',
  'execution.gate.stale_price_ms=3600000',
  'execution.gate.collar_percent=20',
  'execution.gate.max_notional_per_order=1000000000000',
  'execution.gate.max_notional_per_day=1000000000000',
  'execution.gate.max_orders_per_minute=1000000',
  'execution.kraken.tier=pro',
]
/**
 * `desk`: rebalances, trades, kills. `portfolio`: plans in slices and what a trader does with them. `conflicts`: agents
 * that disagree, models that are asked, and what comes of it.
 */
export const LOADS = ['desk', 'portfolio', 'conflicts'] as const
export type Load = (typeof LOADS)[number]
const OF_LOAD: Record<Load, readonly string[]> = {
  desk: ['portfolio.approval.max_price_move_percent=50'],
  portfolio: [
    'portfolio.approval.max_price_move_percent=3',
    'portfolio.rebalancing.slices=2',
    'portfolio.rebalancing.slice_every_minutes=1',
  ],
  // Quick enough for deadlines, time limits and waits to end within a life.
  conflicts: [
    'portfolio.approval.max_price_move_percent=50',
    'orchestration.conflicts.default_after_seconds=60',
    'orchestration.conflicts.ask_time_limit_seconds=8',
    'orchestration.conflicts.wait_at_most_hours=0.1',
    'orchestration.conflicts.score_after_hours=0.2',
    'agents.models.budget_usd_per_day=1000',
    'agents.models.failures_in_a_row=100',
    'risk.unknown_regime_size=1',
  ],
}
/** @param dice in [0, 1). */
export function orderTypeFor(load: Load, dice: number): LegType {
  if (load === 'portfolio' && dice < 0.15) return 'post_only'
  return dice < 0.5 ? 'limit' : 'market'
}
const loaded = new Map<string, Settings>()
function settingsWith(orderType: LegType, load: Load): Settings {
  const key = `${orderType} ${load}`
  const known = loaded.get(key)
  if (known !== undefined) return known
  const changes = [...SETTINGS, ...OF_LOAD[load], `portfolio.rebalancing.order_type=${orderType}`]
  const read = loadSettings(folder('../../config'), changes)
  if (!read.ok) throw new Error(read.error.message)
  loaded.set(key, read.value)
  return read.value
}

export type Account = {
  readonly restUrl: string
  readonly wsUrl: string
  readonly wsAuthUrl: string
  readonly key: string
  readonly secret: string
}

function nonceFile(keyDir: string): NonceStore {
  const opened = openNonceFile(join(keyDir, NONCES))
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.value
}

export type LivingEngine = {
  readonly engine: Engine
  /** Past every point: for looking at. */
  readonly stores: Stores
  readonly database: Database
  /** What the engine reported as its own mistakes. */
  readonly bugs: readonly string[]
  /** The very first booking, where it is the very first start. */
  open(): void
  /** Reads markets, opens the stream and reconciles. */
  start(): Promise<void>
  /** Frees files and sockets, whether it lives or not. */
  close(): Promise<void>
}

/** The whole engine on a real database file, with the real Kraken adapter, inside one life. */
export function openEngine(options: {
  /** Of the database. */
  readonly dir: string
  /** What belongs to the key and not to the data: its nonces. */
  readonly keyDir: string
  readonly clock: Clock
  readonly life: Life
  readonly account: Account
  readonly orderType: LegType
  readonly load: Load
  readonly naive: NaiveRule | null
  /** Asked about conflicts, in this order. */
  readonly models?: readonly (Llm & Priced)[]
  /** A request is given up after this, ms of the machine's own time. */
  readonly timeoutMs: number
}): LivingEngine {
  const { dir, life, account } = options
  const clock = life.clock(options.clock)
  const settings = settingsWith(options.orderType, options.load)
  const opened = openDatabase(join(dir, DATABASE), { migrationsDir: MIGRATIONS_DIR, now: clock.now() })
  if (!opened.ok) throw new Error(opened.error.message)
  const database = opened.value
  const stores = createStores(database)
  const bugs: string[] = []
  let mayOpen = (): boolean => false
  const kraken = createKraken({
    ...account,
    clock,
    timeoutMs: options.timeoutMs,
    tier: settings.execution.kraken.tier,
    nonces: nonceFile(options.keyDir),
    symbols: [BTC_USDT, XRP_USDT, XRP_BTC],
    halfSpread: () => fraction('0.0002'),
    margin: false,
    mayOpen: () => mayOpen(),
  })
  const engine = createEngine({
    settings,
    clock,
    wallClock: clock,
    sentinel: createMemorySentinel(),
    ids: createRandomIds(),
    stores: forgetful(options.naive, life.stores(stores), clock.now()),
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    log: {
      info: () => {},
      error(text, error) {
        if (!life.isDead()) bugs.push(`${text} ${error instanceof Error ? error.stack : String(error ?? '')}`)
      },
    },
    llms: (options.models ?? []).map((model) => life.model(model)),
    prompts: {
      conflict: promptOf('conflict'),
      strategy: promptOf('strategy'),
      sentiment: promptOf('sentiment'),
      panel: '',
    },
    markets: kraken.markets,
    exchange(market) {
      mayOpen = market.mayOpen
      return life.exchange(naively(options.naive, kraken.exchange))
    },
    openModels: () => [],
    openNews: () => [],
    feedBuildsCandles: false,
    keepsCandles: false,
    baseIntervalMs: MINUTE,
    elapsed: () => clock.now(),
    agentsOn: false,
    isReplay: false,
    staleMs: settings.execution.gate.stale_price_ms,
  })
  const unsubscribe = wire(
    engine.bus,
    { ...engine, audit: stores.messages, projection: null, onExchangePrices: null, pace: null },
    { everyMs: HOUR, afterRebalance: false },
  )
  return {
    engine,
    stores,
    database,
    bugs,
    open: () => engine.openBooks(OPENING, new Map()),
    async start() {
      const markets = await kraken.markets.refresh()
      if (!markets.ok) throw new Error(markets.error.message)
      kraken.exchange.start()
      engine.killSwitch.restore()
      engine.approval.resume()
      engine.conflicts.resume()
      await engine.executor.resume()
    },
    async close() {
      engine.killSwitch.close()
      for (const stop of unsubscribe) stop()
      await kraken.exchange.close()
      database.close()
    },
  }
}

/** Everything that was decided before is known, and the engine says that it agrees with the exchange. */
export function isClear({ engine, stores }: LivingEngine): boolean {
  const { executor } = engine
  return (
    executor.isIdle() &&
    executor.blockedBecause() === null &&
    stores.orders.live().every(({ status, inDoubt }) => status !== 'pending' && !inDoubt)
  )
}
