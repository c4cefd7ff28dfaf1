import type { ClientOrderId } from '../../../shared/ids.ts'
import { toText } from '../../../shared/money.ts'
import { err, ok, type Result } from '../../../shared/result.ts'
import { after, isoTime } from '../../../shared/time.ts'
import { reducesRisk } from '../../domain/gate.ts'
import type { Clock, Exchange, OutcomeUnknown, Refused } from '../../ports.ts'
import type { Change, KrakenClient } from './client.ts'
import { createExecutionStream } from './execution-stream.ts'
import { holdingsOf } from './holdings.ts'
import type { KrakenMarkets } from './kraken-markets.ts'
import { RESULTS } from './messages.ts'
import { createMovementSearch } from './movement-search.ts'
import { createOrderMemory } from './order-memory.ts'
import { ourId, ourIdOf, restingOrder } from './order-reading.ts'
import { addOrderRequest } from './order-request.ts'
import { createOrderSearch, symbolOf } from './order-search.ts'
import { ADD_POINTS, amendPoints, cancelPoints } from './rate-counters.ts'
import type { Reply } from './reply.ts'
import type { OrderHint } from './stream-messages.ts'
import { createSystemStatus } from './system-status.ts'

export type KrakenExchangeOptions = {
  readonly client: KrakenClient
  readonly markets: KrakenMarkets
  readonly clock: Clock
  /** How long a change may wait for its turn, beside an order's own deadline. */
  readonly timeoutMs: number
  readonly margin: boolean
  /** Asked when a request is about to leave, which can be long after it passed the gate: false holds back new risk. */
  readonly mayOpen: () => boolean
}

/** Kraken takes deadlines up to a minute ahead, by its own clock. */
const FARTHEST_DEADLINE_MS = 50_000

/** `start` opens the stream of hints and begins to watch Kraken's status. */
export type KrakenExchange = Exchange & { start(): void }

