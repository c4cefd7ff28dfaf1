import { z } from 'zod'
import { DecimalText } from '../money.ts'
import { AgentsView } from './agent-views.ts'
import { OrdersView } from './order-views.ts'
import { RuleView } from './rule-view.ts'

export * from './agent-views.ts'
export * from './order-views.ts'
export * from './rule-view.ts'

/*
 * What the window sees: flat, decimals as text, times as epoch milliseconds. The engine pushes these; the window only
 * shows them. `null` is "unknown" and is shown as a dash.
 */
const Num = z.string()
const At = z.number()

const Mode = z.enum(['replay', 'paper', 'live'])
export const LightView = z.object({
  name: z.enum(['market feed', 'paper exchange', 'Kraken REST', 'private stream', 'deepseek', 'claude', 'database']),
  state: z.enum(['ok', 'waiting', 'down', 'off']),
  /** In a few words, e.g. "no key: defaults apply". */
  text: z.string(),
  /** When it last worked. */
  at: At.nullable(),
})
export type LightView = z.infer<typeof LightView>

/** What the ledger says all sleeves hold of an asset, and what the exchange says. */
export const DifferenceItem = z.object({
  asset: z.string().regex(/^[A-Z0-9]{2,10}$/, 'expected an asset such as BTC'),
  ledger: DecimalText,
  exchange: DecimalText,
})

/** The ledger says one thing, the exchange another: nothing new is traded while it stands. */
export const DifferenceView = z.object({
  /** What was found, in one sentence. */
  text: z.string(),
  /** Only assets that differ. */
  items: z.array(DifferenceItem),
  since: At,
})
export type DifferenceView = z.infer<typeof DifferenceView>

/** What stays at the exchange, or open without it, when this program ends now. */
export const RestsView = z.object({
  /** Our orders that would open or rebalance something; they go on without us. */
  entryOrders: z.number(),
  /** Open positions whose whole amount a stop at the exchange covers. */
  protectedPositions: z.number(),
  /** All other open positions: with this machine off nobody watches them. */
  unprotectedPositions: z.number(),
})
export type RestsView = z.infer<typeof RestsView>

export const StatusView = z.object({
  mode: Mode,
  /** `generated`, `recorded` or `kraken`. */
  market: z.string(),
  /** Prices are made up: every place that shows them says so. */
  isSimulated: z.boolean(),
  version: z.string(),
  quote: z.string(),
  /** The engine's clock; simulated markets run ahead of the wall clock. */
  now: At,
  /** Engine seconds per wall-clock second at this moment. */
  speed: z.number(),
  coordinator: z.enum(['RUNNING', 'PAUSED', 'HALTED']),
  coordinatorReason: z.string().nullable(),
  /** How much is switched off because models or the exchange keep failing, and what; null where nothing is. */
  level: z.enum(['NORMAL', 'REDUCED', 'LIMITED', 'EMERGENCY']),
  levelBecause: z.string().nullable(),
  /** Set while it is HALTED by the kill switch; another halt (a circuit breaker) leaves it null. */
  kill: z.object({ at: At, reason: z.string() }).nullable(),
  lights: z.array(LightView),
  /** Points of the exchange's call counter in use and its limit; null where nothing is counted. */
  calls: z.object({ used: z.number(), limit: z.number() }).nullable(),
  difference: DifferenceView.nullable(),
  stopsRest: RestsView,
  equity: Num.nullable(),
  todayPnl: Num.nullable(),
  todayPnlPercent: Num.nullable(),
  drawdownPercent: Num.nullable(),
  /** From here on the drawdown is shown as a warning. */
  drawdownLimitPercent: Num,
  /** Proposals and conflicts waiting for someone. */
  pendingDecisions: z.number(),
  dataDir: z.string(),
})
export type StatusView = z.infer<typeof StatusView>

