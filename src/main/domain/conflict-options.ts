import { baseOf, type TradedPair } from '../../shared/ids.ts'
import { type Price, toText } from '../../shared/money.ts'
import type { ConflictOption, SignalAtStake } from './conflict.ts'

/*
 * What may be answered, written out. Whatever is chosen goes through every limit of the risk engine, and none of it is
 * larger than the signal.
 */

const HALF = 0.5

/** No trade. */
export const ABORT = 'abort'
/** Later, once. */
export const WAIT = 'wait'
/** All is left as it is. */
export const KEEP = 'keep'
export const PROCEED = 'proceed'

const abortOption = (text: string): ConflictOption => ({ id: ABORT, kind: 'abort', text, effect: { do: 'nothing' } })
const waitOption = (forWhat: string, thenWhat: string): ConflictOption => ({
  id: WAIT,
  kind: 'wait',
  text: `Nothing now: it is looked at again, once, after ${forWhat}; if they disagree as before, ${thenWhat}.`,
  effect: { do: 'wait' },
})

/** For one signal, the safest first. @param forWhat whose word a wait is for, e.g. `the next sentiment on BTC/USDT`. */
export function signalOptions({ signal }: SignalAtStake, forWhat: string): readonly ConflictOption[] {
  const { bias, symbol } = signal
  const trade = (id: string, sizeFactor: number, size: string): ConflictOption => ({
    id,
    kind: sizeFactor < 1 ? 'modify' : 'proceed',
    text: `A ${bias} trade on ${symbol} is proposed at ${size} of the signal, inside every risk limit.`,
    effect: { do: 'trade', trades: [{ symbol, sizeFactor }] },
  })
  return [
    abortOption(`No trade: this ${bias} signal on ${symbol} is dropped.`),
    waitOption(forWhat, 'there is no trade'),
    trade('half_size', HALF, 'half of the size'),
    trade(PROCEED, 1, 'the full size'),
  ]
}

export const keepOnlyId = (symbol: TradedPair): string => `only_${baseOf(symbol).toLowerCase()}`

/** For two signals that are one bet. */
export function correlatedOptions(
  signals: readonly [SignalAtStake, SignalAtStake],
  forWhat: string,
): readonly ConflictOption[] {
  const [one, other] = signals.map(({ signal }) => signal) as [SignalAtStake['signal'], SignalAtStake['signal']]
  const only = (symbol: TradedPair): ConflictOption => ({
    id: keepOnlyId(symbol),
    kind: 'modify',
    text: `Only ${symbol}: its ${one.bias} trade is proposed at the full size of its signal, the other is dropped.`,
    effect: { do: 'trade', trades: [{ symbol, sizeFactor: 1 }] },
  })
  const both = (id: string, sizeFactor: number, size: string): ConflictOption => ({
    id,
    kind: sizeFactor < 1 ? 'modify' : 'proceed',
    text: `Both ${one.bias} trades, on ${one.symbol} and ${other.symbol}, are proposed at ${size} of their signals, inside every risk limit.`,
    effect: { do: 'trade', trades: [one, other].map(({ symbol }) => ({ symbol, sizeFactor })) },
  })
  return [
    abortOption(`No trade: both ${one.bias} signals, on ${one.symbol} and ${other.symbol}, are dropped.`),
    waitOption(forWhat, 'only the more confident one is traded'),
    only(one.symbol),
    only(other.symbol),
    both('both_half', HALF, 'half of the size'),
    both(PROCEED, 1, 'the full size'),
  ]
}

/** For an open position that the regime has turned against. @param tighter null where no closer stop can be had. */
export function positionOptions(symbol: TradedPair, tighter: Price | null): readonly ConflictOption[] {
  const close = (id: string, kind: ConflictOption['kind'], part: number, what: string): ConflictOption => ({
    id,
    kind,
    text: `${what} of the position on ${symbol} is closed at market; the bags are not touched.`,
    effect: { do: 'close', part },
  })
  return [
    {
      id: KEEP,
      kind: 'proceed',
      text: `The position on ${symbol} stays as it is, with its stop.`,
      effect: { do: 'nothing' },
    },
    waitOption(`the next regime of ${symbol}`, 'the position stays as it is'),
    ...(tighter === null
      ? []
      : [
          {
            id: 'tighten_stop',
            kind: 'modify',
            text: `The stop of the position on ${symbol} moves to ${toText(tighter)}, closer to the price; its size stays.`,
            effect: { do: 'move_stop', stop: tighter },
          } as const,
        ]),
    close('close_half', 'modify', HALF, 'Half'),
    close('close', 'abort', 1, 'All'),
  ]
}
