import {
  type ExitReason,
  type Fill,
  isFinal,
  type Order,
  type OrderEvent,
  pendingOrder,
  positionIdOf,
  type Receipt,
  remaining,
  transition,
} from '../../src/main/domain/order.ts'
import { addEntryFill, addExitFill, type Position } from '../../src/main/domain/position.ts'
import type { nextProtection, ProtectionStep } from '../../src/main/domain/protection.ts'
import type { OrderId, PositionId, TradeId } from '../../src/shared/ids.ts'
import { type Amount, amount, type Price, price, sum } from '../../src/shared/money.ts'
import { type EpochMs, epochMs } from '../../src/shared/time.ts'
import { BTC, BTC_USDT, rulesOf, USDT } from './money-arbitraries.ts'
import type { Kind, ModelTrade, OcoExchange } from './oco-exchange.ts'
import { emptyPosition, intentOf, NOON } from './trading-builders.ts'

export type Machine = typeof nextProtection
export type Outcome = 'answered' | 'refused' | 'not_accepted' | 'lost' | 'unanswered' | 'late'

/** A request's deadline and the time between reconciliations, ms. */
export const D = 5_000
export const R = 30_000
export const MIN_LOTS = 3
export const RULES = rulesOf(BTC_USDT, { lot: amount('1'), tick: price('1'), minAmount: amount(String(MIN_LOTS)) })
export const SETTINGS = { neverPlacedRetries: 1 }
const ENTRY = 'ord_entry' as OrderId
const LOTS = Array.from({ length: 60 }, (_, lots) => amount(String(lots)))
const PRICES = Array.from({ length: 201 }, (_, at) => price(String(at)))
const FEES = new Map([0, 1, 3].map((units) => [units, amount(`0.0${units}`)]))

export const numberOf = (value: Amount | Price): number => Number(value.toFixed())
const isAlive = (order: Order): boolean => !isFinal(order.status) || order.inDoubt

/** What happens round a shell. */
export type Surroundings = {
  readonly side: 'long' | 'short'
  readonly exchange: OcoExchange
  /** Whether unknown cancels are written down as doubt, or only asked about. */
  readonly isDoubter: boolean
  chance(probability: number): boolean
  /** Carries a request to the exchange or not, the world going on meanwhile. */
  send(arrive: () => void, deadline: number): Outcome
  exitLuck(): 'all' | 'some' | 'none'
  /** May end everything at this instruction. */
  crashSometimes(): void
  /** Something was lost that only repeating helps: so much longer may it take. */
  allow(ms: number): void
  find(kind: 'oversold' | 'stuck', text: string): void
  note(text: string): void
}

/**
 * A shell as simple as can be round the machine: it does what it is told, and remembers nothing but what it has written
 * down.
 */
export class OcoShell {
  readonly positions: Position[] = []
  readonly written = new Map<OrderId, Order>()
  readonly steps = new Map<ProtectionStep['kind'], number>()
  private readonly closing: OrderId[] = []
  private readonly booked = new Set<string>()
  private readonly machine: Machine
  private readonly around: Surroundings

  constructor(machine: Machine, around: Surroundings) {
    this.machine = machine
    this.around = around
  }

  enter(lots: number): void {
    this.write(pendingOrder(this.intent(ENTRY, 'entry', lots, 100, null)))
    this.around.exchange.place(ENTRY, 'entry', lots, 0, 'all')
    this.record(ENTRY, { type: 'accepted', exchangeId: 'X', at: this.time() })
  }

  alive(): readonly Order[] {
    return [...this.written.values()].filter(isAlive)
  }

  nextStep(position: Position): ProtectionStep {
    return this.machine(position, this.order(ENTRY), this.ordersOf(position), RULES, SETTINGS)
  }

  setPosition(index: number, change: Partial<Position>): void {
    this.positions[index] = { ...(this.positions[index] as Position), ...change }
  }

  /** A stop as far from 100 as `long` is, on the losing side for this side. */
  stopAt(long: number): Price {
    return PRICES[this.around.side === 'long' ? long : 200 - long] as Price
  }

