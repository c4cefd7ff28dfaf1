import { biasOfRegime } from './decision.ts'
import type { Bias, Opinion, RegimeOutput, SentimentOutput, TaOutput, TradingSignal } from './signal.ts'

type Output = TaOutput | RegimeOutput | SentimentOutput | Opinion | TradingSignal

/** Where an output points, whichever kind of agent made it. */
export const biasIn = (output: Output): Bias => ('regime' in output ? biasOfRegime(output.regime) : output.bias)

/** True when both say the same, however sure they are of it. */
export function isSameOpinion(one: Output, other: Output): boolean {
  if ('regime' in one || 'regime' in other) return 'regime' in one && 'regime' in other && one.regime === other.regime
  if ('action' in one || 'action' in other) {
    return 'action' in one && 'action' in other && one.action === other.action && one.bias === other.bias
  }
  return one.bias === other.bias
}
