import type { ConflictId, CorrelationId } from '../../shared/ids.ts'
import { fail, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import {
  type Conflict,
  caseOf,
  openedConflict,
  type Resolution,
  recordAttempt,
  resolve,
  startAsking,
} from '../domain/conflict.ts'
import { readAnswer } from '../domain/resolution.ts'
import { buildPrompt, type PromptTemplate, readTemplate } from '../domain/resolution-prompt.ts'
import type { RegimeOutput, TradingSignal } from '../domain/signal.ts'
import type { Cancel, Clock, Ids, Llm, LlmAnswer, Stores } from '../ports.ts'
import { consult, type Next, nextAfter, type Question, said } from './consultation.ts'

export type ConflictSettings = {
  /** From detection to the moment the default applies. */
  readonly defaultAfterMs: number
  /** For one question to one model, by the engine's clock. */
  readonly askTimeLimitMs: number
}

type Deps = {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'next'>
  readonly stores: Pick<Stores, 'transact' | 'conflicts'>
  readonly bus: Pick<Bus, 'publish'>
  /** Asked in this order; may be empty. */
  readonly llms: readonly Llm[]
  readonly settings: ConflictSettings
  /** The text of config/prompts/conflict.md. */
  readonly promptTemplate: string
  /** False while HALTED: nothing is asked, and the trader or the deadline decides. */
  readonly mayAsk: () => boolean
}

/**
 * Where conflicts wait for someone to choose: the models in their order, the trader at any time, the default at the
 * deadline or when no model gave a usable answer. Whoever is first decides, once.
 */
export class ConflictDesk {
  private readonly deps: Deps
  private readonly template: PromptTemplate
  private readonly deadlines = new Map<ConflictId, Cancel>()
  /** Conflicts that models are being asked about, with the question that is out. */
  private readonly consultations = new Map<ConflictId, Question | null>()
  private isClosed = false

  /** @throws when the prompt's file cannot be used. */
  constructor(deps: Deps) {
    this.deps = deps
    const template = readTemplate('conflict.md', deps.promptTemplate)
    if (!template.ok) throw new Error(template.error.message)
    this.template = template.value
  }

  open(signal: TradingSignal, regime: RegimeOutput, correlationId: CorrelationId): Conflict {
    const { clock, ids, stores, settings } = this.deps
    const conflict = openedConflict({
      id: ids.next('cfl') as ConflictId,
      signal,
      regime,
      correlationId,
      detectedAt: clock.now(),
      defaultAfterMs: settings.defaultAfterMs,
    })
    stores.transact(() => stores.conflicts.insert(conflict))
    this.publish('detected', conflict)
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

  /** Waiting for a decision, oldest first. */
  pending(): readonly Conflict[] {
    return this.deps.stores.conflicts.unresolved()
  }

  /**
   * Takes up whatever is unresolved: after a start, and harmless at any other time. Past its deadline the default
   * applies; a question that was out when the program ended counts as unanswered, and the models are asked again.
   */
  resume(): void {
    for (const { id } of this.pending()) {
      if (this.consultations.has(id)) continue
      const conflict = this.interrupt(id)
      if (conflict.resolution === null) this.attend(conflict)
    }
  }

  /** Cancels timers and gives up on questions; what is unresolved waits for the next start. */
  close(): void {
    this.isClosed = true
    for (const cancel of this.deadlines.values()) cancel()
    this.deadlines.clear()
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
    const { clock, llms, mayAsk } = this.deps
    const pass = (): void => this.applyDefault(id, 'Nobody decided before the deadline.')
    if (clock.now() >= deadline) {
      pass()
      return
    }
    if (!this.deadlines.has(id)) this.deadlines.set(id, clock.at(deadline, pass))
    if (llms.length > 0 && mayAsk()) void this.consult(id)
  }

  private async consult(id: ConflictId): Promise<void> {
    this.consultations.set(id, null)
    try {
      const ended = await consult({
        clock: this.deps.clock,
        llms: this.deps.llms,
        timeLimitMs: this.deps.settings.askTimeLimitMs,
        begin: (llm, problem) => {
          const conflict = this.begin(id, llm)
          return conflict === null ? null : buildPrompt(this.template, caseOf(conflict), problem)
        },
        sent: (question) => this.consultations.set(id, question),
        take: (llm, answered) => (this.isClosed ? 'done' : this.take(id, llm, answered)),
      })
      if (ended === 'nobody') this.applyDefault(id, 'No model gave a usable answer.')
    } finally {
      this.consultations.delete(id)
    }
  }

  /** Notes that a question goes out; null when there is nothing to ask any more, or nothing may be asked. */
  private begin(id: ConflictId, llm: Llm): Conflict | null {
    const { clock, mayAsk, stores } = this.deps
    const begun = stores.transact(() => {
      const conflict = this.get(id)
      if (!mayAsk()) return { conflict, isAsked: false }
      const asking = startAsking(conflict, llm.resolver, clock.now())
      if (!asking.ok) return { conflict, isAsked: false }
      stores.conflicts.save(asking.value)
      return { conflict: asking.value, isAsked: true }
    })
    // Also when nobody is asked after all, so that no screen goes on saying otherwise.
    if (begun.conflict.resolution === null) this.publish('asking', begun.conflict)
    return begun.isAsked ? begun.conflict : null
  }

  /** Keeps what came back, and lets it decide if nobody else has. */
  private take(id: ConflictId, llm: Llm, answered: Result<LlmAnswer>): Next {
    const { clock, stores } = this.deps
    const taken = stores.transact((): { readonly next: Next; readonly resolved: Conflict | null } => {
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
      const isTooLate = conflict.resolution !== null || at >= conflict.deadline
      const recorded = recordAttempt(chosen?.ok ? chosen.value : conflict, {
        at,
        outcome: `${isTooLate ? 'too late: ' : ''}${said(answer)}`,
        model: answered.ok ? answered.value.model : null,
        costUsd: answered.ok ? answered.value.costUsd : null,
      })
      if (!recorded.ok) throw new Error(`${id}: ${recorded.error.message}`)
      stores.conflicts.save(recorded.value)
      if (chosen?.ok) return { next: 'done', resolved: recorded.value }
      return { next: nextAfter(answer), resolved: null }
    })
    if (taken.resolved !== null) this.announceResolved(taken.resolved)
    return taken.next
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
    const settled = stores.transact(() => {
      const conflict = stores.conflicts.get(id)
      if (conflict === null) return fail('conflict/unknown', `There is no conflict ${id}.`)
      const resolved = resolve(conflict, choice(conflict, clock.now()))
      if (resolved.ok) stores.conflicts.save(resolved.value)
      return resolved
    })
    if (settled.ok) this.announceResolved(settled.value)
    return settled
  }

  private announceResolved(conflict: Conflict): void {
    this.deadlines.get(conflict.id)?.()
    this.deadlines.delete(conflict.id)
    this.publish('resolved', conflict)
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

  private publish(kind: 'detected' | 'asking' | 'resolved', conflict: Conflict): void {
    const { correlationId } = conflict
    this.deps.bus.publish('conflicts', { kind, conflict }, { source: 'coordinator', priority: 'HIGH', correlationId })
  }
}
