import { type ConsensusPoint, consensusFactor } from './consensus.ts'
import type { Bias, Regime, TradeAction, Voice } from './signal.ts'

export type DecisionSettings = {
  /** Confidence (0 to 1) from which a direction becomes BUY or SELL. */
  readonly actFrom: number
  /** Confidence (0 to 1) from which the opposite direction closes a position. */
  readonly closeFrom: number
  /** What agreement does to the confidence. */
  readonly consensus: readonly ConsensusPoint[]
}

export type Decision = {
  readonly action: TradeAction
  readonly bias: Bias
  /** 0 to 1. */
  readonly confidence: number
  /** Weights as parts of all that spoke; they sum to 1, or there is none. */
  readonly voices: readonly Voice[]
  /** One sentence. */
  readonly reason: string
}

/** Where a regime points: its trend, or nowhere. */
export const biasOfRegime = (regime: Regime): Bias =>
  regime.endsWith('_bull') ? 'long' : regime.endsWith('_bear') ? 'short' : 'neutral'

/**
 * What several voices say together.
 *
 *     for, against = sums of weight × confidence of the voices that point with, and against, the stronger side
 *     directed     = sum of the weights of the voices that point anywhere
 *     agreement    = weight that points with it ÷ (that + weight of those who are undecided)
 *     confidence   = (for − against) ÷ directed × the factor that `consensus` gives that agreement
 *
 * with weights as parts of all voices that spoke. A voice without confidence has not spoken: it neither counts nor
 * dilutes. So one voice alone keeps its own confidence, agreement of two lies between theirs, and an objection takes
 * away more than silence. CLOSE from `closeFrom` on against what is held; else BUY or SELL from `actFrom` on; else HOLD.
 * Source: our own; a weighted vote, no more is claimed for it.
 *
 * @param given weights need not sum to 1.
 * @param held  directions of the open positions.
 */
export function decide(
  given: readonly Voice[],
  held: readonly ('long' | 'short')[],
  settings: DecisionSettings,
): Decision {
  const spoke = given.filter(({ confidence, weight }) => confidence > 0 && weight > 0)
  const total = spoke.reduce((sum, { weight }) => sum + weight, 0)
  const voices = spoke.map((voice) => ({ ...voice, weight: voice.weight / total }))
  const side = (bias: Bias): number =>
    voices.reduce((sum, voice) => sum + (voice.bias === bias ? voice.weight * voice.confidence : 0), 0)
  const weightOf = (bias: Bias): number =>
    voices.reduce((sum, voice) => sum + (voice.bias === bias ? voice.weight : 0), 0)
  const [long, short] = [side('long'), side('short')]
  const directed = weightOf('long') + weightOf('short')
  if (directed === 0 || long === short) {
    return { action: 'HOLD', bias: 'neutral', confidence: 0, voices, reason: reasonOf('HOLD', 'neutral', 0, voices) }
  }
  const bias = long > short ? 'long' : 'short'
  // As what each takes away from the strongest: no rounding can lift those who agree above it, or push them below.
  const strongest = Math.max(...voices.map((voice) => (voice.bias === bias ? voice.confidence : 0)))
  const lost = voices.reduce((sum, voice) => {
    if (voice.bias === 'neutral') return sum
    return sum + voice.weight * (strongest - (voice.bias === bias ? voice.confidence : -voice.confidence))
  }, 0)
  const united = Math.max(0, strongest - lost / directed)
  // Those who object count in the vote itself.
  const agreement = weightOf(bias) / (weightOf(bias) + weightOf('neutral'))
  const confidence = united * consensusFactor(agreement, settings.consensus)
  const isOpposed = held.some((direction) => direction !== bias)
  const action: TradeAction =
    isOpposed && confidence >= settings.closeFrom
      ? 'CLOSE'
      : confidence < settings.actFrom
        ? 'HOLD'
        : bias === 'long'
          ? 'BUY'
          : 'SELL'
  return { action, bias, confidence, voices, reason: reasonOf(action, bias, confidence, voices) }
}

function reasonOf(action: TradeAction, bias: Bias, confidence: number, voices: readonly Voice[]): string {
  if (voices.length === 0) return 'HOLD: nobody has spoken.'
  const said = voices.map((voice) => `${voice.name} ${voice.bias} ${voice.confidence.toFixed(2)}`).join(', ')
  const direction = bias === 'neutral' ? 'no direction' : `${bias} with confidence ${confidence.toFixed(2)}`
  return `${action}: ${direction} (${said}).`
}
