import type { Asset, CorrelationId, ProposalId, TradedPair } from '../../shared/ids.ts'
import { type Amount, fromFloat, amount as fromText, type Price, toFloat, toText, ZERO } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import { createOutbox, type Outbox, type OutboxStores } from '../bus/outbox.ts'
import {
  type Allocation,
  allocationOf,
  type FloatHolding,
  type Holding,
  isOutsideBand,
  isSurelyInside,
} from '../domain/allocation.ts'
import { type Band, bandEdges } from '../domain/band.ts'
import { leftToSpend } from '../domain/execution.ts'
import type { Tick } from '../domain/market.ts'
import { isResumable, type Proposal } from '../domain/proposal.ts'
import { applyLegs, type PlanRequest, type PlanSettings, planRebalance } from '../domain/rebalance.ts'
import type { Consulted } from '../domain/strategy.ts'
import type { Clock, OrderStore, ProposalStore, StateStore } from '../ports.ts'
import { type PlanMaker, type PlanWish, PRICE_OF_QUOTE } from './plan-maker.ts'
import type { StrategyDesk } from './strategy-desk.ts'

export type RebalancerSettings = {
  readonly quote: Asset
  readonly targets: ReadonlyArray<{ readonly asset: Asset; readonly parts: number }>
  readonly band: Band
  /** `never`: what is overweight waits for new money. */
  readonly selling: 'allowed' | 'never'
  /** What money that came into core does: buys what is underweight, or waits for the next check. */
  readonly newMoney: 'buy' | 'wait'
  readonly cooldownMs: number
  readonly plan: PlanSettings
}

/** What the last check found. `quiet` is inside the band. */
export type CheckOutcome =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'stale'; readonly symbol: TradedPair }
  | { readonly kind: 'proposed'; readonly proposal: Proposal }
  | { readonly kind: 'held_back'; readonly because: string }
export type LastCheck = { readonly at: EpochMs; readonly outcome: CheckOutcome }

const CHOOSING = 'A model is choosing how the next plan is carried out.'
const BASELINE = 'just_held'
/** As it was kept before bags could be added to: without them. */
const OLD_BASELINE = 'hold_baseline'
/** A plan to be resumed is among the last ones, or stale. */
const RECENT = 100

/** Where amounts of the core sleeve come from. `version` changes whenever any amount does. */
export type CoreHoldings = {
  version(): number
  /** What core owns of an asset, quote lent to tactical trades included. */
  amountOf(asset: Asset): Amount
  /** What of it a plan could sell now. */
  freeOf(asset: Asset): Amount
  bagOf(asset: Asset): Amount
  /** What came into the account from outside since its first entry, less what left it. */
  flowOf(asset: Asset): Amount
}

type Wish = PlanWish & {
  /** Whatever the drift, and its band. */
  readonly isForced: boolean
  /** Whether the pause after the last rebalance counts. */
  readonly afterPause: boolean
  /** By itself, so that there is time to have its strategy chosen; what a person wished for is planned at once. */
  readonly isUnasked: boolean
  /** What came of asking for a strategy. */
  readonly consulted?: Consulted
}

/** Checks the core sleeve against its targets and proposes the way back. */
export class Rebalancer {
  private last: LastCheck | null = null
  private count = 0
  private screen: FloatHolding[] = []
  private screenVersion = -1
  private readonly halfWidthsPp: readonly number[]
  private readonly symbols: readonly (TradedPair | null)[]
  private readonly outbox: Outbox
  /** Less what had come from outside by then. */
  private held: ReadonlyMap<Asset, Amount> | null
  /** How the last plan is carried out, where that was chosen. */
  private chosen: { readonly plan: ProposalId; readonly strategy: NonNullable<PlanWish['strategy']> } | null = null
  private readonly deps: {
    readonly clock: Clock
    readonly bus: Pick<Bus, 'compose' | 'send'>
    readonly stores: OutboxStores & {
      readonly proposals: Pick<ProposalStore, 'insert' | 'get' | 'recent' | 'withStatus' | 'lastFinishedRebalanceAt'>
      readonly orders: Pick<OrderStore, 'ofProposal'>
      readonly state: StateStore
    }
    readonly core: CoreHoldings
    readonly fresh: (symbol: TradedPair) => Tick | null
    readonly plans: PlanMaker
    /** Null where the settings alone say how plans are carried out. */
    readonly strategies: StrategyDesk | null
    /** Null when trading is on; otherwise why nothing is proposed. */
    readonly heldBackBecause: () => string | null
    readonly settings: RebalancerSettings
  }

