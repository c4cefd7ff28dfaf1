import { createHash } from 'node:crypto'
import { createRandom } from '../../src/main/adapters/generated/price-walk.ts'
import { createPaperExchange } from '../../src/main/adapters/paper/paper-exchange.ts'
import { createSimulatedClock, type SimulatedClock } from '../../src/main/adapters/system/clock.ts'
import { createSequentialIds } from '../../src/main/adapters/system/ids.ts'
import { createBus } from '../../src/main/bus/bus.ts'
import { type ApprovedProposal, approve } from '../../src/main/domain/approval.ts'
import { openingEntry } from '../../src/main/domain/ledger.ts'
import type { MarketRules, Tick } from '../../src/main/domain/market.ts'
import type { Order, Side } from '../../src/main/domain/order.ts'
import { type Leg, type Proposal, pendingProposal } from '../../src/main/domain/proposal.ts'
import { Books } from '../../src/main/execution/books.ts'
import { Executor } from '../../src/main/execution/executor.ts'
import { openDatabase } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import type { Exchange } from '../../src/main/ports.ts'
import type { ClientOrderId, CorrelationId, ProposalId } from '../../src/shared/ids.ts'
import {
  amount,
  ceilToStep,
  decimal,
  floorToStep,
  fraction,
  fromFloat,
  type Money,
  money,
  ONE,
  type Price,
  price,
  ZERO,
} from '../../src/shared/money.ts'
import { ok } from '../../src/shared/result.ts'
import { after, DAY, type EpochMs, epochMs, MINUTE, SECOND } from '../../src/shared/time.ts'
import { MIGRATIONS_DIR } from '../support/crash-engine.ts'
import { behindBadLine } from '../support/crash-faults.ts'
import { BTC, BTC_USDT, rulesOf, USDT } from '../support/money-arbitraries.ts'

const START = epochMs(Date.parse('2026-01-01T00:00:00Z'))
const OPENING = [
  { asset: BTC, amount: amount('1000') },
  { asset: USDT, amount: amount('50000000') },
] as const
const FAULTS = { writes: 0.3, reads: 0.3 }
/** As often as the Kraken adapter asks; each time this long at most, ms. */
const READ_ATTEMPTS = 5
const READ_LIMIT_MS = 500
const DEADLINE_MS = 15 * SECOND
const RULES: MarketRules = rulesOf(BTC_USDT, { tick: price('0.1') })
const START_PRICE = 50_000
const UNLIMITED = money('1000000000000')

export type SubmissionDesk = ReturnType<typeof openDesk>

