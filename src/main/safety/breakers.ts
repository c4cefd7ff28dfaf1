import type { PositionId } from '../../shared/ids.ts'
import { type Decimal, decimal, type Money, toText, ZERO } from '../../shared/money.ts'
import { type EpochMs, epochMs, MINUTE } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import { type Announce, createOutbox, type Outbox } from '../bus/outbox.ts'
import {
  type BreakerLimits,
  type BreakerName,
  type BreakerReading,
  type BreakerState,
  effectOf,
  freshBreakers,
  heldBackBy,
  observed,
  resetByHand,
  tripped,
  withTripped,
} from '../domain/breaker.ts'
import { type LossRow, type RowEvent, rowAfter, rowOf, sizeAfterLosses } from '../domain/loss-row.ts'
import type { Position } from '../domain/position.ts'
import type { BreakerVerdict } from '../domain/risk.ts'
import type { Clock, Stores } from '../ports.ts'
import { fromJson, readingFromJson, readingToJson, toJson } from './breaker-json.ts'

export type BreakersDeps = {
  readonly clock: Clock
  readonly bus: Bus
  readonly stores: Pick<Stores, 'transact' | 'afterCommit' | 'messages' | 'state' | 'positions'>
  readonly limits: BreakerLimits
  /** The account now; null while some price is missing. `openPnl` is what open positions have brought and would bring. */
  readonly account: () => { readonly equity: Money; readonly flows: Money; readonly openPnl: Money } | null
  /** Whether a position is open. */
  readonly isTrading: () => boolean
  /** Sells what a position holds above what it is to keep. */
  readonly attend: (id: PositionId) => void
  readonly closeAll: () => void
  /** Whether after a drawdown something is open that is not being closed, or the program runs on. */
  readonly isStopMissing: () => boolean
  readonly halt: (reason: string) => void
}

const STATE = 'breakers'
const LAST = 'breakers.last'
const LAST_EVERY_MS = MINUTE
const NEVER = epochMs(0)
const TWO = decimal('2')
/** More than there are. */
const EVERY = 1_000_000_000

/**
 * The circuit breakers at work. What they remember is written down whenever it changes, with what follows from it, and
 * read again at the start. The row of losses follows from the positions alone, so that a close which was booked just
 * before the end, or while nobody looked, counts all the same.
 */
export class Breakers {
  private readonly deps: BreakersDeps
  private readonly outbox: Outbox
  private state: BreakerState | null
  /** The last reading while a position was open, and when one was last written down. */
  private last: BreakerReading | null
  private lastSavedAt: EpochMs
  private isResumed = false
  /** What each position that was closed has brought, and all of them, in quote. */
  private readonly results = new Map<PositionId, Money>()
  private realized: Money = ZERO
  /** Of the last opening or close that the row of losses knows of. */
  private rowAt: EpochMs = epochMs(0)
  /** What happened at that moment, and the row before it; null where only the database knows. */
  private moment: { readonly before: LossRow; readonly events: readonly RowEvent[] } | null = null

  constructor(deps: BreakersDeps) {
    this.deps = deps
    this.outbox = createOutbox(deps)
    for (const position of this.positions()) {
      if (position.closedAt !== null) this.addResult(position)
      this.rowAt = latest(this.rowAt, position.openedAt, position.closedAt ?? position.openedAt)
    }
    const [saved, last] = [deps.stores.state.get(STATE), deps.stores.state.get(LAST)]
    this.state = saved === null ? null : fromJson(saved)
    this.last = last === null ? null : readingFromJson(last)
    this.lastSavedAt = this.last?.at ?? NEVER
  }

