import {
  type LightView,
  type PositionView,
  type ProposalView,
  RECENT_ORDERS,
  type StatusView,
} from '../../shared/contract/views.ts'
import type { TradedPair } from '../../shared/ids.ts'
import { decimal, fromFloat, type Price, shown, toText } from '../../shared/money.ts'
import { type EpochMs, SECOND, startOfDay } from '../../shared/time.ts'
import { stageOf } from '../domain/conflict.ts'
import type { Position } from '../domain/position.ts'
import { isResumable, type Proposal } from '../domain/proposal.ts'
import type { Engine } from '../engine.ts'
import type { Clock, Markets, Stores } from '../ports.ts'
import { agentView, modelViews } from './agent-views.ts'
import { breakerViews } from './breaker-views.ts'
import { conflictView, proposalView, resolverViews } from './decision-views.ts'
import { marketView } from './market-view.ts'
import { externalView, orderView } from './order-views.ts'
import { portfolioView } from './portfolio-view.ts'
import { type Mark, positionView, restsView } from './position-view.ts'
import type { Slices } from './projection.ts'
import { createPositionRows, keepRows } from './rows.ts'

export type SliceDeps = {
  readonly engine: Engine
  readonly stores: Stores
  readonly markets: Markets
  readonly clock: Clock
  readonly mode: 'paper' | 'live' | 'replay'
  readonly market: string
  readonly version: string
  readonly dataDir: string
  readonly speed: () => number
  readonly hasKey: { readonly deepseek: boolean; readonly claude: boolean }
  /** As the settings call them. */
  readonly modelNames: { readonly deepseek: string; readonly claude: string }
  readonly startedAt: EpochMs
}

const DECIDED_SHOWN = 30
const REFUSALS_SHOWN = 10
const HUNDRED = decimal('100')

