import { baseOf, quoteOf } from '../../../src/shared/ids.ts'
import { type Amount, decimal, ZERO } from '../../../src/shared/money.ts'
import type { Desk } from './desk.ts'
import { txidOf } from './txid.ts'

/** So that the ids of transfers are never those of trades. */
const TRANSFERS_FROM = 1_000_000_000

/** One line of the account's history. */
export type LedgerLine = {
  readonly id: string
  readonly refid: string
  readonly at: number
  /** Kraken's words, e.g. `trade`, or `earn` and `allocation`. */
  readonly type: string
  readonly subtype: string
  readonly assetCode: string
  /** Before the fee. */
  readonly amount: Amount
  readonly fee: Amount
  /** After it. */
  readonly balance: Amount
}

/** Newest first, with the balance after each line, reckoned back from what the account holds now. */
export function ledgerLines({ venue, store }: Desk, limit: number): readonly LedgerLine[] {
  type Bare = Omit<LedgerLine, 'balance'>
  const ofTrades = venue.trades({ since: null, limit }).flatMap((trade): Bare[] => {
    const [base, quote] = [baseOf(trade.symbol), quoteOf(trade.symbol)]
    const cost = trade.price.times(trade.amount) as Amount
    const minus = (value: Amount): Amount => value.times(decimal('-1')) as Amount
    const common = { refid: txidOf('T', trade.number), at: trade.at, subtype: '' }
    const line = (leg: number) => ({ ...common, id: txidOf('L', trade.number * 2 + leg) })
    const isBuy = trade.side === 'buy'
    if (trade.realized !== null) {
      return [{ ...line(1), type: 'margin', assetCode: quote, amount: trade.realized, fee: trade.fee }]
    }
    return [
      { ...line(1), type: 'trade', assetCode: quote, amount: isBuy ? minus(cost) : cost, fee: trade.fee },
      { ...line(0), type: 'trade', assetCode: base, amount: isBuy ? trade.amount : minus(trade.amount), fee: ZERO },
    ]
  })
  const ofTransfers = store.transfers().map(
    ({ number, group, ...line }): Bare => ({
      ...line,
      id: txidOf('L', TRANSFERS_FROM + number),
      refid: txidOf('L', TRANSFERS_FROM + group),
    }),
  )
  const balances = new Map([...venue.holdings()].map(([code, { total }]) => [code, total]))
  return [...ofTrades, ...ofTransfers]
    .sort((a, b) => b.at - a.at)
    .slice(0, limit)
    .map((line) => {
      const balance = balances.get(line.assetCode) ?? ZERO
      balances.set(line.assetCode, balance.minus(line.amount).plus(line.fee) as Amount)
      return { ...line, balance }
    })
}
