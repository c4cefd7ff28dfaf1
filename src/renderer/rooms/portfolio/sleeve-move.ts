import type { AssetView, MovementView } from '../../../shared/contract/views.ts'
import { decimal, toText, ZERO } from '../../../shared/money.ts'
import { typedNumber } from '../../typed-number.ts'

type Holdings = Pick<AssetView, 'asset' | 'core' | 'hodl'>

/** What a sleeve would hold after something was moved into it or out of it. */
export type SleeveChange = {
  readonly name: 'Core' | 'Bag'
  readonly before: string
  readonly after: string
  /** It does not hold as much as would leave it. */
  readonly isBelowZero: boolean
}

function change(name: SleeveChange['name'], before: string, by: string, way: 'in' | 'out'): SleeveChange {
  const held = decimal(before)
  const after = way === 'in' ? held.plus(decimal(by)) : held.minus(decimal(by))
  return { name, before, after: toText(after), isBelowZero: after.lt(ZERO) }
}

/** Between core and bag, what left one first. */
export const bagMove = (kind: 'add' | 'release', { core, hodl }: Holdings, amount: string): readonly SleeveChange[] =>
  kind === 'add'
    ? [change('Core', core, amount, 'out'), change('Bag', hodl, amount, 'in')]
    : [change('Bag', hodl, amount, 'out'), change('Core', core, amount, 'in')]

/** What comes into the account or leaves it, given to one sleeve. */
export const movementInto = (
  sleeve: 'core' | 'hodl',
  { core, hodl }: Holdings,
  { kind, amount }: Pick<MovementView, 'kind' | 'amount'>,
): SleeveChange =>
  change(
    sleeve === 'core' ? 'Core' : 'Bag',
    sleeve === 'core' ? core : hodl,
    amount,
    kind === 'withdrawal' ? 'out' : 'in',
  )

/** An amount as typed: plain text for the engine, or what is wrong with it. Nothing typed yet is neither. */
export function typedAmount(
  text: string,
  { most, decimals, holder }: { most: string; decimals: number; holder: string },
): { readonly amount: string | null; readonly problem: string | null } {
  if (text.trim() === '') return { amount: null, problem: null }
  const typed = typedNumber(text)
  if (typed === null || !typed.gt(ZERO)) return wrong('Write an amount above zero, with a point before its decimals.')
  if (!typed.round(decimals).eq(typed)) return wrong(`At most ${decimals} decimals.`)
  if (typed.gt(decimal(most))) return wrong(`${holder} holds only ${most}.`)
  return { amount: toText(typed), problem: null }
}

const wrong = (problem: string) => ({ amount: null, problem })