  /** Compares the account with every limit: after a tick while positions are open, and whenever a decision is made. */
  look(): void {
    const reading = this.reading()
    if (reading === null) return
    if (!this.isResumed) this.resume()
    const before = this.state ?? freshBreakers(reading)
    const state = observed(before, reading, this.last)
    this.saveLast(this.deps.isTrading() ? reading : null)
    const names = tripped(state, reading, this.deps.limits)
    const next = names.length === 0 ? state : withTripped(state, names, reading.at)
    if (next === this.state) {
      // A write that failed, or a restart, must not leave open what was to be closed.
      if (next.drawdownTrippedAt !== null && this.deps.isStopMissing()) this.stopAll()
      return
    }
    if (names.includes('week') && !names.includes('drawdown')) this.halve(next)
    else this.save(next)
    if (before.dayTrippedAt !== null && state.dayTrippedAt === null) this.tellReset('day')
    if (before.weekTrippedAt !== null && state.weekTrippedAt === null) this.tellReset('week')
    for (const name of names) this.announce(name)
    if (names.includes('drawdown')) this.stopAll()
  }

  /** A position was opened: the one at half size after a row of losses has been made. */
  onOpened(position: Position): void {
    if (this.state === null) return
    this.saveRow(this.rowWith(this.state, { at: position.openedAt, result: null }))
    // Bought by an order that was on its way when all was closed, or halved.
    if (this.state.drawdownTrippedAt !== null) this.deps.closeAll()
    else if (heldBackBy(this.state, this.deps.clock.now()).some(({ name }) => name === 'week')) {
      this.deps.attend(this.outbox.transact((announce) => this.halved(position, announce)))
    }
  }

  onClosed(position: Position): void {
    const { id, realized, openedAt, closedAt } = position
    const isNew = !this.results.has(id)
    this.addResult(position)
    if (this.state !== null) {
      const event = { at: closedAt ?? openedAt, result: realized }
      this.saveRow(isNew ? this.rowWith(this.state, event) : this.rowAnew(this.state))
    }
    this.look()
  }

  /** A person goes on after the drawdown: it is measured anew from here. */
  onResumed(): void {
    if (this.state?.drawdownTrippedAt == null) return
    this.save(resetByHand(this.state))
    this.tellReset('drawdown')
    this.look()
  }

  /** What they say of an entry at this moment. */
  verdict(): BreakerVerdict {
    const { clock, limits } = this.deps
    if (this.state === null) return { lossesInARow: 0, heldBackBecause: [], sizeFactor: 1, smallerSince: null }
    const { lossesInARow, isNextHalf, pausedSince } = this.state
    return {
      lossesInARow,
      heldBackBecause: heldBackBy(this.state, clock.now()).map(({ name, until }) => effectOf(name, until, limits)),
      sizeFactor: sizeAfterLosses(this.state),
      smallerSince: isNextHalf ? pausedSince : null,
    }
  }

  /** For the window: what they remember, and the account they hold it against; null before the first prices. */
  snapshot(): { readonly state: BreakerState; readonly reading: BreakerReading } | null {
    const reading = this.reading()
    return this.state === null || reading === null ? null : { state: this.state, reading }
  }

  /** Once there are prices: counts what was closed while nobody looked, and goes on with what a trip had begun. */
  private resume(): void {
    this.isResumed = true
    if (this.state === null) return
    this.saveRow(this.rowAnew(this.state))
    if (this.state.drawdownTrippedAt !== null) this.stopAll()
  }

  private stopAll(): void {
    const { closeAll, halt, limits } = this.deps
    // Halted whatever becomes of the closing.
    halt(`Trading has lost ${toText(limits.drawdownPercent)} % from its peak: positions are closed.`)
    closeAll()
  }

  private addResult({ id, realized }: Position): void {
    this.realized = this.realized.minus(this.results.get(id) ?? ZERO).plus(realized) as Money
    this.results.set(id, realized)
  }

  /** What became known late is put in its place. */
  private rowWith(state: BreakerState, event: RowEvent): LossRow {
    const { at } = event
    if (at > this.rowAt && at >= state.since) this.moment = { before: state, events: [event] }
    else if (at === this.rowAt && this.moment !== null) {
      this.moment = { before: this.moment.before, events: [...this.moment.events, event] }
    } else return this.rowAnew(state)
    this.rowAt = at
    return rowAfter(this.moment.before, this.moment.events, this.deps.limits)
  }

