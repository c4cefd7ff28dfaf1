import type { ConflictId, ProposalId, TradedPair } from '../../shared/ids.ts'
import type { Amount } from '../../shared/money.ts'
import type { Result } from '../../shared/result.ts'
import type { Message } from '../bus/topics.ts'
import type { Conflict } from '../domain/conflict.ts'
import type { Proposal } from '../domain/proposal.ts'
import type { Rebalancer } from '../rebalancing/rebalancer.ts'
import type { Desks } from './decision-desks.ts'
import type { StepKind, Tape, TOLD } from './tape.ts'

/** What others may tell the desks, and what they may ask of them. */
export type ToldDesks = {
  readonly signals: {
    onSignal(message: Message<'trading_signals'>): void
    proposeAgain(proposal: Proposal): void
  }
  readonly positionWatch: { onRegime(message: Message<'regime_updates'>): void }
  readonly conflicts: {
    /** The trader's choice. Errors `conflict/unknown`, `conflict/already-resolved`, `conflict/unknown-option`. */
    decide(id: ConflictId, optionId: string): Result<Conflict>
    pending(): readonly Conflict[]
    onSpoken(agent: string, symbol: TradedPair): void
    onRebalanceEnded(id: ProposalId): void
    carryOut(conflict: Conflict): void
    resume(): void
    close(): void
    abandonQuestions(): void
  }
  readonly tactical: Pick<Desks['tactical'], 'tradeOf' | 'stillAllowed' | 'noteRefused'> & {
    /** The same at a moment that decides: it is noted. */
    allow(proposal: Proposal): Result<null>
  }
  readonly rebalancer: Pick<
    Rebalancer,
    | 'check'
    | 'force'
    | 'resume'
    | 'planAgain'
    | 'onNewMoney'
    | 'close'
    | 'isAsking'
    | 'lastCheck'
    | 'checkCount'
    | 'allocation'
    | 'baseline'
  >
  readonly strategist: Pick<Desks['strategist'], 'abandon'>
  readonly isStill: Desks['isStill']
}

/** Every step from outside but `due`: what is told, and to whom. Where a session is run again, these are called as well. */
export const CALLS: {
  readonly [K in Exclude<(typeof TOLD)[number], 'due'>]: (desks: Desks, told: readonly unknown[]) => unknown
} = {
  signal: ({ signals }, [message]) => signals.onSignal(message as Message<'trading_signals'>),
  propose_again: ({ signals }, [proposal]) => signals.proposeAgain(proposal as Proposal),
  regime: ({ positionWatch }, [message]) => positionWatch.onRegime(message as Message<'regime_updates'>),
  decide: ({ conflicts }, [id, optionId]) => conflicts.decide(id as ConflictId, optionId as string),
  spoken: ({ conflicts }, [agent, symbol]) => conflicts.onSpoken(agent as string, symbol as TradedPair),
  rebalance_ended: ({ conflicts }, [id]) => conflicts.onRebalanceEnded(id as ProposalId),
  carry_out: ({ conflicts }, [conflict]) => conflicts.carryOut(conflict as Conflict),
  resume: ({ conflicts }) => conflicts.resume(),
  close: ({ conflicts }) => conflicts.close(),
  abandon: ({ conflicts }) => conflicts.abandonQuestions(),
  allow: ({ tactical }, [proposal]) => tactical.stillAllowed(proposal as Proposal),
  refused: ({ tactical }, [proposal]) => tactical.noteRefused(proposal as Proposal),
  check: ({ rebalancer }) => rebalancer.check(),
  force: ({ rebalancer }) => rebalancer.force(),
  resume_plan: ({ rebalancer }, [id]) => rebalancer.resume(id as ProposalId),
  plan_again: ({ rebalancer }, [voided]) => rebalancer.planAgain(voided as Proposal),
  new_money: ({ rebalancer }, [amount]) => rebalancer.onNewMoney(amount as Amount),
  close_plans: ({ rebalancer }) => rebalancer.close(),
  abandon_strategy: ({ strategist }) => strategist.abandon(),
}

const ANSWERING: ReadonlySet<StepKind> = new Set(['decide', 'allow', 'check', 'force', 'resume_plan', 'plan_again'])

/** What came of a step, where somebody was given an answer. */
export const outcomeOf = (kind: StepKind, result: unknown): unknown => (ANSWERING.has(kind) ? result : undefined)

/** The desks, as others see them: what they are told is a step. */
export function toldDesks(desks: Desks, tape: Tape): ToldDesks {
  const step = <T>(kind: keyof typeof CALLS, subject: string, told: readonly unknown[], work: () => T): T =>
    tape.step({ kind, subject, told, answer: null }, work, (result) => outcomeOf(kind, result))
  const { conflicts, positionWatch, rebalancer, signals, strategist, tactical } = desks
  return {
    signals: {
      onSignal: (message) => step('signal', message.payload.symbol, [message], () => signals.onSignal(message)),
      proposeAgain: (proposal) => step('propose_again', proposal.id, [proposal], () => signals.proposeAgain(proposal)),
    },
    positionWatch: {
      onRegime: (message) => step('regime', message.payload.symbol, [message], () => positionWatch.onRegime(message)),
    },
    conflicts: {
      pending: () => conflicts.pending(),
      decide: (id, optionId) => step('decide', id, [id, optionId], () => conflicts.decide(id, optionId)),
      onSpoken: (agent, symbol) => step('spoken', symbol, [agent, symbol], () => conflicts.onSpoken(agent, symbol)),
      onRebalanceEnded: (id) => step('rebalance_ended', id, [id], () => conflicts.onRebalanceEnded(id)),
      carryOut: (conflict) => step('carry_out', conflict.id, [conflict], () => conflicts.carryOut(conflict)),
      resume: () => step('resume', '', [], () => conflicts.resume()),
      close: () => step('close', '', [], () => conflicts.close()),
      abandonQuestions: () => step('abandon', '', [], () => conflicts.abandonQuestions()),
    },
    tactical: {
      tradeOf: (atStake) => tactical.tradeOf(atStake),
      stillAllowed: (proposal) => tactical.stillAllowed(proposal),
      allow: (proposal) => step('allow', proposal.id, [proposal], () => tactical.stillAllowed(proposal)),
      noteRefused: (proposal) => step('refused', proposal.id, [proposal], () => tactical.noteRefused(proposal)),
    },
    rebalancer: {
      check: () => step('check', '', [], () => rebalancer.check()),
      force: () => step('force', '', [], () => rebalancer.force()),
      resume: (id) => step('resume_plan', id, [id], () => rebalancer.resume(id)),
      planAgain: (voided) => step('plan_again', voided.id, [voided], () => rebalancer.planAgain(voided)),
      onNewMoney: (amount) => step('new_money', '', [amount], () => rebalancer.onNewMoney(amount)),
      close: () => step('close_plans', '', [], () => rebalancer.close()),
      isAsking: () => rebalancer.isAsking(),
      lastCheck: () => rebalancer.lastCheck(),
      checkCount: () => rebalancer.checkCount(),
      allocation: (priceOf) => rebalancer.allocation(priceOf),
      baseline: () => rebalancer.baseline(),
    },
    strategist: { abandon: () => step('abandon_strategy', '', [], () => strategist.abandon()) },
    isStill: desks.isStill,
  }
}
