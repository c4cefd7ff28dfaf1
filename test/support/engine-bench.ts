import { join } from 'node:path'
import { createPaperExchange } from '../../src/main/adapters/paper/paper-exchange.ts'
import { createSimulatedClock } from '../../src/main/adapters/system/clock.ts'
import { createRandomIds, createSequentialIds } from '../../src/main/adapters/system/ids.ts'
import { createMemorySentinel } from '../../src/main/adapters/system/sentinel.ts'
import { CONFIG_DIR, MIGRATIONS_DIR, promptsIn, sha256 } from '../../src/main/app.ts'
import { loadSettings } from '../../src/main/config.ts'
import { createEngine, marketsOf } from '../../src/main/engine.ts'
import { openingOf, totalsOf } from '../../src/main/paper-account.ts'
import { openDatabase } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import type { Exchange, Llm, Markets, OpenModels, PanelModel, Priced, Stores } from '../../src/main/ports.ts'
import { wire } from '../../src/main/wiring.ts'
import type { TradedPair } from '../../src/shared/ids.ts'
import { price } from '../../src/shared/money.ts'
import { type EpochMs, epochMs, MINUTE } from '../../src/shared/time.ts'
import { BTC, BTC_USDT, XRP, XRP_BTC, XRP_USDT } from './money-arbitraries.ts'

const START = epochMs(Date.parse('2026-01-01T00:00:00Z'))
export const PRICES = { 'BTC/USDT': 50_000, 'XRP/USDT': 2, 'XRP/BTC': 0.00004 }

/** The whole engine on a clock that stands still, real SQLite in memory, and an exchange that a test may spoil. */
export function createEngineBench(
  options: {
    set?: readonly string[]
    spoil?: (exchange: Exchange) => Exchange
    /** What the engine reads and writes, for a test that lets it forget. */
    stores?: (stores: Stores) => Stores
    /** Keeps database and account in files of this folder, so that another bench goes on with them. */
    dir?: string
    now?: EpochMs
    /** Markets that close and open again, for the engine only. */
    markets?: (markets: Markets) => Markets
    /** Models, in the order in which they are asked. */
    llms?: readonly (Llm & Priced)[]
    /** Analysts; none by default. */
    agentsOn?: boolean
    /** Models of a panel. */
    openModels?: OpenModels<PanelModel & Priced>
  } = {},
) {
  const loaded = loadSettings(CONFIG_DIR, [
    'execution.paper_slippage=0',
    // Nobody speaks of the regime here: sizes are those of a known one.
    'risk.unknown_regime_size=1',
    ...(options.set ?? []),
  ])
  if (!loaded.ok) throw new Error(loaded.error.message)
  const settings = loaded.value
  const { dir, now = START } = options
  const fileOf = (name: string): string => (dir === undefined ? ':memory:' : join(dir, name))
  const clock = createSimulatedClock(now)
  const database = openDatabase(fileOf('engine.db'), { migrationsDir: MIGRATIONS_DIR, now })
  if (!database.ok) throw new Error(database.error.message)
  const stores = createStores(database.value)
  const markets = marketsOf(settings)
  const opening = openingOf(settings)
  const bugs: string[] = []
  let paper: ReturnType<typeof createPaperExchange> | null = null
  const engine = createEngine({
    settings,
    clock,
    wallClock: clock,
    sentinel: createMemorySentinel(),
    ids: dir === undefined ? createSequentialIds(1) : createRandomIds(),
    stores: options.stores?.(stores) ?? stores,
    hash: sha256,
    log: { info: () => {}, error: (text, error) => bugs.push(`${text} ${String(error ?? '')}`) },
    llms: options.llms ?? [],
    prompts: promptsIn(CONFIG_DIR),
    markets: options.markets?.(markets) ?? markets,
    exchange(market) {
      paper = createPaperExchange({
        file: fileOf('exchange.db'),
        clock,
        rules: (symbol) => markets.rules(symbol),
        tickOf: (symbol) => market.fresh(symbol),
        slippage: settings.execution.paper_slippage,
        opening: totalsOf(opening),
        allowsMargin: settings.risk.margin.enabled,
      })
      return options.spoil?.(paper) ?? paper
    },
    openModels: options.openModels ?? (() => []),
    openNews: () => [],
    feedBuildsCandles: false,
    keepsCandles: false,
    baseIntervalMs: MINUTE,
    elapsed: () => clock.now(),
    agentsOn: options.agentsOn ?? false,
    isReplay: false,
    staleMs: settings.execution.gate.stale_price_ms,
  })
  engine.openBooks(
    opening,
    new Map([
      [BTC, price(String(PRICES['BTC/USDT']))],
      [XRP, price(String(PRICES['XRP/USDT']))],
    ]),
  )
  const exchange = paper as ReturnType<typeof createPaperExchange> | null
  if (exchange === null) throw new Error('the engine made no exchange')
  wire(
    engine.bus,
    {
      ...engine,
      audit: stores.messages,
      projection: null,
      onExchangePrices: (ticks) => exchange.onTicks(ticks),
      pace: null,
    },
    { everyMs: 3_600_000, afterRebalance: false },
  )
  return {
    engine,
    stores,
    database: database.value,
    sql: database.value.sql,
    clock,
    /** The exchange itself, unspoilt. */
    exchange,
    bugs,
    /** Prices of this moment, a spread of nothing. */
    tick(changed: Partial<typeof PRICES> = {}) {
      const prices = { ...PRICES, ...changed }
      engine.market.prices(
        [BTC_USDT, XRP_USDT, XRP_BTC].map((symbol: TradedPair) => {
          const last = prices[symbol as keyof typeof PRICES]
          return { symbol, at: clock.now(), bid: last, ask: last, last }
        }),
      )
    },
    /** Ends as a process does that is killed: what is not on disk by now never was. */
    async end() {
      await engine.executor.close()
      await exchange.close()
      database.value.close()
    },
    /** Lets time pass in steps with fresh prices, until everything that is due has run. */
    async pass(ms: number, step = 1_000, changed: Partial<typeof PRICES> = {}) {
      const end = clock.now() + ms
      while (clock.now() < end) {
        clock.advanceTo(epochMs(Math.min(end, clock.now() + step)))
        this.tick(changed)
        clock.runDue()
        await engine.executor.idle()
      }
    },
  }
}
