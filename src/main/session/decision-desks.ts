import type { Asset, PositionId, TradedPair } from '../../shared/ids.ts'
import type { Amount, Decimal, Money, Price } from '../../shared/money.ts'
import { solveLinear } from '../adapters/yalps/linear-solver.ts'
import type { Bus } from '../bus/bus.ts'
import { ConflictDesk, type ConflictSettings } from '../coordinator/conflict-desk.ts'
import type { GoOn } from '../coordinator/consultation.ts'
import { PositionWatch } from '../coordinator/position-watch.ts'
import { type DetectionSettings, SignalDesk } from '../coordinator/signal-desk.ts'
import { Strategist } from '../coordinator/strategist.ts'
import {
  type AccountView,
  type BreakersView,
  TacticalDesk,
  type TacticalSettings,
} from '../coordinator/tactical-desk.ts'
import type { Conflict } from '../domain/conflict.ts'
import type { Tick } from '../domain/market.ts'
import type { Position } from '../domain/position.ts'
import type { RegimeOutput } from '../domain/signal.ts'
import type { Voiced } from '../domain/voiced.ts'
import type { Clock, Hash, Ids, Llm, Markets, Stores } from '../ports.ts'
import { PlanMaker, type PlanMakerDeps } from '../rebalancing/plan-maker.ts'
import { type CoreHoldings, Rebalancer, type RebalancerSettings } from '../rebalancing/rebalancer.ts'
import { StrategyDesk } from '../rebalancing/strategy-desk.ts'
import type { Step, Tape } from './tape.ts'

/** Everything that the desks read, write and ask. */
export type DeskPorts = {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'next'>
  readonly bus: Pick<Bus, 'compose' | 'send' | 'publish' | 'latest'>
  readonly stores: Pick<Stores, 'transact' | 'afterCommit'> & {
    readonly messages: Pick<Stores['messages'], 'record'>
    readonly conflicts: Pick<
      Stores['conflicts'],
      'insert' | 'save' | 'get' | 'unapplied' | 'notCarriedOut' | 'noteCarriedOut'
    >
    readonly proposals: Pick<
      Stores['proposals'],
      'insert' | 'get' | 'recent' | 'withStatus' | 'ofConflict' | 'lastFinishedRebalanceAt'
    >
    readonly positions: Pick<Stores['positions'], 'open'>
    readonly orders: Pick<Stores['orders'], 'ofProposal'>
    readonly riskDecisions: Pick<Stores['riskDecisions'], 'add'>
    readonly state: Stores['state']
  }
  /** Asked in this order; may be empty. */
  readonly llms: readonly Llm[]
  readonly rules: Markets['rules']
  readonly hash: Hash
  readonly account: AccountView
  readonly breakers: BreakersView
  readonly isRunning: () => boolean
  /** False while not running, and while trades are switched off. */
  readonly mayTrade: () => boolean
  /** False while no model may be asked to settle a conflict: the trader or the deadline decides. */
  readonly mayAsk: () => boolean
  /** False while none is asked how a plan is carried out. */
  readonly mayAskForStrategy: () => boolean
  /** What regime detection says now; null while it is silent, has failed or is switched off. */
  readonly regimeOf: (symbol: TradedPair) => Voiced<RegimeOutput> | null
  /** Of recent hourly returns, −1 to 1; null while too little is known. */
  readonly correlationOf: (one: TradedPair, other: TradedPair) => number | null
  readonly moveStop: (id: PositionId, stop: Price) => void
  readonly keepOnly: (id: PositionId, amount: Amount) => void
  readonly close: (position: Position) => void
  readonly core: CoreHoldings
  readonly fresh: (symbol: TradedPair) => Tick | null
  readonly previewGains: PlanMakerDeps['previewGains']
  readonly riskPerDay: PlanMakerDeps['riskPerDay']
  /** Null when trading is on; otherwise why nothing is proposed. */
  readonly heldBackBecause: () => string | null
  readonly onBug: (error: unknown) => void
}

export type RebalancingSettings = RebalancerSettings & {
  readonly assets: readonly Asset[]
  readonly expiresMs: number
  /** Most that an order may be worth, in quote. */
  readonly maxNotional: Money
  /** Whether models are asked how a plan is carried out, where there are any. */
  readonly asksForStrategy: boolean
}

/** What the desks are made of, all of it values: a session keeps them as they were at its start. */
export type DeskSettings = {
  readonly symbols: readonly TradedPair[]
  readonly canShort: boolean
  /** Whether a signal to close is carried out at once; otherwise a person decides. */
  readonly closesOnSignal: boolean
  readonly tightenTo: number
  readonly conflictPrompt: string
  readonly strategyPrompt: string
  readonly conflicts: ConflictSettings
  readonly detection: DetectionSettings
  readonly tactical: Omit<TacticalSettings, 'limits'> & {
    readonly limits: Omit<TacticalSettings['limits'], 'stopMaxPercent'>
    readonly stopMaxPercent: Decimal
    readonly stopMaxPercentOf: Readonly<Partial<Record<TradedPair, Decimal>>>
  }
  readonly rebalancing: RebalancingSettings
}

export type Desks = {
  readonly conflicts: ConflictDesk
  readonly tactical: TacticalDesk
  readonly signals: SignalDesk
  readonly positionWatch: PositionWatch
  readonly strategist: Strategist
  readonly rebalancer: Rebalancer
  /** Whether those who disagreed in a conflict still do. */
  readonly isStill: (conflict: Conflict) => boolean
}

