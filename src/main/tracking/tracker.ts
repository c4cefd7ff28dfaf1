import type { Asset, PositionId, TradedPair } from '../../shared/ids.ts'
import {
  type Amount,
  type Decimal,
  decimal,
  fromFloat,
  type Money,
  type Price,
  toFloat,
  ZERO,
} from '../../shared/money.ts'
import { DAY, type EpochMs, epochMs } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import type { Tick } from '../domain/market.ts'
import { exitReached, type Position, unrealized } from '../domain/position.ts'
import type { Clock, EquityPoint, Stores } from '../ports.ts'

export type TrackerSettings = {
  readonly quote: Asset
  readonly assets: readonly Asset[]
}

/** What the tracker needs to know of holdings; `version` changes whenever one does. */
export type OwnedHoldings = { version(): number; owned(asset: Asset): Amount }

type Mark = { readonly asset: Asset; readonly symbol: TradedPair | null; amount: number; price: number }

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
  private peakFloat = 0
  private peak: Money = ZERO
  private worstFloat = 0
  private settledFloat = Number.NaN
  private worst: Decimal = ZERO
  private open: readonly Position[] | null = null
  private readonly exiting = new Set<PositionId>()
  private readonly deps: {
    readonly clock: Clock
    readonly bus: Bus
    readonly stores: Pick<Stores, 'positions' | 'equity'>
    readonly holdings: OwnedHoldings
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
    for (const position of this.openPositions()) this.checkExit(position)
  }

  /** A holding or a position changed. */
  onExecution(): void {
    this.open = null
    this.isDirty = true
  }

  onPosition(position: Position): void {
    this.open = null
    if (position.exitOrderId === null) this.exiting.delete(position.id)
  }

  openPositions(): readonly Position[] {
    this.open ??= this.deps.stores.positions.open()
    return this.open
  }

  markOf(symbol: TradedPair): Price | null {
    const price = this.bySymbol.get(symbol)?.price
    return price === undefined || Number.isNaN(price) ? null : (fromFloat(price) as Price)
  }

  /** Everything owned at mark, in quote; null while a price has never been seen. */
  equity(): Money | null {
    return this.value((asset) => this.deps.holdings.owned(asset))
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

  /** P&L since 00:00 UTC: value against the last point before it; null without one. */
  todayPnl(): { readonly amount: Money; readonly percent: Decimal } | null {
    const equity = this.equity()
    const now = this.deps.clock.now()
    const start =
      this.deps.stores.equity.before(epochMs(Math.floor(now / DAY) * DAY)) ?? this.deps.stores.equity.first()
    if (equity === null || start === null || !start.equity.gt(ZERO)) return null
    const amount = equity.minus(start.equity)
    return { amount: amount as Money, percent: amount.div(start.equity).times(HUNDRED) }
  }

  /** Stores a point of equity and of every open position. */
  snapshot(holdEquity: Money | null, driftPp: string): EquityPoint | null {
    const equity = this.equity()
    if (equity === null) return null
    const at = this.deps.clock.now()
    const point: EquityPoint = { at, equity, holdEquity, peak: this.equityPeak(), driftPp }
    this.deps.stores.equity.add(point)
    for (const position of this.openPositions()) this.snapshotPosition(position, at)
    return point
  }

  private snapshotPosition(position: Position, at: EpochMs): void {
    const mark = this.markOf(position.symbol)
    if (mark !== null) this.deps.stores.positions.snapshot(position, mark, unrealized(position, mark), at)
  }

  private checkExit(position: Position): void {
    if (position.exitOrderId !== null || this.exiting.has(position.id)) return
    const mark = this.markOf(position.symbol)
    const reason = mark === null ? null : exitReached(position, mark)
    if (reason === null) return
    this.exiting.add(position.id)
    this.deps.bus.publish(
      'position_updates',
      { kind: 'exit_due', position, reason },
      { source: 'tracker', priority: 'URGENT', correlationId: position.correlationId },
    )
  }

  private settle(): void {
    if (!this.isDirty) return
    this.isDirty = false
    if (this.version !== this.deps.holdings.version()) this.readHoldings()
    let equity = 0
    for (const mark of this.marks) equity += mark.amount * mark.price
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

  private readHoldings(): void {
    this.version = this.deps.holdings.version()
    for (const mark of this.marks) mark.amount = toFloat(this.deps.holdings.owned(mark.asset))
  }
}
