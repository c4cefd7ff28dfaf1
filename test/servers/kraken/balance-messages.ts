import type { VenueTrade } from '../../../src/main/adapters/paper/venue.ts'
import { baseOf, quoteOf } from '../../../src/shared/ids.ts'
import { type Amount, toFloat, ZERO } from '../../../src/shared/money.ts'
import { isoTime } from '../../../src/shared/time.ts'
import type { Desk } from './desk.ts'
import { txidOf } from './txid.ts'

const EARNING = '.F'

/** Every asset, or one: what it is in all, and in which wallet. Earning is a wallet here, not an asset of its own. */
export function balanceData({ venue }: Desk, assetCode: string | null) {
  const holdings = venue.holdings()
  const plain = [...new Set([...holdings.keys()].map((code) => code.split('.')[0] as string))]
  const wanted = assetCode === null ? plain : [assetCode.split('.')[0] as string]
  return wanted.map((asset) => {
    const spot = holdings.get(asset)?.total ?? ZERO
    const earning = holdings.get(asset + EARNING)?.total ?? ZERO
    return {
      asset,
      asset_class: 'currency',
      balance: toFloat(spot.plus(earning)),
      wallets: [
        { type: 'spot', id: 'main', balance: toFloat(spot) },
        ...(earning.gt(ZERO) ? [{ type: 'earn', id: 'flex', balance: toFloat(earning) }] : []),
      ],
    }
  })
}

/** What a trade moved: one line per asset. */
export function balanceUpdates({ venue }: Desk, trade: VenueTrade) {
  const holdings = venue.holdings()
  const sign = trade.side === 'buy' ? 1 : -1
  const line = (leg: number, asset: string, amount: number, fee: Amount) => ({
    ledger_id: txidOf('L', trade.number * 2 + leg),
    ref_id: txidOf('T', trade.number),
    timestamp: isoTime(trade.at).replace('Z', '000Z'),
    type: 'trade',
    asset,
    asset_class: 'currency',
    category: 'trade',
    wallet_type: 'spot',
    wallet_id: 'main',
    amount,
    fee: toFloat(fee),
    balance: toFloat(holdings.get(asset)?.total ?? ZERO),
  })
  return [
    line(1, quoteOf(trade.symbol), -sign * toFloat(trade.price.times(trade.amount)), trade.fee),
    line(0, baseOf(trade.symbol), sign * toFloat(trade.amount), ZERO),
  ]
}
