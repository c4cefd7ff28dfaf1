import type {
  Asset,
  ClientOrderId,
  ConflictId,
  CorrelationId,
  MessageId,
  OrderId,
  PositionId,
  ProposalId,
  TradedPair,
} from '../shared/ids.ts'
import type { Amount, Decimal, Money, Price } from '../shared/money.ts'
import type { Failure, Result } from '../shared/result.ts'
import type { EpochMs } from '../shared/time.ts'
import type { Message, Topic } from './bus/topics.ts'
import type { Forecast, ScoredForecast } from './domain/calibration.ts'
import type { Conflict, Resolver } from './domain/conflict.ts'
import type { ConflictScores, Counterfactual } from './domain/counterfactual.ts'
import type { GatedIntent } from './domain/gate.ts'
import type { AssetWords, NewsItem } from './domain/headline.ts'
import type { LedgerEntry } from './domain/ledger.ts'
import type { Candle, ClosedCandle, MarketRules, Tick } from './domain/market.ts'
import type { Fill, Order, OrderStatus, Side } from './domain/order.ts'
import type { Position } from './domain/position.ts'
import type { Proposal, ProposalStatus } from './domain/proposal.ts'
import type { ProviderTerms } from './domain/resolution-provider.ts'
import type { RuleOutcome } from './domain/risk-rules.ts'

/*
 * What services need from outside, in our words. Adapters and repositories implement these and decide nothing.
 */

export type Cancel = () => void

/** Time is an argument: the system clock, a scaled clock for the simulated market, or a simulated one for replays. */
export type Clock = {
  now(): EpochMs
  /** Runs `task` once at `time`, or as soon as possible when that has passed. */
  at(time: EpochMs, task: () => void): Cancel
}

export type IdPrefix = 'msg' | 'cor' | 'ord' | 'prp' | 'cfl' | 'pos' | 'llm'
export type Ids = {
  /** `prefix_…`, never the same twice in one database. */
  next(prefix: IdPrefix): string
  clientOrderId(): ClientOrderId
}

export type FeedStatus = {
  readonly connected: boolean
  /** In one line what it is: `generated, seed 7`, `Kraken public`, a file's name. */
  readonly source: string
  readonly isSimulated: boolean
  readonly problem: string | null
}

export type FeedListener = {
  /** Every price observed at one moment. */
  prices(ticks: readonly Tick[]): void
  /** Every candle closed at one moment, where the source has candles of its own (recordings). Comes after its prices. */
  /** @param isBehind more of the past follows at once: what was missed while the line was lost. */
  candles(closed: readonly ClosedCandle[], isBehind?: boolean): void
  status(status: FeedStatus): void
}

export type MarketFeed = {
  readonly symbols: readonly TradedPair[]
  /** Closed candles before now, oldest first, for warming up; [] where there are none. */
  history(symbol: TradedPair, intervalMs: number, count: number): Promise<readonly Candle[]>
  start(listener: FeedListener): void
  stop(): void
}

export type Accepted = { readonly exchangeId: string }
/** `halt` marks refusals after which nothing may be sent (bad key, lockout); `later` those proven not accepted (rate limit). */
export type Refused = Failure & { readonly kind: 'refused' | 'not_accepted' | 'halt' }
/** Time-out, reset, 5xx, an answer that says nothing: it may have been accepted. Never sent again, always asked about. */
export type OutcomeUnknown = Failure & { readonly kind: 'unknown' }
export type Unreachable = Failure & { readonly kind: 'unreachable' }

/** An order as the exchange tells of it. */
export type ExchangeOrder = {
  readonly exchangeId: string
  readonly clientOrderId: ClientOrderId
  readonly status: Extract<OrderStatus, 'open' | 'partially_filled' | 'filled' | 'cancelled' | 'expired'>
  /** What the exchange says was filled in all; its list of fills can lag behind. */
  readonly filled: Amount
  /** Where a resting stop triggers; null for other types. */
  readonly trigger: Price | null
  readonly fills: readonly ExchangeFill[]
}
export type ExchangeFill = Omit<Fill, 'orderId'> & { readonly clientOrderId: ClientOrderId }

