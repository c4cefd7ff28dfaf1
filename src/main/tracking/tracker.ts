import type { Asset, TradedPair } from '../../shared/ids.ts'
import {
  type Amount,
  type Decimal,
  decimal,
  fromFloat,
  type Money,
  maxOf,
  type Price,
  toFloat,
  ZERO,
} from '../../shared/money.ts'
import { DAY, type EpochMs, epochMs, SECOND } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import type { MarketRules, Tick } from '../domain/market.ts'
import { exitReached, type Position, unrealized } from '../domain/position.ts'
import { type ExitSettings, isHeldTooLong, movedStop, type QuietRange, quietRange } from '../domain/stop-moves.ts'
import type { Clock, EquityPoint, Stores } from '../ports.ts'

export type TrackerSettings = {
  readonly quote: Asset
  readonly assets: readonly Asset[]
  readonly exits: ExitSettings
}

/** What the tracker needs to know of holdings; `version` changes whenever one does. */
export type OwnedHoldings = { version(): number; owned(asset: Asset): Amount }

/** What came into the account from outside, less what left it, in quote: neither profit nor loss. */
type Flows = {
  total(): Money
  /** Whether the worth of something is not in the total yet. */
  isWaiting(): boolean
  /** Counts it with what this much of an asset is worth now, in quote; null while that is unknown. */
  valueAt(worthOf: (asset: Asset, amount: Amount) => Money | null): void
}

type Mark = { readonly asset: Asset; readonly symbol: TradedPair | null; amount: number; price: number }

type Watched = { readonly position: Position; readonly quiet: QuietRange; toldAt: number }
const NONE: readonly Watched[] = []
/** What is still due after this was not done: it is said again, ms. */
const TELL_AGAIN_MS = 10 * SECOND

/** A relative margin far above the rounding of a few float operations: inside it the exact value is asked. */
const FLOAT_MARGIN = 1e-9
const HUNDRED = decimal('100')

/**
 * Follows every tick: marks, stops and targets, equity, its peak and its drawdown.
 *
 * The equity of a moment is that after everything which happened in it, trades included; it is taken when the next
 * moment begins or when somebody asks. A float screen in front keeps a tick at nanoseconds; a new peak or a deeper
 * drawdown is settled in decimals.
 */
export class Tracker {
  private readonly marks: Mark[]
  private readonly bySymbol = new Map<TradedPair, Mark>()
  private version = -1
  private isDirty = false
  private marginOffset = 0
  private peakFloat = 0
  private peak: Money = ZERO
  /** By what the peak has been moved already. */
  private flowsInPeak: Money
  private worstFloat = 0
  private settledFloat = Number.NaN
  private worst: Decimal = ZERO
  private open: readonly Position[] | null = null
  private watched: ReadonlyMap<TradedPair, Watched[]> | null = null
  private readonly deps: {
    readonly clock: Clock
    readonly bus: Bus
    readonly stores: Pick<Stores, 'positions' | 'equity'>
    readonly rules: (symbol: TradedPair) => MarketRules | null
    readonly holdings: OwnedHoldings
    readonly flows: Flows
    readonly settings: TrackerSettings
  }

  constructor(deps: Tracker['deps']) {
    this.deps = deps
    const { quote, assets } = deps.settings
    this.marks = assets.map((asset) => ({
      asset,
      symbol: asset === quote ? null : (`${asset}/${quote}` as TradedPair),
      amount: 0,
      price: asset === quote ? 1 : Number.NaN,
    }))
    for (const mark of this.marks) if (mark.symbol !== null) this.bySymbol.set(mark.symbol, mark)
    const last = deps.stores.equity.last()
    // The points of versions that counted no flows contain what had come by then.
    if (last !== null && last.flows === null) deps.flows.valueAt(() => ZERO)
    this.flowsInPeak = last?.flows ?? deps.flows.total()
    if (last !== null) {
      this.peak = last.peak
      this.peakFloat = toFloat(last.peak)
    }
  }

  onPrices(ticks: readonly Tick[]): void {
    this.settle()
    for (const tick of ticks) {
      const mark = this.bySymbol.get(tick.symbol)
      if (mark !== undefined) mark.price = tick.last
    }
    this.isDirty = true
    for (const tick of ticks) for (const watched of this.watchedOn(tick.symbol)) this.look(watched, tick.last)
  }

