import type { PositionId } from '../../shared/ids.ts'
import { type Amount, ceilToStep, type Decimal, floorToStep, fromFloat, type Price } from '../../shared/money.ts'
import type { Bus } from '../bus/bus.ts'
import type { Message } from '../bus/topics.ts'
import { appliedOption, type Conflict, type FoundConflict } from '../domain/conflict.ts'
import { regimeAgainstPosition } from '../domain/conflict-detection.ts'
import type { Position } from '../domain/position.ts'
import type { RegimeOutput } from '../domain/signal.ts'
import type { Voiced } from '../domain/voiced.ts'
import type { Markets, PositionStore } from '../ports.ts'

type Deps = {
  readonly bus: Pick<Bus, 'latest'>
  readonly stores: { readonly positions: Pick<PositionStore, 'open'> }
  readonly markets: Markets
  readonly freshPrice: (symbol: Position['symbol']) => Price | null
  readonly pendingConflicts: () => readonly Conflict[]
  readonly open: (found: FoundConflict) => unknown
  readonly moveStop: (id: PositionId, stop: Price) => void
  readonly close: (position: Position) => void
  /** Sells what is held above this, in base. */
  readonly keepOnly: (id: PositionId, amount: Amount) => void
  /** Part of its distance to the price (0 to 1) that a stop keeps when it is tightened. */
  readonly tightenTo: number
}

/** Asks about open positions when the regime turns against them, and carries out what was chosen. */
export class PositionWatch {
  private readonly deps: Deps

  constructor(deps: Deps) {
    this.deps = deps
  }

  onRegime({ payload, id }: Message<'regime_updates'>): void {
    if (!payload.isNews) return
    for (const position of this.deps.stores.positions.open()) {
      if (position.symbol !== payload.symbol || position.exitReason !== null || this.isAsked(position.id)) continue
      const found = this.found(position, { output: payload, messageId: id })
      if (found !== null) this.deps.open(found)
    }
  }

  onResolved(conflict: Conflict): void {
    const { stake } = conflict
    const effect = appliedOption(conflict)?.effect
    if (stake.kind !== 'position' || effect === undefined) return
    const position = this.positionOf(stake.positionId)
    if (position === null) return
    const { close, keepOnly, moveStop } = this.deps
    if (effect.do === 'close' && effect.part === 1) close(position)
    // What is already on its way down to something is not halved again.
    else if (effect.do === 'close' && position.keep === null)
      keepOnly(position.id, position.amount.times(fromFloat(1 - effect.part)) as Amount)
    else if (effect.do === 'move_stop' && isCloser(position, effect.stop)) moveStop(position.id, effect.stop)
  }

  /** Whether the regime still points against the position; true where there is none any more, for nothing is to be done. */
  isStill({ stake }: Conflict): boolean {
    const position = stake.kind === 'position' ? this.positionOf(stake.positionId) : null
    const regime = position === null ? null : this.deps.bus.latest('regime_updates', position.symbol)
    if (position === null || regime === null) return true
    return this.found(position, { output: regime.payload, messageId: regime.id }) !== null
  }

  private found(position: Position, regime: Voiced<RegimeOutput>): FoundConflict | null {
    return regimeAgainstPosition(position, regime, this.tighter(position))
  }

  /** A stop on the tick between the old one and the price; null where none can be had. */
  private tighter(position: Position): Price | null {
    const price = this.deps.freshPrice(position.symbol)
    const rules = this.deps.markets.rules(position.symbol)
    if (price === null || rules === null) return null
    const kept: Decimal = price.minus(position.stop).times(fromFloat(this.deps.tightenTo))
    const wanted = price.minus(kept) as Price
    // Away from the price, so that it is never closer than was said.
    const stop = position.side === 'long' ? floorToStep(wanted, rules.tick) : ceilToStep(wanted, rules.tick)
    const isBeyondPrice = position.side === 'long' ? stop.gte(price) : stop.lte(price)
    return !isBeyondPrice && isCloser(position, stop) ? stop : null
  }

  private positionOf(id: PositionId): Position | null {
    return (
      this.deps.stores.positions.open().find((position) => position.id === id && position.exitReason === null) ?? null
    )
  }

  private isAsked(id: PositionId): boolean {
    return this.deps.pendingConflicts().some(({ stake }) => stake.kind === 'position' && stake.positionId === id)
  }
}

const isCloser = ({ side, stop: now }: Position, stop: Price): boolean =>
  side === 'long' ? stop.gt(now) : stop.lt(now)