/** How each slice of the window's view is read from the services. */
export function createSlices(deps: SliceDeps): Slices {
  const { engine, stores, clock, markets } = deps
  const priceNow = (symbol: TradedPair): Price | null => engine.market.freshPrice(symbol)

  const keep = keepRows(stores)
  const rowsOf = createPositionRows(stores, keep)
  const pendingProposals = keep(() => stores.proposals.withStatus('pending'))
  const unapplied = keep(() => engine.conflicts.pending())
  const undecided = keep(() => unapplied().filter(({ resolution }) => resolution === null))
  const liveOrders = keep(() => stores.orders.live())
  const pendingCount = (): number =>
    pendingProposals().filter((proposal) => !isSnoozed(proposal, clock.now())).length + undecided().length

  const proposalOf = (proposal: Proposal): ProposalView => {
    const orders = stores.orders.ofProposal(proposal.id)
    const risk = proposal.kind === 'tactical' ? stores.riskDecisions.ofProposal(proposal.id) : null
    const facts = { orders, blockedBecause: null, priceNow: () => null, quote: engine.quote, risk, current: null }
    if (proposal.status !== 'pending') return proposalView(proposal, facts)
    return proposalView(proposal, { ...facts, priceNow, blockedBecause: engine.approval.blockedBecause(proposal) })
  }
  /** The plan that is being carried out, or could be resumed: what is left of it moves with the prices. */
  const currentPlan = keep(() => {
    const recent = stores.proposals.recent(DECIDED_SHOWN)
    const plan = recent.find(
      (each) => (each.status === 'approved' && each.kind === 'rebalance') || isResumable(each, recent),
    )
    // A plan that waits takes the place of one that stopped.
    const isReplaced = pendingProposals().some(({ kind }) => kind === 'rebalance')
    if (plan === undefined || (plan.status === 'incomplete' && isReplaced)) return null
    const orders = stores.orders.ofProposal(plan.id)
    return { plan, orders, fills: orders.flatMap(({ id }) => stores.fills.ofOrder(id)) }
  })
  const withCurrent = keep(() => {
    let shown: { readonly driftPp: string; readonly proposals: readonly ProposalView[] } | null = null
    return (): ProposalView[] => {
      const known = currentPlan()
      if (known === null) return withoutPrices()
      const { plan, orders, fills } = known
      const driftPp = decimal(engine.largestDriftPp()).toFixed(2)
      if (shown?.driftPp !== driftPp) {
        const facts = { orders, blockedBecause: null, priceNow: () => null, quote: engine.quote, risk: null }
        const view = proposalView(plan, { ...facts, current: { fills, remainingDriftPp: driftPp } })
        shown = { driftPp, proposals: withoutPrices().map((each) => (each.id === view.id ? view : each)) }
      }
      return shown.proposals as ProposalView[]
    }
  })
  const waiting = keep(() => stores.proposals.withStatus('pending', 'approved'))
  const decided = keep(() =>
    stores.proposals
      .recent(DECIDED_SHOWN)
      .filter((proposal) => proposal.status !== 'pending' && proposal.status !== 'approved')
      .map(proposalOf),
  )
  const withoutPrices = keep(() => [...waiting().map(proposalOf), ...decided()])
  const conflicts = keep(() => {
    const settled = stores.conflicts.recent(DECIDED_SHOWN).filter((conflict) => stageOf(conflict) === 'resolved')
    return [...unapplied(), ...settled].map((conflict) => conflictView(conflict, stores.conflictScores.of(conflict.id)))
  })
  const resolvers = keep(() => resolverViews(engine.scorer.resolvers()))

  const refusals = keep(() =>
    stores.riskDecisions
      .refused(REFUSALS_SHOWN)
      .map(({ at, symbol, correlationId, rules }) => ({ at, symbol, correlationId, rules: [...rules] })),
  )

  const openOrders = keep(() => liveOrders().map(orderView))
  const recentOrders = keep(() => stores.orders.recent(RECENT_ORDERS).map(orderView))
  const markOf = (symbol: TradedPair): Mark => {
    const tick = engine.market.last(symbol)
    if (tick === null) return null
    return { price: fromFloat(tick.last) as Price, at: tick.at, isStale: engine.market.fresh(symbol) === null }
  }
  const positionOf = (position: Position, mark: Mark): PositionView => {
    const rules = markets.rules(position.symbol)
    return positionView(position, { ...rowsOf(position), mark, rules }, engine.exitCapPercent)
  }
  const closedPositions = keep(() =>
    stores.positions
      .recent(DECIDED_SHOWN)
      .filter((position) => position.closedAt !== null)
      .map((position) => positionOf(position, null)),
  )

  const movements = keep(() => [
    ...stores.movements.waiting(),
    ...stores.movements.recent(DECIDED_SHOWN).filter(({ sleeve }) => sleeve !== null),
  ])

  return {
    status(): StatusView {
      const coordinator = engine.coordinator.status()
      const today = engine.tracker.todayPnl()
      const drawdown = engine.tracker.drawdown()
      const feed = engine.market.feed()
      const equity = engine.tracker.equity()
      return {
        mode: deps.mode,
        market: deps.market,
        isSimulated: feed?.isSimulated ?? deps.market === 'simulated',
        version: deps.version,
        quote: engine.quote,
        now: clock.now(),
        speed: deps.speed(),
        coordinator: coordinator.state,
        coordinatorReason: coordinator.reason,
        level: engine.degradation.level(),
        levelBecause: engine.degradation.because(),
        kill: engine.killSwitch.killed(),
        lights: lights(deps),
        calls: engine.exchange.health().calls,
        difference: differenceView(engine),
        stopsRest: restsView(
          liveOrders(),
          engine.tracker.openPositions(),
          (position) => rowsOf(position).orders,
          (position) => markets.rules(position.symbol),
        ),
        equity: equity && shown(equity, 2),
        todayPnl: today && shown(today.amount, 2),
        todayPnlPercent: today && shown(today.percent, 2),
        drawdownPercent: drawdown && shown(drawdown.times(HUNDRED), 2),
        drawdownLimitPercent: engine.drawdownLimitPercent,
        pendingDecisions: pendingCount(),
        dataDir: deps.dataDir,
      }
    },
    portfolio: () =>
      portfolioView({
        quote: engine.quote,
        targets: engine.targets,
        rules: (symbol) => markets.rules(symbol),
        last: (symbol) => engine.market.last(symbol),
        isFresh: (symbol) => engine.market.fresh(symbol) !== null,
        core: (asset) => engine.books.of('core', asset),
        hodl: (asset) => engine.books.of('hodl', asset),
        tactical: (asset) => engine.books.of('tactical', asset),
        unclassified: (asset) => engine.books.of('unclassified', asset),
        earning: (asset) => engine.books.of('earning', asset),
        savings: (asset) => engine.executor.savingsOf(asset),
        minimumPurchase: engine.minimumPurchase,
        movements: movements(),
        allocation: engine.rebalancer.allocation((symbol) => engine.tracker.markOf(symbol)),
        band: engine.band,
        accounting: engine.accounting,
        owned: (asset) => engine.books.owned(asset),
        now: clock.now(),
        nextCheckAt: engine.schedule.nextRunOf('portfolio_check'),
        lastCheck: engine.rebalancer.lastCheck(),
        historyAt: stores.equity.last()?.at ?? null,
      }),
    decisions() {
      const pending = pendingProposals()
      const others = withCurrent()()
      const isOther = ({ status }: ProposalView): boolean => status !== 'pending'
      const proposals = pending.length === 0 ? others : [...pending.map(proposalOf), ...others.filter(isOther)]
      return { proposals, conflicts: conflicts(), resolvers: resolvers() }
    },
    orders() {
      const external = engine.executor.externalOrders()
      return {
        open: openOrders(),
        recent: recentOrders(),
        external: external.orders.map(externalView),
        externalAt: external.at,
        positions: engine.tracker.openPositions().map((position) => positionOf(position, markOf(position.symbol))),
        closedPositions: closedPositions(),
      }
    },
    agents: () => ({
      agents: (engine.agents?.statuses() ?? []).map((status) =>
        agentView(status, stores.agentCalls.costSince(status.name, startOfDay(clock.now()))),
      ),
      market: marketView(engine.market, markets.symbols),
      breakers: breakerViews(engine.breakers.snapshot(), engine.breakerLimits, clock.now()),
      refusals: refusals(),
      models: modelViews(engine.models, modelsWithoutKey(deps), stores.llmCalls),
      modelsBudget: engine.models.budget(),
    }),
  }
}

