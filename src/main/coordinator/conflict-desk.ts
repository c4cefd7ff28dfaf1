import type { ConflictId, ProposalId, TradedPair } from '../../shared/ids.ts'
import { fail, type Result } from '../../shared/result.ts'
import { after, type EpochMs } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import { type Announce, createOutbox, type Outbox, type OutboxStores } from '../bus/outbox.ts'
import {
  appliedOption,
  type Conflict,
  endWait,
  type FoundConflict,
  openedConflict,
  type Resolution,
  recordAttempt,
  resolve,
  stageOf,
  startAsking,
} from '../domain/conflict.ts'
import { caseOf } from '../domain/conflict-case.ts'
import { readAnswer } from '../domain/resolution.ts'
import { buildPrompt, type PromptTemplate, readTemplate } from '../domain/resolution-prompt.ts'
import type { Question as Asked, Cancel, ConflictStore, Ids, Llm, LlmReply } from '../ports.ts'
import { CarryingOut, type CarryingOutDeps } from './carrying-out.ts'
import {
  consult,
  type GoOn,
  type Next,
  nextAfter,
  QUESTIONS_PER_MODEL,
  type Question,
  said,
  unnoted,
} from './consultation.ts'

export type ConflictSettings = {
  /** From detection to the moment the default applies. */
  readonly defaultAfterMs: number
  /** For one question to one model, by the engine's clock. */
  readonly askTimeLimitMs: number
  /** From the decision to wait to the end of the wait, where nobody speaks before. */
  readonly waitAtMostMs: number
}

type Deps = Pick<CarryingOutDeps, 'carryOut' | 'clock' | 'heldUpBecause' | 'onBug'> & {
  readonly ids: Pick<Ids, 'next'>
  readonly stores: OutboxStores & {
    readonly conflicts: Pick<
      ConflictStore,
      'insert' | 'save' | 'get' | 'unapplied' | 'notCarriedOut' | 'noteCarriedOut'
    >
  }
  readonly bus: Pick<Bus, 'compose' | 'send'>
  /** Asked in this order; may be empty. */
  readonly llms: readonly Llm[]
  readonly settings: ConflictSettings
  /** The text of config/prompts/conflict.md, and its SHA-256. */
  readonly promptTemplate: string
  readonly templateHash: string
  /** False while HALTED: nothing is asked, and the trader or the deadline decides. */
  readonly mayAsk: () => boolean
  /** Whether the two disagree now as they did. */
  readonly isStill: (conflict: Conflict) => boolean
  /** Where it is noted how a consultation went on; nowhere without it. */
  readonly goOn?: (id: ConflictId) => GoOn
}

/**
 * Where conflicts wait for someone to choose: the models in their order, the trader at any time, the default at the
 * deadline or when no model gave a usable answer. Whoever is first decides, once. Where it was decided to wait, it waits
 * for the one that is waited for, once; the trader may still decide then.
 */
export class ConflictDesk {
  private readonly deps: Deps
  private readonly outbox: Outbox
  private readonly carryingOut: CarryingOut
  private readonly template: PromptTemplate
  /** The end of what each conflict waits for: somebody's decision, or somebody's word. */
  private readonly timers = new Map<ConflictId, Cancel>()
  /** Conflicts that models are being asked about, with the question that is out. */
  private readonly consultations = new Map<ConflictId, Question | null>()
  private isClosed = false

  /** @throws when the prompt's file cannot be used. */
  constructor(deps: Deps) {
    this.deps = deps
    this.outbox = createOutbox(deps)
    this.carryingOut = new CarryingOut({
      ...deps,
      conflicts: deps.stores.conflicts,
      outbox: this.outbox,
      tooOldMs: deps.settings.defaultAfterMs,
    })
    const template = readTemplate('conflict.md', deps.promptTemplate)
    if (!template.ok) throw new Error(template.error.message)
    this.template = template.value
  }

  open(found: FoundConflict): Conflict {
    const { clock, ids, stores, settings } = this.deps
    const conflict = openedConflict(found, {
      id: ids.next('cfl') as ConflictId,
      detectedAt: clock.now(),
      defaultAfterMs: settings.defaultAfterMs,
    })
    this.outbox.transact((announce) => {
      stores.conflicts.insert(conflict)
      tell(announce, 'detected', conflict)
    })
    this.attend(conflict)
    return conflict
  }

  /** The trader's choice. Errors `conflict/unknown`, `conflict/already-resolved`, `conflict/unknown-option`. */
  decide(id: ConflictId, optionId: string): Result<Conflict> {
    return this.settle(id, (_, at) => ({
      by: 'trader',
      optionId,
      confidence: null,
      reasons: 'The trader chose this option.',
      at,
    }))
  }

  /** Of which nothing has been carried out yet, oldest first: they wait for a decision, or for somebody's next word. */
  pending(): readonly Conflict[] {
    return this.deps.stores.conflicts.unapplied()
  }

