import { z } from 'zod'
import type { TradedPair } from '../../../shared/ids.ts'
import { number, share } from '../../../shared/setting.ts'
import { SECOND } from '../../../shared/time.ts'
import { curveProblem } from '../../domain/consensus.ts'
import type { DecisionSettings } from '../../domain/decision.ts'
import type { CandleNeed } from '../../domain/market.ts'
import { biasIn } from '../../domain/opinion.ts'
import { decideWithModels, type PanelCase, pointsSomewhere } from '../../domain/panel.ts'
import type { TaOutput, TradingSignal, Voice } from '../../domain/signal.ts'
import { type Agent, type AgentMeans, type AgentView, agentKind, type Said } from '../agent.ts'
import { Panel } from '../panel.ts'
import { panelSettings, wantedModels } from '../panel-settings.ts'

/** Without it there is no price, no range and no decision. */
const TECHNICAL_ANALYSIS = 'technical_analysis'

export type TradingDecisionSettings = DecisionSettings & {
  /** How much each agent counts; those that are silent leave their share to the others. */
  readonly weights: Readonly<Record<string, number>>
}

/** Combines what the other agents say of a symbol into one decision. The vote is `decide`'s. */
export class TradingDecision implements Agent<TradingSignal> {
  readonly needs: readonly CandleNeed[] = []
  private readonly settings: TradingDecisionSettings
  private readonly exits: AgentMeans['exits']
  private readonly published = new Map<TradedPair, TradingSignal>()

  constructor(settings: TradingDecisionSettings, exits: AgentMeans['exits']) {
    this.settings = settings
    this.exits = exits
  }

  /** It looks at no chart. */
  observe(): void {}
  forget(): void {}

  seen(): number {
    return 0
  }

  run(view: AgentView): TradingSignal | null {
    const basis = this.basisOf(view)
    return basis === null ? null : this.signalOf(view, basis, [])
  }

  /** Null while there is no price or no range. */
  basisOf(view: AgentView): Basis | null {
    const analysis = view.said(TECHNICAL_ANALYSIS)
    if (analysis === null) return null
    const { close, indicators } = analysis.output as TaOutput
    const atr = indicators.atr ?? 0
    return atr > 0 ? { analysis, close, atr, indicators, ...this.heard(view) } : null
  }

  /** @param models what they say of this, if they were asked. */
  signalOf(view: AgentView, { analysis, close, atr, voices }: Basis, models: readonly Voice[]): TradingSignal {
    const decision = decideWithModels(voices, models, view.held, this.settings)
    const before = this.published.get(view.symbol) ?? null
    const signal: TradingSignal = {
      symbol: view.symbol,
      at: view.now,
      action: decision.action,
      bias: decision.bias,
      confidence: decision.confidence,
      entry: close,
      atr,
      ...this.exitsOf(decision.action, close, atr),
      voices: decision.voices,
      reason: decision.reason,
      isNews: before === null || before.action !== decision.action || before.bias !== decision.bias,
      taMessageId: analysis.messageId,
    }
    this.published.set(view.symbol, signal)
    return signal
  }

  private heard(view: AgentView): Pick<Basis, 'voices' | 'regime'> {
    const heard = Object.entries(this.settings.weights).flatMap(([name, weight]) => {
      const said = view.said(name)
      return said === null ? [] : [{ name, weight, output: said.output }]
    })
    return {
      voices: heard.map(({ name, weight, output }) => ({
        name,
        weight,
        bias: biasIn(output),
        confidence: output.confidence,
      })),
      regime: heard.map(({ output }) => ('regime' in output ? output.regime : null)).find((regime) => regime) ?? null,
    }
  }

  private exitsOf(action: TradingSignal['action'], entry: number, atr: number): Pick<TradingSignal, 'stop' | 'target'> {
    if (action !== 'BUY' && action !== 'SELL') return { stop: null, target: null }
    const distance = atr * this.exits.stopAtrMultiple * (action === 'BUY' ? 1 : -1)
    return { stop: entry - distance, target: entry + distance * this.exits.rewardToRisk }
  }
}