  constructor(deps: Rebalancer['deps']) {
    this.deps = deps
    this.outbox = createOutbox(deps)
    const { quote, targets, band } = deps.settings
    this.halfWidthsPp = bandEdges(band, targets).map(({ halfWidthPp }) => toFloat(halfWidthPp))
    this.symbols = targets.map(({ asset }) => (asset === quote ? null : (`${asset}/${quote}` as TradedPair)))
    const saved = deps.stores.state.get(BASELINE)
    this.held = saved === null ? this.takeOldBaseline() : readAmounts(saved)
  }

  /** Scheduled: proposes when the drift reaches the band's edge. */
  check(): CheckOutcome {
    return this.note(this.look({ ...this.wishFor('drift'), isForced: false, afterPause: true, isUnasked: true }))
  }

  /** Proposes whatever the drift, at the trader's wish. Error `rebalance/held-back` says what stands against it. */
  force(): Result<Proposal> {
    return this.propose({ ...this.wishFor('forced'), isForced: true, afterPause: true, isUnasked: false })
  }

  /** Plans the rest of the last rebalance anew, from what is held now: what it has sold is not sold again. */
  resume(id: ProposalId): Result<Proposal> {
    const { stores } = this.deps
    const stopped = stores.proposals.get(id)
    if (stopped === null || !isResumable(stopped, stores.proposals.recent(RECENT))) {
      return fail('proposal/not-resumable', 'Only the last rebalance can be resumed, and only when it stopped early.')
    }
    const mode = this.restOf(stopped)
    return this.propose({ trigger: 'resumed', resumes: id, mode, isForced: true, afterPause: false, isUnasked: false })
  }

  /**
   * In place of a plan that was voided: for the same purpose, at the prices of now. Error `rebalance/nothing-to-do` when
   * the drift that it was made for is gone.
   */
  planAgain(voided: Proposal): Result<Proposal> {
    const { trigger, resumes } = voided.details ?? { trigger: 'drift', resumes: null }
    const isForced = trigger !== 'drift'
    const strategy = this.chosen?.plan === voided.id ? { strategy: this.chosen.strategy } : {}
    const plan = { trigger, resumes, mode: this.restOf(voided), ...strategy }
    return this.propose({ ...plan, isForced, afterPause: false, isUnasked: false })
  }

  /** So much of the quote came into core: it buys what is underweight, and nothing is sold for it. */
  onNewMoney(amount: Amount): void {
    const { newMoney, quote } = this.deps.settings
    if (newMoney === 'wait') return
    const mode = { kind: 'cash_flow', quote, freshQuote: amount } as const
    const wish = {
      trigger: 'new_money',
      resumes: null,
      mode,
      isForced: true,
      afterPause: false,
      isUnasked: true,
    } as const
    const outcome = this.look(wish)
    // What cannot be bought now counts at the next check.
    if (outcome.kind === 'proposed') this.note(outcome)
  }

  /** Whether a model is choosing how the next plan is carried out. */
  isAsking(): boolean {
    return this.deps.strategies?.isAsking() ?? false
  }

  /** What is being asked is asked again at the first check after the next start. */
  close(): void {
    this.deps.strategies?.close()
  }

  lastCheck(): LastCheck | null {
    return this.last
  }

  /** Checks at which every price was fresh. */
  checkCount(): number {
    return this.count
  }

  /** Exact weights at the last known prices; null while a price has never been seen. */
  allocation(priceOf: (symbol: TradedPair) => Price | null): readonly Allocation[] | null {
    const holdings = this.holdings(priceOf)
    return holdings === null ? null : allocationOf(holdings)
  }

  /**
   * What the account would hold, had thirds been bought with core at the first check, the bags been left as they were,
   * and everything that came since been kept as it came; null before that check.
   */
  baseline(): ((asset: Asset) => Amount) | null {
    const { held } = this
    return held === null ? null : (asset) => (held.get(asset) ?? ZERO).plus(this.deps.core.flowOf(asset)) as Amount
  }

