import type { ProposalView } from '../../../shared/contract/views.ts'
import { decimal, shown, sum, toText, ZERO } from '../../../shared/money.ts'
import { baseOf, quoteOf } from '../../stores/precision.ts'

type Legs = ProposalView['legs']

/** As the contract wants it: null for all of them. */
export const approvedLegs = (legs: Legs, leftOut: ReadonlySet<number>): number[] | null =>
  leftOut.size === 0 ? null : legs.map(({ index }) => index).filter((index) => !leftOut.has(index))

export function approveWords(legs: Legs, leftOut: ReadonlySet<number>): string {
  const chosen = approvedLegs(legs, leftOut)
  return chosen === null ? 'Approve' : `Approve ${chosen.length} of ${legs.length} legs`
}

/** A buy that stays may count on what a sell that is left out would have brought. */
export const mayFallShort = (legs: Legs, leftOut: ReadonlySet<number>): boolean =>
  legs.some(
    (sell) =>
      sell.side === 'sell' &&
      leftOut.has(sell.index) &&
      legs.some((buy) => buy.side === 'buy' && !leftOut.has(buy.index) && quoteOf(buy.symbol) === quoteOf(sell.symbol)),
  )

/** What the worst prices of the legs that stay may cost, in quote. */
export const slippageOf = (legs: Legs, leftOut: ReadonlySet<number>): string =>
  toText(sum(legs.filter(({ index }) => !leftOut.has(index)).map((leg) => decimal(leg.slippageBound))))

const HUNDRED = decimal('100')

/**
 * The weights after the legs that stay, in percent: those of the whole plan, with what is left out moved back at the
 * plan's prices. The fees that are saved with it are not counted.
 */
export function weightsWithout(
  { weights, legs, coreValue }: Pick<ProposalView, 'weights' | 'legs' | 'coreValue'>,
  leftOut: ReadonlySet<number>,
): ProposalView['weights'] {
  const core = decimal(coreValue)
  if (leftOut.size === 0 || core.eq(ZERO)) return weights
  const missing = legs.filter(({ index }) => leftOut.has(index))
  return weights.map((weight) => {
    const moved = missing.reduce((total, leg) => {
      const gained = leg.side === 'buy' ? baseOf(leg.symbol) : quoteOf(leg.symbol)
      const given = leg.side === 'buy' ? quoteOf(leg.symbol) : baseOf(leg.symbol)
      if (weight.asset === gained) return total.minus(decimal(leg.value))
      return weight.asset === given ? total.plus(decimal(leg.value)) : total
    }, decimal(weight.afterPercent).times(core).div(HUNDRED))
    return { ...weight, afterPercent: shown(moved.div(core).times(HUNDRED), 4) }
  })
}