  advance(index: number): void {
    for (let steps = 0; steps < 30; steps++) {
      const position = this.positions[index] as Position
      const step = this.nextStep(position)
      this.steps.set(step.kind, (this.steps.get(step.kind) ?? 0) + 1)
      if (step.kind !== 'rest') this.around.note(`${position.id} ${describe(step)}`)
      if (!this.carryOut(step, index, position)) return
    }
    this.around.find('stuck', 'one position asks for more and more steps')
  }

  /** Books what the exchange shows: an order is over only when all its fills are here. */
  ask(id: OrderId): void {
    const { exchange } = this.around
    const truth = exchange.orders.get(id)
    const at = this.time()
    const before = this.order(id)
    const isUnproven = before.status === 'pending' || before.inDoubt
    if (truth === undefined) {
      if (isUnproven && at > before.deadline) this.record(id, { type: 'never_placed', at })
      return
    }
    if (isUnproven) this.record(id, { type: 'accepted', exchangeId: 'X', at })
    const shown = truth.trades.filter((trade) => trade.listedAt <= exchange.now)
    if (this.around.chance(0.5)) shown.reverse()
    for (const trade of shown) if (!this.booked.has(trade.id)) this.book(id, trade)
    const order = this.order(id)
    if (isFinal(order.status)) return
    const trigger = PRICES[truth.trigger]
    if (order.trigger !== null && trigger !== undefined && !trigger.eq(order.trigger)) {
      this.record(id, { type: 'amended', trigger, at })
    }
    if (truth.status === 'open') return
    if (numberOf(order.filled) !== truth.filled) this.around.allow(R)
    else if (truth.status === 'cancelled') {
      this.record(id, { type: 'cancelled', reason: order.reason ?? 'by the exchange', at })
    }
  }

  summary(): string {
    const positions = this.positions.map((p) => `${p.id} ${p.amount.toFixed()} ${p.exitReason ?? 'held'}`)
    const orders = [...this.written.values()].map(
      (o) => `${o.id} ${o.status}${o.inDoubt ? '?' : ''} ${o.filled.toFixed()}/${o.amount.toFixed()}`,
    )
    return `${positions.join(', ')}; ${orders.join(', ')}; the exchange holds ${this.around.exchange.held}`
  }

  /** False when there is nothing more to do now. */
  private carryOut(step: ProtectionStep, index: number, position: Position): boolean {
    switch (step.kind) {
      case 'place_stop':
        return this.place('stop', position, step.amount, numberOf(step.trigger), 'stop')
      case 'place_exit':
        return this.place('exit', position, step.amount, 1, step.reason)
      case 'cancel':
        return this.cancel(step.orderId, step.because)
      case 'amend_stop':
        return this.amend(step.orderId, step.trigger)
      case 'close_unprotected':
        this.setPosition(index, { exitReason: 'unprotected' })
        return true
      case 'close_unhalved':
        this.setPosition(index, { exitReason: 'breaker' })
        return true
      case 'await':
      case 'rest':
      case 'too_small':
        return false
    }
  }

  private place(kind: 'stop' | 'exit', position: Position, wanted: Amount, at: number, reason: ExitReason): boolean {
    const { around } = this
    const living = sum(this.ordersOf(position).filter(isAlive).map(remaining))
    if (living.plus(wanted).gt(position.amount)) around.find('oversold', 'living orders come to more than the position')
    around.crashSometimes()
    const id = `ord_${this.closing.length}` as OrderId
    const lots = numberOf(wanted)
    const positionId = position.id
    const receipt: Receipt =
      kind === 'stop' ? { kind: 'protective_stop', positionId } : { kind: 'position_exit', positionId, reason }
    this.write(pendingOrder(this.intent(id, kind, lots, at, receipt)))
    this.closing.push(id)
    around.crashSometimes()
    const luck = around.exitLuck()
    const outcome = around.send(() => around.exchange.place(id, kind, lots, at, luck), around.exchange.now + D)
    if (kind === 'exit' && (outcome !== 'answered' || luck !== 'all')) around.allow(D + R)
    if (outcome === 'answered') {
      this.record(id, { type: 'accepted', exchangeId: 'X', at: this.time() })
      this.ask(id)
    } else if (outcome === 'refused') this.record(id, { type: 'refused', reason: 'no', at: this.time() })
    else if (outcome === 'not_accepted') this.record(id, { type: 'never_placed', at: this.time() })
    else this.record(id, { type: 'doubted', reason: 'no answer', at: this.time() })
    // A close is tried again after a while, not at once: the exchange may be closed itself.
    return kind === 'stop' && (outcome === 'answered' || !isAlive(this.order(id)))
  }