  /** A holding or a position changed. */
  onExecution(): void {
    this.forget()
    this.isDirty = true
  }

  onPosition(position: Position): void {
    this.forget()
    this.snapshotPosition(position, this.deps.clock.now())
  }

  openPositions(): readonly Position[] {
    this.open ??= this.deps.stores.positions.open()
    return this.open
  }

  /** Whether the last price has reached a position's stop. */
  isBeyondStop(position: Position): boolean {
    const mark = this.markOf(position.symbol)
    return mark !== null && exitReached(position, mark) === 'stop'
  }

  markOf(symbol: TradedPair): Price | null {
    const price = this.bySymbol.get(symbol)?.price
    return price === undefined || Number.isNaN(price) ? null : (fromFloat(price) as Price)
  }

  /** Everything owned at mark and what margin positions would bring, in quote; null while a price is unknown. */
  equity(): Money | null {
    const owned = this.value((asset) => this.deps.holdings.owned(asset))
    if (owned === null) return null
    return this.onMargin().reduce<Money>((total, position) => {
      const mark = this.markOf(position.symbol)
      // Its fees left the account when they were paid.
      return mark === null ? total : (total.plus(unrealized(position, mark)).plus(position.openFees) as Money)
    }, owned)
  }

  /** What open positions have brought so far and would bring at mark, fees deducted; null while a price is unknown. */
  openPnl(): Money | null {
    let total: Money = ZERO
    for (const position of this.openPositions()) {
      const mark = this.markOf(position.symbol)
      if (mark === null) return null
      total = total.plus(position.realized).plus(unrealized(position, mark)) as Money
    }
    return total
  }

  private onMargin(): readonly Position[] {
    return this.openPositions().filter((position) => position.leverage > 1)
  }

  /** `amountOf` each asset at mark. */
  value(amountOf: (asset: Asset) => Amount): Money | null {
    let total: Decimal = ZERO
    for (const mark of this.marks) {
      if (Number.isNaN(mark.price)) return null
      total = total.plus(amountOf(mark.asset).times(fromFloat(mark.price)))
    }
    return total as Money
  }

  /** Running peak of equity. */
  equityPeak(): Money {
    this.settle()
    return this.peak
  }

  /** Distance of equity from its peak now, as a fraction of the peak. */
  drawdown(): Decimal | null {
    this.settle()
    const equity = this.equity()
    return equity === null || !this.peak.gt(ZERO) ? null : this.peak.minus(equity).div(this.peak)
  }

  /** The deepest drawdown since this engine started, as a fraction of the running peak of its moment. */
  maxDrawdown(): Decimal {
    this.settle()
    return this.worst
  }

  /** P&L since 00:00 UTC: value against the last point before it, deposits and withdrawals apart; null without one. */
  todayPnl(): { readonly amount: Money; readonly percent: Decimal } | null {
    this.settle()
    const equity = this.equity()
    const now = this.deps.clock.now()
    const start =
      this.deps.stores.equity.before(epochMs(Math.floor(now / DAY) * DAY)) ?? this.deps.stores.equity.first()
    if (equity === null || start === null || !start.equity.gt(ZERO)) return null
    const { flows } = this.deps
    const came = start.flows === null ? ZERO : flows.total().minus(start.flows)
    const amount = equity.minus(start.equity).minus(came)
    return { amount: amount as Money, percent: amount.div(start.equity).times(HUNDRED) }
  }

  /** Stores a point of equity and of every open position. */
  snapshot(holdEquity: Money | null, driftPp: string): EquityPoint | null {
    const equity = this.equity()
    if (equity === null) return null
    const at = this.deps.clock.now()
    const point: EquityPoint = {
      at,
      equity,
      holdEquity,
      peak: this.equityPeak(),
      flows: this.deps.flows.total(),
      driftPp,
    }
    this.deps.stores.equity.add(point)
    for (const position of this.openPositions()) this.snapshotPosition(position, at)
    return point
  }

  private snapshotPosition(position: Position, at: EpochMs): void {
    const mark = this.markOf(position.symbol)
    if (mark !== null) this.deps.stores.positions.snapshot(position, mark, unrealized(position, mark), at)
  }

  private forget(): void {
    this.open = null
    this.watched = null
    this.version = -1
  }