/** An open order of the account, ours or placed by hand. */
export type RestingOrder = {
  readonly exchangeId: string
  /** Null where the exchange knows none, or none in our form. */
  readonly clientOrderId: ClientOrderId | null
  readonly symbol: TradedPair
  readonly side: Side
  /** The exchange's word, e.g. `limit`, `stop-loss`. */
  readonly type: string
  readonly amount: Amount
  readonly filled: Amount
  /** Limit or trigger price; null for a market order. */
  readonly price: Price | null
  readonly openedAt: EpochMs
}

/** What the account holds of one asset. */
export type Holding = {
  readonly spot: Amount
  /** Earning or bonded (Kraken's `.F`, `.S`, …): owned, not sellable. */
  readonly earn: Amount
}

/**
 * Something that came into the account, left it, or went from spot to earning and back, other than by a trade; as the
 * exchange's own ledger tells of it.
 */
export type Movement = {
  /** The exchange's id: the same movement is told of again and again. */
  readonly id: string
  readonly kind: 'deposit' | 'withdrawal' | 'reward' | 'to_earning' | 'from_earning'
  readonly asset: Asset
  /** What the account gained or lost (a withdrawal's fee included), or what was moved; above zero. */
  readonly amount: Amount
  readonly at: EpochMs
}

export type MovementHistory = {
  /** Oldest first. */
  readonly movements: readonly Movement[]
  /** Rows of the exchange's ledger that nobody here understands, in words; what they moved stays a difference. */
  readonly unread: readonly string[]
}

export type ExchangeHealth = {
  /** Null when the last request was answered, else what went wrong. */
  readonly restProblem: string | null
  readonly restAt: EpochMs | null
  /** The private stream of hints; null when well. */
  readonly streamProblem: string | null
  readonly streamAt: EpochMs | null
  readonly system: 'online' | 'maintenance' | 'cancel_only' | 'post_only' | 'limit_only'
  /** Points of the call counter in use and its limit; null where nothing is counted. */
  readonly calls: { readonly used: number; readonly limit: number } | null
}

/** What execution needs from an exchange. */
export type Exchange = {
  /** Refused by the adapter after `intent.deadline`. */
  submit(intent: GatedIntent): Promise<Result<Accepted, Refused | OutcomeUnknown>>
  /** `urgent` overtakes whatever else is waiting to be sent: for the kill switch. */
  cancel(
    clientOrderId: ClientOrderId,
    options?: { readonly urgent: boolean },
  ): Promise<Result<'cancelled' | 'not-open', Refused | OutcomeUnknown>>
  /** Moves a resting stop to another trigger. Doing it twice is harmless. */
  amend(clientOrderId: ClientOrderId, trigger: Price): Promise<Result<'amended' | 'not-open', Refused | OutcomeUnknown>>
  /** Looks at open orders, closed orders and trades. `never-seen` proves absence only after the deadline. */
  find(clientOrderId: ClientOrderId): Promise<Result<ExchangeOrder | 'never-seen', Unreachable>>
  /** Every open order of the account, those placed by hand included. */
  openOrders(): Promise<Result<readonly RestingOrder[], Unreachable>>
  balances(): Promise<Result<ReadonlyMap<Asset, Holding>, Unreachable>>
  /** Movements since a time. */
  movements(since: EpochMs): Promise<Result<MovementHistory, Unreachable>>
  /**
   * The exchange cancels every order of the account, whoever placed it, unless asked again within `seconds`; 0 takes that
   * back.
   */
  cancelAllAfter(seconds: number): Promise<Result<null, Refused | OutcomeUnknown>>
  health(): ExchangeHealth
  /** A hint that something about this order changed: ask `find`. */
  onChange(listener: (clientOrderId: ClientOrderId) => void): Cancel
  close(): Promise<void>
}

