/*
 * A reference exchange for histories of one position, kept simple on purpose: whole numbers, no decimals, none of our
 * code. It would sell the coins of other sleeves as readily as those of the position.
 */

export type Kind = 'entry' | 'stop' | 'exit'

export type ModelTrade = {
  readonly id: string
  readonly lots: number
  readonly price: number
  /** Hundredths of a lot, kept back from what was bought. */
  readonly fee: number
  /** When asking for trades begins to show it. */
  readonly listedAt: number
}

export type ModelOrder = {
  readonly id: string
  readonly kind: Kind
  readonly lots: number
  filled: number
  status: 'open' | 'filled' | 'cancelled'
  trigger: number
  isTriggered: boolean
  readonly trades: ModelTrade[]
}

type Request = { readonly at: number; readonly arrive: () => void }

/** Coins of the bag and of core in the same account, in hundredths of a lot. */
export const OTHERS = 100_000
export const UNITS_PER_LOT = 100

export class OcoExchange {
  now = 0
  price = 100
  /** Hundredths of a lot: what the entry brought less what stops and exits took. Below zero is oversold. */
  held = 0
  coins = OTHERS
  /** Something happened from outside that leaves more to protect: an entry fill, a stop dropped. Shown from `at` on. */
  onDisturbance: (at: number) => void = () => {}
  readonly orders = new Map<string, ModelOrder>()
  private readonly requests: Request[] = []
  private trades = 0
  private readonly side: 'long' | 'short'
  private readonly random: () => number
  /** Hundredths of a lot per entry fill. */
  private readonly baseFee: number

  constructor(side: 'long' | 'short', baseFee: number, random: () => number) {
    this.side = side
    this.baseFee = baseFee
    this.random = random
  }

  /** A request that arrives later than its answer was given up on. */
  later(at: number, arrive: () => void): void {
    this.requests.push({ at, arrive })
  }

  passTo(time: number): void {
    for (;;) {
      let next = -1
      for (const [index, request] of this.requests.entries()) {
        if (request.at <= time && (next < 0 || request.at < (this.requests[next]?.at ?? 0))) next = index
      }
      const request = next < 0 ? undefined : this.requests.splice(next, 1)[0]
      if (request === undefined) break
      this.now = Math.max(this.now, request.at)
      request.arrive()
    }
    this.now = Math.max(this.now, time)
  }

  place(id: string, kind: Kind, lots: number, trigger: number, exitLuck: 'all' | 'some' | 'none'): void {
    const order: ModelOrder = { id, kind, lots, filled: 0, status: 'open', trigger, isTriggered: false, trades: [] }
    this.orders.set(id, order)
    if (kind === 'stop') this.triggerAt(this.price)
    if (kind !== 'exit') return
    const part = exitLuck === 'all' ? lots : exitLuck === 'none' ? 0 : Math.floor(this.random() * lots)
    if (part > 0) this.fill(order, part)
    if (order.status === 'open') order.status = 'cancelled'
  }

  cancel(id: string): boolean {
    const order = this.orders.get(id)
    if (order?.status !== 'open') return false
    order.status = 'cancelled'
    return true
  }

  amend(id: string, trigger: number): boolean {
    const order = this.orders.get(id)
    if (order?.status !== 'open') return false
    order.trigger = trigger
    this.triggerAt(this.price)
    return true
  }

  moveTo(price: number): void {
    this.price = price
    this.triggerAt(price)
  }

  private triggerAt(price: number): void {
    for (const order of this.orders.values()) {
      if (order.kind !== 'stop' || order.status !== 'open') continue
      if (this.side === 'long' ? price <= order.trigger : price >= order.trigger) order.isTriggered = true
    }
  }

  /** What can trade does so, in part or in full. */
  trade(share: number, kinds: readonly Kind[]): void {
    for (const order of this.orders.values()) {
      if (order.status !== 'open' || !kinds.includes(order.kind) || (order.kind === 'stop' && !order.isTriggered))
        continue
      const lots = Math.ceil((order.lots - order.filled) * share)
      if (lots > 0) this.fill(order, lots)
    }
  }

  /** Drops a resting stop, or what is left of one that found too few buyers. */
  drop(): void {
    for (const order of this.orders.values()) {
      if (order.kind !== 'stop' || order.status !== 'open') continue
      order.status = 'cancelled'
      this.onDisturbance(this.now)
    }
  }

  openOrders(): readonly ModelOrder[] {
    return [...this.orders.values()].filter((order) => order.status === 'open')
  }

  /** Lots that stops at the exchange would sell. */
  covered(): number {
    let lots = 0
    for (const order of this.orders.values()) {
      if (order.kind === 'stop' && order.status === 'open') lots += order.lots - order.filled
    }
    return lots
  }

  private fill(order: ModelOrder, lots: number): void {
    const fee = order.kind === 'entry' ? this.baseFee : 0
    const change = order.kind === 'entry' ? lots * UNITS_PER_LOT - fee : -lots * UNITS_PER_LOT
    order.filled += lots
    if (order.filled === order.lots) order.status = 'filled'
    this.held += change
    this.coins += this.side === 'long' ? change : 0
    const isSlow = this.random() < 0.1
    const listedAt = this.now + (isSlow ? Math.floor(this.random() * 20_000) : 0)
    order.trades.push({ id: `T${this.trades++}`, lots, price: this.price, fee, listedAt })
    if (order.kind === 'entry') this.onDisturbance(listedAt)
  }
}
