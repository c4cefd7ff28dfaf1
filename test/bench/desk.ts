import { join } from 'node:path'
import { createPaperExchange } from '../../src/main/adapters/paper/paper-exchange.ts'
import { createSimulatedClock } from '../../src/main/adapters/system/clock.ts'
import { createRandomIds } from '../../src/main/adapters/system/ids.ts'
import { createLog } from '../../src/main/adapters/system/log.ts'
import { createMemorySentinel } from '../../src/main/adapters/system/sentinel.ts'
import { Projection } from '../../src/main/api/projection.ts'
import { createSlices } from '../../src/main/api/slices.ts'
import { CONFIG_DIR, MIGRATIONS_DIR, promptsIn, sha256 } from '../../src/main/app.ts'
import { loadSettings } from '../../src/main/config.ts'
import { asApproved } from '../../src/main/domain/approval.ts'
import type { Tick } from '../../src/main/domain/market.ts'
import { pendingOrder } from '../../src/main/domain/order.ts'
import type { Position } from '../../src/main/domain/position.ts'
import { createEngine, marketsOf } from '../../src/main/engine.ts'
import { openingOf, totalsOf } from '../../src/main/paper-account.ts'
import { openDatabase } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import type { Stores } from '../../src/main/ports.ts'
import { wire } from '../../src/main/wiring.ts'
import { type ClientOrderId, type OrderId, type ProposalId, pair, type TradeId } from '../../src/shared/ids.ts'
import { price } from '../../src/shared/money.ts'
import { after, type EpochMs, epochMs, HOUR, MINUTE, SECOND } from '../../src/shared/time.ts'
import { fillOf, intentOf, legOf, proposalOf } from '../support/trading-builders.ts'

const BTC_USDT = pair('BTC/USDT')
const XRP_USDT = pair('XRP/USDT')
const START = epochMs(Date.parse('2026-11-23T12:00:00Z'))
export const ENTRY = 50_000

/** So much money that thousands of trades change nothing. */
const SETTINGS = [
  'portfolio.rebalancing.threshold=100',
  'portfolio.paper.core.USDT=1000000000',
  'execution.gate.max_notional_per_order=1000000000',
  'execution.gate.max_notional_per_day=1000000000000',
  'execution.paper_slippage=0',
]

const EXITS = { stop: price('49500'), target: price('51000') }

export type Desk = ReturnType<typeof openDesk>

/**
 * The engine on files, wired as in the product, on a clock that stands still while something is timed.
 *
 * @param pastOrders  filled orders, each with its fill, that are in the database before the engine opens it.
 * @param isWatched   whether a window follows it, 20 times a second.
 * @param spy         sees the stores in the engine's place.
 */
