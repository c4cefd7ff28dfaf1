import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDispatcher } from '../shared/contract/derive.ts'
import { leavingQuestion } from '../shared/contract/what-rests.ts'
import { type Failure, ok, type Result } from '../shared/result.ts'
import { after, MINUTE, SECOND } from '../shared/time.ts'
import { createSystemClock, elapsedMs } from './adapters/system/clock.ts'
import { createRandomIds } from './adapters/system/ids.ts'
import { createLog } from './adapters/system/log.ts'
import { createFileSentinel, sentinelFile } from './adapters/system/sentinel.ts'
import { createWakes, machineTime } from './adapters/system/wakes.ts'
import { createHandlers } from './api/handlers.ts'
import { restsView } from './api/position-view.ts'
import { Projection } from './api/projection.ts'
import { createSlices } from './api/slices.ts'
import { summaryOfJson } from './api/summary.ts'
import type { Topic } from './bus/topics.ts'
import { loadSettings, type Settings } from './config.ts'
import { checkModelNames } from './coordinator/model-names.ts'
import { createEngine, type Engine, type EngineParts } from './engine.ts'
import { mayGoLive, openLiveAccount } from './live-account.ts'
import { type MarketName, openMarket, paceOf, pricesNow } from './market-source.ts'
import { openAllNews, openRecordedNews } from './news-sources.ts'
import { panelModelsOf } from './panel-models.ts'
import { openPaperAccount } from './paper-account.ts'
import { openDatabase } from './persistence/database.ts'
import { createStores } from './persistence/stores.ts'
import type { Cancel, Clock, Listed, Llm, Log, MarketFeed, Priced, Stores, Wake } from './ports.ts'
import { wire } from './wiring.ts'

export type AppOptions = {
  readonly dataDir: string
  /** Null for the files that come with the program. */
  readonly configDir: string | null
  readonly market: MarketName
  /** Overrides execution.yaml's for simulated and recorded markets. */
  readonly speed: number | null
  readonly seed: number | null
  readonly candles: readonly { readonly symbol: string; readonly file: string }[]
  /** `file.key=value` overrides of settings. */
  readonly set: readonly string[]
  /** The phrase of live mode as it was typed; null when nobody typed one. */
  readonly confirmLive: string | null
  readonly env: Readonly<Record<string, string | undefined>>
}

export type App = {
  readonly mode: 'paper' | 'live' | 'replay'
  /** The engine's end of the contract. */
  dispatch(name: string, input: unknown): Promise<Result<unknown, Failure>>
  /** Pushed events, at most 20 a second. */
  subscribe(listener: (name: string, payload: unknown) => void): () => void
  /** What rests at the exchange and what protects it when this ends now; null when nothing does. */
  restingOnQuit(): Promise<string | null>
  /** The machine is awake again: known to the host before any timer. */
  woke(): void
  close(): Promise<void>
}

/** As many minutes as the past may miss in a row. */
const LONG_SLEEP_MS = 10 * MINUTE

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
export const CONFIG_DIR = join(PROJECT, 'config')
export const MIGRATIONS_DIR = join(PROJECT, 'migrations')
export const VERSION = (JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string }).version

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
/** What models are asked, as it stands in config/prompts. */
export const promptsIn = (configDir: string): EngineParts['prompts'] => {
  const read = (name: string): string => readFileSync(join(configDir, 'prompts', `${name}.md`), 'utf8')
  return {
    conflict: read('conflict'),
    strategy: read('strategy'),
    sentiment: read('sentiment'),
    panel: read('panel'),
  }
}

/**
 * The workstation's engine: the composition root of both hosts.
 *
 * Expected failures: `config/invalid`, `candles/…`, `database/newer`, `database/foreign`, `database/locked`,
 * `database/corrupt`, `live/…`, …, each with a message that says what to do.
 */