  /** An agent has spoken: what was waiting for it goes on. */
  onSpoken(agent: string, symbol: TradedPair): void {
    for (const conflict of this.pending()) {
      const { waitsFor } = conflict
      if (stageOf(conflict) !== 'waiting' || waitsFor.kind !== 'agent') continue
      if (waitsFor.agent === agent && waitsFor.symbol === symbol) this.endWait(conflict.id)
    }
  }

  /** A rebalance has come to its end, however: what was waiting for it goes on. */
  onRebalanceEnded(id: ProposalId): void {
    for (const conflict of this.pending()) {
      const { waitsFor } = conflict
      if (stageOf(conflict) !== 'waiting' || waitsFor.kind !== 'rebalance') continue
      if (waitsFor.proposalId === id) this.endWait(conflict.id)
    }
  }

  /** Does what has been decided; tried again where it cannot be done yet. */
  carryOut(conflict: Conflict): void {
    this.carryingOut.carryOut(conflict)
  }

  /**
   * Takes up whatever is unresolved, or decided and not carried out: after a start, and harmless at any other time. Past
   * its deadline the default applies; a question that was out when the program ended counts as unanswered, and the
   * models are asked again.
   */
  resume(): void {
    for (const conflict of this.deps.stores.conflicts.notCarriedOut()) this.carryingOut.takeUp(conflict)
    for (const { id } of this.pending()) {
      if (this.consultations.has(id)) continue
      const conflict = this.interrupt(id)
      if (conflict.resolution === null) this.attend(conflict)
      else this.awaitWord(conflict, conflict.resolution.at)
    }
  }

  /** Cancels timers and gives up on questions; what is unresolved waits for the next start. */
  close(): void {
    this.isClosed = true
    this.carryingOut.close()
    for (const cancel of this.timers.values()) cancel()
    this.timers.clear()
    for (const [id, question] of this.consultations) {
      question?.abort()
      this.interrupt(id)
    }
    this.consultations.clear()
  }

  /** Gives up on the answers that are out; `mayAsk` says whether others are asked for. */
  abandonQuestions(): void {
    for (const question of this.consultations.values()) question?.abort()
  }

  /** Sees to it that somebody decides. */
  private attend({ id, deadline }: Conflict): void {
    const { clock, llms, mayAsk, onBug } = this.deps
    const pass = (): void => this.applyDefault(id, 'Nobody decided before the deadline.')
    if (clock.now() >= deadline) {
      pass()
      return
    }
    if (!this.timers.has(id)) this.timers.set(id, clock.at(deadline, pass))
    if (llms.length > 0 && mayAsk()) {
      // Nobody could be asked: the trader or the deadline decides.
      this.consult(id).catch(onBug)
    }
  }

  /** Sees to it that a wait ends. */
  private awaitWord({ id }: Conflict, since: EpochMs): void {
    if (this.timers.has(id)) return
    const { clock, settings } = this.deps
    this.timers.set(
      id,
      clock.at(after(since, settings.waitAtMostMs), () => this.endWait(id)),
    )
  }

  private endWait(id: ConflictId): void {
    const { clock, isStill } = this.deps
    this.outbox.transact(
      (announce) => {
        const conflict = this.get(id)
        const waited = endWait(conflict, isStill(conflict), clock.now())
        if (waited.ok) this.save(waited.value, announce)
        return waited
      },
      (waited) => waited.ok && this.follow(waited.value),
    )
  }

  private async consult(id: ConflictId): Promise<void> {
    const goOn = this.deps.goOn?.(id) ?? unnoted
    // A restart gives nobody more questions than there are.
    const { attempts } = this.get(id)
    const asked = (llm: Llm): number => attempts.filter(({ resolver }) => resolver === llm.resolver).length
    this.consultations.set(id, null)
    try {
      const ended = await consult({
        clock: this.deps.clock,
        llms: this.deps.llms,
        timeLimitMs: this.deps.settings.askTimeLimitMs,
        questionsLeft: (llm) => QUESTIONS_PER_MODEL - asked(llm),
        goOn,
        begin: (llm, problem) => {
          const conflict = this.begin(id, llm)
          return conflict === null ? null : this.questionOf(conflict, problem)
        },
        sent: (question) => this.consultations.set(id, question),
        take: (llm, answered) => (this.isClosed ? 'done' : this.take(id, llm, answered)),
      })
      if (ended === 'nobody') {
        goOn('ends', null, null, () => this.applyDefault(id, 'No model gave a usable answer.'))
      }
    } finally {
      this.consultations.delete(id)
    }
  }

  private questionOf(conflict: Conflict, problem: string | null): Asked {
    const { correlationId, id } = conflict
    const { templateHash } = this.deps
    return {
      ...buildPrompt(this.template, caseOf(conflict), problem),
      askedFor: { purpose: 'conflict', decisionId: id, correlationId, templateHash },
    }
  }

