import { type Asset, baseOf, quoteOf, type TradedPair } from '../shared/ids.ts'
import { type Amount, type Decimal, fromFloat, ONE, type Price, toFloat, toText, ZERO } from '../shared/money.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { after, type EpochMs, HOUR, MINUTE, SECOND } from '../shared/time.ts'
import { Accounting } from './accounting/accounting.ts'
import { ExternalFlows } from './accounting/external-flows.ts'
import { AGENT_KINDS } from './agent-kinds.ts'
import type { AgentMeans } from './agents/agent.ts'
import { AgentRunner, type ScheduledAgent } from './agents/agent-runner.ts'
import { Calibration } from './agents/calibration.ts'
import { Questions } from './agents/questions.ts'
import { ApprovalDesk } from './approval/approval-desk.ts'
import { createBus } from './bus/bus.ts'
import type { Settings } from './config.ts'
import { ConflictScorer } from './coordinator/conflict-scorer.ts'
import { Coordinator } from './coordinator/coordinator.ts'
import { DegradationDesk } from './coordinator/degradation-desk.ts'
import { ModelDesk } from './coordinator/model-desk.ts'
import { Schedule } from './coordinator/schedule.ts'
import type { Band } from './domain/band.ts'
import type { BreakerLimits } from './domain/breaker.ts'
import { type LedgerEntry, openingEntry, type Sleeve } from './domain/ledger.ts'
import type { MarketRules, Tick } from './domain/market.ts'
import { exitReached, type Position } from './domain/position.ts'
import type { PlanSettings } from './domain/rebalance.ts'
import type { RegimeOutput } from './domain/signal.ts'
import { type ExitSettings, isStopTooFar } from './domain/stop-moves.ts'
import type { Voiced } from './domain/voiced.ts'
import { Books } from './execution/books.ts'
import { Executor } from './execution/executor.ts'
import { watchedExchange } from './execution/watched-exchange.ts'
import { MarketData } from './market-data/market-data.ts'
import type {
  Cancel,
  Clock,
  Exchange,
  Hash,
  Ids,
  Llm,
  Log,
  MarketFeed,
  Markets,
  OpenModels,
  OpenNews,
  PanelModel,
  Priced,
  RestingOrder,
  Sentinel,
  Stores,
} from './ports.ts'
import { HourlyReturns } from './rebalancing/hourly-returns.ts'
import { Breakers } from './safety/breakers.ts'
import { KillSwitch } from './safety/kill-switch.ts'
import type { DeskPorts } from './session/decision-desks.ts'
import { deskSettings } from './session/desk-settings.ts'
import { recordedDesks } from './session/recorded-desks.ts'
import { Tracker } from './tracking/tracker.ts'

/** What differs between paper, live and replay: the outside. */
export type EngineParts = {
  readonly settings: Settings
  readonly clock: Clock
  /** The machine's own time; the clock itself where that is not simulated. */
  readonly wallClock: Clock
  readonly sentinel: Sentinel
  readonly ids: Ids
  readonly stores: Stores
  readonly hash: Hash
  readonly log: Log
  readonly llms: readonly (Llm & Priced)[]
  /** The texts of config/prompts. */
  readonly prompts: { readonly conflict: string; readonly strategy: string } & AgentMeans['prompts']
  readonly openModels: OpenModels<PanelModel & Priced>
  readonly openNews: OpenNews
  readonly markets: Markets
  /** The exchange looks at the market through `fresh`, and asks `mayOpen` when a request is about to leave. */
  readonly exchange: (market: { fresh(symbol: TradedPair): Tick | null; mayOpen(): boolean }) => Exchange
  readonly feedBuildsCandles: boolean
  /** True where candles are facts about a real market: they are kept for later starts. */
  readonly keepsCandles: boolean
  /** Interval, ms, of the finest candles that every symbol has: they drive the agents' schedule. */
  readonly baseIntervalMs: number
  /** Elapsed time, ms, for latencies; the clock's own where time is simulated. */
  readonly elapsed: () => number
  readonly agentsOn: boolean
  /** Replays do not sample prices: the recording has them. */
  readonly isReplay: boolean
  /** Age from which a price is too old to decide on, ms; 0 in a replay. */
  readonly staleMs: number
}