/** A market's rules, or null where it does not exist or is not active. */
export type Markets = { rules(symbol: TradedPair): MarketRules | null; readonly symbols: readonly TradedPair[] }

export type LlmAnswer = {
  readonly text: string
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: string
}
/** On whose behalf a model is asked. */
export type AskedFor = {
  readonly purpose: 'conflict' | 'strategy' | 'agent' | 'test'
  /** The conflict or plan; null where it is none. */
  readonly decisionId: string | null
  readonly correlationId: CorrelationId | null
  /** SHA-256 of the prompt's file; null where it has none. */
  readonly templateHash: string | null
}
export type Question = {
  readonly system: string
  readonly user: string
  /** An agent's unless given. */
  readonly askedFor?: AskedFor
  /** JSON schema of the answer, for providers that take one; by default that of a choice among options. */
  readonly answerSchema?: Readonly<Record<string, unknown>>
}
/** One question, one answer as text. Reading and judging it is for whoever asks. */
export type LanguageModel = {
  ask(prompt: Question, signal: AbortSignal): Promise<LlmReply>
}
/** What is known of a model before it is asked. */
export type Priced = {
  /** As the settings call it; who answers may call itself otherwise. */
  readonly modelName: string
  /** The most that asking this can cost, in US dollars. */
  costAtMost(prompt: Question): string
}
/** What its provider says of its models. */
export type Listed = {
  /** The names of the models that the provider lists. Never rejects. Errors as those of `ask`. */
  listed(signal: AbortSignal): Promise<Result<readonly string[]>>
}
/** What an answer cost, as far as the provider said. */
export type Spent = Pick<LlmAnswer, 'model' | 'inputTokens' | 'outputTokens' | 'costUsd'>
/** A failure that was paid for says what it cost, where that is known. */
export type LlmReply =
  | { readonly ok: true; readonly value: LlmAnswer }
  | { readonly ok: false; readonly error: Failure; readonly spent?: Spent }

/** One question to one model, on record. */
export type LlmCall = AskedFor & {
  readonly id: string
  readonly provider: string
  readonly modelAsked: string
  readonly promptHash: string
  /** JSON: what was sent. */
  readonly request: string
  readonly attempt: number
  /** By the market's clock. */
  readonly startedAt: EpochMs
  /** By the machine's: budgets count its days. */
  readonly paidAt: EpochMs
  readonly reservedUsd: string
}
export type LlmCallEnd = {
  readonly outcome: string
  /** What counts against the budgets: what it cost, or what was reserved where nobody knows. */
  readonly settledUsd: string
  readonly answer: string | null
  readonly modelAnswered: string | null
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  readonly latencyMs: number
}
export type LlmCallRow = LlmCall & { readonly end: LlmCallEnd | null }
export type LlmCallStore = {
  add(call: LlmCall): void
  /** @throws when it was closed before. */
  close(id: string, end: LlmCallEnd): void
  /** Closes whatever is open, each at what was reserved for it. */
  interrupt(outcome: string): void
  /** US dollars settled, or reserved where the answer is still out, from this moment of the machine's clock on. */
  spentSince(time: EpochMs): Decimal
  spentOn(decisionId: string): Decimal
  /** The same by provider. */
  spentOnBy(decisionId: string): ReadonlyMap<string, Decimal>
  ofDecision(decisionId: string): readonly LlmCallRow[]
  /** The newest one to a provider. */
  last(provider: string): LlmCallRow | null
}
/** A model that may settle conflicts. */
export type Llm = LanguageModel & { readonly resolver: Resolver }

/** A model of a panel, under the name that the settings give it. */
export type PanelModel = LanguageModel & { readonly name: string }
/** A model of agents.yaml, and the variable of the environment that holds its key; '' where it needs none. */
export type WantedModel = Omit<ProviderTerms, 'apiKey'> & { readonly name: string; readonly keyEnv: string }
/** The models among those wanted that can be asked where the program runs. */
export type OpenModels<Model extends PanelModel = PanelModel> = (wanted: readonly WantedModel[]) => readonly Model[]