export const AssetView = z.object({
  asset: z.string(),
  decimals: z.number(),
  priceDecimals: z.number(),
  /** Quote per unit; '1' for the quote asset. */
  price: Num.nullable(),
  priceAt: At.nullable(),
  isStale: z.boolean(),
  core: Num,
  hodl: Num,
  tactical: Num,
  /** Came or went, and belongs to no sleeve yet; below zero after a withdrawal. */
  unclassified: Num,
  /** Of all that is owned: earning at the exchange, which cannot be sold. */
  earning: Num,
  /** In quote, purchase fees included, of everything owned; null while part of it is unknown. */
  costBasis: Num.nullable(),
  unrealized: Num.nullable(),
  coreValue: Num.nullable(),
  /** Percent of the core sleeve. */
  weightPercent: Num.nullable(),
  targetPercent: Num,
  driftPp: Num.nullable(),
  /** Weights between which nothing is done. */
  bandLowPercent: Num,
  bandHighPercent: Num,
})
export type AssetView = z.infer<typeof AssetView>

export const MovementView = z.object({
  id: z.string(),
  kind: z.enum(['deposit', 'withdrawal', 'reward']),
  asset: z.string(),
  amount: Num,
  /** In quote now. */
  value: Num.nullable(),
  at: At,
  /** From then on it counts as core's. */
  defaultAt: At,
  sleeve: z.enum(['core', 'hodl']).nullable(),
  decidedBy: z.enum(['trader', 'default']).nullable(),
})
export type MovementView = z.infer<typeof MovementView>

/** What tactical profits have set aside for a bag. */
export const SavingsView = z.object({
  asset: z.string(),
  /** In quote. */
  saved: Num,
  /** What it takes for a purchase, in quote; '0' where nothing has to be bought. */
  minimum: Num,
  /** Why nothing is bought although there is enough; null normally. */
  heldBackBecause: z.string().nullable(),
})
export type SavingsView = z.infer<typeof SavingsView>

export const PortfolioView = z.object({
  assets: z.array(AssetView),
  savings: z.array(SavingsView),
  /** Those waiting first, then the newest that were decided. */
  movements: z.array(MovementView),
  coreValue: Num.nullable(),
  bagsValue: Num.nullable(),
  tacticalValue: Num.nullable(),
  largestDriftPp: Num.nullable(),
  /** `±5 pp` or `±5 % of the target`. */
  bandText: z.string(),
  /** How gains are computed, e.g. `FIFO`. */
  lotMethod: z.enum(['FIFO', 'LIFO', 'HIFO', 'average cost']),
  /** Since the first entry, and since 1 January (UTC); null while a cost is unknown. */
  realized: Num.nullable(),
  realizedThisYear: Num.nullable(),
  nextCheckAt: At.nullable(),
  lastCheckAt: At.nullable(),
  /** What the last check found, in one sentence. */
  lastCheckText: z.string().nullable(),
  /** Changes whenever there is a new point of equity history to ask for. */
  historyAt: At.nullable(),
})
export type PortfolioView = z.infer<typeof PortfolioView>