export function openDesk(
  folder: string,
  options: { pastOrders?: number; isWatched?: boolean; spy?: (stores: Stores) => Stores } = {},
) {
  const loaded = loadSettings(CONFIG_DIR, SETTINGS)
  if (!loaded.ok) throw new Error(loaded.error.message)
  const settings = loaded.value
  const clock = createSimulatedClock(START)
  const opened = openDatabase(join(folder, 'engine.db'), { migrationsDir: MIGRATIONS_DIR, now: START })
  if (!opened.ok) throw new Error(opened.error.message)
  const own = createStores(opened.value)
  addPastOrders(own, options.pastOrders ?? 0, START)
  const stores = options.spy?.(own) ?? own
  const ids = createRandomIds()
  const markets = marketsOf(settings)
  const opening = openingOf(settings)
  let exchange: ReturnType<typeof createPaperExchange> | null = null
  const engine = createEngine({
    settings,
    clock,
    wallClock: clock,
    sentinel: createMemorySentinel(),
    ids,
    stores,
    hash: sha256,
    log: createLog(),
    llms: [],
    prompts: promptsIn(CONFIG_DIR),
    markets,
    exchange(prices) {
      exchange = createPaperExchange({
        file: join(folder, 'exchange.db'),
        clock,
        rules: (symbol) => markets.rules(symbol),
        tickOf: (symbol) => prices.fresh(symbol),
        slippage: settings.execution.paper_slippage,
        opening: totalsOf(opening),
        allowsMargin: false,
      })
      return exchange
    },
    openModels: () => [],
    openNews: () => [],
    feedBuildsCandles: true,
    keepsCandles: false,
    baseIntervalMs: MINUTE,
    elapsed: () => clock.now(),
    agentsOn: true,
    isReplay: false,
    staleMs: settings.execution.gate.stale_price_ms,
  })
  const paper = exchange as ReturnType<typeof createPaperExchange> | null
  if (paper === null) throw new Error('the engine made no exchange')
  engine.openBooks(opening, new Map())
  const projection = options.isWatched === true ? watch() : null
  const unsubscribe = wire(
    engine.bus,
    {
      ...engine,
      audit: stores.messages,
      projection,
      onExchangePrices: (ticks) => paper.onTicks(ticks),
      pace: null,
    },
    { everyMs: HOUR, afterRebalance: false },
  )
  let flushAt = clock.now()

  function watch(): Projection {
    const slices = createSlices({
      engine,
      stores,
      markets,
      clock,
      mode: 'paper',
      market: 'bench',
      version: '0',
      dataDir: folder,
      speed: () => 1,
      hasKey: { deepseek: false, claude: false },
      modelNames: { deepseek: 'deepseek-flash', claude: 'claude-sonnet' },
      startedAt: clock.now(),
    })
    const made = new Projection(clock, slices, settings.orchestration.view.update_every_ms)
    // What the way to the window costs this process.
    made.subscribe((_, payload) => structuredClone(payload))
    return made
  }

  const ticksAt = (btc: number): Tick[] => {
    const at = clock.now()
    return [
      { symbol: BTC_USDT, at, bid: btc, ask: btc, last: btc },
      { symbol: XRP_USDT, at, bid: 0.5, ask: 0.5, last: 0.5 },
    ]
  }

  return {
    clock,
    engine,

    tick(btc: number): void {
      engine.market.prices(ticksAt(btc))
    },

    /** Lets time pass; what falls due is done, and ten times a second the audit is written, as in the product. */
    pass(ms: number): void {
      clock.advanceTo(after(clock.now(), ms))
      clock.runDue()
      if (clock.now() - flushAt < SECOND / 10) return
      flushAt = clock.now()
      stores.messages.flush()
    },

    /** A position as an approved trade opens it: bought, its stop at the exchange. */
    async openPosition(): Promise<Position> {
      clock.advanceTo(after(clock.now(), HOUR))
      this.tick(ENTRY)
      const createdAt = clock.now()
      const worst = price('50100')
      const pending = proposalOf({
        id: ids.next('prp') as ProposalId,
        kind: 'tactical',
        status: 'approved',
        createdAt,
        expiresAt: after(createdAt, HOUR),
        legs: [legOf({ orderType: 'market', price: price(`${ENTRY}`), worstPrice: worst, notBefore: createdAt })],
        prices: [{ symbol: BTC_USDT, price: price(`${ENTRY}`), at: createdAt }],
        trade: { symbol: BTC_USDT, entry: price(`${ENTRY}`), ...EXITS, confidence: 0.9, leverage: 1 },
      })
      const proposal = asApproved(pending)
      if (proposal === null) throw new Error('not approved')
      stores.proposals.insert(proposal)
      const before = engine.tracker.openPositions().length
      engine.executor.start(proposal)
      await engine.executor.idle()
      // The audit is written ten times a second in the background: not in the middle of what is timed.
      stores.messages.flush()
      const positions = engine.tracker.openPositions()
      const position = positions.find(({ proposalId }) => proposalId === proposal.id)
      if (position === undefined || positions.length !== before + 1) throw new Error('no position was opened')
      return position
    },

    async close(): Promise<void> {
      await engine.executor.close()
      for (const stop of unsubscribe) stop()
      projection?.close()
      stores.messages.flush()
      paper.close()
      opened.value.close()
    },
  }
}

/** Years of trading: proposals of one leg, each with its order and its fill. */
function addPastOrders(stores: Stores, count: number, before: EpochMs): void {
  stores.transact(() => {
    for (let i = 1; i <= count; i++) {
      const createdAt = after(before, -(count - i + 1) * HOUR)
      const proposalId = `prp_past_${i}` as ProposalId
      const id = `ord_past_${i}` as OrderId
      stores.proposals.insert(proposalOf({ id: proposalId, status: 'completed', createdAt, expiresAt: createdAt }))
      const clientOrderId = i.toString(16).padStart(32, '0') as ClientOrderId
      const receipt = { kind: 'proposal_leg', proposalId, leg: 0 } as const
      const order = pendingOrder(intentOf({ id, clientOrderId, receipt, createdAt, deadline: createdAt }))
      const fill = fillOf({ tradeId: `past_${i}` as TradeId, orderId: id, amount: order.amount, at: createdAt })
      stores.orders.insert(order)
      stores.orders.save({ ...order, status: 'filled', filled: order.amount, updatedAt: createdAt })
      stores.fills.add(fill)
    }
  })
}