/** SHA-256 of a text, hexadecimal. */
export type Hash = (text: string) => string

/** Where bugs and lost messages are written for a person to find: one line each, secrets never. */
export type Log = { info(text: string): void; error(text: string, error?: unknown): void }

/**
 * Somebody who publishes headlines, or an index of the market's mood. What it says is untrusted and already cleaned; what
 * it said stays known while it cannot be reached.
 */
export type NewsSource = {
  /** As items and problems name it. */
  readonly name: string
  readonly kind: 'index' | 'headlines'
  /**
   * Asks it again; afterwards `known` and `problem` speak of the answer. Never rejects: failures are `news/…`, with what to
   * do about them. Null for a recording, of which everything is known from the start.
   */
  readonly refresh: ((now: EpochMs, signal: AbortSignal) => Promise<Result<null>>) | null
  /** What was published in (since, now], oldest first: nothing that comes later, however much of it is on record. */
  known(since: EpochMs, now: EpochMs): readonly NewsItem[]
  /** Why it could not be reached or read the last time, in one line; null when it could, or was never asked. */
  problem(): string | null
}

/** The sources of agents.yaml, and how they are to be read. */
export type WantedNews = {
  /** Null when it is switched off; so are the others. */
  readonly fearGreedUrl: string | null
  readonly feeds: readonly { readonly name: string; readonly url: string }[]
  readonly fearGreedFile: string | null
  readonly headlineFile: string | null
  readonly timeLimitMs: number
  readonly assetWords: AssetWords
}
export type OpenNews = (wanted: WantedNews) => readonly NewsSource[]

// Stores. All synchronous; `transact` makes several writes one.

export type Transact = <T>(work: () => T) => T
/** Runs work once the transaction it is asked for in is committed, and never if it is undone; at once outside one. */
export type AfterCommit = (work: () => void) => void

