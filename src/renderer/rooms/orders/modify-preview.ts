import type { PositionView } from '../../../shared/contract/views.ts'
import { type Decimal, decimal, shown, toText } from '../../../shared/money.ts'
import { typedNumber } from '../../typed-number.ts'

/** What the trader has typed. */
export type Draft = { readonly stop: string; readonly target: string }

/** What a level would bring if it were reached, before the fee of the exit. */
export type Outcome = {
  /** Quote, for what is still held. */
  readonly gain: string
  /** Of the whole trade, realized parts included; null where one R is not known. */
  readonly r: string | null
  /** From the mark, in percent of it. */
  readonly distancePercent: string
}

export type Preview = {
  readonly stopProblem: string | null
  readonly targetProblem: string | null
  /** Null where the level is not usable. */
  readonly ifStopped: Outcome | null
  readonly ifReached: Outcome | null
  /** The stop is further away than before: more is at risk. */
  readonly isWider: boolean
  /** What to send: null leaves a level where it is. */
  readonly change: { readonly stop: string | null; readonly target: string | null }
  readonly isSendable: boolean
}

const ZERO = decimal('0')
const HUNDRED = decimal('100')

/** Stop and target as typed, judged against the mark. The engine judges again: this only saves a round trip. */
export function previewOf(position: PositionView, draft: Draft, priceDecimals: number | null): Preview {
  const stop = typedNumber(draft.stop)
  const target = typedNumber(draft.target)
  const stopProblem = shapeProblem(stop, priceDecimals) ?? sideProblem(position, stop, 'stop')
  const targetProblem = shapeProblem(target, priceDecimals) ?? sideProblem(position, target, 'target')
  const change = {
    stop: stop === null || stop.eq(decimal(position.stop)) ? null : toText(stop),
    target: target === null || target.eq(decimal(position.target)) ? null : toText(target),
  }
  const isChanged = change.stop !== null || change.target !== null
  return {
    stopProblem,
    targetProblem,
    ifStopped: stopProblem === null && stop !== null ? outcomeAt(position, stop) : null,
    ifReached: targetProblem === null && target !== null ? outcomeAt(position, target) : null,
    isWider: stop !== null && isBehind(position, stop, decimal(position.stop)),
    change,
    isSendable: isChanged && stopProblem === null && targetProblem === null && !position.isStale,
  }
}

function shapeProblem(level: Decimal | null, priceDecimals: number | null): string | null {
  if (level === null || !level.gt(ZERO)) return 'Write a price above zero, with a point before its decimals.'
  if (priceDecimals !== null && !level.round(priceDecimals).eq(level)) {
    return `This market’s prices have at most ${priceDecimals} ${priceDecimals === 1 ? 'decimal' : 'decimals'}.`
  }
  return null
}

/** A long loses downwards: its stop belongs below the mark, its target above. A short's the other way round. */
function sideProblem(position: PositionView, level: Decimal | null, which: 'stop' | 'target'): string | null {
  if (level === null || position.mark === null) return null
  const mark = decimal(position.mark)
  const isBelow = (position.side === 'long') === (which === 'stop')
  if (isBelow ? level.lt(mark) : level.gt(mark)) return null
  return `The ${which} of a ${position.side} must be ${isBelow ? 'below' : 'above'} the mark.`
}

const isBehind = ({ side }: PositionView, level: Decimal, other: Decimal): boolean =>
  side === 'long' ? level.lt(other) : level.gt(other)

export function outcomeAt(position: PositionView, level: Decimal): Outcome | null {
  if (position.averageEntry === null || position.mark === null) return null
  const mark = decimal(position.mark)
  const way = level.minus(decimal(position.averageEntry)).times(decimal(position.amount))
  const gain = (position.side === 'long' ? way : ZERO.minus(way)).minus(decimal(position.openFees))
  const oneR = position.oneR === null ? ZERO : decimal(position.oneR)
  return {
    gain: shown(gain, 2),
    r: oneR.eq(ZERO) ? null : shown(gain.plus(decimal(position.realized)).div(oneR), 2),
    distancePercent: shown(level.minus(mark).abs().div(mark).times(HUNDRED), 2),
  }
}