  private cancel(id: OrderId, because: string): boolean {
    const { around } = this
    around.crashSometimes()
    this.write({ ...this.order(id), reason: because })
    const outcome = around.send(() => around.exchange.cancel(id), around.exchange.now + D)
    if (outcome !== 'answered') around.allow(D + R)
    const isUnknown = outcome === 'lost' || outcome === 'unanswered' || outcome === 'late'
    if (isUnknown && around.isDoubter) this.record(id, { type: 'doubted', reason: 'no answer', at: this.time() })
    else this.ask(id)
    return !isAlive(this.order(id))
  }

  private amend(id: OrderId, trigger: Price): boolean {
    const { around } = this
    around.crashSometimes()
    let isDone = false
    const outcome = around.send(() => {
      isDone = around.exchange.amend(id, numberOf(trigger))
    }, around.exchange.now + D)
    if (outcome === 'answered' && isDone) this.record(id, { type: 'amended', trigger, at: this.time() })
    this.ask(id)
    return outcome === 'answered'
  }

  private book(id: OrderId, trade: ModelTrade): void {
    this.booked.add(trade.id)
    const { side, receipt } = this.order(id)
    const fill: Fill = {
      tradeId: trade.id as TradeId,
      orderId: id,
      symbol: BTC_USDT,
      side,
      amount: LOTS[trade.lots] as Amount,
      price: PRICES[trade.price] as Price,
      fee: FEES.get(trade.fee) as Amount,
      feeAsset: trade.fee > 0 ? BTC : USDT,
      at: this.time(),
    }
    this.record(id, { type: 'filled', fill, at: fill.at })
    const closed = positionIdOf(receipt)
    if (closed !== null) {
      const index = this.positions.findIndex((position) => position.id === closed)
      this.positions[index] = addExitFill(this.positions[index] as Position, fill)
      return
    }
    const open = this.positions.findIndex((position) => position.closedAt === null)
    if (open >= 0) this.positions[open] = addEntryFill(this.positions[open] as Position, fill)
    else this.positions.push(addEntryFill(this.newPosition(), fill))
  }

  private newPosition(): Position {
    const { side } = this.around
    return emptyPosition({
      id: `pos_${this.positions.length}` as PositionId,
      entryOrderId: ENTRY,
      side,
      leverage: side === 'long' ? 1 : 2,
      stop: this.stopAt(95),
      target: this.stopAt(110),
    })
  }

  private ordersOf(position: Position): readonly Order[] {
    return this.closing.map((id) => this.order(id)).filter((order) => positionIdOf(order.receipt) === position.id)
  }

  private order(id: OrderId): Order {
    const order = this.written.get(id)
    if (order === undefined) throw new Error(`no order ${id}`)
    return order
  }

  private write(order: Order): void {
    this.written.set(order.id, order)
  }

  private record(id: OrderId, event: OrderEvent): void {
    const result = transition(this.order(id), event)
    if (!result.ok) throw new Error(result.error.message)
    this.write(result.value)
  }

  private time(): EpochMs {
    return epochMs(NOON + Math.floor(this.around.exchange.now))
  }

  private intent(id: OrderId, kind: Kind, lots: number, at: number, receipt: Receipt | null) {
    const base = intentOf()
    return {
      ...base,
      id,
      side: (kind === 'entry') === (this.around.side === 'long') ? ('buy' as const) : ('sell' as const),
      type: ({ entry: 'limit', stop: 'stop', exit: 'market' } as const)[kind],
      amount: LOTS[lots] as Amount,
      limitPrice: PRICES[at] as Price,
      sleeve: 'tactical' as const,
      receipt: receipt ?? base.receipt,
      createdAt: this.time(),
      deadline: epochMs(this.time() + D),
    }
  }
}

const describe = (step: ProtectionStep): string => {
  if ('orderId' in step) return `${step.kind} ${step.orderId}`
  return 'amount' in step ? `${step.kind} ${step.amount.toFixed()}` : step.kind
}
