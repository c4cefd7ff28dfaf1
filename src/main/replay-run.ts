import { type Asset, quoteOf, type TradedPair } from '../shared/ids.ts'
import { type Amount, type Decimal, ONE, type Price, sum, toFloat, toText, ZERO } from '../shared/money.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { DAY, type EpochMs, epochMs, MINUTE } from '../shared/time.ts'
import { createPaperExchange, type PaperExchange } from './adapters/paper/paper-exchange.ts'
import { openCandleFile } from './adapters/recorded/candle-file.ts'
import { type CandleMerge, createCandleMerge } from './adapters/recorded/merge.ts'
import { firstCloseOf, type Recording } from './adapters/recorded/recorded-feed.ts'
import type { ConflictReport, TacticalReport } from './adapters/report/report-data.ts'
import { createSimulatedClock } from './adapters/system/clock.ts'
import { createSequentialIds } from './adapters/system/ids.ts'
import { createLog } from './adapters/system/log.ts'
import { createMemorySentinel } from './adapters/system/sentinel.ts'
import { CONFIG_DIR, MIGRATIONS_DIR, promptsIn, sha256 } from './app.ts'
import type { Message } from './bus/topics.ts'
import type { Settings } from './config.ts'
import type { OwnedAccount } from './domain/ledger.ts'
import type { ClosedCandle, Tick } from './domain/market.ts'
import { createEngine, type Engine, marketsOf, type Opening } from './engine.ts'
import { openingOf, totalsOf } from './paper-account.ts'
import { openDatabase } from './persistence/database.ts'
import { createStores } from './persistence/stores.ts'
import type { Holding, OpenNews, Stores } from './ports.ts'
import { conflictReport } from './replay-conflicts.ts'
import { tacticalReport } from './replay-tactical.ts'
import { wire } from './wiring.ts'

export type ReplayOptions = {
  readonly settings: Settings
  readonly recordings: readonly Recording[]
  /** Only candles that open in [from, to). */
  readonly from: EpochMs | null
  readonly to: EpochMs | null
  readonly agentsOn: boolean
  /** Recorded news, if any. */
  readonly openNews: OpenNews
  readonly seed: number
  /** Called at the end of every UTC day and after every rebalance. */
  readonly onPoint?: (point: ReplayPoint) => void
  /** Called now and then with the number of candles done. */
  readonly onProgress?: (candles: number) => void
  /** Called after every step, for tests that check invariants. */
  readonly onStep?: (engine: Engine, stores: Stores) => void
}

export type ReplayPoint = {
  readonly at: EpochMs
  readonly equity: Decimal
  readonly holdEquity: Decimal | null
  /** For charts: a fraction of the running peak, and fractions of the core sleeve. */
  readonly drawdown: number
  readonly weights: ReadonlyMap<Asset, number>
  readonly isRebalance: boolean
}

export type ReplayRebalance = {
  readonly at: EpochMs
  readonly weightsBefore: Readonly<Record<string, string>>
  readonly weightsAfter: Readonly<Record<string, string>>
  readonly trades: ReadonlyArray<{
    symbol: string
    side: 'buy' | 'sell'
    amount: string
    price: string
    fee: string
    feeAsset: string
  }>
  /** In quote, at the prices of the moment. */
  readonly fees: string
}

export type ReplayResult = {
  readonly candles: number
  readonly checks: number
  readonly agentRuns: number
  readonly conflicts: ConflictReport
  /** Null where the analysts were switched off. */
  readonly tactical: TacticalReport | null
  readonly rebalances: readonly ReplayRebalance[]
  readonly fees: Decimal
  readonly feesByAsset: ReadonlyMap<Asset, Decimal>
  readonly holdings: ReadonlyArray<{ readonly asset: Asset } & Readonly<Record<OwnedAccount, Amount>>>
  readonly finalEquity: Decimal | null
  readonly holdEquity: Decimal | null
  readonly maxDrawdown: Decimal
  readonly ledgerBalanced: boolean
  /** Of the loop alone: candles parsed, orders and ledger included. */
  readonly seconds: number
  readonly stores: Stores
  readonly close: () => void
}

