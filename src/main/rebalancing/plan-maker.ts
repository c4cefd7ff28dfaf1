import type { Asset, CorrelationId, ProposalId, TradedPair } from '../../shared/ids.ts'
import {
  type Amount,
  type Decimal,
  decimal,
  fromFloat,
  type Money,
  maxOf,
  ONE,
  type Price,
  shown,
  toFloat,
  ZERO,
} from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { after } from '../../shared/time.ts'
import { type Holding, totalValue } from '../domain/allocation.ts'
import { type Band, bandText } from '../domain/band.ts'
import type { LinearSolver } from '../domain/linear-program.ts'
import type { Gain } from '../domain/lots.ts'
import type { Tick } from '../domain/market.ts'
import { type PlannedSale, plannedSales } from '../domain/planned-sales.ts'
import {
  type LotGain,
  type PlanDetails,
  type PriceUsed,
  type Proposal,
  type ProposalDraft,
  pendingProposal,
} from '../domain/proposal.ts'
import { type Plan, type PlanRequest, type PlanSettings, planRebalance } from '../domain/rebalance.ts'
import type { Route } from '../domain/route.ts'
import type { Clock, Hash, Ids, Markets } from '../ports.ts'

/** What a plan is asked to do. */
export type PlanWish = {
  readonly trigger: PlanDetails['trigger']
  /** The plan whose rest this is. */
  readonly resumes: ProposalId | null
  readonly mode: NonNullable<PlanRequest['mode']>
  /** How it is carried out, and who chose that; as the settings say without it. */
  readonly strategy?: { readonly settings: PlanSettings; readonly because: string }
}

export type PlanMakerDeps = {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'next'>
  readonly hash: Hash
  readonly markets: Markets
  readonly fresh: (symbol: TradedPair) => Tick | null
  readonly bagOf: (asset: Asset) => Amount
  /** What selling would realize, lot by lot. */
  readonly previewGains: (sales: readonly PlannedSale[]) => readonly Gain[]
  /** One standard deviation of a day's effect of such a drift (fractions of the whole); null while unknown. */
  readonly riskPerDay: (drift: ReadonlyMap<Asset, number>) => number | null
  readonly solve: LinearSolver
  readonly settings: {
    readonly quote: Asset
    readonly assets: readonly Asset[]
    readonly band: Band
    readonly expiresMs: number
    readonly plan: PlanSettings
  }
}

const HUNDRED = decimal('100')
const CENTS = 2

/** Makes of holdings and prices a plan that can be shown and approved. */
export class PlanMaker {
  private readonly deps: PlanMakerDeps

  constructor(deps: PlanMakerDeps) {
    this.deps = deps
  }

  /** Errors: those of `planRebalance`; `rebalance/nothing-to-do`, `rebalance/below-minimum`. */
  make(holdings: readonly Holding[], wish: PlanWish): Result<Proposal> {
    const { clock, ids, settings, hash } = this.deps
    const now = clock.now()
    const planned = this.plan(holdings, wish, wish.strategy?.settings ?? settings.plan)
    if (!planned.ok) return planned
    const plan = planned.value
    if (plan.legs.length === 0) return noTrade(plan)
    const largestDriftPp = plan.weights.reduce<Decimal>(
      (max, { before, target }) => maxOf(max, before.minus(target).abs().times(HUNDRED)),
      ZERO,
    )
    const draft: ProposalDraft = {
      id: ids.next('prp') as ProposalId,
      kind: 'rebalance',
      createdAt: now,
      expiresAt: after(now, settings.expiresMs),
      reason: [reasonOf(wish, shown(largestDriftPp, 2), settings.band), ...saidOf(wish)].join(' '),
      legs: plan.legs,
      weights: plan.weights,
      prices: this.pricesUsed(plan.legs.map(({ symbol }) => symbol)),
      fees: plan.fees,
      coreValue: totalValue(holdings),
      largestDriftPp,
      bags: settings.assets
        .map((asset) => ({ asset, amount: this.deps.bagOf(asset) }))
        .filter(({ amount }) => amount.gt(ZERO)),
      trade: null,
      details: {
        trigger: wish.trigger,
        resumes: wish.resumes,
        cost: plan.cost,
        slippageBound: plan.slippageBound,
        folded: plan.folded,
        gains: this.gainsOf(plan, holdings),
        driftRiskPerDay: this.riskOf(plan, holdings),
      },
      conflictId: null,
      correlationId: ids.next('cor') as CorrelationId,
    }
    return ok(pendingProposal(draft, hash))
  }

