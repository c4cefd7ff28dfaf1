import { createPaperExchange } from '../../src/main/adapters/paper/paper-exchange.ts'
import { createSimulatedClock } from '../../src/main/adapters/system/clock.ts'
import { createSequentialIds } from '../../src/main/adapters/system/ids.ts'
import { createMemorySentinel } from '../../src/main/adapters/system/sentinel.ts'
import { CONFIG_DIR, MIGRATIONS_DIR, promptTemplate, sha256 } from '../../src/main/app.ts'
import { loadSettings } from '../../src/main/config.ts'
import { createEngine, marketsOf } from '../../src/main/engine.ts'
import { openingOf, totalsOf } from '../../src/main/paper-account.ts'
import { openDatabase } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import type { Exchange, Markets } from '../../src/main/ports.ts'
import { wire } from '../../src/main/wiring.ts'
import type { TradedPair } from '../../src/shared/ids.ts'
import { epochMs } from '../../src/shared/time.ts'
import { BTC_USDT, XRP_BTC, XRP_USDT } from './money-arbitraries.ts'

const START = epochMs(Date.parse('2026-01-01T00:00:00Z'))
export const PRICES = { 'BTC/USDT': 50_000, 'XRP/USDT': 2, 'XRP/BTC': 0.00004 }

/** The whole engine on a clock that stands still, real SQLite in memory, and an exchange that a test may spoil. */
export function createEngineBench(
  options: {
    set?: readonly string[]
    spoil?: (exchange: Exchange) => Exchange
    /** Markets that close and open again, for the engine only. */
    markets?: (markets: Markets) => Markets
  } = {},
) {
  const loaded = loadSettings(CONFIG_DIR, ['execution.paper_slippage=0', ...(options.set ?? [])])
  if (!loaded.ok) throw new Error(loaded.error.message)
  const settings = loaded.value
  const clock = createSimulatedClock(START)
  const database = openDatabase(':memory:', { migrationsDir: MIGRATIONS_DIR, now: START })
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
    ids: createSequentialIds(1),
    stores,
    hash: sha256,
    log: { info: () => {}, error: (text, error) => bugs.push(`${text} ${String(error ?? '')}`) },
    llms: [],
    promptTemplate: promptTemplate(CONFIG_DIR),
    markets: options.markets?.(markets) ?? markets,
    exchange(market) {
      paper = createPaperExchange({
        file: ':memory:',
        clock,
        rules: (symbol) => markets.rules(symbol),
        tickOf: (symbol) => market.fresh(symbol),
        slippage: settings.execution.paper_slippage,
        opening: totalsOf(opening),
        allowsMargin: settings.risk.margin.enabled,
      })
      return options.spoil?.(paper) ?? paper
    },
    feedBuildsCandles: false,
    agentsOn: false,
    isReplay: false,
    staleMs: settings.execution.gate.stale_price_ms,
  })
  engine.openBooks(opening)
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