/** How many candles are played between two looks at the progress. */
const PROGRESS_EVERY = 4_096

/**
 * Plays recordings through the whole engine on a simulated clock, as fast as it can. The clock steps from candle close
 * to candle close; at each step every symbol whose candle closes then has that close as its fresh price, and what is due
 * runs. Nothing but the clock, the feed and the exchange differs from paper trading.
 */
export async function runReplay(options: ReplayOptions): Promise<Result<ReplayResult>> {
  const { settings, recordings, from, to, agentsOn, onPoint, onProgress, onStep } = options
  const first = firstCloseOf(recordings)
  if (!Number.isFinite(first)) return fail('candles/missing', 'There is nothing to replay.')
  const clock = createSimulatedClock(epochMs(Math.max(0, Math.max(first, from ?? 0) - 1)))
  const opened = openDatabase(':memory:', { migrationsDir: MIGRATIONS_DIR, now: clock.now() })
  if (!opened.ok) return opened
  const database = opened.value
  const stores = createStores(database)
  const markets = activeMarkets(settings, recordings)
  const opening: Opening = openingOf(settings)
  let paper: PaperExchange | null = null
  const engine = createEngine({
    settings,
    clock,
    wallClock: clock,
    sentinel: createMemorySentinel(),
    ids: createSequentialIds(options.seed),
    stores,
    hash: sha256,
    log: createLog(),
    llms: [],
    prompts: promptsIn(CONFIG_DIR),
    markets,
    exchange: (prices) => {
      paper = createPaperExchange({
        file: ':memory:',
        clock,
        rules: (symbol) => markets.rules(symbol),
        tickOf: (symbol) => prices.fresh(symbol),
        slippage: settings.execution.paper_slippage,
        opening: totalsOf(opening),
        allowsMargin: settings.risk.margin.enabled,
      })
      return paper
    },
    // Nobody is asked: the same candles give the same decisions.
    openModels: () => [],
    openNews: options.openNews,
    feedBuildsCandles: false,
    keepsCandles: false,
    baseIntervalMs: Math.max(...recordings.map(({ info }) => info.intervalMs)),
    elapsed: () => clock.now(),
    agentsOn,
    isReplay: true,
    // A price is fresh only at the instant of its candle's close.
    staleMs: 0,
  })
  engine.openBooks(opening, new Map())
  const exchange = paper as PaperExchange | null
  const records = keepRecords(engine)
  wire(
    engine.bus,
    {
      ...engine,
      audit: stores.messages,
      projection: null,
      onExchangePrices: (ticks) => exchange?.onTicks(ticks),
      pace: null,
    },
    {
      everyMs: settings.orchestration.schedule.portfolio_check_minutes * MINUTE,
      afterRebalance: false,
    },
  )

  const symbols = recordings.map((recording) => recording.symbol)
  const intervals = recordings.map((recording) => recording.info.intervalMs)
  const merge = createCandleMerge(
    recordings.map(({ symbol, file, info }) => ({
      symbol,
      intervalMs: info.intervalMs,
      reader: openCandleFile(file, { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) }),
    })),
  )
  let candles = 0
  let nextDay = Number.POSITIVE_INFINITY
  let rebalancesSeen = 0
  let playing = 0

  const point = (isRebalance: boolean): void => {
    const equity = engine.tracker.equity()
    if (equity === null || onPoint === undefined) return
    const peak = toFloat(engine.tracker.equityPeak())
    onPoint({
      at: clock.now(),
      equity,
      holdEquity: engine.holdEquity(),
      drawdown: peak > 0 ? Math.max(0, 1 - toFloat(equity) / peak) : 0,
      weights: weightsOf(engine),
      isRebalance,
    })
  }

  while (await merge.refill()) {
    const blockStarted = performance.now()
    while (merge.hasStep()) {
      const time = merge.stepTime()
      clock.advanceTo(time)
      if (!engine.executor.isIdle()) await engine.executor.idle()
      candles += playStep(merge, time, symbols, intervals, engine, agentsOn)
      clock.runDue()
      if (!engine.executor.isIdle()) await engine.executor.idle()
      if (records.rebalances.length !== rebalancesSeen) {
        rebalancesSeen = records.rebalances.length
        point(true)
      }
      if (time >= nextDay || nextDay === Number.POSITIVE_INFINITY) {
        if (nextDay !== Number.POSITIVE_INFINITY) point(false)
        nextDay = Math.floor(time / DAY) * DAY + DAY
      }
      onStep?.(engine, stores)
      if (onProgress !== undefined && candles % PROGRESS_EVERY < symbols.length) onProgress(candles)
    }
    playing += performance.now() - blockStarted
  }
  merge.close()
  stores.messages.flush()
  point(false)
  const balances = await exchange?.balances()
  return ok({
    candles,
    checks: engine.rebalancer.checkCount(),
    agentRuns: engine.agents?.runCount() ?? 0,
    conflicts: conflictReport(stores, engine.scorer),
    tactical: engine.calibration === null ? null : tacticalReport(stores, engine.calibration, records.alerts),
    rebalances: records.rebalances,
    fees: records.fees(),
    feesByAsset: records.feesByAsset,
    holdings: engine.assets.map((asset) => ({
      asset,
      core: engine.books.of('core', asset),
      hodl: engine.books.of('hodl', asset),
      tactical: engine.books.of('tactical', asset),
      savings: engine.books.of('savings', asset),
      unclassified: engine.books.of('unclassified', asset),
    })),
    finalEquity: engine.tracker.equity(),
    holdEquity: engine.holdEquity(),
    maxDrawdown: engine.tracker.maxDrawdown(),
    ledgerBalanced: isLedgerBalanced(engine, stores, balances?.ok ? balances.value : new Map()),
    seconds: playing / 1_000,
    stores,
    close() {
      void exchange?.close()
      database.close()
    },
  })
}