  /** The trades alone, carried out like this. Errors: those of `planRebalance`. */
  plan(holdings: readonly Holding[], wish: PlanWish, settings: PlanSettings): Result<Plan> {
    const isForced = wish.trigger === 'forced' || wish.trigger === 'resumed'
    const request: PlanRequest = { mode: wish.mode, isForced, solve: this.deps.solve }
    const routes = this.routes(settings.orderType === 'market')
    return planRebalance(holdings, routes, settings, this.deps.clock.now(), request)
  }

  /** Every listed market with a fresh price, at the fee of what takes, or of what rests. */
  routes(takes: boolean): Route[] {
    const { markets, fresh } = this.deps
    return markets.symbols.flatMap((symbol) => {
      const rules = markets.rules(symbol)
      const tick = fresh(symbol)
      if (rules === null || tick === null) return []
      return [{ rules, price: fromFloat(tick.last) as Price, fee: takes ? rules.takerFee : rules.makerFee }]
    })
  }

  /** Of the markets traded on, and of all that the holdings are valued by. */
  private pricesUsed(traded: readonly TradedPair[]): PriceUsed[] {
    const { quote, assets } = this.deps.settings
    const valued = assets.filter((asset) => asset !== quote).map((asset) => `${asset}/${quote}` as TradedPair)
    return [...new Set([...traded, ...valued])].flatMap((symbol) => {
      const tick = this.deps.fresh(symbol)
      return tick === null ? [] : [{ symbol, price: fromFloat(tick.last) as Price, at: tick.at }]
    })
  }

  private gainsOf(plan: Plan, holdings: readonly Holding[]): LotGain[] {
    const { clock, previewGains, settings } = this.deps
    const priceOf = (asset: Asset): Price | null => holdings.find((holding) => holding.asset === asset)?.price ?? null
    const sales = plannedSales(plan.legs, settings.quote, priceOf, clock.now())
    return previewGains(sales).map(({ asset, acquiredAt, amount, cost, proceeds }) => ({
      asset,
      acquiredAt,
      amount,
      cost,
      proceeds: proceeds ?? ZERO,
    }))
  }

  /** One-day one-sigma effect of staying where the plan starts, in quote; null while the volatility is unknown. */
  riskOf({ weights }: Plan, holdings: readonly Holding[]): Money | null {
    const drift = new Map(weights.map(({ asset, before, target }) => [asset, toFloat(before.minus(target))]))
    const risk = this.deps.riskPerDay(drift)
    return risk === null ? null : (decimal(risk.toFixed(9)).times(totalValue(holdings)).round(CENTS) as Money)
  }
}

const noTrade = (plan: Plan) =>
  plan.folded.length > 0
    ? fail('rebalance/below-minimum', "Every trade would be below its market's minimum.")
    : fail('rebalance/nothing-to-do', 'No trade would bring the weights nearer to their targets.')

const saidOf = ({ strategy }: PlanWish): string[] => (strategy === undefined ? [] : [strategy.because])

function reasonOf({ trigger, mode, resumes }: PlanWish, drift: string, band: Band): string {
  const selling = mode.kind === 'full' ? '' : ' Nothing is sold.'
  switch (trigger) {
    case 'forced':
      return `Asked for by the trader; the largest drift is ${drift} pp.${selling}`
    case 'resumed':
      return `The rest of ${resumes ?? 'a plan'}, planned anew; the largest drift is ${drift} pp.${selling}`
    case 'new_money':
      return `New money buys what is underweight; the largest drift is ${drift} pp.${selling}`
    case 'drift':
      return `The largest drift is ${drift} pp, the band ${bandText(band)}.${selling}`
  }
}

/** The quote per unit of the quote itself. */
export const PRICE_OF_QUOTE = ONE as Decimal as Price
