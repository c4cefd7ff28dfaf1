import type { Asset, CorrelationId, TradedPair } from '../../shared/ids.ts'
import type { Money } from '../../shared/money.ts'
import type { Bus } from '../bus/bus.ts'
import type { Holding } from '../domain/allocation.ts'
import type { Case } from '../domain/case.ts'
import type { Tick } from '../domain/market.ts'
import type { PlanSettings } from '../domain/rebalance.ts'
import {
  type Consulted,
  consultationSaid,
  offered,
  type PlannedStrategy,
  type Strategy,
  strategiesOf,
  strategyCase,
  strategySaid,
} from '../domain/strategy.ts'
import type { PlanMaker, PlanWish } from './plan-maker.ts'

/** Who chooses. */
export type StrategyChooser = {
  /** Never rejects. */
  choose(about: Case): Promise<Consulted>
  /** Gives up on the answer, at once. */
  abandon(): void
}

type Deps = {
  readonly bus: Pick<Bus, 'publish' | 'latest'>
  readonly plans: PlanMaker
  readonly chooser: StrategyChooser
  readonly fresh: (symbol: TradedPair) => Tick | null
  readonly onBug: (error: unknown) => void
  /** Where it is noted that an answer was planned with; nowhere without it. */
  readonly goOn?: (work: () => void) => void
  readonly settings: {
    readonly quote: Asset
    readonly plan: PlanSettings
    /** Most that an order may be worth, in quote. */
    readonly maxNotional: Money
  }
}

/** Where it is asked how the next plan is carried out, before there is one: what is then planned is what was chosen. */
export class StrategyDesk {
  private readonly deps: Deps
  private readonly strategies: readonly [Strategy, ...Strategy[]]
  private asking: symbol | null = null
  private isClosed = false

  constructor(deps: Deps) {
    this.deps = deps
    this.strategies = strategiesOf(deps.settings.plan)
  }

  isAsking(): boolean {
    return this.asking !== null
  }

  /**
   * Asks, unless there is nothing to choose: one way only, or none.
   *
   * @param then plans with what was chosen, and says in whose story that belongs. Not called when somebody did not wait.
   */
  ask(holdings: readonly Holding[], wish: PlanWish, then: (consulted: Consulted) => CorrelationId | null): boolean {
    const [own, ...others] = this.offers(holdings, wish)
    if (own === undefined || own.id !== this.ownId() || others.length === 0) return false
    const asking = Symbol('asking')
    this.asking = asking
    const options = [own, ...others] as const
    this.say(`A model is asked which of ${options.map(({ id }) => id).join(', ')} carries out the next plan.`, null)
    const about = this.caseOf(options, holdings, wish)
    const planned = this.deps.chooser.choose(about).then((consulted) => {
      const go = (): void => this.onChosen(asking, consulted, then)
      if (this.deps.goOn === undefined) go()
      else this.deps.goOn(go)
    })
    planned.catch(this.deps.onBug)
    return true
  }

  private onChosen(asking: symbol, consulted: Consulted, then: (consulted: Consulted) => CorrelationId | null): void {
    if (this.isClosed) return
    const isAwaited = this.asking === asking
    if (isAwaited) this.asking = null
    const because = isAwaited ? '' : ' Nothing of it was used: a plan was asked for meanwhile.'
    this.say(`${consultationSaid(consulted)}${because}`, isAwaited ? then(consulted) : null)
  }

  /** The wish with what was chosen, where that is still possible; otherwise with the settings' own. */
  applied(holdings: readonly Holding[], wish: PlanWish, consulted: Consulted): PlanWish {
    const { chosen } = consulted
    const found = this.offers(holdings, wish).find(({ id }) => id === chosen?.optionId) ?? this.strategies[0]
    const because = strategySaid(consulted, found)
    return { ...wish, strategy: { settings: found.settings, because } }
  }

  /** Somebody decides without waiting for the answer. */
  giveUp(): void {
    if (this.asking === null) return
    this.asking = null
    this.deps.chooser.abandon()
  }

  /** Gives up, and touches nothing afterwards. */
  close(): void {
    this.isClosed = true
    this.giveUp()
  }

  private ownId(): string {
    return this.strategies[0].id
  }

  private offers(holdings: readonly Holding[], wish: PlanWish): readonly PlannedStrategy[] {
    const { plans, settings } = this.deps
    const planned = this.strategies.flatMap((strategy) => {
      const plan = plans.plan(holdings, wish, strategy.settings)
      return plan.ok ? [{ ...strategy, plan: plan.value }] : []
    })
    return offered(planned, this.ownId(), settings.maxNotional, holdings)
  }

  private caseOf(
    options: readonly [PlannedStrategy, ...PlannedStrategy[]],
    holdings: readonly Holding[],
    wish: PlanWish,
  ): Case {
    const { bus, fresh, plans, settings } = this.deps
    const traded = [...new Set(options.flatMap(({ plan }) => plan.legs.map(({ symbol }) => symbol)))]
    return strategyCase(options, {
      why: wish.trigger,
      quote: settings.quote,
      holdings,
      touches: traded.flatMap((symbol) => fresh(symbol) ?? []),
      regimes: traded.flatMap((symbol) => bus.latest('regime_updates', symbol)?.payload ?? []),
      driftRiskPerDay: plans.riskOf(options[0].plan, holdings),
    })
  }

  private say(text: string, correlationId: CorrelationId | null): void {
    const options = { source: 'rebalancer', ...(correlationId === null ? {} : { correlationId }) }
    this.deps.bus.publish('system_events', { kind: 'strategy', text }, options)
  }
}