const modelsWithoutKey = ({ hasKey, modelNames }: SliceDeps) =>
  (['deepseek', 'claude'] as const).flatMap((provider) =>
    hasKey[provider] ? [] : [{ provider, model: modelNames[provider], isLeftAlone: false }],
  )

function exchangeLights(engine: Engine, clock: Clock, mode: SliceDeps['mode']): LightView[] {
  const blocked = engine.executor.blockedBecause()
  if (mode !== 'live') {
    const text = blocked ?? 'simulated money'
    return [{ name: 'paper exchange', state: blocked === null ? 'ok' : 'down', text, at: clock.now() }]
  }
  const health = engine.exchange.health()
  const problem = health.restProblem ?? blocked
  const system = health.system === 'online' ? 'connected' : `Kraken is in ${health.system.replace('_', '-')} mode`
  const isWell = problem === null && health.system === 'online'
  return [
    { name: 'Kraken REST', state: isWell ? 'ok' : 'down', text: problem ?? system, at: health.restAt },
    {
      name: 'private stream',
      state: health.streamProblem === null ? 'ok' : 'waiting',
      text: health.streamProblem ?? 'connected',
      at: health.streamAt,
    },
  ]
}

const isSnoozed = (proposal: Proposal, now: EpochMs): boolean =>
  proposal.snoozedUntil !== null && proposal.snoozedUntil > now

function differenceView({ executor }: Engine): StatusView['difference'] {
  const found = executor.difference()
  const text = executor.blockedBecause()
  if (found === null || text === null) return null
  const items = found.items.map(({ asset, ledger, exchange }) => ({
    asset,
    ledger: toText(ledger),
    exchange: toText(exchange),
  }))
  return { text, items, since: found.since }
}

/** A feed that has been silent for this long is not well. */
const SILENT_MS = 30 * SECOND

function lights({ engine, clock, hasKey, mode, stores }: SliceDeps): LightView[] {
  const feed = engine.market.feed()
  const lastPrice = engine.market.lastAt()
  const isSilent = lastPrice === null || clock.now() - lastPrice > SILENT_MS
  const llm = (name: 'deepseek' | 'claude'): LightView => {
    if (!hasKey[name]) return { name, state: 'off', text: 'no key: defaults apply', at: null }
    const last = stores.llmCalls.last(name)
    if (last === null) return { name, state: 'waiting', text: 'not asked yet', at: null }
    if (last.end === null) return { name, state: 'waiting', text: 'asking', at: null }
    const isLeftAlone = engine.models.providers().some((each) => each.provider === name && each.isLeftAlone)
    const state = last.end.outcome === 'answered' && !isLeftAlone ? 'ok' : 'down'
    return {
      name,
      state,
      text: isLeftAlone ? 'failed again and again: left alone for a while' : last.end.outcome,
      at: last.startedAt,
    }
  }
  return [
    {
      name: 'market feed',
      state: feed === null || !feed.connected ? 'down' : isSilent ? 'waiting' : 'ok',
      text: feed?.problem ?? feed?.source ?? 'starting',
      at: lastPrice,
    },
    ...exchangeLights(engine, clock, mode),
    llm('deepseek'),
    llm('claude'),
    { name: 'database', state: 'ok', text: 'saving', at: clock.now() },
  ]
}
