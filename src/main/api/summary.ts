import { type Decimal, shown } from '../../shared/money.ts'
import { assertNever } from '../../shared/result.ts'
import type { Topic, Topics } from '../bus/topics.ts'
import type { ExitReason, Order } from '../domain/order.ts'
import type { Proposal } from '../domain/proposal.ts'

/** A payload as it stands in the journal: decimals are text. */
export type Plain<T> = T extends Decimal
  ? string
  : T extends string
    ? T
    : T extends readonly (infer U)[]
      ? readonly Plain<U>[]
      : T extends object
        ? { readonly [K in keyof T]: Plain<T[K]> }
        : T

export const toPlain = <T>(payload: T): Plain<T> => JSON.parse(JSON.stringify(payload)) as Plain<T>

/** What a proposal is called on the screen. */
export const titleOf = (proposal: Pick<Proposal, 'kind' | 'legs' | 'largestDriftPp'>): string =>
  titleOfPlain(proposal.kind, proposal.legs[0] ?? null, shown(proposal.largestDriftPp, 2))

type EntryLeg = { readonly side: 'buy' | 'sell'; readonly symbol: string } | null
const titleOfPlain = (kind: Proposal['kind'], entry: EntryLeg, driftPp: string): string =>
  kind === 'tactical'
    ? `Tactical: ${entry?.side === 'sell' ? 'sell short' : 'buy'} ${entry?.symbol ?? 'unknown'}`
    : `Rebalance: drift ${driftPp} pp`

const two = (text: string): string => Number(text).toFixed(2)
const short = (text: string): string => String(Number(text))
const words = (name: string): string => name.replaceAll('_', ' ')

const EXITS: Record<ExitReason, string> = {
  stop: 'its stop was reached',
  target: 'its target was reached',
  trader: 'closed by the trader',
  time: 'it was held too long',
  unprotected: 'its stop could not be placed',
  signal: 'the analysts saw it turn',
  breaker: 'a circuit breaker tripped',
}

/** `sell 0.2 BTC/USDT`; a stop says where it triggers. */
function orderText({ side, amount, symbol, type, trigger }: Plain<Order>): string {
  const where = type === 'stop' && trigger !== null ? `, stop at ${short(trigger)}` : ''
  return `${side} ${short(amount)} ${symbol}${where}`
}

type Summaries = { readonly [T in Topic]: (payload: Plain<Topics[T]>) => string }

const SUMMARIES: Summaries = {
  market_data: () => 'Prices',
  ta_signals: (ta) => `${ta.symbol}: trend ${ta.trend}, bias ${ta.bias}, confidence ${ta.confidence.toFixed(2)}`,
  regime_updates: (update) => `${update.symbol}: ${words(update.regime)}, confidence ${update.confidence.toFixed(2)}`,
  sentiment_updates: (mood) =>
    `${mood.symbol}: mood ${mood.bias}, confidence ${mood.confidence.toFixed(2)}, of ${mood.items.length} sources’ words`,
  opinions: (opinion) => `${opinion.symbol}: bias ${opinion.bias}, confidence ${opinion.confidence.toFixed(2)}`,
  trading_signals: (signal) => `${signal.symbol}: ${signal.reason}`,
  portfolio_updates: (update) =>
    update.kind === 'classified'
      ? `${short(update.gained)} ${update.asset} belongs to ${update.sleeve}, decided by ${update.by}`
      : `Largest drift ${two(update.largestDriftPp)} pp, core sleeve worth ${two(update.coreValue)}`,
  risk_alerts: (alert) => alert.text,
  system_events: (event) => event.text,
  conflicts({ kind, conflict }) {
    const name = `Conflict, ${words(conflict.type)} on ${conflict.symbol}`
    switch (kind) {
      case 'detected':
        return `${name}: detected`
      case 'asking':
        return `${name}: asking ${conflict.asking ?? 'nobody'}`
      case 'waiting':
        return `${name}: waiting, decided by ${conflict.resolution?.by}`
      case 'resolved':
        return `${name}: ${words(conflict.waited?.optionId ?? conflict.resolution?.optionId ?? 'unresolved')}, decided by ${conflict.resolution?.by}`
      case 'scored':
        return `${name}: scored, what each answer would have earned is known`
      default:
        return assertNever(kind)
    }
  },
  proposals({ kind, proposal }) {
    const isEnd = kind === 'closed' || kind === 'finished'
    const note = isEnd && proposal.note !== null ? ` (${proposal.note})` : ''
    const title = titleOfPlain(proposal.kind, proposal.legs[0] ?? null, two(proposal.largestDriftPp))
    return `${title}: ${isEnd ? proposal.status : kind}${note}`
  },
  execution_events(payload) {
    const { order } = payload
    if (payload.kind === 'fill') {
      const { fill } = payload
      return `Filled: ${fill.side} ${short(fill.amount)} ${fill.symbol} at ${short(fill.price)}, fee ${short(fill.fee)} ${fill.feeAsset}`
    }
    const why = order.reason === null ? '' : ` (${order.reason})`
    const doubt = order.inDoubt ? ', in doubt' : ''
    const name = order.receipt.kind === 'protective_stop' ? 'Protective stop' : 'Order'
    return `${name} ${words(order.status)}${doubt}: ${orderText(order)}${why}`
  },
  position_updates(payload) {
    const { kind, position } = payload
    if (kind === 'stop_due') return `Stop of ${position.symbol} follows the price to ${short(payload.stop)}`
    const why = kind === 'exit_due' ? payload.reason : kind === 'closed' ? position.exitReason : null
    return `Position ${words(kind)} on ${position.symbol}${why === null ? '' : `: ${EXITS[why]}`}`
  },
}

/** One sentence for the journal and for toasts. */
export function summaryOf<T extends Topic>(topic: T, payload: Plain<Topics[T]>): string {
  const summarise: (payload: Plain<Topics[T]>) => string = SUMMARIES[topic]
  return summarise(payload)
}

export const summaryOfJson = (topic: Topic, json: string): string => summaryOf(topic, JSON.parse(json) as never)
