import { decimal, sum } from '../../shared/money.ts'
import type { Result } from '../../shared/result.ts'
import { isoTime } from '../../shared/time.ts'
import type { Case } from '../domain/case.ts'
import { type Answer, readAnswer } from '../domain/resolution.ts'
import { buildPrompt, type PromptTemplate, readTemplate } from '../domain/resolution-prompt.ts'
import type { Consulted } from '../domain/strategy.ts'
import type { Clock, Llm, LlmAnswer } from '../ports.ts'
import { consult, type GoOn, type Next, nextAfter, type Question, said, unnoted } from './consultation.ts'

type Deps = {
  readonly clock: Clock
  /** Asked in this order; may be empty. */
  readonly llms: readonly Llm[]
  /** For one question to one model, by the engine's clock. */
  readonly askTimeLimitMs: number
  /** The text of config/prompts/strategy.md. */
  readonly promptTemplate: string
  /** Its SHA-256. */
  readonly templateHash: string
  /** False while nothing may be traded: then nothing is asked. */
  readonly mayAsk: () => boolean
  /** Where it is noted how a consultation went on; nowhere without it. */
  readonly goOn?: GoOn
}

/** One case that models are being asked about. */
type Asking = { isOver: boolean; question: Question | null }

/**
 * Asks the models in their order how a plan shall be carried out; one case at a time. Nothing of it is written down: who
 * asks again after a restart asks about the prices of then.
 */
export class Strategist {
  private readonly deps: Deps
  private readonly template: PromptTemplate
  private asking: Asking | null = null

  /** @throws when the prompt's file cannot be used. */
  constructor(deps: Deps) {
    this.deps = deps
    const template = readTemplate('strategy.md', deps.promptTemplate)
    if (!template.ok) throw new Error(template.error.message)
    this.template = template.value
  }

  /** Never rejects, and never takes longer than the time limits of all questions together. */
  async choose(about: Case): Promise<Consulted> {
    const { clock, llms, askTimeLimitMs, mayAsk, templateHash, goOn = unnoted } = this.deps
    const asking: Asking = { isOver: false, question: null }
    this.abandon()
    this.asking = asking
    const startedAt = clock.now()
    const decisionId = `strategy ${isoTime(startedAt)}`
    const askedFor = { purpose: 'strategy', decisionId, correlationId: null, templateHash } as const
    const outcomes: string[] = []
    const costs: string[] = []
    let chosen: Consulted['chosen'] = null
    await consult({
      clock,
      llms,
      timeLimitMs: askTimeLimitMs,
      goOn,
      begin: (_, problem) =>
        asking.isOver || !mayAsk() ? null : { ...buildPrompt(this.template, about, problem), askedFor },
      sent(question) {
        asking.question = question
      },
      take(llm, answered): Next {
        const answer: Result<Answer> = answered.ok ? readAnswer(answered.value.text, about) : answered
        outcomes.push(`${llm.resolver} ${said(answer)}`)
        const spent = answered.ok ? answered.value : answered.spent
        if (spent !== undefined) costs.push(spent.costUsd)
        if (!answered.ok || !answer.ok || answer.value.kind === 'abstain') return nextAfter(answer)
        chosen = choiceOf(llm, answered.value, answer.value)
        return 'done'
      },
    })
    return goOn('ends', null, null, () => {
      if (this.asking === asking) this.asking = null
      return { chosen, tookMs: clock.now() - startedAt, cost: sum(costs.map(decimal)), outcomes }
    })
  }

  /** Gives up on the answer that is out, and asks nobody else. */
  abandon(): void {
    if (this.asking === null) return
    this.asking.isOver = true
    this.asking.question?.abort()
  }
}

const choiceOf = (
  { resolver }: Llm,
  { model }: LlmAnswer,
  { optionId, confidence, reasons }: Extract<Answer, { kind: 'choice' }>,
): NonNullable<Consulted['chosen']> => ({ by: resolver, model, optionId, confidence, reasons })
