import { releasePhrase } from '../../shared/contract/release-phrase.ts'
import type { Asset } from '../../shared/ids.ts'
import { type Amount, toText } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'

/** Where a movement can belong: nothing arrives in or leaves from an open trade. */
export type MovementSleeve = 'core' | 'hodl'

/** A movement that waits to be classified, or was. */
export type Classifiable = {
  readonly id: string
  readonly kind: 'deposit' | 'withdrawal' | 'reward'
  readonly asset: Asset
  readonly amount: Amount
  readonly sleeve: MovementSleeve | null
  readonly decidedAt: EpochMs | null
  readonly decidedBy: 'trader' | 'default' | null
  readonly reason: string | null
}

export type Decision =
  | {
      readonly by: 'trader'
      readonly at: EpochMs
      readonly sleeve: MovementSleeve
      readonly reason: string
      /** What was typed; only a withdrawal from a bag takes it. */
      readonly confirmation: string
    }
  | { readonly by: 'default'; readonly at: EpochMs }

/** What a sleeve gains by a movement; below zero for a withdrawal. */
export const gainedBy = ({ kind, amount }: Pick<Classifiable, 'kind' | 'amount'>): Amount =>
  kind === 'withdrawal' ? (amount.neg() as Amount) : amount

/** By default everything is core's. */
export const sleeveOf = (decision: Decision): MovementSleeve => (decision.by === 'trader' ? decision.sleeve : 'core')

/**
 * A movement with its sleeve.
 *
 * @param free what that sleeve holds of the asset and no open order is going to spend.
 *
 * Errors: `movement/decided`, `movement/confirmation` (a withdrawal from a bag takes the typed phrase),
 * `movement/below-zero` (the sleeve does not hold what left; it says what is there).
 */
export function classify<M extends Classifiable>(movement: M, decision: Decision, free: Amount): Result<M> {
  if (movement.sleeve !== null) {
    return fail('movement/decided', `It belongs to ${nameOf(movement.sleeve, movement.asset)} already.`)
  }
  const sleeve = sleeveOf(decision)
  const { asset, amount } = movement
  if (movement.kind === 'withdrawal') {
    const phrase = releasePhrase(toText(amount), asset)
    if (decision.by === 'trader' && sleeve === 'hodl' && decision.confirmation !== phrase) {
      return fail('movement/confirmation', `To take it out of the bag, type: ${phrase}`)
    }
    if (free.lt(amount)) {
      return fail(
        'movement/below-zero',
        `${toText(amount)} ${asset} left the account; ${nameOf(sleeve, asset)} has ${toText(free)} ${asset} free.`,
      )
    }
  }
  const reason = decision.by === 'trader' ? decision.reason : null
  return ok({ ...movement, sleeve, decidedAt: decision.at, decidedBy: decision.by, reason })
}

/** A sleeve as the trader calls it. */
export const nameOf = (sleeve: MovementSleeve, asset: Asset): string =>
  sleeve === 'core' ? 'core' : `the ${asset} bag`
