import { type Asset, baseOf, quoteOf, type TradedPair } from '../../shared/ids.ts'
import { type Amount, type Decimal, ZERO } from '../../shared/money.ts'
import { after, DAY, type EpochMs, epochMs, isoTime, MINUTE } from '../../shared/time.ts'
import { isEnough, type PurchaseLimits, purchaseBudget, purchaseOf } from '../domain/bag-share.ts'
import type { Tick } from '../domain/market.ts'
import { isFinal, type Order } from '../domain/order.ts'
import type { Clock, CoordinatorState, Markets, Stores } from '../ports.ts'
import type { GateKeeper } from './gate-keeper.ts'
import type { OrderDesk } from './order-desk.ts'
import type { ProfitShares } from './profit-shares.ts'
import type { Shell } from './proposal-desk.ts'

export type BagBuyerDeps = {
  readonly clock: Clock
  readonly stores: Pick<Stores, 'orders' | 'fills'>
  readonly markets: Markets
  readonly fresh: (symbol: TradedPair) => Tick | null
  readonly isKilled: () => boolean
  readonly coordinator: () => CoordinatorState
  readonly blockedBecause: () => string | null
  readonly bags: {
    readonly quote: Asset
    readonly assets: readonly Asset[]
    /** In quote. */
    readonly minimumOf: (asset: Asset) => Amount
    readonly maxPurchase: Amount
    readonly maxPurchasePerDay: Amount
    /** How far beyond the touch a purchase may trade, in percent. */
    readonly slippageCapPercent: Decimal
  }
}

/** From one purchase of an asset, or an attempt at one, to the next, ms. */
const PAUSE_MS = 5 * MINUTE

/**
 * Spends what tactical profits have set aside: per asset one order at a time, at once and within the slippage cap, and
 * only through the gate. What is to be bought next is derived from what is written down, so that a restart goes on.
 */
export class BagBuyer {
  /** Attempts that made no order, and why; in memory only, since trying again after a restart does no harm. */
  private readonly refusals = new Map<Asset, { readonly at: EpochMs; readonly because: string }>()
  private readonly deps: BagBuyerDeps
  private readonly shares: ProfitShares
  private readonly gate: GateKeeper
  private readonly desk: OrderDesk
  private readonly shell: Shell

  constructor(deps: BagBuyerDeps, shares: ProfitShares, gate: GateKeeper, desk: OrderDesk, shell: Shell) {
    this.deps = deps
    this.shares = shares
    this.gate = gate
    this.desk = desk
    this.shell = shell
  }

  /** Some asset has enough saved for it; from memory. */
  isDue(): boolean {
    return this.deps.bags.assets.some((asset) => this.hasEnough(asset))
  }

  /** What has been set aside for an asset, in quote. */
  savedFor(asset: Asset): Amount {
    return this.shares.savedFor(asset)
  }

  /** Buys what there is enough saved for, or comes back when it may. */
  async advance(): Promise<void> {
    for (const asset of this.deps.bags.assets) {
      if (this.shell.isClosed()) return
      if (this.hasEnough(asset)) await this.buy(asset)
    }
    if (!this.isDue()) return
    this.shell.later('bags', after(this.deps.clock.now(), PAUSE_MS), () => this.advance())
  }

  /** Why nothing is bought although there is enough, as the end of a sentence; null normally. */
  heldBackBecause(asset: Asset): string | null {
    if (!this.hasEnough(asset)) return null
    const purchases = this.recentPurchases()
    if (purchases.some((order) => isOf(order, asset) && isAlive(order))) return null
    const budget = this.budgetOf(asset, purchases)
    return typeof budget === 'string' ? budget : null
  }

  private async buy(asset: Asset): Promise<void> {
    const purchases = this.recentPurchases()
    const alive = purchases.find((order) => isOf(order, asset) && isAlive(order))
    if (alive !== undefined) return this.shell.watch(alive.id)
    const budget = this.budgetOf(asset, purchases)
    if (typeof budget === 'string') return
    const { slippageCapPercent } = this.deps.bags
    const placed = await this.desk.placePurchase(this.symbolOf(asset), budget, slippageCapPercent)
    if (placed.ok) {
      this.refusals.delete(asset)
      this.shell.watch(placed.value.id)
    } else this.refusals.set(asset, { at: this.deps.clock.now(), because: placed.error.message.replace(/\.$/, '') })
  }