/** What a coin that came, went or paid a fee was worth: good enough for its cost basis. */
const PRICE_HOLDS_MS = HOUR
/** New intents after orders that were proven never placed. */
const NEVER_PLACED_RETRIES = 2
/** After the exchange could not be asked for the past. */
const BACK_FILL_AGAIN_MS = 5 * MINUTE

export type Opening = ReadonlyArray<{ readonly asset: Asset; readonly core: Amount; readonly hodl: Amount }>

export type Engine = ReturnType<typeof createEngine>

/** The services, made once and handed to each other. `wiring.ts` says who listens to what. */
export function createEngine(parts: EngineParts) {
  const { settings, clock, ids, stores, hash, log } = parts
  const { portfolio, execution, orchestration, risk } = settings
  const quote = portfolio.quote
  const targets = (Object.keys(portfolio.targets) as Asset[]).map((asset) => ({
    asset,
    parts: portfolio.targets[asset] ?? 0,
  }))
  const assets = targets.map(({ asset }) => asset)

  const bus = createBus({
    clock,
    ids,
    settings: {
      historyPerTopic: orchestration.bus.history_per_topic,
      queueCapacity: orchestration.bus.queue_capacity,
      handlerTimeLimitMs: orchestration.bus.handler_time_limit_ms,
      ttlMs: {},
    },
    keyOf: {
      ta_signals: (output) => output.symbol,
      regime_updates: (output) => output.symbol,
      sentiment_updates: (output) => output.symbol,
      trading_signals: (signal) => signal.symbol,
    },
    onDeadLetter(message, subscriber, reason) {
      log.error(`a message on ${message.topic} did not reach ${subscriber}: ${reason}`)
      stores.messages.deadLetter(message, subscriber, reason)
    },
    // Losing one of these would mean deciding on half the facts: stop until a person has looked.
    onOverflow: (message, subscriber) =>
      void coordinator.pause(`${subscriber} cannot keep up with ${message.topic}: messages were refused.`),
  })
  const coordinator = new Coordinator(clock, bus, stores.state)
  const market = new MarketData(clock, bus, {
    staleMs: parts.staleMs,
    buildsCandles: parts.feedBuildsCandles,
    makesTimeframes: parts.agentsOn,
    samples: parts.isReplay ? null : stores.marketSamples,
    candles: parts.keepsCandles ? stores.candles : null,
  })
  /** The market's price when it is not further from that moment than `PRICE_HOLDS_MS`. */
  const priceAt = (asset: Asset, at: EpochMs): Price | null => {
    const tick = market.last(`${asset}/${quote}` as TradedPair)
    return tick === null || Math.abs(tick.at - at) > PRICE_HOLDS_MS ? null : (fromFloat(tick.last) as Price)
  }
  const accounting = new Accounting(quote, portfolio.lots.method)
  const flows = new ExternalFlows(quote, stores.state)
  const onEntry = (entry: LedgerEntry): void => {
    accounting.onEntry(entry)
    flows.onEntry(entry)
  }
  const books = new Books(stores.ledger, { quote, priceAt, onEntry })

  const onBug = (error: unknown): void => {
    log.error('an unexpected failure; the coordinator is halted', error)
    coordinator.halt('An unexpected failure: see the log. Nothing new is sent until you resume.')
  }
  const priceOf = (asset: Asset): Price | null =>
    asset === quote ? (ONE as Decimal as Price) : market.freshPrice(`${asset}/${quote}` as TradedPair)

  const killSwitch = new KillSwitch({
    clock: parts.wallClock,
    log,
    sentinel: parts.sentinel,
    state: stores.state,
    openEntries: () => executor.openEntries(),
    cancel: (id) => exchange.cancel(id, { urgent: true }),
    abortQuestions() {
      conflicts.abandonQuestions()
      strategist.abandon()
      questions.abandon()
    },
    halt(reason) {
      coordinator.halt(reason)
      // What became of the cancelled orders is asked at once, so that the screen says so.
      void executor.reconcile()
    },
    closePositions: () => executor.exitAll('trader'),
  })
  const isKilled = (): boolean => killSwitch.isKilled()
  const degradation = new DegradationDesk({
    clock,
    bus,
    state: stores.state,
    settings: {
      failuresToRise: orchestration.degradation.failures_to_rise,
      successesToFall: orchestration.degradation.successes_to_fall,
      switchedOff: {
        REDUCED: orchestration.degradation.switched_off.reduced,
        LIMITED: orchestration.degradation.switched_off.limited,
        EMERGENCY: orchestration.degradation.switched_off.emergency,
      },
      tryModelsAfterMs: orchestration.degradation.try_models_after_minutes * MINUTE,
    },
  })
  const exchange = watchedExchange(
    parts.exchange({ fresh: (symbol) => market.fresh(symbol), mayOpen: () => !isKilled() }),
    (isReached) => degradation.note('exchange', isReached),
  )
  /** What it takes for a purchase, in quote; 0 where nothing has to be bought. */
  const minimumPurchase = (asset: Asset): Amount => portfolio.bags.minimum_purchase[asset] ?? ZERO
  const executor = new Executor({
    clock,
    ids,
    bus,
    stores,
    books,
    hash,
    exchange,
    markets: parts.markets,
    fresh: (symbol) => market.fresh(symbol),
    last: (symbol) => market.last(symbol),
    priceOf,
    coordinator: () => coordinator.status().state,
    isKilled,
    stillAllowed: (proposal) => tactical.allow(proposal),
    halt: (reason) => void coordinator.halt(reason),
    onBug,
    limits: {
      collarPercent: execution.gate.collar_percent,
      maxNotionalPerOrder: execution.gate.max_notional_per_order,
      maxNotionalPerDay: execution.gate.max_notional_per_day,
      maxOrdersPerMinute: execution.gate.max_orders_per_minute,
    },
    movementDefaultMs: portfolio.movements.default_after_hours * HOUR,
    deadlineMs: execution.orders.deadline_ms,
    exitSlippagePercent: execution.orders.exit_slippage_cap_percent,
    assets,
    isBeyondStop: (position) => tracker.isBeyondStop(position),
    onExternal: (order) => onExternal(order),
    onBagsChanged: (because) => onBagsChanged(because),
    bags: {
      quote,
      assets: targets.filter(({ parts }) => parts > 0).map(({ asset }) => asset),
      sharePercent: portfolio.bags.profit_share_percent,
      minimumOf: minimumPurchase,
      maxPurchase: portfolio.bags.max_purchase,
      maxPurchasePerDay: portfolio.bags.max_purchase_per_day,
      slippageCapPercent: execution.orders.slippage_cap_percent,
    },
    deadManSeconds: execution.orders.dead_man_seconds,
    protection: { neverPlacedRetries: NEVER_PLACED_RETRIES },
    executor: {
      quotes: execution.orders.quotes,
      neverPlacedRetries: NEVER_PLACED_RETRIES,
      requoteMs: execution.orders.requote_seconds * SECOND,
    },
  })
  const heldBackBecause = (): string | null => {
    const { state, reason } = coordinator.status()
    if (degradation.isOff('rebalances')) return degradation.because()
    return state === 'RUNNING'
      ? executor.blockedBecause()
      : `The coordinator is ${state}${reason === null ? '' : `: ${reason}`}`
  }

  const tracker = new Tracker({
    clock,
    bus,
    stores,
    rules: (symbol) => parts.markets.rules(symbol),
    holdings: books,
    flows,
    settings: { quote, assets, exits: exitSettings(settings) },
  })
  /**
   * Quote that core has lent to tactical trades: what they hold of it (on margin that is what stands behind them), and
   * what they paid for their positions.
   */
  const lent = (): Amount =>
    tracker
      .openPositions()
      .reduce<Amount>(
        (total, position) =>
          total.plus(position.leverage === 1 ? position.cost : ZERO).plus(position.openFees) as Amount,
        books.of('tactical', quote),
      )
  const bagOf = (asset: Asset): Amount => books.of('hodl', asset)
  const core = {
    version: () => books.version(),
    amountOf: (asset: Asset): Amount =>
      asset === quote ? (books.of('core', asset).plus(lent()) as Amount) : books.of('core', asset),
    freeOf: (asset: Asset): Amount => executor.freeOfCore(asset),
    bagOf,
    flowOf: (asset: Asset): Amount => flows.of(asset),
  }
  const slippageCapPercent = execution.orders.slippage_cap_percent
  const { rebalancing } = portfolio
  const band: Band = {
    kind: rebalancing.threshold_kind,
    value: rebalancing.threshold,
    byAsset: new Map(Object.entries(rebalancing.threshold_by_asset) as [Asset, Decimal][]),
  }
  const plan: PlanSettings = {
    orderType: rebalancing.order_type,
    slippageCapPercent,
    sliceAbove: rebalancing.slice_above,
    slices: rebalancing.slices,
    sliceEveryMs: rebalancing.slice_every_minutes * MINUTE,
    rebalanceTo: rebalancing.rebalance_to,
    band,
    maxCostPercent: rebalancing.max_cost_percent,
  }
  const hourlyReturns = new HourlyReturns(quote, assets)
  const models = new ModelDesk({
    clock,
    wallClock: parts.wallClock,
    elapsed: parts.elapsed,
    ids,
    hash,
    calls: stores.llmCalls,
    mayAsk: () => !isKilled() && coordinator.status().state !== 'HALTED',
    onOutcome: (isReached) => degradation.note('models', isReached),
    settings: {
      perDayUsd: settings.agents.models.budget_usd_per_day,
      perDecisionUsd: settings.agents.models.budget_usd_per_decision,
      failuresInARow: settings.agents.models.failures_in_a_row,
      leftAloneMs: settings.agents.models.left_alone_minutes * MINUTE,
    },
  })
  const llms = parts.llms.map((llm) => models.onRecord(llm.resolver, llm))
  const breakerLimits: BreakerLimits = {
    dayPercent: risk.breakers.day_loss_percent,
    weekPercent: risk.breakers.week_loss_percent,
    drawdownPercent: risk.breakers.drawdown_percent,
    lossesInARow: risk.breakers.losses_in_a_row,
    pauseMs: risk.breakers.pause_minutes * MINUTE,
  }
  const breakers = new Breakers({
    clock,
    bus,
    stores,
    limits: breakerLimits,
    account() {
      const equity = tracker.equity()
      const openPnl = tracker.openPnl()
      return equity === null || openPnl === null ? null : { equity, flows: flows.total(), openPnl }
    },
    isTrading: () => tracker.openPositions().length > 0,
    attend: (id) => executor.attend(id),
    closeAll: () => executor.exitAll('breaker'),
    isStopMissing: () =>
      coordinator.status().state !== 'HALTED' || tracker.openPositions().some(({ exitReason }) => exitReason === null),
    halt: (reason) => void coordinator.halt(reason),
  })
  const approval = new ApprovalDesk({
    clock,
    bus,
    stores,
    hash,
    freshPrice: (symbol) => market.freshPrice(symbol),
    bagOf,
    freeOfCore: core.freeOf,
    heldBackBecause,
    stillAllowed: (proposal) => tactical.stillAllowed(proposal),
    look: () => breakers.look(),
    onRefused: (proposal) => tactical.noteRefused(proposal),
    onOutdated(voided) {
      if (voided.kind === 'rebalance') rebalancer.planAgain(voided)
      else signals.proposeAgain(voided)
    },
    settings: {
      rebalance: portfolio.approval.rebalance,
      tactical: portfolio.approval.tactical,
      maxPriceMovePercent: portfolio.approval.max_price_move_percent,
      quote,
      autoMaxValue: portfolio.approval.auto_max_value,
      autoMaxPerDay: portfolio.approval.auto_max_per_day,
    },
  })
  const stopMaxPercent = (symbol: TradedPair): Decimal =>
    risk.stop.max_percent_by_symbol[symbol] ?? risk.stop.max_percent
  /** An order placed elsewhere holds money that a plan may have counted on: such a plan is not offered any more. */
  function onExternal(order: RestingOrder): void {
    const what = `${order.side} ${toText(order.amount)} ${order.symbol}`
    bus.publish(
      'risk_alerts',
      { code: 'order/external', text: `An order placed elsewhere was found (${what}). It is left alone.` },
      { source: 'executor', priority: 'HIGH' },
    )
    const concerned = [baseOf(order.symbol), quoteOf(order.symbol)]
    for (const proposal of stores.proposals.withStatus('pending')) {
      const touches = proposal.legs.some(
        ({ symbol }) => concerned.includes(baseOf(symbol)) || concerned.includes(quoteOf(symbol)),
      )
      if (touches) approval.void(proposal.id, `An order placed elsewhere (${what}) holds part of the balance.`)
    }
  }

  /** A plan says which bags it leaves untouched: with other bags than those it is not the plan that was shown. */
  function onBagsChanged(because: string): void {
    const changed = stores.proposals
      .withStatus('pending')
      .filter(({ bags }) =>
        assets.some((asset) => !bagOf(asset).eq(bags.find((bag) => bag.asset === asset)?.amount ?? ZERO)),
      )
    for (const { id } of changed) approval.void(id, `${because} The plan was made for other bags.`)
    const plan = changed.find(({ kind }) => kind === 'rebalance')
    if (plan !== undefined) rebalancer.planAgain(plan)
  }

  const questions = new Questions({
    clock,
    elapsed: parts.elapsed,
    hash,
    calls: stores.agentCalls,
    mayAsk: () => !isKilled() && coordinator.status().state !== 'HALTED' && !degradation.isOff('optional_models'),
  })
  const agents = parts.agentsOn
    ? new AgentRunner({
        clock,
        bus,
        ids,
        outputs: stores.agentOutputs,
        log,
        elapsed: parts.elapsed,
        held: (symbol) =>
          tracker.openPositions().flatMap((position) => (position.symbol === symbol ? [position.side] : [])),
        scheduled: scheduledAgents(settings, parts.isReplay, {
          clock,
          baseIntervalMs: parts.baseIntervalMs,
          quote,
          openNews: parts.openNews,
          llms,
          openModels: (wanted) =>
            parts.openModels(wanted).map((model) => models.onRecord(`panel ${model.name}`, model)),
          questions,
          tell: (text) => void bus.publish('system_events', { kind: 'panel', text }, { source: 'agents' }),
          prompts: parts.prompts,
          exits: { stopAtrMultiple: toFloat(risk.stop.atr_multiple), rewardToRisk: toFloat(risk.reward_to_risk) },
        }),
      })
    : null
  const calibration = parts.agentsOn
    ? new Calibration({
        store: stores.forecasts,
        priceOf: (symbol) => market.fresh(symbol)?.last ?? null,
        regimeOf: (symbol) => regimeOf(symbol)?.output.regime ?? null,
      })
    : null
  /** The regime that was said last, unless who says it has fallen silent since. */
  function regimeOf(symbol: TradedPair): Voiced<RegimeOutput> | null {
    if (agents !== null && agents.said('regime_detection', symbol) === null) return null
    const message = bus.latest('regime_updates', symbol)
    return message === null ? null : { output: message.payload, messageId: message.id }
  }
  const ports: DeskPorts = {
    clock,
    ids,
    bus,
    stores,
    llms,
    rules: (symbol) => parts.markets.rules(symbol),
    hash,
    account: {
      equity: () => tracker.equity(),
      freeCoreQuote: () => executor.freeOfCore(quote),
      allocation: () => rebalancer.allocation((symbol) => market.freshPrice(symbol)) ?? [],
      bags: () => assets.map((asset) => ({ asset, amount: bagOf(asset) })).filter((bag) => bag.amount.gt(ZERO)),
      freshPrice: (symbol) => market.freshPrice(symbol),
      priceAt: (symbol) => market.fresh(symbol)?.at ?? null,
    },
    breakers,
    isRunning: () => coordinator.isRunning(),
    mayTrade: () => coordinator.isRunning() && !degradation.isOff('tactical_trades'),
    mayAsk: () => !isKilled() && coordinator.status().state !== 'HALTED' && !degradation.isOff('conflict_models'),
    mayAskForStrategy: () => !isKilled() && heldBackBecause() === null && !degradation.isOff('optional_models'),
    regimeOf,
    correlationOf: (one, other) => hourlyReturns.correlation(one, other),
    moveStop: (id, stop) => executor.moveStop(id, stop),
    close: (position) => executor.exit(position, 'signal'),
    keepOnly: (id, amount) => executor.keepOnly(id, amount),
    core,
    fresh: (symbol) => market.fresh(symbol),
    previewGains: (sales) => accounting.preview(sales),
    riskPerDay: (drift) => hourlyReturns.riskPerDay(drift),
    heldBackBecause,
    onBug,
  }
  const { conflicts, signals, tactical, positionWatch, rebalancer, strategist, isStill } = recordedDesks(
    ports,
    deskSettings(settings, {
      symbols: parts.markets.symbols,
      prompts: parts.prompts,
      rebalancing: { assets, targets, band, plan },
    }),
    parts.isReplay ? null : { clock, log: stores.sessionLog, transact: stores.transact },
  )
  const scorer = new ConflictScorer({
    clock,
    bus,
    stores,
    isStill,
    tradeOf: (atStake) => tactical.tradeOf(atStake),
    freshPrice: (symbol) => market.freshPrice(symbol),
    priceOf(symbol) {
      const tick = market.last(symbol)
      return tick === null ? null : (fromFloat(tick.last) as Price)
    },
    takerFeeOf: (symbol) => parts.markets.rules(symbol)?.takerFee ?? ZERO,
    settings: {
      followMs: orchestration.conflicts.score_after_hours * HOUR,
      waitAtMostMs: orchestration.conflicts.wait_at_most_hours * HOUR,
    },
  })
  const schedule = new Schedule(clock, onBug)
  let cancelBackFill: Cancel = () => {}
  let filling: Promise<void> | null = null
  let isClosed = false

  /**
   * Gives the past to all who build on it, before the first price: nobody speaks before he knows it. What is missing of
   * it is said; they warm up on live candles then, and where the exchange could not be asked it is asked again.
   */
  function backFill(feed: MarketFeed): Promise<void> {
    filling ??= fill(feed).finally(() => {
      filling = null
      market.release()
    })
    return filling
  }

  async function fill(feed: MarketFeed): Promise<void> {
    cancelBackFill()
    market.hold()
    const needs = [...(agents?.needs() ?? []), hourlyReturns.need]
    const { candles, problem } = await market.backFill(feed, needs, parts.baseIntervalMs)
    if (isClosed) return
    agents?.forget()
    if (problem !== null) {
      cancelBackFill = clock.at(after(clock.now(), BACK_FILL_AGAIN_MS), () => void backFill(feed).catch(onBug))
    }
    for (const { symbol, candle } of candles) agents?.observe(symbol, candle)
    // What was said before the program ended, and fell due since.
    calibration?.onCandles(candles.filter(({ candle }) => candle.intervalMs === parts.baseIntervalMs))
    hourlyReturns.onCandles(candles)
  }

  /**
   * Books what the account holds at the very first start; later starts change nothing.
   *
   * @param prices quote per unit now: what those holdings count as having cost.
   */
  function openBooks(opening: Opening, prices: ReadonlyMap<Asset, Price>): void {
    if (books.openedAt() !== null) return
    const open = (asset: Asset, sleeve: Sleeve, amount: Amount): LedgerEntry =>
      books.write(openingEntry(asset, sleeve, amount, clock.now(), prices.get(asset) ?? null))
    const entries = stores.transact(() =>
      opening.flatMap(({ asset, core: inCore, hodl }) => [
        ...(inCore.gt(ZERO) ? [open(asset, 'core', inCore)] : []),
        ...(hodl.gt(ZERO) ? [open(asset, 'hodl', hodl)] : []),
      ]),
    )
    books.commit(entries)
  }

  /** What just holding would be worth now: thirds of the first check, the bags of then, and what has come since. */
  function holdEquity(): ReturnType<Tracker['equity']> {
    const baseline = rebalancer.baseline()
    return baseline === null ? null : tracker.value(baseline)
  }

  /**
   * Errors `position/wrong-side`: such an exit would be reached at once; `position/stop-too-far`: it would risk more than
   * any trade may, and more than it does now.
   */
  function checkExits(position: Position, change: { stop: Price | null; target: Price | null }): Result<null> {
    const most = stopMaxPercent(position.symbol)
    if (change.stop !== null && isStopTooFar(position, change.stop, most)) {
      return fail('position/stop-too-far', `A stop stands at most ${toText(most)} % from the entry: nothing was moved.`)
    }
    const mark = tracker.markOf(position.symbol)
    const moved = { ...position, stop: change.stop ?? position.stop, target: change.target ?? position.target }
    const reached = mark === null ? null : exitReached(moved, mark)
    return reached === null
      ? ok(null)
      : fail(
          'position/wrong-side',
          `With ${mark?.toFixed()} as the last price this ${reached} would be reached at once.`,
        )
  }

  /** Largest drift at the last known prices, in pp with four decimals; '0' while unknown. */
  function largestDriftPp(): string {
    const allocation = rebalancer.allocation((symbol) => tracker.markOf(symbol))
    const largest = allocation?.reduce<Decimal>(
      (max, { driftPp }) => (driftPp.abs().gt(max) ? driftPp.abs() : max),
      ZERO,
    )
    return largest === undefined ? '0' : toText(largest.round(4))
  }

  return {
    clock,
    bus,
    coordinator,
    market,
    books,
    accounting,
    executor,
    movements: executor.movements,
    tracker,
    rebalancer,
    hourlyReturns,
    approval,
    conflicts,
    degradation,
    models,
    scorer,
    signals,
    positionWatch,
    tactical,
    breakers,
    breakerLimits,
    agents,
    questions,
    calibration,
    baseIntervalMs: parts.baseIntervalMs,
    backFill,
    endBackFill() {
      isClosed = true
      cancelBackFill()
    },
    schedule,
    quote,
    targets,
    assets,
    core,
    exchange,
    killSwitch,
    exitCapPercent: execution.orders.exit_slippage_cap_percent,
    minimumPurchase,
    checkExits,
    openBooks,
    holdEquity,
    largestDriftPp,
    band,
    drawdownLimitPercent: String(risk.drawdown_warning_percent),
    heldBackBecause,
  }
}