/** Kraken behind the port: it translates, and decides nothing. */
export function createKrakenExchange(options: KrakenExchangeOptions): KrakenExchange {
  const { client, markets, clock } = options
  const listeners = new Set<(id: ClientOrderId) => void>()
  const memory = createOrderMemory()
  const system = createSystemStatus(client, clock)
  const stream = createExecutionStream({ client, clock, onOrders: announce, onSystem: system.set })
  const find = createOrderSearch({ client, markets, clock })

  function announce(orders: readonly OrderHint[]): void {
    const ids = orders.flatMap(
      ({ exchangeId, clientOrderId }) => ourIdOf(clientOrderId) ?? memory.nameOf(exchangeId) ?? [],
    )
    for (const id of new Set(ids)) for (const listener of listeners) listener(id)
  }

  /** What an open order is charged for a change; one that is not known is charged as if it were new. */
  const chargeOf = (id: ClientOrderId, pointsAt: (ageMs: number) => number): Pick<Change, 'pair' | 'points'> => {
    const known = memory.of(id)
    return { pair: known?.symbol ?? '', points: () => pointsAt(known === null ? 0 : clock.now() - known.openedAt) }
  }
  const inMaintenance = (): string | null =>
    system.current() === 'maintenance' ? 'Kraken is in maintenance: nothing is queued.' : null
  const takesNoOrders = (): string | null =>
    system.current() === 'cancel_only' ? 'Kraken takes cancels only at the moment.' : inMaintenance()

  return {
    async submit(intent) {
      const book = markets.known()
      if (clock.now() >= intent.deadline) return refuse('exchange/deadline', 'The deadline of this request has passed.')
      if (book === null) return later('exchange/not-ready', 'Kraken’s markets have not been read yet.')
      const pair = book.bySymbol(intent.symbol)
      if (pair === null) return refuse('exchange/no-market', `${intent.symbol} is not traded on Kraken.`)
      if (pair.status === 'cancel_only') return refuse('exchange/cancel-only', `${intent.symbol} takes cancels only.`)
      const parameters = addOrderRequest(intent, pair.id, options.margin)
      if (!parameters.ok) return parameters
      const { clientOrderId, symbol } = intent
      memory.remember(clientOrderId, { symbol, openedAt: clock.now() })
      const reply = await client.send({
        path: 'AddOrder',
        parameters: parameters.value,
        pair: symbol,
        points: () => ADD_POINTS,
        startBy: intent.deadline,
        urgent: false,
        unless: () => (reducesRisk(intent) || options.mayOpen() ? takesNoOrders() : 'The kill switch is on.'),
      })
      // The id decides, whatever else the answer says: an order that has one was accepted.
      const accepted = RESULTS.AddOrder.safeParse(reply.result)
      const exchangeId = accepted.success ? accepted.data.txid[0] : undefined
      if (exchangeId === undefined) return failed(reply, 'Kraken’s answer names no order.')
      memory.name(exchangeId, clientOrderId)
      return ok({ exchangeId })
    },

    async cancel(clientOrderId, { urgent } = { urgent: false }) {
      const reply = await client.send({
        path: 'CancelOrder',
        parameters: { cl_ord_id: clientOrderId },
        ...chargeOf(clientOrderId, cancelPoints),
        startBy: after(clock.now(), options.timeoutMs),
        urgent,
        unless: urgent ? () => null : inMaintenance,
      })
      if (!reply.ok && reply.outcome === 'not_found') return ok('not-open')
      const done = RESULTS.CancelOrder.safeParse(reply.result)
      if (!reply.ok || !done.success) return failed(reply, 'Kraken’s answer does not say what was cancelled.')
      return ok(done.data.count > 0 ? 'cancelled' : 'not-open')
    },

    async amend(clientOrderId, trigger) {
      // With a deadline, so that one that is late cannot undo a newer one.
      const startBy = after(clock.now(), Math.min(options.timeoutMs, FARTHEST_DEADLINE_MS))
      const reply = await client.send({
        path: 'AmendOrder',
        parameters: { cl_ord_id: clientOrderId, trigger_price: toText(trigger), deadline: isoTime(startBy) },
        ...chargeOf(clientOrderId, amendPoints),
        startBy,
        urgent: false,
        unless: takesNoOrders,
      })
      const known = memory.of(clientOrderId)
      // A change is as dear soon after another as soon after the order itself.
      if (known !== null) memory.remember(clientOrderId, { ...known, openedAt: clock.now() })
      if (!reply.ok && reply.outcome === 'not_found') return ok('not-open')
      const done = RESULTS.AmendOrder.safeParse(reply.result)
      return reply.ok && done.success ? ok('amended') : failed(reply, 'Kraken’s answer does not say what was changed.')
    },

    async cancelAllAfter(seconds) {
      const reply = await client.send({
        path: 'CancelAllOrdersAfter',
        parameters: { timeout: String(seconds) },
        pair: '',
        points: () => 1,
        startBy: after(clock.now(), options.timeoutMs),
        urgent: false,
        unless: inMaintenance,
      })
      const done = RESULTS.CancelAllOrdersAfter.safeParse(reply.result)
      return reply.ok && done.success ? ok(null) : failed(reply, 'Kraken’s answer does not say when it would cancel.')
    },

    async find(clientOrderId) {
      const found = await find(clientOrderId)
      if (found.ok && found.value !== 'never-seen') memory.name(found.value.exchangeId, clientOrderId)
      return found
    },

    async openOrders() {
      const open = await client.ask('OpenOrders')
      if (!open.ok) return open
      const orders = []
      for (const [exchangeId, raw] of Object.entries(open.value.open)) {
        const symbol = await symbolOf(markets, raw.descr.pair)
        if (!symbol.ok) return symbol
        const order = restingOrder(exchangeId, raw, symbol.value)
        const id = ourId(raw)
        if (id !== null) {
          memory.remember(id, order)
          memory.name(exchangeId, id)
        }
        orders.push(order)
      }
      return ok(orders)
    },

    async balances() {
      const balances = await client.ask('BalanceEx')
      if (!balances.ok) return balances
      const { codeOf } = await client.wire()
      return ok(holdingsOf(balances.value, codeOf))
    },

    movements: createMovementSearch(client),

    health() {
      const [rest, events] = [client.health(), stream.health()]
      const { calls } = client.counters
      return {
        restProblem: rest.problem,
        restAt: rest.at,
        streamProblem: events.problem,
        streamAt: events.at,
        system: system.current(),
        calls: Number.isFinite(calls.limit) ? { used: Math.ceil(calls.used()), limit: calls.limit } : null,
      }
    },

    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start() {
      stream.start()
      system.start()
    },
    async close() {
      stream.stop()
      system.stop()
      await client.close()
    },
  }
}

const refuse = (code: string, message: string): { ok: false; error: Refused } => err({ kind: 'refused', code, message })
const later = (code: string, message: string): { ok: false; error: Refused } =>
  err({ kind: 'not_accepted', code, message })

/** @param unclear what to say of an answer that was no refusal but says too little. */
function failed(reply: Reply, unclear: string): Result<never, Refused | OutcomeUnknown> {
  if (reply.ok) return err({ kind: 'unknown', code: 'exchange/unknown-outcome', message: unclear })
  const { outcome, message } = reply
  switch (outcome) {
    case 'refused':
      return refuse('exchange/refused', `Kraken refused: ${message}`)
    case 'halt':
      return err({ kind: 'halt', code: 'exchange/halt', message: `Kraken refused: ${message}` })
    case 'not_accepted':
      return later('exchange/not-accepted', message)
    case 'unknown':
    case 'not_found':
      return err({ kind: 'unknown', code: 'exchange/unknown-outcome', message: `The outcome is not known: ${message}` })
  }
}