  private watchedOn(symbol: TradedPair): readonly Watched[] {
    if (this.watched === null) {
      const bySymbol = new Map<TradedPair, Watched[]>()
      for (const position of this.openPositions()) {
        const list = bySymbol.get(position.symbol)
        const rules = this.deps.rules(position.symbol)
        if (rules === null) continue
        const quiet = quietRange(position, rules, this.deps.settings.exits)
        const watched = { position, quiet, toldAt: Number.NEGATIVE_INFINITY }
        if (list === undefined) bySymbol.set(position.symbol, [watched])
        else list.push(watched)
      }
      this.watched = bySymbol
    }
    return this.watched.get(symbol) ?? NONE
  }

  /** Floats in front: the exact rules are asked only where a price comes near a level, or when its time is over. */
  private look(watched: Watched, price: number): void {
    const { lower, upper, until } = watched.quiet
    const isNear = price <= lower || price >= upper
    const now = this.deps.clock.now()
    if (!isNear && now < until) return
    if (now < watched.toldAt + TELL_AGAIN_MS) return
    const { position } = watched
    if (position.exitReason !== null) return // it is being closed
    const mark = fromFloat(price) as Price
    const { exits } = this.deps.settings
    const reason = exitReached(position, mark) ?? (isHeldTooLong(position, now, exits) ? 'time' : null)
    const options = { source: 'tracker', priority: 'URGENT', correlationId: position.correlationId } as const
    if (reason !== null) {
      watched.toldAt = now
      this.deps.bus.publish('position_updates', { kind: 'exit_due', position, reason }, options)
      return
    }
    const rules = this.deps.rules(position.symbol)
    const stop = rules === null ? null : movedStop(position, mark, rules, exits)
    if (stop === null) return
    watched.toldAt = now
    this.deps.bus.publish('position_updates', { kind: 'stop_due', position, stop }, options)
  }

  private settle(): void {
    if (!this.isDirty && this.version === this.deps.holdings.version()) return
    this.isDirty = false
    if (this.version !== this.deps.holdings.version()) this.readHoldings()
    if (this.deps.flows.isWaiting()) this.valueFlows()
    let equity = 0
    for (const mark of this.marks) equity += mark.amount * mark.price
    equity += this.marginOffset
    // At rest at its peak (all money in the quote) nothing needs settling again.
    if (Number.isNaN(equity) || equity === this.settledFloat) return
    this.settledFloat = equity
    const isNewPeak = equity > this.peakFloat * (1 - FLOAT_MARGIN)
    const depth = this.peakFloat > 0 ? 1 - equity / this.peakFloat : 0
    if (isNewPeak || depth > this.worstFloat - FLOAT_MARGIN) this.settleExactly()
  }

  private settleExactly(): void {
    const equity = this.equity()
    if (equity === null) return
    if (equity.gt(this.peak)) {
      this.peak = equity
      this.peakFloat = toFloat(equity)
      return
    }
    const depth = this.peak.gt(ZERO) ? this.peak.minus(equity).div(this.peak) : ZERO
    if (!depth.gt(this.worst)) return
    this.worst = depth
    this.worstFloat = toFloat(depth)
  }

  /** What is not among the assets is not in equity either. */
  private valueFlows(): void {
    this.deps.flows.valueAt((asset, amount) => {
      const mark = this.marks.find((each) => each.asset === asset)
      if (mark === undefined) return ZERO
      return Number.isNaN(mark.price) ? null : (amount.times(fromFloat(mark.price)) as Decimal as Money)
    })
    this.movePeak()
  }

  /** A deposit raises the peak and a withdrawal lowers it by itself: neither makes a drawdown, nor hides one. */
  private movePeak(): void {
    const total = this.deps.flows.total()
    if (total.eq(this.flowsInPeak)) return
    this.peak = maxOf(ZERO, this.peak.plus(total).minus(this.flowsInPeak)) as Money
    this.peakFloat = toFloat(this.peak)
    this.flowsInPeak = total
    this.settledFloat = Number.NaN
  }

  private readHoldings(): void {
    this.version = this.deps.holdings.version()
    this.movePeak()
    for (const mark of this.marks) mark.amount = toFloat(this.deps.holdings.owned(mark.asset))
    this.marginOffset = 0
    for (const position of this.onMargin()) {
      const mark = this.bySymbol.get(position.symbol)
      const sign = position.side === 'long' ? 1 : -1
      if (mark === undefined) continue
      mark.amount += sign * toFloat(position.amount)
      this.marginOffset -= sign * toFloat(position.cost)
    }
  }
}
