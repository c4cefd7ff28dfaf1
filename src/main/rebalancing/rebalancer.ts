import type { Asset, CorrelationId, ProposalId, TradedPair } from '../../shared/ids.ts'
import {
  type Amount,
  type Decimal,
  decimal,
  fromFloat,
  amount as fromText,
  maxOf,
  ONE,
  type Price,
  shown,
  toFloat,
  toText,
  ZERO,
} from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { after, type EpochMs } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import {
  type Allocation,
  allocationOf,
  type FloatHolding,
  type Holding,
  isOutsideBand,
  isSurelyInside,
  totalValue,
} from '../domain/allocation.ts'
import type { Tick } from '../domain/market.ts'
import { type PriceUsed, type Proposal, type ProposalDraft, pendingProposal } from '../domain/proposal.ts'
import { applyLegs, type PlanSettings, planRebalance } from '../domain/rebalance.ts'
import type { Route } from '../domain/route.ts'
import type { Clock, Hash, Ids, Markets, StateStore, Stores } from '../ports.ts'

export type RebalancerSettings = {
  readonly quote: Asset
  readonly targets: ReadonlyArray<{ readonly asset: Asset; readonly parts: number }>
  readonly thresholdPp: Decimal
  readonly cooldownMs: number
  readonly expiresMs: number
  readonly plan: PlanSettings
}

/** What the last check found. `quiet` is inside the band. */
export type CheckOutcome =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'stale'; readonly symbol: TradedPair }
  | { readonly kind: 'proposed'; readonly proposal: Proposal }
  | { readonly kind: 'held_back'; readonly because: string }
export type LastCheck = { readonly at: EpochMs; readonly outcome: CheckOutcome }

const BASELINE = 'hold_baseline'
const HUNDRED = decimal('100')

/** Where amounts of the core sleeve come from. `version` changes whenever any amount does. */
export type CoreHoldings = {
  version(): number
  /** What core owns of an asset, quote lent to tactical trades included. */
  amountOf(asset: Asset): Amount
  bagOf(asset: Asset): Amount
}

/** Checks the core sleeve against its targets and proposes the way back. */
export class Rebalancer {
  private last: LastCheck | null = null
  private count = 0
  private screen: FloatHolding[] = []
  private screenVersion = -1
  private readonly threshold: number
  private readonly symbols: readonly (TradedPair | null)[]
  private held: ReadonlyMap<Asset, Amount> | null
  private readonly deps: {
    readonly clock: Clock
    readonly ids: Ids
    readonly bus: Bus
    readonly stores: Pick<Stores, 'proposals' | 'transact'> & { readonly state: StateStore }
    readonly core: CoreHoldings
    readonly markets: Markets
    readonly fresh: (symbol: TradedPair) => Tick | null
    readonly hash: Hash
    /** Null when trading is on; otherwise why nothing is proposed. */
    readonly heldBackBecause: () => string | null
    readonly settings: RebalancerSettings
  }

  constructor(deps: Rebalancer['deps']) {
    this.deps = deps
    const { quote, targets, thresholdPp } = deps.settings
    this.threshold = toFloat(thresholdPp)
    this.symbols = targets.map(({ asset }) => (asset === quote ? null : (`${asset}/${quote}` as TradedPair)))
    const saved = deps.stores.state.get(BASELINE)
    this.held = saved === null ? null : readAmounts(saved)
  }

  /** Scheduled: proposes when the drift reaches the threshold. */
  check(): CheckOutcome {
    return this.note(this.look(false))
  }