  private rowAnew({ since }: BreakerState): LossRow {
    this.moment = null
    return rowOf(this.positions(), since, this.deps.limits)
  }

  private saveRow(row: LossRow): void {
    if (this.state === null || isSame(row, this.state)) return
    const { pausedUntil } = this.state
    const { lossesInARow, pausedSince, isNextHalf } = row
    this.save({ ...this.state, lossesInARow, pausedSince, pausedUntil: row.pausedUntil, isNextHalf })
    if (row.pausedUntil !== null && row.pausedUntil > (pausedUntil ?? 0)) this.announce('losses')
  }

  /** One transaction: what is sold is what the trip was about, whenever the program dies. */
  private halve(state: BreakerState): void {
    const { stores, attend } = this.deps
    const before = this.state
    let halved: readonly PositionId[]
    try {
      halved = this.outbox.transact((announce) => {
        this.save(state)
        return stores.positions.open().map((position) => this.halved(position, announce))
      })
    } catch (error) {
      this.state = before
      throw error
    }
    // It is written down by now: what fails from here on is not halved a second time.
    for (const id of halved) attend(id)
  }

  private halved(position: Position, announce: Announce): PositionId {
    const { amount, correlationId, id } = position
    const halved: Position = { ...position, keep: amount.div(TWO) as Decimal as Position['amount'] }
    this.deps.stores.positions.save(halved)
    const options = { source: 'breakers', priority: 'HIGH', correlationId } as const
    announce('position_updates', { kind: 'changed', position: halved }, options)
    return id
  }

  private reading(): BreakerReading | null {
    const account = this.deps.account()
    if (account === null) return null
    const { equity, flows, openPnl } = account
    return { at: this.deps.clock.now(), equity, flows, pnl: this.realized.plus(openPnl) as Money }
  }

  private positions(): readonly Position[] {
    return this.deps.stores.positions.recent(EVERY)
  }

  /** Written first: what could not be is not remembered either, so that a trip is found again with the next reading. */
  private save(state: BreakerState): void {
    this.deps.stores.state.set(STATE, toJson(state))
    this.state = state
  }

  /** What an open position lost over midnight belongs to the new day, also where the program was not running then. */
  private saveLast(reading: BreakerReading | null): void {
    const isNew = reading === null || this.last === null || reading.at - this.lastSavedAt >= LAST_EVERY_MS
    this.last = reading
    if (!isNew || (reading === null && this.lastSavedAt === NEVER)) return
    this.deps.stores.state.set(LAST, readingToJson(reading))
    this.lastSavedAt = reading?.at ?? NEVER
  }

  private announce(name: BreakerName): void {
    const { bus, clock, limits } = this.deps
    const held = this.state === null ? [] : heldBackBy(this.state, clock.now())
    const text = effectOf(name, held.find((each) => each.name === name)?.until ?? null, limits)
    const priority = name === 'drawdown' ? 'URGENT' : 'HIGH'
    bus.publish('risk_alerts', { code: `breaker/${name}`, text }, { source: 'breakers', priority })
  }

  /** No alert: nobody has to do anything. */
  private tellReset(name: BreakerName): void {
    const text = `The circuit breaker of the ${name} is reset: entries are allowed again.`
    this.deps.bus.publish('system_events', { kind: 'breaker', text }, { source: 'breakers' })
  }
}

const latest = (...times: readonly EpochMs[]): EpochMs => epochMs(Math.max(...times))

const isSame = (a: LossRow, b: LossRow): boolean =>
  a.lossesInARow === b.lossesInARow &&
  a.pausedSince === b.pausedSince &&
  a.pausedUntil === b.pausedUntil &&
  a.isNextHalf === b.isNextHalf