/** What a decision is made of: what the agents said at one moment. */
type Basis = Pick<PanelCase, 'voices' | 'indicators' | 'regime'> & {
  readonly analysis: Said
  readonly close: number
  readonly atr: number
}

/** The same decision with a panel of models among the voices: asked when it runs, heard when they have answered. */
class DecisionWithPanel implements Agent<TradingSignal> {
  readonly needs: readonly CandleNeed[] = []
  private readonly decision: TradingDecision
  private readonly settings: DecisionSettings
  private readonly panel: Panel

  constructor(decision: TradingDecision, settings: DecisionSettings, panel: Panel) {
    this.decision = decision
    this.settings = settings
    this.panel = panel
  }

  observe(): void {}
  forget(): void {}

  seen(): number {
    return 0
  }

  run(view: AgentView): TradingSignal | null | Promise<TradingSignal> {
    const basis = this.decision.basisOf(view)
    if (basis === null) return null
    const isAsked = this.panel.mayAsk() && pointsSomewhere(basis.voices, view.held, this.settings)
    return isAsked ? this.ask(view, basis) : this.decision.signalOf(view, basis, [])
  }

  private async ask(view: AgentView, basis: Basis): Promise<TradingSignal> {
    const { symbol, held, signal } = view
    const { close: price, voices, indicators, regime } = basis
    const models = await this.panel.hear({ symbol, price, voices, indicators, regime, held }, signal)
    // Cut off: what would be said is heard by nobody.
    signal.throwIfAborted()
    return this.decision.signalOf(view, basis, models)
  }
}

const settings = z
  .strictObject({
    weights: z.record(z.string().regex(/^[a-z][a-z_]*$/, 'expected the name of an agent'), number('0', '100')),
    act_from: share,
    close_from: share,
    consensus: z.array(z.strictObject({ agreement: share, factor: share })).superRefine((curve, context) => {
      const problem = curveProblem(curve)
      if (problem !== null) context.addIssue(problem)
    }),
    panel: panelSettings,
  })
  .refine(({ weights }) => (weights[TECHNICAL_ANALYSIS] ?? 0) > 0, {
    message: `expected a weight above 0 for ${TECHNICAL_ANALYSIS}, which knows the price`,
    path: ['weights'],
  })
  .refine(({ act_from, close_from }) => close_from <= act_from, {
    message: 'expected close_from not above act_from: what is held is closed before the opposite is bought',
    path: ['close_from'],
  })
  .refine((own) => own.panel.weight <= Object.values(own.weights).reduce((sum, weight) => sum + weight, 0), {
    message: 'expected a weight not above that of all agents together: models do not outvote them',
    path: ['panel', 'weight'],
  })

type Block = z.infer<typeof settings>

const decisionSettings = (own: Block): TradingDecisionSettings => ({
  weights: own.weights,
  actFrom: own.act_from,
  closeFrom: own.close_from,
  consensus: own.consensus,
})

export const kind = agentKind({
  title: 'Trading decision',
  topic: 'trading_signals',
  settings,
  reads: ({ weights }) => Object.keys(weights),
  asksForMs: (own) => (own.panel.enabled ? own.panel.ask_time_limit_seconds * SECOND : 0),
  make(own, { name, exits, openModels, questions, tell, prompts }) {
    const decision = new TradingDecision(decisionSettings(own), exits)
    const members = own.panel.enabled ? openModels(wantedModels(own.panel)) : []
    if (members.length === 0) return decision
    const asked = new Panel({
      agent: name,
      members,
      weight: own.panel.weight,
      timeLimitMs: own.panel.ask_time_limit_seconds * SECOND,
      promptTemplate: prompts.panel,
      questions,
      tell,
    })
    return new DecisionWithPanel(decision, decisionSettings(own), asked)
  },
})