  /** Proposes whatever the drift, at the trader's wish. Error `rebalance/held-back` says what stands against it. */
  force(): Result<Proposal> {
    const outcome = this.note(this.look(true))
    if (outcome.kind === 'proposed') return ok(outcome.proposal)
    if (outcome.kind === 'held_back') return fail('rebalance/held-back', outcome.because)
    if (outcome.kind === 'stale') return fail('rebalance/stale-price', `There is no fresh price of ${outcome.symbol}.`)
    return fail('rebalance/nothing-to-do', 'The weights are at their targets already.')
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

  /** What the core sleeve would be, had thirds been bought at the first check and held; null before it. */
  baseline(): ReadonlyMap<Asset, Amount> | null {
    return this.held
  }

  private note(outcome: CheckOutcome): CheckOutcome {
    this.last = { at: this.deps.clock.now(), outcome }
    return outcome
  }

  private look(forced: boolean): CheckOutcome {
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
    if (!forced && isSurelyInside(this.screen, this.threshold)) return { kind: 'quiet' }
    const holdings = this.holdings((symbol) => priceOfTick(fresh(symbol)))
    if (holdings === null) return { kind: 'held_back', because: 'A price is missing.' }
    if (!forced && !isOutsideBand(holdings, settings.thresholdPp)) return { kind: 'quiet' }
    return this.propose(holdings, forced)
  }

  private propose(holdings: readonly Holding[], forced: boolean): CheckOutcome {
    const { bus, clock, ids, settings, stores } = this.deps
    const now = clock.now()
    const because = this.deps.heldBackBecause() ?? this.heldBackByOthers(now)
    if (because !== null) return { kind: 'held_back', because }
    const plan = planRebalance(holdings, this.routes(), settings.plan, now)
    if (!plan.ok) return { kind: 'held_back', because: plan.error.message }
    if (plan.value.legs.length === 0) {
      return { kind: 'held_back', because: "Every trade would be below its market's minimum." }
    }
    const drift = plan.value.weights.reduce<Decimal>(
      (max, { before, target }) => maxOf(max, before.minus(target).abs().times(HUNDRED)),
      ZERO,
    )
    const correlationId = ids.next('cor') as CorrelationId
    const draft: ProposalDraft = {
      id: ids.next('prp') as ProposalId,
      kind: 'rebalance',
      createdAt: now,
      expiresAt: after(now, settings.expiresMs),
      reason: forced
        ? `Asked for by the trader; the largest drift is ${shown(drift, 2)} pp.`
        : `The largest drift is ${shown(drift, 2)} pp, the threshold ${toText(settings.thresholdPp)} pp.`,
      legs: plan.value.legs,
      weights: plan.value.weights,
      prices: this.pricesUsed(plan.value.legs.map((leg) => leg.symbol)),
      fees: plan.value.fees,
      coreValue: totalValue(holdings),
      largestDriftPp: drift,
      bags: settings.targets
        .map(({ asset }) => ({ asset, amount: this.deps.core.bagOf(asset) }))
        .filter((bag) => bag.amount.gt(ZERO)),
      trade: null,
      conflictId: null,
      correlationId,
    }
    const proposal = pendingProposal(draft, this.deps.hash)
    stores.proposals.insert(proposal)
    bus.publish(
      'portfolio_updates',
      { kind: 'drifted', largestDriftPp: shown(drift, 4), coreValue: toText(draft.coreValue) },
      { source: 'rebalancer', correlationId },
    )
    bus.publish('proposals', { kind: 'proposed', proposal }, { source: 'rebalancer', correlationId, priority: 'HIGH' })
    return { kind: 'proposed', proposal }
  }

  private heldBackByOthers(now: EpochMs): string | null {
    const { proposals } = this.deps.stores
    const active = proposals.withStatus('pending', 'approved').find((proposal) => proposal.kind === 'rebalance')
    if (active !== undefined) {
      return active.status === 'pending' ? 'A rebalance is waiting for a decision.' : 'A rebalance is being executed.'
    }
    const { cooldownMs } = this.deps.settings
    const finishedAt = cooldownMs > 0 ? proposals.lastFinishedRebalanceAt() : null
    if (finishedAt !== null && now < finishedAt + cooldownMs) {
      return `The last rebalance finished less than ${cooldownMs / 60_000} min ago.`
    }
    return null
  }

  /** Every listed market with a fresh price, at the fee of the configured order type. */
  private routes(): Route[] {
    const { markets, fresh, settings } = this.deps
    return markets.symbols.flatMap((symbol) => {
      const rules = markets.rules(symbol)
      const price = priceOfTick(fresh(symbol))
      if (rules === null || price === null) return []
      return [{ rules, price, fee: settings.plan.orderType === 'market' ? rules.takerFee : rules.makerFee }]
    })
  }

  private pricesUsed(traded: readonly TradedPair[]): PriceUsed[] {
    const symbols = new Set<TradedPair>(traded)
    for (const symbol of this.symbols) if (symbol !== null) symbols.add(symbol)
    return [...symbols].flatMap((symbol) => {
      const tick = this.deps.fresh(symbol)
      return tick === null ? [] : [{ symbol, price: fromFloat(tick.last) as Price, at: tick.at }]
    })
  }

  private holdings(priceOf: (symbol: TradedPair) => Price | null): Holding[] | null {
    const holdings: Holding[] = []
    for (const [i, { asset, parts }] of this.deps.settings.targets.entries()) {
      const symbol = this.symbols[i]
      const price = symbol === null || symbol === undefined ? (ONE as Decimal as Price) : priceOf(symbol)
      if (price === null) return null
      holdings.push({ asset, parts, price, amount: this.deps.core.amountOf(asset) })
    }
    return holdings
  }

  private rebuildScreen(): void {
    const { core, settings } = this.deps
    const parts = settings.targets.reduce((total, target) => total + target.parts, 0)
    this.screenVersion = core.version()
    this.screen = settings.targets.map((target) => ({
      amount: toFloat(core.amountOf(target.asset)),
      price: 1,
      targetWeight: target.parts / parts,
    }))
  }

  /** Thirds bought at the first check, taker fees paid: what "just held" is measured by. */
  private saveBaseline(): void {
    const holdings = this.holdings((symbol) => priceOfTick(this.deps.fresh(symbol)))
    if (holdings === null) return
    const routes = this.routes().map((route) => ({ ...route, fee: route.rules.takerFee }))
    const whole = { ...this.deps.settings.plan, orderType: 'market' as const, slices: 1 }
    const plan = planRebalance(holdings, routes, whole, this.deps.clock.now())
    const held = plan.ok ? applyLegs(holdings, plan.value.legs) : holdings
    const amounts = Object.fromEntries(held.map(({ asset, amount }) => [asset, toText(amount)]))
    this.deps.stores.state.set(BASELINE, JSON.stringify(amounts))
    this.held = new Map(held.map(({ asset, amount }) => [asset, amount]))
  }
}

const priceOfTick = (tick: Tick | null): Price | null => (tick === null ? null : (fromFloat(tick.last) as Price))

const readAmounts = (json: string): ReadonlyMap<Asset, Amount> =>
  new Map(
    Object.entries(JSON.parse(json) as Record<string, string>).map(([asset, text]) => [asset as Asset, fromText(text)]),
  )