export async function createApp(options: AppOptions): Promise<Result<App>> {
  const configDir = options.configDir ?? CONFIG_DIR
  const overrides = [
    ...(options.seed === null ? [] : [`execution.simulated_market.seed=${options.seed}`]),
    ...(options.speed === null ? [] : [`execution.simulated_market.speed=${options.speed}`]),
  ]
  const loaded = loadSettings(configDir, [...overrides, ...options.set])
  if (!loaded.ok) return loaded
  const settings = loaded.value
  const log = createLog()
  const wallClock = createSystemClock()
  const { mode } = settings.execution
  const allowed = mode === 'live' ? mayGoLive(options) : ok(null)
  if (!allowed.ok) return allowed

  const name = `${mode}-${options.market}`
  const opened = openDatabase(join(options.dataDir, `${name}.db`), {
    migrationsDir: MIGRATIONS_DIR,
    now: wallClock.now(),
  })
  if (!opened.ok) return opened
  const database = opened.value
  const stores = createStores(database, settings.orchestration.market_data.candles_kept)

  const market = await openMarket(options, settings, stores)
  if (!market.ok) {
    database.close()
    return market
  }
  const { clock, feed, staleMs, baseIntervalMs } = market.value
  const prices = stores.ledger.recent(1).length > 0 ? new Map() : await openingPrices(feed, settings, log)
  const opening =
    mode === 'live'
      ? await openLiveAccount({ ...options, settings, clock })
      : ok(openPaperAccount({ ...options, settings, clock, name }))
  if (!opening.ok) {
    feed.stop()
    database.close()
    return opening
  }
  const account = opening.value
  const { markets } = account
  const sentinel = createFileSentinel(sentinelFile(options.dataDir, name))

  const llms = await llmsOf(settings, options.env)
  const panelModels = panelModelsOf(options.env)
  const engine = createEngine({
    settings,
    clock,
    wallClock,
    sentinel,
    ids: createRandomIds(),
    stores,
    hash: sha256,
    log,
    llms,
    prompts: promptsIn(configDir),
    markets,
    exchange: account.exchange,
    staleMs,
    openModels: panelModels.open,
    openNews: options.market === 'kraken' ? openAllNews : openRecordedNews,
    feedBuildsCandles: options.market === 'simulated',
    keepsCandles: options.market === 'kraken',
    baseIntervalMs,
    elapsed: elapsedMs,
    agentsOn: true,
    isReplay: false,
  })
  engine.killSwitch.restore()
  engine.openBooks(account.opening, prices)

  const startedAt = clock.now()
  const projection = new Projection(
    wallClock,
    createSlices({
      engine,
      stores,
      markets,
      clock,
      mode,
      market: options.market,
      version: VERSION,
      dataDir: options.dataDir,
      speed: () => clock.speed(),
      hasKey: { deepseek: Boolean(options.env.DEEPSEEK_API_KEY), claude: Boolean(options.env.ANTHROPIC_API_KEY) },
      modelNames: { deepseek: settings.agents.deepseek.model, claude: settings.agents.claude.model },
      startedAt,
    }),
    settings.orchestration.view.update_every_ms,
  )
  const pace = paceOf(
    clock,
    stores,
    settings,
    options.market,
    () => engine.rebalancer.isAsking() || engine.questions.isAsking(),
  )
  const unsubscribe = wire(
    engine.bus,
    {
      ...engine,
      audit: stores.messages,
      projection,
      onExchangePrices: account.onPrices,
      pace,
    },
    {
      everyMs: settings.orchestration.schedule.portfolio_check_minutes * MINUTE,
      offsetMs: settings.orchestration.schedule.portfolio_check_offset_seconds * SECOND,
      afterRebalance: true,
    },
  )
  for (const text of panelModels.leftOut()) {
    engine.bus.publish('system_events', { kind: 'panel', text }, { source: 'workstation' })
  }
  const stopTimers = startTimers(engine, stores, settings, wallClock, projection)
  const wakes = createWakes(machineTime)
  wakes.listen((wake) => {
    clock.resync()
    wallClock.resync()
    void rouse(engine, describeWake(wake))
    // What the line can bring of it is not all: the analysts begin anew from the past. On Linux a sleep is a step.
    const awayMs = wake.kind === 'slept' ? wake.forMs : wake.byMs
    if (awayMs >= LONG_SLEEP_MS) void refill(engine, feed, log)
  })
  engine.killSwitch.watch()
  await start(engine, feed, settings)
  pace?.()
  const closing = new AbortController()
  void checkModelNames(
    llms,
    {
      mayAsk: () => engine.models.mayAsk(),
      tell: (text) => void engine.bus.publish('system_events', { kind: 'models', text }, { source: 'workstation' }),
    },
    closing.signal,
  ).catch((error) => log.error('the names of the models could not be checked', error))

  const dispatch = createDispatcher(
    createHandlers({
      ...engine,
      projection,
      stores,
      summaryOfRow: (row) => summaryOfJson(row.topic as Topic, row.payload),
    }),
    (call, error) => log.error(`${call} failed unexpectedly`, error),
  )
  return ok({
    mode,
    dispatch,
    subscribe: (listener) => projection.subscribe(listener),
    async restingOnQuit() {
      const positions = engine.tracker.openPositions()
      const rests = restsView(
        stores.orders.live(),
        positions,
        ({ id }) => stores.orders.ofPosition(id),
        ({ symbol }) => markets.rules(symbol),
      )
      return leavingQuestion(rests)?.detail ?? null
    },
    woke: () => wakes.woke(),
    async close() {
      closing.abort()
      feed.stop()
      stopTimers()
      wakes.close()
      engine.killSwitch.close()
      engine.schedule.stop()
      engine.approval.close()
      engine.models.close()
      engine.conflicts.close()
      engine.endBackFill()
      engine.agents?.close()
      engine.questions.close()
      engine.rebalancer.close()
      await account.close(engine.exchange, engine.executor.close())
      for (const stop of unsubscribe) stop()
      projection.close()
      stores.messages.flush()
      stores.sessionLog.flush()
      stores.candles.flush()
      database.close()
    },
  })
}