  /** What the next purchase may cost, or why there is none now. */
  private budgetOf(asset: Asset, purchases: readonly Order[]): Amount | string {
    const { deps } = this
    if (deps.isKilled()) return 'the kill switch is on'
    const state = deps.coordinator()
    if (state !== 'RUNNING') return `the coordinator is ${state}`
    const blocked = deps.blockedBecause()
    if (blocked !== null) return blocked
    const symbol = this.symbolOf(asset)
    const rules = deps.markets.rules(symbol)
    if (rules === null) return `${symbol} is not traded now`
    const tick = deps.fresh(symbol)
    if (tick === null) return `there is no fresh price of ${symbol}`
    const { maxPurchase: most, maxPurchasePerDay: mostPerDay, slippageCapPercent } = deps.bags
    const limits: PurchaseLimits = { minimum: deps.bags.minimumOf(asset), most, mostPerDay }
    const budget = purchaseBudget(this.shares.savedFor(asset), this.boughtToday(purchases), limits)
    if (!budget.ok) return budget.error.message
    const possible = purchaseOf(budget.value, tick, rules, slippageCapPercent)
    if (!possible.ok) return possible.error.message
    return this.pauseOf(asset, purchases) ?? budget.value
  }

  private pauseOf(asset: Asset, purchases: readonly Order[]): string | null {
    const refusal = this.refusals.get(asset)
    const last = purchases.find((order) => isOf(order, asset))
    const until = after(epochMs(Math.max(refusal?.at ?? -PAUSE_MS, last?.createdAt ?? -PAUSE_MS)), PAUSE_MS)
    if (this.deps.clock.now() >= until) return null
    const then = `the next attempt is at ${isoTime(until).slice(11, 16)} UTC`
    return refusal === undefined ? then : `${refusal.because}; ${then}`
  }

  /** Alive, of this UTC day, or so young that the pause after them is not over; newest first. */
  private recentPurchases(): readonly Order[] {
    const { clock, stores } = this.deps
    const now = clock.now()
    const since = epochMs(Math.max(0, Math.min(dayOf(now), now - PAUSE_MS)))
    const recent = stores.orders.createdSince(since)
    const older = stores.orders.live().filter((order) => order.createdAt < since)
    return [...recent, ...older].filter(({ receipt }) => receipt.kind === 'bag_purchase')
  }

  /** What this day's purchases have cost with their fees, and those under way may cost, in quote. */
  private boughtToday(purchases: readonly Order[]): Amount {
    const today = dayOf(this.deps.clock.now())
    return purchases
      .filter(({ createdAt }) => createdAt >= today)
      .reduce<Amount>((total, order) => total.plus(this.costOf(order)) as Amount, ZERO)
  }

  private costOf(order: Order): Decimal {
    if (isAlive(order)) return this.gate.costOfBuying(order, order.amount)
    const quote = quoteOf(order.symbol)
    return this.deps.stores.fills
      .ofOrder(order.id)
      .reduce<Decimal>((cost, { fee, feeAsset }) => (feeAsset === quote ? cost.plus(fee) : cost), order.cost)
  }

  private hasEnough(asset: Asset): boolean {
    const { quote, minimumOf } = this.deps.bags
    return asset !== quote && isEnough(this.shares.savedFor(asset), minimumOf(asset))
  }

  private symbolOf(asset: Asset): TradedPair {
    return `${asset}/${this.deps.bags.quote}` as TradedPair
  }
}

const isOf = (order: Order, asset: Asset): boolean => baseOf(order.symbol) === asset
const isAlive = (order: Order): boolean => !isFinal(order.status) || order.inDoubt
const dayOf = (time: EpochMs): number => Math.floor(time / DAY) * DAY
