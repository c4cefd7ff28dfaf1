import type { TradedPair } from '../../shared/ids.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { factOf } from './case.ts'
import { type Decision, type DecisionSettings, decide } from './decision.ts'
import { jsonOf } from './resolution.ts'
import { fenced, fillTemplate, type Prompt, type PromptTemplate } from './resolution-prompt.ts'
import { oneLine } from './resolution-text.ts'
import type { Bias, Regime, Voice } from './signal.ts'

/** Holes of the part `# User` of config/prompts/panel.md. */
export const PANEL_HOLES = ['case'] as const
const BIASES: readonly unknown[] = ['long', 'short', 'neutral'] satisfies Bias[]
/** Characters. */
const REASON_LIMIT = 300
const MODEL = 'model '

/** What a model of the panel is shown: numbers and our own words, nothing that a stranger wrote. */
export type PanelCase = {
  readonly symbol: TradedPair
  readonly price: number
  /** Of the agents. */
  readonly voices: readonly Voice[]
  readonly indicators: Readonly<Record<string, number>>
  /** Null while unknown. */
  readonly regime: Regime | null
  /** Directions of the open positions. */
  readonly held: readonly ('long' | 'short')[]
}

/** What a model says of a case; a confidence of 0 says nothing. */
export type Vote = { readonly bias: Bias; readonly confidence: number; readonly reason: string }

/** How a model of the panel is called among the voices, and wherever it is held against what came. */
export const modelVoice = (name: string): string => `${MODEL}${name}`
export const isModelVoice = (voice: string): boolean => voice.startsWith(MODEL)

/** @param problem why the answer before this one could not be used; null the first time. */
export const buildPanelPrompt = (template: PromptTemplate, about: PanelCase, problem: string | null): Prompt =>
  fillTemplate(
    template,
    {
      case: fenced({
        symbol: about.symbol,
        price: factOf(about.price),
        agents: about.voices.map(({ name, bias, confidence }) => ({ name, bias, confidence: factOf(confidence) })),
        indicators: Object.fromEntries(Object.entries(about.indicators).map(([name, value]) => [name, factOf(value)])),
        regime: about.regime,
        held: about.held,
      }),
    },
    problem,
  )

/**
 * Reads whatever a model sent back: `{"bias": "long", "confidence": 0.6, "reason": "…"}` and nothing else. Whoever writes
 * every byte of it can choose a direction and a confidence from 0 to 1. Nothing is repaired.
 *
 * Errors `answer/…`: those of `jsonOf`, `wrong-shape`, `bias`, `confidence`, `reason`.
 */
export function readVote(text: string): Result<Vote> {
  const parsed = jsonOf(text)
  if (!parsed.ok) return parsed
  const { value } = parsed
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('answer/wrong-shape', 'It is not a JSON object.')
  const { bias, confidence, reason: said, ...more } = value as Readonly<Record<string, unknown>>
  if (Object.keys(more).length > 0)
    return fail('answer/wrong-shape', 'It has more than "bias", "confidence" and "reason".')
  if (!BIASES.includes(bias)) return fail('answer/bias', '"bias" is not one of long, short, neutral.')
  // Written so that NaN fails too.
  if (!(typeof confidence === 'number' && confidence >= 0 && confidence <= 1))
    return fail('answer/confidence', '"confidence" is not a number from 0 to 1.')
  if (typeof said !== 'string' || Array.from(said).length > REASON_LIMIT)
    return fail('answer/reason', `"reason" is not a text of at most ${REASON_LIMIT} characters.`)
  const reason = oneLine(said, REASON_LIMIT)
  if (reason === '') return fail('answer/reason', '"reason" is blank.')
  return ok({ bias: bias as Bias, confidence: confidence + 0, reason })
}

/** Whether the agents alone point anywhere: else there is nothing that a model could agree or object to. */
export const pointsSomewhere = (
  agents: readonly Voice[],
  held: PanelCase['held'],
  settings: DecisionSettings,
): boolean => decide(agents, held, settings).bias !== 'neutral'

/**
 * What agents and models say together, by the vote of `decide`. Models agree or object: they make no direction where the
 * agents have none, where they outvote theirs there is none either, and their agreement lifts only a confidence on which
 * the agents alone would act. So nothing is ever traded because of what models say.
 *
 * @param models weights on the scale of the agents'.
 */
export function decideWithModels(
  agents: readonly Voice[],
  models: readonly Voice[],
  held: PanelCase['held'],
  settings: DecisionSettings,
): Decision {
  const alone = decide(agents, held, settings)
  if (alone.bias === 'neutral') return alone
  const together = decide([...agents, ...models], held, settings)
  if (together.bias === alone.bias) {
    if (alone.action !== 'HOLD' || together.action === 'HOLD') return together
    const reason = `HOLD: the agents alone are not sure enough (${alone.confidence.toFixed(2)}), whatever the models say.`
    return { ...together, action: 'HOLD', confidence: Math.min(together.confidence, alone.confidence), reason }
  }
  const said = `${alone.bias} with confidence ${alone.confidence.toFixed(2)}`
  return {
    action: 'HOLD',
    bias: 'neutral',
    confidence: 0,
    voices: together.voices,
    reason: `HOLD: the agents say ${said}, and the models object to it.`,
  }
}