/** What the holdings of the very first start count as having cost; without it their cost stays unknown. */
async function openingPrices(feed: MarketFeed, settings: Settings, log: Log): ReturnType<typeof pricesNow> {
  try {
    return await pricesNow(feed, settings.portfolio.quote)
  } catch (error) {
    log.error('prices of now could not be read: what the holdings have cost stays unknown', error)
    return new Map()
  }
}

/** The models whose key is at hand, in the order in which they are asked; their libraries are loaded only then. */
async function llmsOf(settings: Settings, env: AppOptions['env']): Promise<(Llm & Priced & Listed)[]> {
  const terms = (apiKey: string, provider: Settings['agents']['deepseek']) => ({
    apiKey,
    baseUrl: provider.base_url,
    model: provider.model,
    timeLimitMs: settings.orchestration.conflicts.ask_time_limit_seconds * SECOND,
    maxOutputTokens: provider.max_output_tokens,
    usdPerMillionInput: provider.usd_per_million_input,
    usdPerMillionOutput: provider.usd_per_million_output,
  })
  const llms: (Llm & Priced & Listed)[] = []
  if (env.DEEPSEEK_API_KEY) {
    const { createDeepSeek } = await import('./adapters/deepseek/deepseek.ts')
    llms.push(createDeepSeek(terms(env.DEEPSEEK_API_KEY, settings.agents.deepseek)))
  }
  if (env.ANTHROPIC_API_KEY) {
    const { createClaude } = await import('./adapters/claude/claude.ts')
    llms.push(createClaude(terms(env.ANTHROPIC_API_KEY, settings.agents.claude)))
  }
  return llms
}