/** One moment: the prices of every candle that closes in it, then the candles. Answers with how many there were. */
function playStep(
  merge: CandleMerge,
  time: EpochMs,
  symbols: readonly TradedPair[],
  intervals: readonly number[],
  engine: Engine,
  withCandles: boolean,
): number {
  const ticks: Tick[] = []
  const closed: ClosedCandle[] = []
  merge.takeStep((source, open, high, low, close, volume) => {
    const symbol = symbols[source] as TradedPair
    ticks.push({ symbol, at: time, bid: close, ask: close, last: close })
    if (!withCandles) return
    const intervalMs = intervals[source] as number
    const openTime = epochMs(time - intervalMs)
    closed.push({ symbol, candle: { openTime, intervalMs, open, high, low, close, volume } })
  })
  engine.market.prices(ticks)
  if (withCandles) engine.market.candles(closed)
  return ticks.length
}

/** Weights of the core sleeve as floats, for charts. */
function weightsOf(engine: Engine): Map<Asset, number> {
  const values = engine.assets.map((asset) => {
    const mark = asset === engine.quote ? ONE : engine.tracker.markOf(`${asset}/${engine.quote}` as TradedPair)
    return mark === null ? Number.NaN : toFloat(engine.core.amountOf(asset)) * toFloat(mark)
  })
  const total = values.reduce((sum, value) => sum + value, 0)
  return new Map(engine.assets.map((asset, i) => [asset, (values[i] ?? Number.NaN) / total]))
}

/** A pair without a recording does not exist. */
function activeMarkets(settings: Settings, recordings: readonly Recording[]) {
  const all = marketsOf(settings)
  const recorded = new Set(recordings.map((recording) => recording.symbol))
  return {
    rules: (symbol: TradedPair) => (recorded.has(symbol) ? all.rules(symbol) : null),
    symbols: all.symbols.filter((symbol) => recorded.has(symbol)),
  }
}

