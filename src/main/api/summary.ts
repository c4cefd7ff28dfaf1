import { type Decimal, shown } from '../../shared/money.ts'
import { assertNever } from '../../shared/result.ts'
import type { Topic, Topics } from '../bus/topics.ts'
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
export const titleOf = (proposal: Pick<Proposal, 'kind' | 'trade' | 'largestDriftPp'>): string =>
  titleOfPlain(proposal.kind, proposal.trade?.symbol ?? null, shown(proposal.largestDriftPp, 2))

const titleOfPlain = (kind: Proposal['kind'], symbol: string | null, driftPp: string): string =>
  kind === 'tactical' ? `Tactical: buy ${symbol ?? 'unknown'}` : `Rebalance: drift ${driftPp} pp`

const two = (text: string): string => Number(text).toFixed(2)
const short = (text: string): string => String(Number(text))
const words = (name: string): string => name.replaceAll('_', ' ')

type Summaries = { readonly [T in Topic]: (payload: Plain<Topics[T]>) => string }

const SUMMARIES: Summaries = {
  market_data: () => 'Prices',
  ta_signals: (ta) => `${ta.symbol}: trend ${ta.trend}, bias ${ta.bias}, confidence ${ta.confidence.toFixed(2)}`,
  regime_updates: (update) => `${update.symbol}: ${words(update.regime)}, confidence ${update.confidence.toFixed(2)}`,
  trading_signals: (signal) => `${signal.symbol}: ${signal.bias} signal, confidence ${signal.confidence.toFixed(2)}`,
  portfolio_updates: (update) =>
    `Largest drift ${two(update.largestDriftPp)} pp, core sleeve worth ${two(update.coreValue)}`,
  risk_alerts: (alert) => alert.text,
  system_events: (event) => event.text,
  conflicts({ kind, conflict }) {
    const name = `Conflict, ${words(conflict.type)} on ${conflict.symbol}`
    switch (kind) {
      case 'detected':
        return `${name}: detected`
      case 'asking':
        return `${name}: asking ${conflict.asking ?? 'nobody'}`
      case 'resolved':
        return `${name}: ${words(conflict.resolution?.optionId ?? 'unresolved')}, decided by ${conflict.resolution?.by}`
      default:
        return assertNever(kind)
    }
  },
  proposals({ kind, proposal }) {
    const isEnd = kind === 'closed' || kind === 'finished'
    const note = isEnd && proposal.note !== null ? ` (${proposal.note})` : ''
    const title = titleOfPlain(proposal.kind, proposal.trade?.symbol ?? null, two(proposal.largestDriftPp))
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
    return `Order ${words(order.status)}${doubt}: ${order.side} ${short(order.amount)} ${order.symbol}${why}`
  },
  position_updates(payload) {
    const why = payload.kind === 'exit_due' ? `: ${payload.reason} reached` : ''
    return `Position ${words(payload.kind)} on ${payload.position.symbol}${why}`
  },
}

/** One sentence for the journal and for toasts. */
export function summaryOf<T extends Topic>(topic: T, payload: Plain<Topics[T]>): string {
  const summarise: (payload: Plain<Topics[T]>) => string = SUMMARIES[topic]
  return summarise(payload)
}

export const summaryOfJson = (topic: Topic, json: string): string => summaryOf(topic, JSON.parse(json) as never)