export type OrderStore = {
  /** Durable when it returns. */
  insert(order: Order): void
  /** Also logs the status to order_status_log. */
  save(order: Order): void
  get(id: OrderId): Order | null
  byClientOrderId(id: ClientOrderId): Order | null
  /** Not final, or in doubt. */
  live(): readonly Order[]
  ofProposal(id: ProposalId): readonly Order[]
  /** Stops and exits of a position, oldest first. */
  ofPosition(id: PositionId): readonly Order[]
  recent(limit: number): readonly Order[]
  /** Intents written since `time`, newest first. */
  createdSince(time: EpochMs): readonly Order[]
}
export type FillStore = {
  /** False when this trade id is known: exchanges resend fills. */
  add(fill: Fill): boolean
  ofOrder(id: OrderId): readonly Fill[]
  recent(limit: number): readonly Fill[]
}
export type LedgerStore = {
  /** @throws when the entry is not balanced. */
  append(entry: LedgerEntry): void
  /** Every entry, oldest first. */
  all(): Iterable<LedgerEntry>
  recent(limit: number): readonly LedgerEntry[]
}
/** A deposit, withdrawal or reward, and which sleeve it belongs to; null until somebody or the default decides. */
export type RecordedMovement = {
  readonly id: string
  readonly kind: 'deposit' | 'withdrawal' | 'reward'
  readonly asset: Asset
  readonly amount: Amount
  readonly at: EpochMs
  /** From then on the default applies: core. */
  readonly defaultAt: EpochMs
  readonly sleeve: 'core' | 'hodl' | null
  readonly decidedAt: EpochMs | null
  readonly decidedBy: 'trader' | 'default' | null
  readonly reason: string | null
  readonly correlationId: CorrelationId
}
export type MovementStore = {
  /** False when this id is known. */
  add(movement: RecordedMovement): boolean
  save(movement: RecordedMovement): void
  get(id: string): RecordedMovement | null
  /** Not classified yet, oldest first. */
  waiting(): readonly RecordedMovement[]
  recent(limit: number): readonly RecordedMovement[]
  /** When the newest one happened. */
  lastAt(): EpochMs | null
}
/** The bags' part of a closed position's profit. */
export type BagShare = {
  readonly positionId: PositionId
  /** What it is to buy. */
  readonly asset: Asset
  /** In quote. */
  readonly amount: Amount
  readonly at: EpochMs
}
export type BagShareStore = {
  /** False when this position's share for this asset is known. */
  add(share: BagShare): boolean
  ofPosition(id: PositionId): readonly BagShare[]
  /** Every share ever, by asset, in quote. */
  total(asset: Asset): Amount
}
export type ProposalStore = {
  insert(proposal: Proposal): void
  save(proposal: Proposal): void
  get(id: ProposalId): Proposal | null
  withStatus(...statuses: readonly ProposalStatus[]): readonly Proposal[]
  /** Those that a conflict's resolution has led to. */
  ofConflict(id: ConflictId): readonly Proposal[]
  recent(limit: number): readonly Proposal[]
  /** How many were approved without a person from `time` on. */
  autoApprovedSince(time: EpochMs): number
  lastFinishedRebalanceAt(): EpochMs | null
}
export type ConflictStore = {
  insert(conflict: Conflict): void
  save(conflict: Conflict): void
  get(id: ConflictId): Conflict | null
  /** Those of which nothing has been carried out: undecided, or waited for. Oldest first. */
  unapplied(): readonly Conflict[]
  /** Decided, and perhaps not carried out to the end. Oldest first. */
  notCarriedOut(): readonly Conflict[]
  noteCarriedOut(id: ConflictId): void
  recent(limit: number): readonly Conflict[]
}
export type ConflictScoreStore = {
  /** Written anew with every change. */
  follow(followed: Counterfactual): void
  /** Those that are not scored yet, oldest first. */
  followed(): readonly Counterfactual[]
  /** Final: it is followed no longer. */
  score(id: ConflictId, scores: ConflictScores, at: EpochMs): void
  /** Null while it is not scored. */
  of(id: ConflictId): ConflictScores | null
  /** In the order in which they were scored. */
  scored(): readonly ConflictId[]
}
export type PositionStore = {
  insert(position: Position): void
  save(position: Position): void
  get(id: PositionId): Position | null
  open(): readonly Position[]
  /** The newest position that an order made. */
  ofEntry(id: OrderId): Position | null
  recent(limit: number): readonly Position[]
  snapshot(position: Position, mark: Price, unrealized: Money, at: EpochMs): void
}
/** What the risk engine said of one signal. */
export type RecordedRiskDecision = {
  readonly at: EpochMs
  readonly symbol: TradedPair
  readonly correlationId: CorrelationId
  /** Null where the trade was refused. */
  readonly allowed: {
    readonly proposalId: ProposalId
    readonly amount: Amount
    /** What the signal would have had before the limits cut it. */
    readonly ownAmount: Amount
  } | null
  readonly rules: readonly RuleOutcome[]
}
export type RiskDecisionStore = {
  add(decision: RecordedRiskDecision): void
  /** Null where there is none: a rebalance, or a trade of an older version. */
  ofProposal(id: ProposalId): RecordedRiskDecision | null
  /** Newest first. */
  recent(limit: number): readonly RecordedRiskDecision[]
  /** Those that let nothing through, newest first. */
  refused(limit: number): readonly RecordedRiskDecision[]
}
export type EquityPoint = {
  readonly at: EpochMs
  readonly equity: Money
  readonly holdEquity: Money | null
  readonly peak: Money
  /** What had come into the account from outside by then, less what had left it; null before that was kept. */
  readonly flows: Money | null
  /** Largest absolute drift of the core sleeve, pp. */
  readonly driftPp: string
}
export type EquityStore = {
  add(point: EquityPoint): void
  first(): EquityPoint | null
  last(): EquityPoint | null
  /** The last point before `time`: where a day's P&L starts. */
  before(time: EpochMs): EquityPoint | null
  /** At most `limit` points since `time`, evenly thinned, oldest first. */
  since(time: EpochMs, limit: number): readonly EquityPoint[]
}
export type AgentOutputStore = {
  add(
    agent: string,
    messageId: MessageId,
    output: { readonly symbol: TradedPair; readonly at: EpochMs },
    inputIds: readonly MessageId[],
    latencyMs: number,
  ): void
  /** Newest first. */
  recent(agent: string, limit: number): readonly AgentOutputRow[]
  /** The newest of a symbol. */
  last(agent: string, symbol: TradedPair): AgentOutputRow | null
}
/** What an agent said that was news, as the window reads it. */
export type AgentOutputRow = {
  readonly symbol: string
  readonly at: EpochMs
  readonly latencyMs: number
  /** JSON. */
  readonly output: string
}
/** One question of an agent to a model, and what came of it. */
export type AgentCall = {
  readonly agent: string
  /** Null where it was about none. */
  readonly symbol: TradedPair | null
  readonly at: EpochMs
  /** The model as the settings call it. */
  readonly name: string
  /** Who answered, in the provider's words; null where nobody did. */
  readonly model: string | null
  /** SHA-256 of what it was told. */
  readonly promptHash: string
  /** Null where unknown. */
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  /** Exact; null where unknown, as after a question that was given up on. */
  readonly costUsd: string | null
  readonly latencyMs: number
  /** `used`, or why not: an error's code and message. */
  readonly outcome: string
  /** What it said, cleaned and cut; null where it said nothing. Untrusted: shown as text. */
  readonly answer: string | null
}
export type AgentCallStore = {
  add(call: AgentCall): void
  /** Newest first. */
  recent(agent: string, limit: number): readonly AgentCall[]
  /** USD, of the calls since `time` whose cost is known; null for an agent that never asked a model. */
  costSince(agent: string, time: EpochMs): string | null
}
export type ForecastStore = {
  /** One for each horizon; false when this agent has spoken of this symbol at this moment. */
  add(forecasts: readonly Forecast[]): boolean
  settle(forecast: ScoredForecast): void
  /** In the order in which they were said. */
  scored(): Iterable<ScoredForecast>
  waiting(): readonly Forecast[]
}
/** The end of the audit's chain; `at` is the moment of its last row, null while there is none. */
export type AuditHead = {
  /** Of its last row; 0 while there is none. */
  readonly seq: number
  /** SHA-256 over the last row and all before it, as 64 hex digits. */
  readonly hash: string
  readonly at: EpochMs | null
}
export type MessageStore = {
  /** Written with the next `flush`, or before what is recorded next; what has been recorded is not written again. */
  append(message: Message<Topic>): void
  /** Writes a message within the transaction that is under way, after all that was appended before it. */
  record(message: Message<Topic>): void
  deadLetter(message: Message<Topic>, subscriber: string, reason: string): void
  /** Writes what is buffered, and notes the head outside the database; inside a transaction it waits for the next time. */
  flush(): void
}
/** One step of the desks that decide, or a part of one. */
export type SessionRow = {
  /** One start of the program: steps are counted in it. */
  readonly run: number
  readonly step: number
  readonly at: EpochMs
  readonly kind: string
  /** What it was about: a symbol, a conflict, a proposal; '' for none. */
  readonly subject: string
  /** What a model answered, to the letter; null in every other step. */
  readonly answer: string | null
  /** JSON. */
  readonly data: string
}
export type SessionLogStore = {
  /** Starts of the program that are on record. */
  runs(): number
  /** Written with the next `flush`, or before what is recorded next. */
  add(row: SessionRow): void
  /** Writes a row within the transaction that is under way, after all that was added before it. */
  record(row: SessionRow): void
  /** Writes what is buffered; inside a transaction it waits for the next time. */
  flush(): void
}
export type CoordinatorState = 'RUNNING' | 'PAUSED' | 'HALTED'
export type StateStore = {
  /** Small facts that must survive a restart, as JSON text by name. */
  get(name: string): string | null
  set(name: string, json: string): void
}
/** The last price seen of each symbol, sampled: where a generated market goes on after a restart. */
export type MarketSampleStore = { add(tick: Tick): void; last(symbol: TradedPair): Tick | null }
/** Closed candles, so many of each symbol and width: what a start knows of the past when nobody else tells of it. */
export type CandleStore = {
  /** Takes the place of one of the same symbol, width and open time. Kept in memory until `flush`. */
  add(symbol: TradedPair, candle: Candle): void
  /** The newest that close by `time`, oldest first; what is not written yet is among them. */
  last(symbol: TradedPair, intervalMs: number, count: number, time: EpochMs): readonly Candle[]
  /** Writes what is in memory, as one transaction, and forgets what is too old; inside another it waits for the next time. */
  flush(): void
}