  private note(outcome: CheckOutcome): CheckOutcome {
    this.last = { at: this.deps.clock.now(), outcome }
    return outcome
  }

  private propose(wish: Wish): Result<Proposal> {
    const outcome = this.note(this.look(wish))
    if (outcome.kind === 'proposed') return ok(outcome.proposal)
    if (outcome.kind === 'held_back') return fail('rebalance/held-back', outcome.because)
    if (outcome.kind === 'stale') return fail('rebalance/stale-price', `There is no fresh price of ${outcome.symbol}.`)
    return fail('rebalance/nothing-to-do', 'The weights are inside their bands.')
  }

  private wishFor(trigger: 'drift' | 'forced'): PlanWish {
    return { trigger, resumes: null, mode: this.mode() }
  }

  private mode(): NonNullable<PlanRequest['mode']> {
    const { selling, quote } = this.deps.settings
    return selling === 'never' ? { kind: 'buy_only', quote } : { kind: 'full' }
  }

  /** What is left to do of a plan: of new money, what it has not spent. */
  private restOf(plan: Proposal): NonNullable<PlanRequest['mode']> {
    if (plan.details?.trigger !== 'new_money') return this.mode()
    const { quote } = this.deps.settings
    return {
      kind: 'cash_flow',
      quote,
      freshQuote: leftToSpend(plan, this.deps.stores.orders.ofProposal(plan.id), quote),
    }
  }

  private look(wish: Wish): CheckOutcome {
    const { fresh, settings } = this.deps
    if (this.screenVersion !== this.deps.core.version()) this.rebuildScreen()
    for (let i = 0; i < this.symbols.length; i++) {
      const symbol = this.symbols[i]
      if (symbol === null || symbol === undefined) continue
      const tick = fresh(symbol)
      if (tick === null) return { kind: 'stale', symbol }
      ;(this.screen[i] as FloatHolding).price = tick.last
    }
    this.count++
    if (this.held === null) this.saveBaseline()
    if (!wish.isForced && isSurelyInside(this.screen, 0)) return { kind: 'quiet' }
    const holdings = this.holdings((symbol) => priceOfTick(fresh(symbol)))
    if (holdings === null) return { kind: 'held_back', because: 'A price is missing.' }
    if (!wish.isForced && !isOutsideBand(holdings, settings.band)) return { kind: 'quiet' }
    const because = this.deps.heldBackBecause() ?? this.heldBackByOthers(wish)
    if (because !== null) return { kind: 'held_back', because }
    const sellable = holdings.map((holding) => ({ ...holding, sellable: this.deps.core.freeOf(holding.asset) }))
    if (this.isAskedFirst(wish, sellable)) return { kind: 'held_back', because: CHOOSING }
    const planned = this.withStrategy(wish, sellable)
    const made = this.deps.plans.make(sellable, planned)
    if (!made.ok) return { kind: 'held_back', because: made.error.message }
    this.deps.strategies?.giveUp()
    this.chosen = planned.strategy === undefined ? null : { plan: made.value.id, strategy: planned.strategy }
    this.announce(made.value)
    return { kind: 'proposed', proposal: made.value }
  }

  /** Whether a model chooses how this is carried out; it is planned when that is known, at the prices of then. */
  private isAskedFirst(wish: Wish, holdings: readonly Holding[]): boolean {
    const { strategies } = this.deps
    if (strategies === null || !wish.isUnasked || wish.consulted !== undefined) return false
    return strategies.ask(holdings, wish, (consulted): CorrelationId | null => {
      const outcome = this.note(this.look({ ...wish, consulted }))
      return outcome.kind === 'proposed' ? outcome.proposal.correlationId : null
    })
  }

  private withStrategy(wish: Wish, holdings: readonly Holding[]): PlanWish {
    const { strategies } = this.deps
    if (strategies === null || wish.consulted === undefined) return wish
    return strategies.applied(holdings, wish, wish.consulted)
  }

