import { createRandom } from '../../src/main/adapters/generated/price-walk.ts'
import { commitmentOf } from '../../src/main/domain/commitment.ts'
import type { MarketRules } from '../../src/main/domain/market.ts'
import type { Fill } from '../../src/main/domain/order.ts'
import { addEntryFill, addExitFill, type Position, unrealized } from '../../src/main/domain/position.ts'
import type { Leg, Proposal } from '../../src/main/domain/proposal.ts'
import type { Commitment, Others, RiskLimits } from '../../src/main/domain/risk-rules.ts'
import { type OrderId, type PositionId, pair, quoteOf, type TradedPair, type TradeId } from '../../src/shared/ids.ts'
import {
  type Amount,
  amount,
  type Decimal,
  decimal,
  fraction,
  type Money,
  minOf,
  money,
  ONE,
  type Price,
  price,
  sum,
  ZERO,
} from '../../src/shared/money.ts'
import { DAY, epochMs, MINUTE } from '../../src/shared/time.ts'
import { rulesOf } from './money-arbitraries.ts'
import { limitsOf } from './risk-cases.ts'
import { Memory } from './risk-memory.ts'
import type { Account } from './risk-reference.ts'
import { emptyPosition, fillOf, orderOf } from './trading-builders.ts'

export const SYMBOLS = ['BTC/USDT', 'XRP/USDT', 'ETH/USDT'].map(pair)
export const LOT = amount('0.0001')
const RULES = new Map<TradedPair, MarketRules>(
  SYMBOLS.map((symbol) => [
    symbol,
    rulesOf(symbol, {
      lot: LOT,
      tick: price('0.01'),
      minAmount: amount('0.0005'),
      minCost: amount('0.5'),
      takerFee: fraction('0.004'),
    }),
  ]),
)
const START = Date.UTC(2026, 0, 4, 23)
const FEE = decimal('0.004')

/** A proposal that waits or is approved, and what was filled of it. */
export type Waiting = { proposal: Proposal; filled: Amount }

/** Market, account, proposals and positions, moved by dice: what the risk engine looks at. Same seed, same dice. */
export class RiskWorld {
  readonly memory = new Memory()
  readonly limits: RiskLimits
  now = START
  free: Amount
  waiting: Waiting[] = []
  private readonly random: () => number
  private readonly prices = new Map<TradedPair, Price>()
  private equityOfOthers: Money
  private flows: Money = ZERO
  private ids = 0

  constructor(seed: number) {
    this.random = createRandom(seed)
    this.limits = limitsOf({
      leverage: this.pick([1, 1, 3]),
      maxPositions: this.pick([2, 3, 5]),
      maxExposurePercent: decimal(this.pick(['25', '40', '80'])),
      riskPerTradePercent: decimal(this.pick(['1', '2'])),
      rewardToRisk: decimal(this.pick(['1.5', '2'])),
      stopMaxPercent: () => decimal('5'),
    })
    this.equityOfOthers = money(String(this.between(500, 20_000)))
    this.free = amount(String(this.between(500, 20_000)))
    for (const symbol of SYMBOLS) this.prices.set(symbol, price(`${this.between(5, 500)}.25`))
  }