export type Stores = {
  readonly transact: Transact
  readonly afterCommit: AfterCommit
  /** Grows with every row that is written: what was read at the same number is still true. */
  readonly rowsWritten: () => number
  readonly orders: OrderStore
  readonly fills: FillStore
  readonly ledger: LedgerStore
  readonly movements: MovementStore
  readonly bagShares: BagShareStore
  readonly proposals: ProposalStore
  readonly conflicts: ConflictStore
  readonly conflictScores: ConflictScoreStore
  readonly llmCalls: LlmCallStore
  readonly positions: PositionStore
  readonly riskDecisions: RiskDecisionStore
  readonly equity: EquityStore
  readonly agentOutputs: AgentOutputStore
  readonly agentCalls: AgentCallStore
  readonly forecasts: ForecastStore
  readonly messages: MessageStore
  readonly sessionLog: SessionLogStore
  readonly state: StateStore
  readonly marketSamples: MarketSampleStore
  readonly candles: CandleStore
  readonly journal: JournalStore
}

// What the Journal room reads.
export type JournalRow = {
  readonly seq: number
  readonly id: string
  readonly topic: string
  readonly source: string
  readonly at: EpochMs
  readonly correlationId: string | null
  readonly causationId: string | null
  readonly payload: string
}
export type DeadLetterRow = JournalRow & { readonly subscriber: string; readonly reason: string }
export type JournalStore = {
  /** Newest first, older than `beforeSeq`; `text` matches id, correlation id, source or payload. */
  search(query: {
    text: string | null
    topic: string | null
    beforeSeq: number | null
    limit: number
  }): readonly JournalRow[]
  /** Everything of one decision, oldest first. */
  trace(correlationId: string): readonly JournalRow[]
  deadLetters(limit: number): readonly DeadLetterRow[]
  /** The end of the chain, of what is certain. */
  head(): AuditHead
  /** What was wrong at the start with the head that is noted outside the database, or why it cannot be noted now. */
  headTrouble(): Failure | null
}

// What surrounds the engine.

/** Somebody pressed Kill: in the window, in the tray, or by way of another program. */
export type Kill = {
  readonly at: EpochMs
  readonly reason: string
  /** Tactical positions were to be closed as well. */
  readonly flatten: boolean
}
/**
 * The mark of a kill that any program of this user can make, that is seen here, and that outlives them all. Synchronous,
 * and independent of the database.
 */
export type Sentinel = {
  /** Durable when it answers. Error `kill/not-marked`. */
  raise(kill: Kill): Result<null>
  /** Null when there is none. One that cannot be read counts: its maker meant to stop. */
  read(): Kill | null
  /** Error `kill/still-marked`. */
  lower(): Result<null>
}

/** Time that passed without us, or was changed under us: nothing known from before is fresh. */
export type Wake =
  | { readonly kind: 'slept'; readonly forMs: number }
  /** Wall clock against monotonic clock; negative when it was set back. Suspended machines may only show this. */
  | { readonly kind: 'clock_stepped'; readonly byMs: number }
export type Wakes = {
  listen(listener: (wake: Wake) => void): Cancel
  /** Compares the clocks now, not only once a second: cheap enough for before every order. */
  look(): void
}