/** Notes what the report needs at the moment it happens: fees at the prices of their fill, weights after each plan. */
function keepRecords(engine: Engine) {
  const rebalances: ReplayRebalance[] = []
  const feesByAsset = new Map<Asset, Decimal>()
  let fees: Decimal = ZERO
  const priceOf = (asset: Asset): Decimal =>
    asset === engine.quote
      ? (ONE as Decimal as Price)
      : (engine.tracker.markOf(`${asset}/${engine.quote}` as TradedPair) ?? ZERO)
  let trades: { trade: ReplayRebalance['trades'][number]; proposalId: string; fee: Decimal }[] = []

  engine.bus.on(
    'execution_events',
    ({ payload }) => {
      if (payload.kind !== 'fill') return
      const { fill, order } = payload
      const inQuote = fill.fee.times(priceOf(fill.feeAsset))
      fees = fees.plus(inQuote)
      feesByAsset.set(fill.feeAsset, (feesByAsset.get(fill.feeAsset) ?? ZERO).plus(fill.fee))
      if (order.receipt.kind !== 'proposal_leg') return
      trades.push({
        proposalId: order.receipt.proposalId,
        fee: inQuote,
        trade: {
          symbol: fill.symbol,
          side: fill.side,
          amount: toText(fill.amount),
          price: toText(fill.price),
          fee: toText(fill.fee),
          feeAsset: quoteOf(fill.symbol),
        },
      })
    },
    { name: 'report', whenFull: 'reject' },
  )
  engine.bus.on(
    'proposals',
    ({ payload }) => {
      if (payload.kind !== 'finished') return
      const { proposal } = payload
      const own = trades.filter((trade) => trade.proposalId === proposal.id)
      trades = trades.filter((trade) => trade.proposalId !== proposal.id)
      if (proposal.kind !== 'rebalance' || own.length === 0) return
      const after = engine.rebalancer.allocation((symbol) => engine.tracker.markOf(symbol)) ?? []
      rebalances.push({
        at: proposal.createdAt,
        weightsBefore: Object.fromEntries(
          proposal.weights.map(({ asset, before }) => [asset, toText(before.round(12))]),
        ),
        weightsAfter: Object.fromEntries(after.map(({ asset, weight }) => [asset, toText(weight.round(12))])),
        trades: own.map(({ trade }) => trade),
        fees: toText(sum(own.map(({ fee }) => fee))),
      })
    },
    { name: 'report', whenFull: 'reject' },
  )
  const alerts: Message<'risk_alerts'>[] = []
  engine.bus.on('risk_alerts', (alert) => void alerts.push(alert), { name: 'report', whenFull: 'reject' })
  return { rebalances, feesByAsset, fees: () => fees, alerts }
}

/** Every asset sums to zero over all accounts, and the sleeves together hold what the exchange says. */
function isLedgerBalanced(engine: Engine, stores: Stores, exchange: ReadonlyMap<Asset, Holding>): boolean {
  const sums = new Map<Asset, Decimal>()
  for (const entry of stores.ledger.all()) {
    for (const line of entry.lines) sums.set(line.asset, (sums.get(line.asset) ?? ZERO).plus(line.amount))
  }
  return (
    [...sums.values()].every((total) => total.eq(ZERO)) &&
    engine.assets.every((asset) => engine.books.owned(asset).eq(exchange.get(asset)?.spot ?? ZERO))
  )
}

/** What a replay leaves out unless asked for, as overrides of settings. */
export const REPLAY_SETTINGS: readonly string[] = [
  'portfolio.rebalancing.cooldown_minutes=0',
  'portfolio.rebalancing.order_type=market',
  'portfolio.rebalancing.slices=1',
  'portfolio.approval.max_price_move_percent=100',
  'portfolio.approval.auto_max_value=1000000000000',
  'portfolio.approval.auto_max_per_day=1000000',
  'execution.gate.collar_percent=100',
  'execution.gate.max_notional_per_order=1000000000000',
  'execution.gate.max_notional_per_day=1000000000000',
  'execution.gate.max_orders_per_minute=1000000',
  'execution.orders.slippage_cap_percent=60',
  'execution.paper_slippage=0',
]