function exitSettings({ risk }: Settings): ExitSettings {
  const { exits } = risk
  return {
    trailFromPercent: exits.trail_from_percent,
    trailDistancePercent: exits.trail_distance_percent,
    minStepPercent: exits.trail_step_percent,
    breakEvenFromPercent: exits.break_even_from_percent.gt(ZERO) ? exits.break_even_from_percent : null,
    maxHoldMs: exits.max_hours > 0 ? exits.max_hours * HOUR : null,
  }
}

/** Every kind there is, made from its block. */
function scheduledAgents({ agents }: Settings, isReplay: boolean, means: Omit<AgentMeans, 'name'>): ScheduledAgent[] {
  return [...AGENT_KINDS].flatMap(([name, { title, topic }]): ScheduledAgent[] => {
    const block = agents.agents[name]
    if (block === undefined) return []
    return [
      {
        name,
        title,
        topic,
        agent: block.enabled ? block.make({ ...means, name }) : null,
        reads: block.reads,
        everyMs: block.every_minutes * MINUTE,
        // A recording has no time between its candles.
        offsetMs: isReplay ? 0 : block.offset_seconds * SECOND,
        onStart: block.on_start,
        atOnce: block.at_once,
        timeLimitMs: block.time_limit_seconds * SECOND,
      },
    ]
  })
}

/** The markets of execution.yaml, all of them active. */
export function marketsOf(settings: Settings): Markets {
  const rules = new Map<TradedPair, MarketRules>()
  for (const [symbol, market] of Object.entries(settings.execution.markets) as [
    TradedPair,
    NonNullable<Settings['execution']['markets'][TradedPair]>,
  ][]) {
    rules.set(symbol, {
      symbol,
      lot: market.lot,
      tick: market.tick,
      minAmount: market.min_amount,
      minCost: market.min_cost,
      takerFee: market.taker_fee,
      makerFee: market.maker_fee,
      halfSpread: market.half_spread,
    })
  }
  return { rules: (symbol) => rules.get(symbol) ?? null, symbols: [...rules.keys()] }
}