  /** Notes that a question goes out; null when there is nothing to ask any more, or nothing may be asked. */
  private begin(id: ConflictId, llm: Llm): Conflict | null {
    const { clock, mayAsk, stores } = this.deps
    return this.outbox.transact((announce) => {
      const conflict = this.get(id)
      const asking = mayAsk() ? startAsking(conflict, llm.resolver, clock.now()) : null
      if (asking?.ok) {
        stores.conflicts.save(asking.value)
        tell(announce, 'asking', asking.value)
        return asking.value
      }
      // So that no screen goes on saying that somebody is asked.
      if (conflict.resolution === null) tell(announce, 'asking', conflict)
      return null
    })
  }

  /** Keeps what came back, and lets it decide if nobody else has. */
  private take(id: ConflictId, llm: Llm, answered: LlmReply): Next {
    const { clock, stores } = this.deps
    const take = (announce: Announce): { readonly next: Next; readonly resolved: Conflict | null } => {
      const conflict = this.get(id)
      const at = clock.now()
      const answer = answered.ok ? readAnswer(answered.value.text, caseOf(conflict)) : answered
      const chosen =
        answer.ok && answer.value.kind === 'choice'
          ? resolve(conflict, {
              by: llm.resolver,
              optionId: answer.value.optionId,
              confidence: answer.value.confidence,
              reasons: answer.value.reasons,
              at,
            })
          : null
      const spent = answered.ok ? answered.value : answered.spent
      const isTooLate = conflict.resolution !== null || at >= conflict.deadline
      const recorded = recordAttempt(chosen?.ok ? chosen.value : conflict, {
        at,
        outcome: `${isTooLate ? 'too late: ' : ''}${said(answer)}`,
        model: spent?.model || null,
        costUsd: spent?.costUsd ?? null,
      })
      if (!recorded.ok) throw new Error(`${id}: ${recorded.error.message}`)
      if (chosen?.ok) {
        this.save(recorded.value, announce)
        return { next: 'done', resolved: recorded.value }
      }
      stores.conflicts.save(recorded.value)
      return { next: nextAfter(answer), resolved: null }
    }
    return this.outbox.transact(take, ({ resolved }) => resolved !== null && this.follow(resolved)).next
  }

  private applyDefault(id: ConflictId, reasons: string): void {
    // Refused when somebody was faster, which is as it should be.
    this.settle(id, ({ defaultOptionId }, at) => ({
      by: 'default',
      optionId: defaultOptionId,
      confidence: null,
      reasons,
      at,
    }))
  }

  private settle(id: ConflictId, choice: (conflict: Conflict, at: EpochMs) => Resolution): Result<Conflict> {
    const { clock, stores } = this.deps
    const settle = (announce: Announce): Result<Conflict> => {
      const conflict = stores.conflicts.get(id)
      if (conflict === null) return fail('conflict/unknown', `There is no conflict ${id}.`)
      const resolved = resolve(conflict, choice(conflict, clock.now()))
      if (resolved.ok) this.save(resolved.value, announce)
      return resolved
    }
    return this.outbox.transact(settle, (settled) => settled.ok && this.follow(settled.value))
  }

  /** What somebody, or the end of a wait, has decided. */
  private save(conflict: Conflict, announce: Announce): void {
    this.deps.stores.conflicts.save(conflict)
    tell(announce, appliedOption(conflict) === null ? 'waiting' : 'resolved', conflict)
  }

  /** The deadline that was set has had its use; a decision to wait has one of its own. */
  private follow(conflict: Conflict): void {
    this.timers.get(conflict.id)?.()
    this.timers.delete(conflict.id)
    if (appliedOption(conflict) === null) this.awaitWord(conflict, this.deps.clock.now())
  }

  /** Ends the attempt whose answer will not come, if there is one. */
  private interrupt(id: ConflictId): Conflict {
    const { clock, stores } = this.deps
    return stores.transact(() => {
      const conflict = this.get(id)
      const outcome = 'interrupted: the workstation was stopped'
      const recorded = recordAttempt(conflict, { at: clock.now(), outcome, model: null, costUsd: null })
      if (!recorded.ok) return conflict
      stores.conflicts.save(recorded.value)
      return recorded.value
    })
  }

  private get(id: ConflictId): Conflict {
    const conflict = this.deps.stores.conflicts.get(id)
    if (conflict === null) throw new Error(`conflict ${id} is gone`)
    return conflict
  }
}

function tell(announce: Announce, kind: 'detected' | 'asking' | 'waiting' | 'resolved', conflict: Conflict): void {
  const { correlationId } = conflict
  announce('conflicts', { kind, conflict }, { source: 'coordinator', priority: 'HIGH', correlationId })
}
