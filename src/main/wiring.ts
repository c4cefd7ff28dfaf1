import type { Asset } from '../shared/ids.ts'
import { ZERO } from '../shared/money.ts'
import { HOUR } from '../shared/time.ts'
import type { AgentRunner } from './agents/agent-runner.ts'
import type { Calibration } from './agents/calibration.ts'
import type { Questions } from './agents/questions.ts'
import type { Projection } from './api/projection.ts'
import type { ApprovalDesk } from './approval/approval-desk.ts'
import type { Bus } from './bus/bus.ts'
import { type Message, TOPICS } from './bus/topics.ts'
import type { ConflictScorer } from './coordinator/conflict-scorer.ts'
import type { Schedule } from './coordinator/schedule.ts'
import type { Executor } from './execution/executor.ts'
import type { MessageStore } from './ports.ts'
import type { HourlyReturns } from './rebalancing/hourly-returns.ts'
import type { Breakers } from './safety/breakers.ts'
import type { ToldDesks } from './session/told.ts'
import type { Tracker } from './tracking/tracker.ts'

export type Services = {
  readonly tracker: Tracker
  /** Null when switched off (`--agents off`). */
  readonly agents: AgentRunner | null
  readonly questions: Questions
  /** Null with the agents. */
  readonly calibration: Calibration | null
  /** Of the candles that drive their schedule. */
  readonly baseIntervalMs: number
  readonly signals: ToldDesks['signals']
  readonly positionWatch: ToldDesks['positionWatch']
  readonly breakers: Breakers
  readonly conflicts: ToldDesks['conflicts']
  readonly scorer: ConflictScorer
  readonly rebalancer: ToldDesks['rebalancer']
  readonly hourlyReturns: HourlyReturns
  readonly quote: Asset
  readonly approval: ApprovalDesk
  readonly executor: Executor
  readonly schedule: Schedule
  readonly audit: MessageStore
  /** Null where nobody looks (replay). */
  readonly projection: Projection | null
  /** The simulated exchange's view of the market. */
  readonly onExchangePrices: ((ticks: Parameters<Tracker['onPrices']>[0]) => void) | null
  /** Simulated markets slow down to real time while somebody has to decide. */
  readonly pace: (() => void) | null
}

/**
 * Who listens to what, top to bottom: services never subscribe themselves. Within a topic the order of the lines is the
 * order of delivery.
 */
