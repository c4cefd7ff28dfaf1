import type { ConflictId, TradedPair } from '../../shared/ids.ts'
import { type Amount, type Decimal, fromFloat, type Money, type Price, sum, ZERO } from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { ConflictOption } from './conflict.ts'

/*
 * What each answer to a conflict would have earned, followed as if it had been given at once: from the price at which the
 * conflict was found to the stop, the target or the end of a day. Stops are where they were set: none follows the price.
 * Source: design, "Conflicts".
 */

/** A trade that nobody need have made. */
export type VirtualTrade = {
  /** What options speak of: the symbol of a signal, or `kept` and `tightened` of a position. */
  readonly key: string
  readonly symbol: TradedPair
  readonly side: 'long' | 'short'
  /** Base units, at the full size. */
  readonly amount: Amount
  readonly entry: Price
  readonly stop: Price
  readonly target: Price
  /** Part of the value that entering costs; 0 for what is held already. */
  readonly entryFee: Decimal
  readonly exitFee: Decimal
  /** Null while it would still be open. */
  readonly exit: Price | null
}

/** The trades of one conflict's options. What the limits leave nothing of is no trade. */
export type Counterfactual = {
  readonly conflictId: ConflictId
  /** When what is still open counts at the price of then. */
  readonly until: EpochMs
  readonly atOnce: readonly VirtualTrade[]
  /** What a wait would have ended with, and the trades from there; null while it would still last. */
  readonly afterWait: { readonly optionId: string; readonly trades: readonly VirtualTrade[] } | null
}

/** What each option would have earned, in quote, after fees; null where nobody can know. */
export type ConflictScores = ReadonlyMap<string, Money | null>

/** A price seen: the trades that it ends are over. The same object where it ends none. */
export function withPrice(followed: Counterfactual, symbol: TradedPair, price: Price): Counterfactual {
  const { atOnce, afterWait } = followed
  const isOver = (trade: VirtualTrade): boolean => trade.exit === null && trade.symbol === symbol && ends(trade, price)
  if (!atOnce.some(isOver) && !afterWait?.trades.some(isOver)) return followed
  const ended = (trade: VirtualTrade): VirtualTrade => (isOver(trade) ? { ...trade, exit: price } : trade)
  return {
    ...followed,
    atOnce: atOnce.map(ended),
    afterWait: afterWait && { ...afterWait, trades: afterWait.trades.map(ended) },
  }
}

function ends({ side, stop, target }: VirtualTrade, price: Price): boolean {
  return side === 'long' ? price.lte(stop) || price.gte(target) : price.gte(stop) || price.lte(target)
}

/** What is still open ends at the last price. @param priceOf null where there never was one: it cannot be known then. */
export function ended(followed: Counterfactual, priceOf: (symbol: TradedPair) => Price | null): Counterfactual {
  const end = (trade: VirtualTrade): VirtualTrade => ({ ...trade, exit: trade.exit ?? priceOf(trade.symbol) })
  const { atOnce, afterWait } = followed
  return {
    ...followed,
    atOnce: atOnce.map(end),
    afterWait: afterWait && { ...afterWait, trades: afterWait.trades.map(end) },
  }
}

/** Whether everything would be over, the wait included. */
export const isOver = ({ atOnce, afterWait }: Counterfactual): boolean =>
  afterWait !== null && [...atOnce, ...afterWait.trades].every(({ exit }) => exit !== null)

export function scoresOf(followed: Counterfactual, options: readonly ConflictOption[]): ConflictScores {
  return new Map(options.map((option) => [option.id, earnedBy(option, followed, options)]))
}

function earnedBy(
  option: ConflictOption,
  { atOnce, afterWait }: Counterfactual,
  options: readonly ConflictOption[],
): Money | null {
  if (option.effect.do !== 'wait') return earned(option, atOnce)
  const last = options.find(({ id }) => id === afterWait?.optionId)
  return last === undefined || afterWait === null ? null : earned(last, afterWait.trades)
}

function earned({ effect }: ConflictOption, trades: readonly VirtualTrade[]): Money | null {
  const result = (key: string, part: number): Money | null => {
    const trade = trades.find((each) => each.key === key)
    if (trade === undefined) return ZERO
    const whole = resultOf(trade)
    return whole === null ? null : (whole.times(fromFloat(part)) as Decimal as Money)
  }
  switch (effect.do) {
    case 'wait':
    case 'nothing':
      return result(KEPT, 1)
    case 'move_stop':
      return result(TIGHTENED, 1)
    case 'close': {
      const [rest, closed] = [result(KEPT, 1 - effect.part), closing(trades, effect.part)]
      return rest === null ? null : (rest.plus(closed) as Money)
    }
    case 'trade': {
      const each = effect.trades.map(({ symbol, sizeFactor }) => result(symbol, sizeFactor))
      return each.some((one) => one === null) ? null : sum(each as Money[])
    }
  }
}

export const KEPT = 'kept'
export const TIGHTENED = 'tightened'

/** Selling a part of what is held at once costs the fee; its price is where the others begin. */
function closing(trades: readonly VirtualTrade[], part: number): Money {
  const kept = trades.find(({ key }) => key === KEPT)
  if (kept === undefined) return ZERO
  return ZERO.minus(kept.amount.times(kept.entry).times(kept.exitFee).times(fromFloat(part))) as Money
}

/** s·q·(x − e) − fees of entry and exit; null while it is open. */
function resultOf({ side, amount, entry, exit, entryFee, exitFee }: VirtualTrade): Money | null {
  if (exit === null) return null
  const moved = side === 'long' ? exit.minus(entry) : entry.minus(exit)
  const fees = entry.times(entryFee).plus(exit.times(exitFee))
  return amount.times(moved.minus(fees)) as Decimal as Money
}

/** What is held already, from the price of now: nothing is paid to enter it. */
export const heldFrom = (
  key: string,
  position: {
    readonly symbol: TradedPair
    readonly side: 'long' | 'short'
    readonly amount: Amount
    readonly target: Price
  },
  stop: Price,
  price: Price,
  fee: Decimal,
): VirtualTrade => ({
  key,
  symbol: position.symbol,
  side: position.side,
  amount: position.amount,
  entry: price,
  stop,
  target: position.target,
  entryFee: ZERO,
  exitFee: fee,
  exit: null,
})
