import { type Asset, asset, ClientOrderId, type TradedPair, TradeId } from '../../../shared/ids.ts'
import { type Amount, type Fraction, ZERO } from '../../../shared/money.ts'
import { err, ok, type Result } from '../../../shared/result.ts'
import type { GatedIntent } from '../../domain/gate.ts'
import type { MarketRules, Tick } from '../../domain/market.ts'
import type { Clock, Exchange, ExchangeFill, ExchangeOrder, Holding, Movement, Refused } from '../../ports.ts'
import { createVenue } from './sqlite-venue.ts'
import type { VenueEvent, VenueMovement, VenueOrder, VenueRefusal, VenueRequest, VenueTrade } from './venue.ts'

export type PaperExchange = Exchange & {
  /** The market moved: resting orders may trade. */
  onTicks(ticks: readonly Tick[]): void
  /**
   * What a person does to the account elsewhere. Error `venue/insufficient-funds` where that much is not free: neither
   * there nor held by orders.
   */
  move(kind: Movement['kind'], asset: Asset, amount: Amount): Result<Movement>
}

const TYPES = { market: 'limit', limit: 'limit', post_only: 'limit', stop: 'stop-loss' } as const

/** The exchange port on the simulated venue: nothing is ever unknown or unreachable here, unless the process dies. */
export function createPaperExchange(deps: {
  /** `:memory:` for replays. */
  file: string
  clock: Clock
  rules: (symbol: TradedPair) => MarketRules | null
  /** The price an order meets on arrival; null when there is no fresh one. */
  tickOf: (symbol: TradedPair) => Tick | null
  slippage: Fraction
  /** What the account holds when the file is new. */
  opening: ReadonlyMap<Asset, Amount>
  allowsMargin?: boolean
}): PaperExchange {
  const venue = createVenue({ ...deps, allowsMargin: deps.allowsMargin ?? false })
  const listeners = new Set<(id: ClientOrderId) => void>()
  // What a request changes, its answer tells; only what happens to resting orders is worth a hint.
  let isAnswering = false
  function answering<T>(work: () => T): T {
    isAnswering = true
    try {
      return work()
    } finally {
      isAnswering = false
    }
  }
  venue.onEvent((event) => {
    const id = clientOrderIdOf(event.order)
    if (isAnswering || id === null) return
    for (const listener of listeners) listener(id)
  })

  return {
    async submit(intent) {
      const placed = answering(() => venue.place(requestOf(intent)))
      return placed.ok ? ok({ exchangeId: exchangeIdOf(placed.value) }) : err(refused(placed.error))
    },
    async cancel(clientOrderId) {
      const cancelled = answering(() => venue.cancel({ clientOrderId }, 'cancelled'))
      return ok(cancelled === null ? 'not-open' : 'cancelled')
    },
    // It ends together with the program that it would protect from.
    cancelAllAfter: async () => ok(null),
    async amend(clientOrderId, trigger) {
      const amended = answering(() => venue.amend({ clientOrderId }, { trigger }))
      if (amended === null) return ok('not-open')
      if (!amended.ok) return err(refused(amended.error))
      // Moved to where the market is, it triggered: the answer does not say so.
      if (amended.value.isTriggered) for (const listener of listeners) listener(clientOrderId)
      return ok('amended')
    },
    async find(clientOrderId) {
      const order = venue.order({ clientOrderId })
      return ok(order === null ? 'never-seen' : described(order, clientOrderId, venue.tradesOf(order.number)))
    },
    async openOrders() {
      return ok(
        venue.openOrders().map((order) => ({
          exchangeId: exchangeIdOf(order),
          clientOrderId: clientOrderIdOf(order),
          symbol: order.symbol,
          side: order.side,
          type: order.type,
          amount: order.amount,
          filled: order.filled,
          price: order.limitPrice ?? order.trigger,
          openedAt: order.openedAt,
        })),
      )
    },
    async balances() {
      return ok(holdingsOf([...venue.holdings()].map(([code, { total }]) => [code, total])))
    },
    movements: async (since) => ok({ movements: venue.movements(since).map(movementOf), unread: [] }),
    move(kind, of, amount) {
      const moved = venue.move(kind, of, amount)
      return moved.ok ? ok(movementOf(moved.value)) : moved
    },
    health: () => ({
      restProblem: null,
      restAt: deps.clock.now(),
      streamProblem: null,
      streamAt: deps.clock.now(),
      system: 'online',
      calls: null,
    }),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onTicks: (ticks) => venue.onTicks(ticks),
    async close() {
      venue.close()
    },
  }
}

const movementOf = ({ number, ...movement }: VenueMovement): Movement => ({
  id: `paper-movement-${number}`,
  ...movement,
})
const exchangeIdOf = (order: VenueOrder): string => `P${order.number}`

/** Null for what the venue did by itself: a liquidation has no client. */
function clientOrderIdOf(order: VenueEvent['order']): ClientOrderId | null {
  const parsed = ClientOrderId.safeParse(order.clientOrderId)
  return parsed.success ? parsed.data : null
}

const refused = ({ message }: VenueRefusal): Refused => ({ kind: 'refused', code: 'exchange/refused', message })

/** A market order is sent as a limit at its worst price that trades at once or not at all. */
const requestOf = (intent: GatedIntent): VenueRequest => ({
  clientOrderId: intent.clientOrderId,
  symbol: intent.symbol,
  side: intent.side,
  type: TYPES[intent.type],
  amount: intent.amount,
  limitPrice: intent.type === 'stop' ? null : intent.limitPrice,
  trigger: intent.type === 'stop' ? intent.limitPrice : null,
  timeInForce: intent.type === 'market' ? 'IOC' : 'GTC',
  postOnly: intent.type === 'post_only',
  leverage: intent.leverage,
  // On margin an exit must never become an entry the other way round.
  reduceOnly: intent.leverage > 1 && intent.receipt.kind !== 'proposal_leg',
  deadline: intent.deadline,
})

function described(order: VenueOrder, clientOrderId: ClientOrderId, trades: readonly VenueTrade[]): ExchangeOrder {
  return {
    exchangeId: exchangeIdOf(order),
    clientOrderId,
    status: order.status === 'open' && order.filled.gt(ZERO) ? 'partially_filled' : order.status,
    filled: order.filled,
    trigger: order.trigger,
    fills: trades.map(
      (trade): ExchangeFill => ({
        tradeId: TradeId.parse(`paper-${trade.number}`),
        clientOrderId,
        symbol: trade.symbol,
        side: trade.side,
        amount: trade.amount,
        price: trade.price,
        fee: trade.fee,
        feeAsset: trade.feeAsset,
        at: trade.at,
      }),
    ),
  }
}

/** `BTC` and `BTC.F` are the same asset: the second part of it earns. */
function holdingsOf(balances: readonly (readonly [code: string, total: Amount])[]): ReadonlyMap<Asset, Holding> {
  const holdings = new Map<Asset, Holding>()
  for (const [code, total] of balances) {
    const [name = code, suffix] = code.split('.')
    const of = asset(name)
    const { spot, earn } = holdings.get(of) ?? { spot: ZERO, earn: ZERO }
    holdings.set(
      of,
      suffix === undefined ? { spot: spot.plus(total) as Amount, earn } : { spot, earn: earn.plus(total) as Amount },
    )
  }
  return holdings
}