export function wire(
  bus: Bus,
  s: Services,
  portfolioCheck: { everyMs: number; offsetMs?: number; afterRebalance: boolean },
): (() => void)[] {
  const must = { whenFull: 'reject' } as const
  const calibration = { name: 'calibration', whenFull: 'dropOldest' } as const
  const unsubscribe = [
    // First of all: what follows from a message is written after it.
    ...TOPICS.filter((topic) => topic !== 'market_data').map((topic) =>
      bus.on(topic, (message) => s.audit.append(message), { name: 'audit', filter: isNews, ...must }),
    ),

    bus.on(
      'market_data',
      ({ payload }) => {
        if (payload.kind === 'prices') {
          s.tracker.onPrices(payload.ticks)
          s.scorer.onPrices(payload.ticks)
          if (s.tracker.openPositions().length > 0) s.breakers.look()
        } else {
          s.hourlyReturns.onCandles(payload.closed)
          // A coarser candle that another market closes has a price from long before its end.
          s.calibration?.onCandles(payload.closed.filter(({ candle }) => candle.intervalMs === s.baseIntervalMs))
          s.agents?.onCandles(payload.closed, s.baseIntervalMs, payload.isBehind)
        }
      },
      { name: 'tracker and agents', ...must },
    ),

    bus.on('ta_signals', ({ source, payload }) => s.calibration?.onSaid(source, payload), calibration),
    bus.on('regime_updates', ({ source, payload }) => s.calibration?.onSaid(source, payload), calibration),
    bus.on('sentiment_updates', ({ source, payload }) => s.calibration?.onSaid(source, payload), calibration),
    bus.on('opinions', ({ source, payload }) => s.calibration?.onSaid(source, payload), calibration),
    bus.on('trading_signals', ({ source, payload }) => s.calibration?.onSaid(source, payload), calibration),
    bus.on('trading_signals', (message) => s.signals.onSignal(message), { name: 'signals', whenFull: 'dropOldest' }),
    bus.on('regime_updates', (message) => s.positionWatch.onRegime(message), {
      name: 'positions',
      whenFull: 'dropOldest',
    }),
    ...(['regime_updates', 'sentiment_updates', 'trading_signals'] as const).map((topic) =>
      bus.on(
        topic,
        ({ source, payload, timestamp }) => {
          s.scorer.onSpoken(source, payload.symbol, timestamp)
          s.conflicts.onSpoken(source, payload.symbol)
        },
        { name: 'conflicts', whenFull: 'dropOldest' },
      ),
    ),
    bus.on(
      'conflicts',
      ({ payload }) => {
        if (payload.kind === 'detected') s.scorer.onDetected(payload.conflict)
        if (payload.kind === 'resolved') s.conflicts.carryOut(payload.conflict)
      },
      { name: 'signals', ...must },
    ),

    bus.on(
      'proposals',
      ({ payload }) => {
        if (payload.kind === 'proposed') s.approval.onProposed(payload.proposal)
      },
      { name: 'approval', ...must },
    ),
    bus.on(
      'proposals',
      ({ payload }) => {
        if (payload.kind === 'approved') s.executor.start(payload.proposal)
        if (payload.kind === 'finished' || payload.kind === 'closed') {
          s.scorer.onRebalanceEnded(payload.proposal.id)
          s.conflicts.onRebalanceEnded(payload.proposal.id)
        }
      },
      { name: 'executor', ...must },
    ),

    bus.on(
      'execution_events',
      ({ payload }) => {
        if (payload.kind === 'fill') s.tracker.onExecution()
      },
      { name: 'tracker', ...must },
    ),
    bus.on(
      'position_updates',
      ({ payload }) => {
        if (payload.kind === 'exit_due') s.executor.exit(payload.position, payload.reason)
        else if (payload.kind === 'stop_due') s.executor.moveStop(payload.position.id, payload.stop)
        else {
          s.tracker.onPosition(payload.position)
          if (payload.kind === 'opened') s.breakers.onOpened(payload.position)
          if (payload.kind === 'closed') s.breakers.onClosed(payload.position)
        }
      },
      { name: 'tracker and executor', ...must },
    ),
  ]
  const { onExchangePrices, projection, pace } = s
  if (onExchangePrices !== null) {
    unsubscribe.push(
      bus.on(
        'market_data',
        ({ payload }) => {
          if (payload.kind === 'prices') onExchangePrices(payload.ticks)
        },
        { name: 'paper exchange', ...must },
      ),
    )
  }
  if (projection !== null) {
    for (const topic of TOPICS) {
      unsubscribe.push(bus.on(topic, (message) => projection.onMessage(message), { name: 'window', ...must }))
    }
  }
  if (pace !== null) {
    unsubscribe.push(
      bus.on('proposals', pace, { name: 'pace', ...must }),
      bus.on('conflicts', pace, { name: 'pace', ...must }),
      bus.on('system_events', pace, { name: 'pace', filter: isAboutStrategy, ...must }),
      s.questions.watch(pace),
    )
  }
  if (portfolioCheck.afterRebalance) {
    unsubscribe.push(
      bus.on(
        'proposals',
        ({ payload }) => {
          if (payload.kind === 'finished') s.rebalancer.check()
        },
        { name: 'rebalancer', ...must },
      ),
    )
  }
  unsubscribe.push(
    bus.on(
      'portfolio_updates',
      ({ payload }) => {
        if (payload.kind !== 'classified' || payload.sleeve !== 'core') return
        if (payload.asset === s.quote && payload.gained.gt(ZERO)) s.rebalancer.onNewMoney(payload.gained)
        s.rebalancer.check()
      },
      { name: 'rebalancer', ...must },
    ),
  )
  // A day and a week begin with what had been traded by then, whether anything is traded or not.
  s.schedule.add({ name: 'breakers', everyMs: HOUR, run: () => s.breakers.look() })
  s.schedule.add({
    name: 'portfolio_check',
    everyMs: portfolioCheck.everyMs,
    offsetMs: portfolioCheck.offsetMs ?? 0,
    run() {
      s.rebalancer.check()
      s.executor.buyForBags()
    },
  })
  return unsubscribe
}

const isAboutStrategy = ({ payload }: Message<'system_events'>): boolean => payload.kind === 'strategy'

/** An unchanged opinion is not written down again; everything else is. */
function isNews({ payload }: Message): boolean {
  return !('isNews' in payload) || payload.isNews
}
