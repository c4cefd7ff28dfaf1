import { fillEntry, type LedgerEntry, pricesOfFill } from '../../../src/main/domain/ledger.ts'
import type { Gain } from '../../../src/main/domain/lots.ts'
import type { Fill } from '../../../src/main/domain/order.ts'
import { type Asset, asset } from '../../../src/shared/ids.ts'
import { amount, type Decimal, type Price, price, toText } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { BTC, USDT, XRP } from '../../support/money-arbitraries.ts'
import { fillOf } from '../../support/trading-builders.ts'

export const KFEE = asset('KFEE')
export const day = (n: number) => epochMs(n * 86_400_000)
export const textOrNull = (value: Decimal | null): string | null => value && toText(value)

const PRICE_OF = new Map<Asset, Price>([
  [BTC, price('50000')],
  [XRP, price('2')],
  [KFEE, price('0.5')],
])
/** Booked with its own price, and the market's for the rest. */
export function booked(overrides: Partial<Fill>, priceOf = PRICE_OF): LedgerEntry {
  const fill = fillOf(overrides)
  const own = pricesOfFill(fill, USDT, (each) => priceOf.get(each) ?? null)
  return fillEntry(fill, 'core', new Map([...priceOf, ...own]))
}
export const bought = (units: string, at: string, fee: string, on: number): LedgerEntry =>
  booked({ side: 'buy', amount: amount(units), price: price(at), fee: amount(fee), at: day(on) })
export const sold = (units: string, at: string, fee: string, on: number): LedgerEntry =>
  booked({ side: 'sell', amount: amount(units), price: price(at), fee: amount(fee), at: day(on) })

export const shownGain = ({ amount: units, cost, proceeds }: Gain): (string | null)[] => [
  toText(units),
  textOrNull(cost),
  textOrNull(proceeds),
]