const LegView = z.object({
  index: z.number(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  orderType: z.enum(['market', 'limit', 'post_only']),
  amount: Num,
  price: Num,
  worstPrice: Num,
  /** In quote of the account (USDT), at the plan's prices. */
  value: Num,
  fee: Num,
  feeAsset: z.string(),
  filled: Num,
  /** What its worst price may cost on top, in quote of the account. */
  slippageBound: Num,
  notBefore: At,
  /** Where this leg stands; `left_out` was not approved. */
  status: z.enum(['planned', 'waiting', 'working', 'done', 'stopped', 'left_out']),
  /** Why it stopped. */
  problem: z.string().nullable(),
})
const WeightView = z.object({ asset: z.string(), beforePercent: Num, afterPercent: Num, targetPercent: Num })

const LotGainView = z.object({
  asset: z.string(),
  acquiredAt: At,
  heldDays: z.number(),
  amount: Num,
  cost: Num.nullable(),
  proceeds: Num,
  gain: Num.nullable(),
})

/** Of a rebalance only. */
export const PlanView = z.object({
  trigger: z.enum(['drift', 'forced', 'new_money', 'resumed']),
  resumes: z.string().nullable(),
  cost: Num,
  costBasisPoints: Num,
  slippageBound: Num,
  folded: z.array(z.object({ symbol: z.string(), side: z.enum(['buy', 'sell']), amount: Num })),
  gains: z.array(LotGainView),
  /** Sum of the gains; null while a cost is unknown. */
  gain: Num.nullable(),
  /** One-day one-sigma effect of waiting, against `cost` for trading now. */
  driftRiskPerDay: Num.nullable(),
})
export type PlanView = z.infer<typeof PlanView>

/** Where an approved plan stands, or stopped. */
export const ProgressView = z.object({
  legsDone: z.number(),
  legs: z.number(),
  /** What sells have brought and no buy has spent yet. */
  waitingCash: z.array(z.object({ asset: z.string(), amount: Num })),
  remainingDriftPp: Num.nullable(),
  /** What happens next, or what the trader can do, in one sentence. */
  next: z.string(),
  /** Its rest can be planned anew. */
  canResume: z.boolean(),
})
export type ProgressView = z.infer<typeof ProgressView>

export const ProposalView = z.object({
  id: z.string(),
  kind: z.enum(['rebalance', 'tactical']),
  status: z.enum(['pending', 'approved', 'completed', 'incomplete', 'rejected', 'expired', 'voided']),
  hash: z.string(),
  title: z.string(),
  reason: z.string(),
  createdAt: At,
  expiresAt: At,
  snoozedUntil: At.nullable(),
  decidedAt: At.nullable(),
  decidedBy: z.string().nullable(),
  note: z.string().nullable(),
  legs: z.array(LegView),
  weights: z.array(WeightView),
  prices: z.array(
    z.object({ symbol: z.string(), price: Num, at: At, now: Num.nullable(), movedPercent: Num.nullable() }),
  ),
  fees: Num,
  feesBasisPoints: Num,
  coreValue: Num,
  bags: z.array(z.object({ asset: z.string(), amount: Num })),
  trade: z.object({ symbol: z.string(), entry: Num, stop: Num, target: Num, confidence: z.number() }).nullable(),
  /** What every rule of the risk engine said of a tactical trade; [] for a rebalance. */
  rules: z.array(RuleView),
  plan: PlanView.nullable(),
  /** From its approval on. */
  progress: ProgressView.nullable(),
  conflictId: z.string().nullable(),
  correlationId: z.string(),
  /** Null while it can be approved; otherwise what stands against it now. */
  blockedBecause: z.string().nullable(),
})
export type ProposalView = z.infer<typeof ProposalView>

export const ConflictView = z.object({
  id: z.string(),
  type: z.string(),
  /** `scored` once it is known what each option would have earned. */
  stage: z.enum(['detected', 'asking', 'waiting', 'resolved', 'scored']),
  symbol: z.string(),
  title: z.string(),
  detectedAt: At,
  deadline: At,
  /** What each side says, with the values it used. */
  sides: z.array(
    z.object({
      who: z.string(),
      says: z.string(),
      confidence: z.number().nullable(),
      values: z.record(z.string(), z.number()),
    }),
  ),
  options: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['proceed', 'wait', 'modify', 'abort']),
      text: z.string(),
      /** What it would have earned, in quote, after fees; null while that is open, and where nobody can know. */
      earned: Num.nullable(),
    }),
  ),
  defaultOptionId: z.string(),
  /** Whose word ends a wait, in words. */
  waitsFor: z.string(),
  /** How a wait ended; null before, and where nothing was waited for. */
  waited: z.object({ at: At, optionId: z.string(), because: z.string() }).nullable(),
  /** Who is being asked now; null while nobody is. */
  asking: z.string().nullable(),
  askingSince: At.nullable(),
  attempts: z.array(
    z.object({
      resolver: z.string(),
      startedAt: At,
      endedAt: At.nullable(),
      outcome: z.string().nullable(),
      model: z.string().nullable(),
      costUsd: Num.nullable(),
    }),
  ),
  resolution: z
    .object({ by: z.string(), optionId: z.string(), reasons: z.string(), confidence: z.number().nullable(), at: At })
    .nullable(),
  correlationId: z.string(),
})
export type ConflictView = z.infer<typeof ConflictView>