  private announce(proposal: Proposal): void {
    const { correlationId, largestDriftPp, coreValue } = proposal
    this.outbox.transact((announce) => {
      this.deps.stores.proposals.insert(proposal)
      announce(
        'portfolio_updates',
        { kind: 'drifted', largestDriftPp: toText(largestDriftPp.round(4)), coreValue: toText(coreValue) },
        { source: 'rebalancer', correlationId },
      )
      announce('proposals', { kind: 'proposed', proposal }, { source: 'rebalancer', correlationId, priority: 'HIGH' })
    })
  }

  private heldBackByOthers({ afterPause, isUnasked }: Wish): string | null {
    if (isUnasked && this.isAsking()) return CHOOSING
    const { proposals } = this.deps.stores
    const active = proposals.withStatus('pending', 'approved').find((proposal) => proposal.kind === 'rebalance')
    if (active !== undefined) {
      return active.status === 'pending' ? 'A rebalance is waiting for a decision.' : 'A rebalance is being executed.'
    }
    const { cooldownMs } = this.deps.settings
    const finishedAt = afterPause && cooldownMs > 0 ? proposals.lastFinishedRebalanceAt() : null
    if (finishedAt !== null && this.deps.clock.now() < finishedAt + cooldownMs) {
      return `The last rebalance finished less than ${cooldownMs / 60_000} min ago.`
    }
    return null
  }

  private holdings(priceOf: (symbol: TradedPair) => Price | null): Holding[] | null {
    const holdings: Holding[] = []
    for (const [i, { asset, parts }] of this.deps.settings.targets.entries()) {
      const symbol = this.symbols[i]
      const price = symbol === null || symbol === undefined ? PRICE_OF_QUOTE : priceOf(symbol)
      if (price === null) return null
      holdings.push({ asset, parts, price, amount: this.deps.core.amountOf(asset) })
    }
    return holdings
  }

  private rebuildScreen(): void {
    const { core, settings } = this.deps
    const parts = settings.targets.reduce((total, target) => total + target.parts, 0)
    this.screenVersion = core.version()
    this.screen = settings.targets.map((target, i) => ({
      amount: toFloat(core.amountOf(target.asset)),
      price: 1,
      targetWeight: target.parts / parts,
      halfWidthPp: this.halfWidthsPp[i] as number,
    }))
  }

  /** Thirds bought at the first check, taker fees paid: what "just held" is measured by. */
  private saveBaseline(): void {
    const holdings = this.holdings((symbol) => priceOfTick(this.deps.fresh(symbol)))
    if (holdings === null) return
    const whole: PlanSettings = {
      orderType: 'market',
      slippageCapPercent: this.deps.settings.plan.slippageCapPercent,
      sliceAbove: this.deps.settings.plan.sliceAbove,
      slices: 1,
      sliceEveryMs: 0,
    }
    const plan = planRebalance(holdings, this.deps.plans.routes(true), whole, this.deps.clock.now())
    this.keepBaseline(plan.ok ? applyLegs(holdings, plan.value.legs) : holdings)
  }

  private takeOldBaseline(): ReadonlyMap<Asset, Amount> | null {
    const saved = this.deps.stores.state.get(OLD_BASELINE)
    if (saved === null) return null
    const amounts = readAmounts(saved)
    return this.keepBaseline([...amounts].map(([asset, amount]) => ({ asset, amount })))
  }

  /** @param ofCore what core holds of each asset. */
  private keepBaseline(ofCore: readonly { asset: Asset; amount: Amount }[]): ReadonlyMap<Asset, Amount> {
    const { core, stores } = this.deps
    const held = ofCore.map(({ asset, amount }) => {
      const owned = amount.plus(core.bagOf(asset)).minus(core.flowOf(asset)) as Amount
      return [asset, owned] as const
    })
    stores.state.set(BASELINE, JSON.stringify(Object.fromEntries(held.map(([asset, owned]) => [asset, toText(owned)]))))
    this.held = new Map(held)
    return this.held
  }
}

const priceOfTick = (tick: Tick | null): Price | null => (tick === null ? null : (fromFloat(tick.last) as Price))

const readAmounts = (json: string): ReadonlyMap<Asset, Amount> =>
  new Map(
    Object.entries(JSON.parse(json) as Record<string, string>).map(([asset, text]) => [asset as Asset, fromText(text)]),
  )