/** Executor, real database and paper exchange behind a bad line; proposals are written in as approved. */
export function openDesk(seed: number, onOrder: (order: Order, at: EpochMs) => void) {
  const random = createRandom(seed)
  const clock = createSimulatedClock(START)
  const ids = createSequentialIds(seed)
  const opened = openDatabase(':memory:', { migrationsDir: MIGRATIONS_DIR, now: START })
  if (!opened.ok) throw new Error(opened.error.message)
  const database = opened.value
  const stores = createStores(database)
  const problems: string[] = []
  const market = movingMarket(clock, random)
  const paper = createPaperExchange({
    file: ':memory:',
    clock,
    rules: () => RULES,
    tickOf: () => market.tick(),
    slippage: fraction('0'),
    opening: new Map(OPENING.map(({ asset, amount }) => [asset, amount])),
  })
  market.onTick((tick) => paper.onTicks([tick]))
  const accepted = new Map<ClientOrderId, number>()
  const counting: Exchange = {
    ...paper,
    async submit(intent) {
      const answer = await paper.submit(intent)
      const { clientOrderId } = intent
      if (answer.ok) accepted.set(clientOrderId, (accepted.get(clientOrderId) ?? 0) + 1)
      return answer
    },
  }
  const bad = behindBadLine(counting, {
    clock,
    random,
    rates: () => FAULTS,
    readLimitMs: READ_LIMIT_MS,
    readAttempts: READ_ATTEMPTS,
  })
  let sent = 0
  const bus = createBus({
    clock,
    ids,
    settings: { historyPerTopic: 1, queueCapacity: 1_000, handlerTimeLimitMs: SECOND, ttlMs: {} },
    onDeadLetter: (_, subscriber, reason) => problems.push(`${subscriber}: ${reason}`),
  })
  bus.on('execution_events', ({ payload }) => onOrder(payload.order, clock.now()), {
    name: 'soak',
    whenFull: 'reject',
  })
  const books = new Books(stores.ledger)
  books.commit(
    stores.transact(() => OPENING.map(({ asset, amount }) => books.write(openingEntry(asset, 'core', amount, START)))),
  )
  const executor = new Executor({
    clock,
    ids,
    bus,
    stores,
    books,
    hash: sha256,
    exchange: {
      ...bad,
      submit(intent) {
        sent++
        return bad.submit(intent)
      },
    },
    markets: { rules: () => RULES, symbols: [BTC_USDT] },
    fresh: () => market.tick(),
    last: () => market.tick(),
    priceOf: (asset) => (asset === USDT ? (ONE as typeof ONE & Price) : (fromFloat(market.tick().last) as Price)),
    coordinator: () => 'RUNNING',
    isKilled: () => false,
    stillAllowed: () => ok(null),
    halt: (reason) => problems.push(`halted: ${reason}`),
    onBug: (error) => problems.push(`bug: ${error instanceof Error ? error.stack : String(error)}`),
    limits: {
      collarPercent: decimal('50'),
      maxNotionalPerOrder: UNLIMITED,
      maxNotionalPerDay: UNLIMITED,
      maxOrdersPerMinute: 1_000_000,
    },
    movementDefaultMs: DAY,
    onBagsChanged: () => problems.push('a bag has changed'),
    bags: {
      quote: USDT,
      assets: [],
      sharePercent: decimal('0'),
      minimumOf: () => ZERO,
      maxPurchase: ZERO,
      maxPurchasePerDay: ZERO,
      slippageCapPercent: decimal('1'),
    },
    deadlineMs: DEADLINE_MS,
    exitSlippagePercent: decimal('5'),
    assets: OPENING.map(({ asset }) => asset),
    isBeyondStop: () => false,
    onExternal: (order) => problems.push(`an order of ours was taken for another's: ${order.exchangeId}`),
    deadManSeconds: 0,
    protection: { neverPlacedRetries: 2 },
    executor: { quotes: 2, neverPlacedRetries: 2, requoteMs: 5 * SECOND },
  })
  let proposals = 0
  const underWay = (): number => stores.proposals.withStatus('approved').length

  /** One leg, bought or sold, at market or at the touch. */
  function propose(): void {
    const proposal = proposalOfOneLeg(++proposals, market.tick(), random)
    const approved = approve(proposal, {
      now: clock.now(),
      by: 'trader',
      hash: proposal.hash,
      legs: null,
      digest: sha256,
      bagOf: () => ZERO,
      // What is short by then is for the executor to find out.
      free: () => amount('1000000000'),
      priceNow: () => fromFloat(market.tick().last) as Price,
      maxPriceMovePercent: decimal('1'),
    })
    if (!approved.ok) throw new Error(approved.error.message)
    const value: ApprovedProposal = approved.value
    stores.proposals.insert(value)
    executor.start(value)
  }

  return {
    stores,
    database,
    problems,
    /** The exchange itself, past the line; and how often it accepted each order. */
    paper,
    accepted,
    sent: () => sent,
    isBusy: () => underWay() > 0 || stores.orders.live().length > 0,
    keepUnderWay(count: number) {
      for (let missing = count - underWay(); missing > 0; missing--) propose()
    },
    /** To the next moment at which anything happens. */
    async passOn() {
      await turn()
      if (clock.nextDue() > clock.now()) clock.advanceTo(epochMs(clock.nextDue()))
      clock.runDue()
      await turn()
    },
    async close() {
      await executor.close()
      market.stop()
      await paper.close()
      database.close()
    },
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function proposalOfOneLeg(number: number, { at: now, last }: Tick, random: () => number): Proposal {
  const at = fromFloat(last) as Price
  const side: Side = random() < 0.5 ? 'buy' : 'sell'
  const leg: Leg = {
    symbol: BTC_USDT,
    side,
    amount: amount((0.001 + random() * 0.01).toFixed(8)),
    price: at,
    worstPrice: (side === 'buy'
      ? floorToStep(at.times(decimal('1.1')), RULES.tick)
      : ceilToStep(at.times(decimal('0.9')), RULES.tick)) as Price,
    orderType: random() < 0.7 ? 'market' : 'limit',
    fee: ZERO,
    feeAsset: USDT,
    notBefore: now,
  }
  return pendingProposal(
    {
      id: `prp_${number}` as ProposalId,
      kind: 'rebalance',
      createdAt: now,
      expiresAt: after(now, 15 * MINUTE),
      reason: 'a submission of the soak',
      legs: [leg],
      weights: [],
      prices: [{ symbol: BTC_USDT, price: at, at: now }],
      fees: ZERO as Money,
      coreValue: money('1'),
      largestDriftPp: ZERO,
      bags: [],
      trade: null,
      details: null,
      conflictId: null,
      correlationId: `cor_${number}` as CorrelationId,
    },
    sha256,
  )
}

/** A price that moves every second, so that limit orders fill or are quoted again. */
function movingMarket(clock: SimulatedClock, random: () => number) {
  let last = START_PRICE
  let tell: (tick: Tick) => void = () => {}
  const now = (): Tick => ({ symbol: BTC_USDT, at: clock.now(), bid: last, ask: last, last })
  const move = (): (() => void) =>
    clock.at(after(clock.now(), SECOND), () => {
      // Towards the start, so that a long soak does not run away.
      const moved = last * (1 + (random() - 0.5) * 0.001) + (START_PRICE - last) * 0.001
      last = Math.round(moved * 10) / 10
      tell(now())
      cancel = move()
    })
  let cancel = move()
  return {
    tick: now,
    onTick(listener: (tick: Tick) => void) {
      tell = listener
    },
    stop: () => cancel(),
  }
}