/** A crash may cost the last 100 ms of the audit; half of that, because a timer is late on a busy machine. */
const AUDIT_WRITTEN_EVERY_MS = 50
/** What is lost with the machine is asked for again at the next start. */
const CANDLES_WRITTEN_EVERY_MS = 5 * SECOND

/** Audit, snapshots, reconciliation. */
function startTimers(
  engine: Engine,
  stores: Stores,
  settings: Settings,
  wallClock: Clock,
  projection: Projection,
): () => void {
  const cancels = new Map<string, Cancel>()
  const repeat = (name: string, everyMs: number, task: () => void): void => {
    cancels.set(
      name,
      wallClock.at(after(wallClock.now(), everyMs), () => {
        repeat(name, everyMs, task)
        task()
      }),
    )
  }
  repeat('audit', AUDIT_WRITTEN_EVERY_MS, () => {
    stores.messages.flush()
    stores.sessionLog.flush()
  })
  repeat('candles', CANDLES_WRITTEN_EVERY_MS, () => stores.candles.flush())
  // Prices grow old without a message: what is stale must turn grey even when nothing happens.
  repeat('ages', SECOND, () => projection.touch('status', 'portfolio', 'decisions', 'orders', 'agents'))
  repeat('reconcile', settings.execution.orders.reconcile_seconds * SECOND, () => void engine.executor.reconcile())
  const { dead_man_seconds: deadMan } = settings.execution.orders
  if (deadMan > 0) repeat('dead man', (deadMan / 3) * SECOND, () => engine.executor.keepAlive())
  engine.schedule.add({
    name: 'snapshot',
    everyMs: settings.orchestration.view.snapshot_every_minutes * MINUTE,
    run() {
      engine.tracker.snapshot(engine.holdEquity(), engine.largestDriftPp())
      projection.touch('portfolio')
    },
  })
  return () => {
    for (const cancel of cancels.values()) cancel()
  }
}

/** Time has passed without us: nothing known is fresh, and nothing new is sent before all is compared again. */
async function rouse(engine: Engine, what: string): Promise<void> {
  engine.executor.holdBack(`${what} Not compared with the exchange since.`)
  engine.market.distrust()
  engine.bus.publish('system_events', { kind: 'wake', text: what }, { source: 'workstation', priority: 'HIGH' })
  await engine.executor.reconcile()
}

async function refill(engine: Engine, feed: MarketFeed, log: Log): Promise<void> {
  try {
    await engine.backFill(feed)
  } catch (error) {
    log.error('the past could not be read after a sleep', error)
  }
}

function describeWake(wake: Wake): string {
  const seconds = Math.abs(Math.round((wake.kind === 'slept' ? wake.forMs : wake.byMs) / SECOND))
  if (wake.kind === 'slept') return `The machine slept for ${seconds} s.`
  return `The clock was set ${wake.byMs < 0 ? 'back' : 'forward'} by ${seconds} s.`
}

/** Reconcile first, then what was pending, then the market. */
async function start(engine: Engine, feed: MarketFeed, settings: Settings): Promise<void> {
  engine.executor.holdBack('Not compared with the exchange yet.')
  engine.approval.resume()
  engine.conflicts.resume()
  await engine.executor.resume()
  await engine.backFill(feed)
  if (settings.orchestration.schedule.portfolio_check_on_start) {
    withPrices(engine, 'first check', () => engine.rebalancer.check().kind !== 'stale')
  }
  const { agents } = engine
  if (agents !== null) withPrices(engine, 'first opinions', () => agents.start((symbol) => engine.market.fresh(symbol)))
  feed.start(engine.market)
}

/** With each price, until it is done. */
function withPrices(engine: Engine, name: string, isDone: () => boolean): void {
  const stop = engine.bus.on(
    'market_data',
    () => {
      if (isDone()) stop()
    },
    { name, whenFull: 'dropOldest' },
  )
}
