import { buildPanelPrompt, modelVoice, PANEL_HOLES, type PanelCase, readVote } from '../domain/panel.ts'
import { type PromptTemplate, readTemplate } from '../domain/resolution-prompt.ts'
import type { Voice } from '../domain/signal.ts'
import type { PanelModel } from '../ports.ts'
import type { Questions } from './questions.ts'

type Deps = {
  /** On whose behalf it is asked. */
  readonly agent: string
  readonly members: readonly PanelModel[]
  /** Of all members together, on the scale of the agents' weights. */
  readonly weight: number
  /** For all members together: they are asked at once. */
  readonly timeLimitMs: number
  /** The text of config/prompts/panel.md. */
  readonly promptTemplate: string
  readonly questions: Questions
  /** Tells the trader. */
  readonly tell: (text: string) => void
}

/** Several models, each asked alone what it makes of a case. Who does not answer, or not usably, has no voice. */
export class Panel {
  private readonly deps: Deps
  private readonly template: PromptTemplate
  /** By member: the code of what went wrong the last time. */
  private readonly troubles = new Map<string, string>()

  /** @throws when the prompt's file cannot be used. */
  constructor(deps: Deps) {
    this.deps = deps
    const template = readTemplate('panel.md', deps.promptTemplate, PANEL_HOLES)
    if (!template.ok) throw new Error(template.error.message)
    this.template = template.value
  }

  /** False while the program is halted. */
  mayAsk(): boolean {
    return this.deps.questions.mayAsk()
  }

  /** What they say, in the order of the members. Never rejects, and never takes longer than the time limit. */
  async hear(about: PanelCase, signal: AbortSignal): Promise<readonly Voice[]> {
    const heard = await Promise.all(this.deps.members.map((member) => this.hearOne(member, about, signal)))
    return heard.flatMap((voice) => (voice === null ? [] : [voice]))
  }

  private async hearOne(member: PanelModel, about: PanelCase, signal: AbortSignal): Promise<Voice | null> {
    const { agent, members, weight, timeLimitMs, questions } = this.deps
    const { name } = member
    const vote = await questions.ask({
      agent,
      symbol: about.symbol,
      name,
      model: member,
      prompt: (problem) => buildPanelPrompt(this.template, about, problem),
      read: readVote,
      timeLimitMs,
      signal,
    })
    // Whoever is interrupted has not failed.
    if (questions.mayAsk() && !signal.aborted) this.note(name, vote.ok ? null : vote.error)
    if (!vote.ok) return null
    const { bias, confidence } = vote.value
    return { name: modelVoice(name), bias, confidence, weight: weight / members.length }
  }

  /** Told once, not every hour that it lasts. */
  private note(name: string, trouble: { readonly code: string; readonly message: string } | null): void {
    const before = this.troubles.get(name) ?? null
    if (before === (trouble?.code ?? null)) return
    if (trouble === null) this.troubles.delete(name)
    else this.troubles.set(name, trouble.code)
    this.deps.tell(
      trouble === null
        ? `The model ${name} of the panel answers again.`
        : `The model ${name} of the panel has no voice (${trouble.code}): ${trouble.message}`,
    )
  }
}
