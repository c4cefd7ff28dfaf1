import { createRandom } from '../../src/main/adapters/generated/price-walk.ts'
import { bagEntry, shareEntry } from '../../src/main/domain/bag-share.ts'
import {
  classificationEntry,
  correctionEntry,
  earnEntry,
  fillEntry,
  type LedgerEntry,
  marginFillEntry,
  movementEntry,
  openingEntry,
  pricesOfFill,
  transferEntry,
} from '../../src/main/domain/ledger.ts'
import type { Fill, TradingSleeve } from '../../src/main/domain/order.ts'
import {
  type Asset,
  asset,
  baseOf,
  type PositionId,
  quoteOf,
  type TradedPair,
  type TradeId,
} from '../../src/shared/ids.ts'
import { type Amount, amount, type Price, price } from '../../src/shared/money.ts'
import { epochMs, MINUTE } from '../../src/shared/time.ts'
import { BTC, BTC_USDT, USDT, XRP, XRP_BTC, XRP_USDT } from './money-arbitraries.ts'

const KFEE = asset('KFEE')
export const WORKLOAD_ASSETS: readonly Asset[] = [USDT, BTC, XRP, KFEE]
const PRICES = new Map<Asset, Price>([
  [BTC, price('50000')],
  [XRP, price('2')],
  [KFEE, price('0.01')],
])

/**
 * An account's life as ledger entries, endless: trades for every sleeve with fees in quote, in the coin and in a third
 * asset, margin, loans, deposits and their sleeves, earning, bags, corrections. Amounts are whole ten-thousandths; what
 * an event takes is there, as far as anybody could know. The same seed tells the same life.
 */
export function* ledgerLife(seed: number): Generator<LedgerEntry> {
  const random = createRandom(seed)
  const whole = (most: number): number => Math.floor(random() * most)
  const oneOf = <T>(all: readonly T[]): T => all[whole(all.length)] as T
  const units = (most: number): Amount =>
    amount(
      (1 + whole(most))
        .toString()
        .padStart(5, '0')
        .replace(/(\d{4})$/, '.$1'),
    )
  let n = 0
  const at = () => epochMs(1_600_000_000_000 + n * MINUTE)
  const waiting: { id: string; asset: Asset; gained: Amount }[] = []

  for (const coin of WORKLOAD_ASSETS) {
    n++
    yield openingEntry(coin, 'core', amount('1000000'), at(), PRICES.get(coin) ?? null)
  }
  const fillOf = (symbol: TradedPair, side: 'buy' | 'sell'): Fill => ({
    tradeId: `T${n}` as TradeId,
    orderId: 'ord_1' as Fill['orderId'],
    symbol,
    side,
    amount: units(20_000),
    price: price(
      String(1 + whole(symbol === XRP_BTC ? 20 : 60_000))
        .padStart(5, '0')
        .replace(/(\d{4})$/, '.$1'),
    ),
    fee: units(50),
    feeAsset: random() < 0.7 ? quoteOf(symbol) : oneOf([baseOf(symbol), KFEE]),
    at: at(),
  })
  const trade = (sleeve: TradingSleeve, side: 'buy' | 'sell'): LedgerEntry => {
    const fill = fillOf(oneOf([BTC_USDT, BTC_USDT, XRP_USDT, XRP_BTC]), side)
    // One in ten prices is unknown: then so is the cost.
    const own = random() < 0.1 ? new Map<Asset, Price>() : pricesOfFill(fill, USDT, (each) => PRICES.get(each) ?? null)
    return fillEntry(fill, sleeve, new Map([...(own.size === 0 ? [] : PRICES), ...own]))
  }
  const move = (kind: 'deposit' | 'withdrawal' | 'reward'): LedgerEntry => {
    const moved = { id: `M${n}`, kind, asset: oneOf(WORKLOAD_ASSETS), amount: units(9_000), at: at() } as const
    waiting.push({
      id: moved.id,
      asset: moved.asset,
      gained: (kind === 'withdrawal' ? moved.amount.neg() : moved.amount) as Amount,
    })
    return movementEntry(moved, random() < 0.8 ? (PRICES.get(moved.asset) ?? null) : null)
  }
  for (;;) {
    n++
    const drawn = random()
    if (drawn < 0.55) yield trade('core', random() < 0.5 ? 'buy' : 'sell')
    else if (drawn < 0.62) yield trade('tactical', random() < 0.5 ? 'buy' : 'sell')
    else if (drawn < 0.65) yield trade('hodl', 'buy')
    else if (drawn < 0.68)
      yield marginFillEntry(fillOf(BTC_USDT, 'sell'), 'tactical', units(90_000).minus(units(90_000)) as Amount)
    else if (drawn < 0.74) {
      const [from, to] = random() < 0.5 ? (['core', 'tactical'] as const) : (['tactical', 'core'] as const)
      yield transferEntry(USDT, units(500_000), from, to, at(), `ord_${n} borrows`)
    } else if (drawn < 0.82) yield move(oneOf(['deposit', 'deposit', 'withdrawal', 'reward'] as const))
    else if (drawn < 0.89) {
      const next = waiting.shift()
      if (next !== undefined) {
        const by =
          random() < 0.5
            ? ({ bookedBy: 'trader', reason: 'mine' } as const)
            : ({ bookedBy: 'engine', reason: null } as const)
        yield classificationEntry(next, random() < 0.7 ? 'core' : 'hodl', at(), by)
      }
    } else if (drawn < 0.92) {
      const parts = [BTC, XRP, USDT].map((each) => ({ asset: each, amount: units(5_000) }))
      yield shareEntry({ id: `pos_${n}` as PositionId, symbol: BTC_USDT }, parts, at())
    } else if (drawn < 0.95)
      yield bagEntry(random() < 0.6 ? 'add' : 'release', oneOf(WORKLOAD_ASSETS), units(3_000), at(), 'wanted')
    else if (drawn < 0.98)
      yield earnEntry({
        id: `E${n}`,
        asset: oneOf(WORKLOAD_ASSETS),
        amount: units(9_000).minus(units(9_000)) as Amount,
        at: at(),
      })
    else yield correctionEntry(oneOf(WORKLOAD_ASSETS), units(900).minus(units(900)) as Amount, at(), 'counted')
  }
}