/** The desks that decide, made once and handed to each other: the same ones where a session is run again. */
export function createDesks(ports: DeskPorts, settings: DeskSettings, tape: Tape): Desks {
  const { clock, ids, bus, stores, llms, hash, account, breakers, regimeOf, correlationOf, onBug } = ports
  const markets: Markets = { rules: ports.rules, symbols: settings.symbols }
  const conflicts: ConflictDesk = new ConflictDesk({
    clock,
    ids,
    stores,
    bus,
    onBug,
    llms,
    promptTemplate: settings.conflictPrompt,
    templateHash: hash(settings.conflictPrompt),
    mayAsk: ports.mayAsk,
    settings: settings.conflicts,
    isStill: (conflict) => isStill(conflict),
    heldUpBecause: (conflict) => (conflict.stake.kind === 'position' ? null : signals.heldUpBecause(conflict)),
    carryOut: (conflict) => (conflict.stake.kind === 'position' ? positionWatch : signals).onResolved(conflict),
    goOn: (id) => (what, llm, answered, work) => goesOn(tape, what, id, llm, answered, work),
  })
  const { limits, stopMaxPercent, stopMaxPercentOf, ...tacticalSettings } = settings.tactical
  const tactical = new TacticalDesk({
    clock,
    ids,
    bus,
    stores,
    markets,
    hash,
    openConflict: (found) => conflicts.open(found),
    breakers,
    account,
    settings: {
      ...tacticalSettings,
      limits: { ...limits, stopMaxPercent: (symbol) => stopMaxPercentOf[symbol] ?? stopMaxPercent },
    },
  })
  const signals = new SignalDesk({
    bus,
    symbols: settings.symbols,
    stores,
    isRunning: ports.isRunning,
    mayTrade: ports.mayTrade,
    freshPrice: (symbol) => account.freshPrice(symbol),
    isCut: (atStake) => tactical.isCut(atStake),
    canShort: settings.canShort,
    pendingConflicts: () => conflicts.pending(),
    open: (found) => conflicts.open(found),
    regimeOf,
    correlationOf,
    propose: (atStake) => tactical.propose(atStake),
    close: settings.closesOnSignal ? ports.close : null,
    settings: settings.detection,
  })
  const positionWatch = new PositionWatch({
    bus,
    stores,
    markets,
    freshPrice: (symbol) => account.freshPrice(symbol),
    pendingConflicts: () => conflicts.pending(),
    open: (found) => conflicts.open(found),
    moveStop: ports.moveStop,
    close: ports.close,
    keepOnly: ports.keepOnly,
    tightenTo: settings.tightenTo,
  })
  const isStill = (conflict: Conflict): boolean =>
    (conflict.stake.kind === 'position' ? positionWatch : signals).isStill(conflict)
  return { conflicts, tactical, signals, positionWatch, isStill, ...rebalancingDesks(ports, settings, tape) }
}

function rebalancingDesks(
  ports: DeskPorts,
  settings: DeskSettings,
  tape: Tape,
): Pick<Desks, 'strategist' | 'rebalancer'> {
  const { clock, ids, bus, stores, llms, hash, core, fresh, heldBackBecause, onBug } = ports
  const { assets, expiresMs, maxNotional, asksForStrategy, ...rebalancing } = settings.rebalancing
  const { quote, band, plan } = rebalancing
  const plans = new PlanMaker({
    clock,
    ids,
    hash,
    markets: { rules: ports.rules, symbols: settings.symbols },
    fresh,
    bagOf: core.bagOf,
    previewGains: ports.previewGains,
    riskPerDay: ports.riskPerDay,
    solve: solveLinear,
    settings: { quote, assets, band, expiresMs, plan },
  })
  const strategist = new Strategist({
    clock,
    llms,
    promptTemplate: settings.strategyPrompt,
    templateHash: hash(settings.strategyPrompt),
    mayAsk: ports.mayAskForStrategy,
    askTimeLimitMs: settings.conflicts.askTimeLimitMs,
    goOn: (what, llm, answered, work) => goesOn(tape, what, STRATEGY, llm, answered, work),
  })
  const strategies = new StrategyDesk({
    bus,
    plans,
    chooser: strategist,
    fresh,
    onBug,
    goOn: (work) => tape.step({ kind: 'plans', subject: STRATEGY, told: [], answer: null }, work),
    settings: { quote, plan, maxNotional },
  })
  // What it goes on with from the last start is read here.
  const made: Step = { kind: 'made', subject: 'rebalancer', told: [], answer: null }
  const rebalancer = tape.step(
    made,
    () =>
      new Rebalancer({
        clock,
        bus,
        stores,
        core,
        fresh,
        plans,
        strategies: asksForStrategy && llms.length > 0 ? strategies : null,
        heldBackBecause,
        settings: rebalancing,
      }),
  )
  return { strategist, rebalancer }
}

/** What steps are about in which models choose how a plan is carried out. */
const STRATEGY = 'strategy'

/** What came of it is noted too, where that is a value: a question that is out is none. */
function goesOn<T>(
  tape: Tape,
  what: Parameters<GoOn>[0],
  about: string,
  llm: Llm | null,
  answered: Parameters<GoOn>[2],
  work: () => T,
): T {
  const step = continued(what, about, llm, answered)
  return what === 'asks' ? tape.step(step, work) : tape.step(step, work, (result) => result)
}

function continued(kind: Parameters<GoOn>[0], subject: string, llm: Llm | null, answered: Parameters<GoOn>[2]): Step {
  const who = llm?.resolver ?? null
  if (answered?.ok !== true) return { kind, subject, told: [who, answered], answer: null }
  const { text, ...about } = answered.value
  return { kind, subject, told: [who, about], answer: text }
}