/** How well those who decide have decided, over all conflicts that are scored. */
export const ResolverView = z.object({
  by: z.enum(['deepseek', 'claude', 'trader', 'default']),
  answers: z.number().int(),
  /** By their answers, in quote, after fees; and what the defaults would have earned in their place. */
  earned: Num,
  byDefault: Num,
  /** Of all questions, US dollars; null for those who cost nothing. */
  costUsd: Num.nullable(),
})
export type ResolverView = z.infer<typeof ResolverView>

export const DecisionsView = z.object({
  /** Waiting for someone first, oldest deadline first; then what was decided, newest first. */
  proposals: z.array(ProposalView),
  conflicts: z.array(ConflictView),
  resolvers: z.array(ResolverView),
})
export type DecisionsView = z.infer<typeof DecisionsView>

export const AlertView = z.object({
  id: z.string(),
  at: At,
  level: z.enum(['info', 'warning', 'urgent']),
  text: z.string(),
  /** The room and item it speaks of. */
  link: z
    .object({ room: z.enum(['portfolio', 'decisions', 'orders', 'agents', 'journal']), id: z.string().nullable() })
    .nullable(),
})
export type AlertView = z.infer<typeof AlertView>

/** Everything pushed. */
export const WorkstationView = z.object({
  status: StatusView,
  portfolio: PortfolioView,
  decisions: DecisionsView,
  orders: OrdersView,
  agents: AgentsView,
  /** Newest first, at most 50. */
  alerts: z.array(AlertView),
})
export type WorkstationView = z.infer<typeof WorkstationView>
/** Slices that changed: whole, but of decisions and orders only the lists that did. */
export const ViewDelta = z.object({
  seq: z.number(),
  changed: WorkstationView.extend({ decisions: DecisionsView.partial(), orders: OrdersView.partial() }).partial(),
})
export type ViewDelta = z.infer<typeof ViewDelta>

export const OpenLotView = z.object({
  asset: z.string(),
  acquiredAt: At,
  heldDays: z.number(),
  amount: Num,
  /** In quote, purchase fee included; null where nobody knows. */
  cost: Num.nullable(),
  unrealized: Num.nullable(),
})
export type OpenLotView = z.infer<typeof OpenLotView>

export const EquityPointView = z.object({
  at: At,
  equity: Num,
  /** Thirds bought at the start and held. */
  held: Num.nullable(),
  driftPp: Num,
})
export type EquityPointView = z.infer<typeof EquityPointView>

export const JournalRowView = z.object({
  seq: z.number(),
  id: z.string(),
  topic: z.string(),
  source: z.string(),
  at: At,
  correlationId: z.string().nullable(),
  causationId: z.string().nullable(),
  /** In one sentence. */
  summary: z.string(),
  /** JSON text. */
  payload: z.string(),
})
export type JournalRowView = z.infer<typeof JournalRowView>
export const DeadLetterView = JournalRowView.extend({ subscriber: z.string(), reason: z.string() })
export type DeadLetterView = z.infer<typeof DeadLetterView>

export const LedgerEntryView = z.object({
  at: At,
  kind: z.string(),
  reference: z.string(),
  lines: z.array(z.object({ account: z.string(), asset: z.string(), amount: Num })),
})
export type LedgerEntryView = z.infer<typeof LedgerEntryView>