  /** 0 to 1. */
  dice(): number {
    return this.random()
  }
  chance(probability: number): boolean {
    return this.random() < probability
  }
  between(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low))
  }
  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)] as T
  }
  /** Undefined where there is none to pick. */
  pickAny<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.random() * from.length)]
  }
  nextId(): number {
    return this.ids++
  }

  priceOf(symbol: TradedPair): Price {
    return this.prices.get(symbol) ?? price('1')
  }
  rulesOf(symbol: TradedPair): MarketRules {
    return RULES.get(symbol) ?? rulesOf(symbol)
  }
  open(): readonly Position[] {
    return this.memory.store.open()
  }
  openPnl(): Money {
    return sum<Money>(
      this.open().map((each) => each.realized.plus(unrealized(each, this.priceOf(each.symbol))) as Money),
    )
  }

  account(): Account & { readonly equity: Money; readonly flows: Money } {
    const realized = sum<Decimal>(
      this.memory.store.recent(0).map((each) => (each.closedAt === null ? ZERO : each.realized)),
    )
    const pnl = realized.plus(this.openPnl())
    const { flows } = this
    return { at: this.now, pnl, flows, equity: this.equityOfOthers.plus(flows).plus(pnl) as Money }
  }

  others(statuses: readonly Proposal['status'][], besides: Proposal['id'] | null): Others {
    const committed = this.waiting.flatMap((each) =>
      statuses.includes(each.proposal.status) && each.proposal.id !== besides ? (this.commitment(each) ?? []) : [],
    )
    return { open: this.open(), committed }
  }
  commitment({ proposal, filled }: Waiting): Commitment | null {
    const [leg] = proposal.legs
    if (leg === undefined) return null
    const orders =
      proposal.status === 'approved'
        ? [orderOf({ id: 'ord_1' as OrderId, sleeve: 'tactical', status: 'open', amount: leg.amount, filled })]
        : []
    return commitmentOf(proposal, orders, this.open())
  }
  exposure(): Decimal {
    const { open, committed } = this.others(['approved'], null)
    return sum<Decimal>([...open, ...committed].map(({ cost }) => cost))
  }

  /** A part of an approved trade, or all that is left of it; the position where this makes one. */
  fill(chosen: Waiting, leg: Leg): Position | null {
    const left = leg.amount.minus(chosen.filled) as Amount
    const half = left.div(decimal('2')).round(4, 0) as Amount
    const size = this.chance(0.3) && half.gt(ZERO) ? half : left
    const at = this.chance(0.5) ? leg.worstPrice : leg.price
    const fill = this.tradeOf(leg, size, at, size.times(leg.price).times(FEE) as Amount)
    chosen.filled = chosen.filled.plus(size) as Amount
    if (chosen.filled.gte(leg.amount)) this.forget(chosen)
    const known = this.open().find(({ proposalId }) => proposalId === chosen.proposal.id)
    if (known === undefined) return this.openPosition(chosen.proposal, fill)
    this.memory.store.save(addEntryFill(known, fill))
    return null
  }
  private openPosition({ id, trade }: Proposal, fill: Fill): Position | null {
    if (trade === null) return null
    const position = emptyPosition({
      id: `pos_${this.nextId()}` as PositionId,
      proposalId: id,
      symbol: trade.symbol,
      side: fill.side === 'buy' ? 'long' : 'short',
      leverage: trade.leverage,
      stop: trade.stop,
      target: trade.target,
      openedAt: fill.at,
    })
    const opened = addEntryFill(position, fill)
    this.memory.store.insert(opened)
    return opened
  }

  close(position: Position): Position {
    const closed = addExitFill(position, this.exitOf(position, position.amount))
    this.memory.store.save(closed)
    // What was still to be bought is cancelled.
    this.waiting = this.waiting.filter(({ proposal }) => proposal.id !== position.proposalId)
    return closed
  }
  /** What a position holds above what it is to keep. */
  sellExcess(id: PositionId): void {
    const position = this.memory.store.get(id)
    if (position === null || position.keep === null || position.closedAt !== null) return
    const excess = minOf(position.amount.minus(position.keep).round(4, 0) as Amount, position.amount)
    if (excess.gt(ZERO)) this.memory.store.save(addExitFill(position, this.exitOf(position, excess)))
  }
  forget(chosen: Waiting): void {
    this.waiting = this.waiting.filter((each) => each !== chosen)
  }

  private exitOf({ symbol, side }: Position, size: Amount): Fill {
    const at = this.priceOf(symbol)
    const fee = size.times(at).times(FEE) as Amount
    return this.tradeOf({ symbol, side: side === 'long' ? 'sell' : 'buy' }, size, at, fee)
  }
  private tradeOf({ symbol, side }: Pick<Leg, 'symbol' | 'side'>, size: Amount, at: Price, fee: Amount): Fill {
    return fillOf({
      tradeId: `T${this.nextId()}` as TradeId,
      symbol,
      side,
      amount: size,
      price: at,
      fee,
      feeAsset: quoteOf(symbol),
      at: epochMs(this.now),
    })
  }

  movePrice(): void {
    const symbol = this.pick(SYMBOLS)
    const held = this.open().find((position) => position.symbol === symbol)
    // A jump far through the stop now and then: that is what breakers are for.
    const percent = this.chance(0.4) ? -this.between(10, 60) : this.between(-8, 9)
    const sign = held?.side === 'short' ? -1 : 1
    const factor = decimal(String(1 + (sign * percent) / 100))
    const moved = this.priceOf(symbol).times(factor).round(2) as Price
    this.prices.set(symbol, moved.gt(ONE) ? moved : (ONE as Decimal as Price))
    // The market moves all else that is owned, which is nobody's error.
    const others = this.equityOfOthers.times(decimal(String(this.between(70, 130) / 100)))
    this.equityOfOthers = others.round(2) as Money
  }

  /** A deposit, or below zero a withdrawal. */
  addFlow(change: Decimal): void {
    this.flows = this.flows.plus(change) as Money
  }

  /** Some minutes; or to the millisecond before an end, or to the end itself. */
  pass(pauseEnds: number | null): void {
    const day = Math.floor(this.now / DAY) * DAY + DAY
    const monday = day + ((8 - new Date(day).getUTCDay()) % 7) * DAY
    const isPausing = pauseEnds !== null && pauseEnds > this.now + 1
    const end = isPausing && this.chance(0.7) ? pauseEnds : this.pick([day, day, monday])
    const isExact = this.chance(0.7)
    this.now = isExact ? end - this.pick([0, 1]) : this.now + this.between(1, 300) * MINUTE
    this.waiting = this.waiting.filter(({ proposal }) => proposal.status !== 'pending' || proposal.expiresAt > this.now)
  }
}
