import { describe, expect, it } from 'vitest'
import { fillEntry } from '../../src/main/domain/ledger.ts'
import { LotBook } from '../../src/main/domain/lot-book.ts'
import type { LotMethod } from '../../src/main/domain/lot-order.ts'
import { gainOf } from '../../src/main/domain/lots.ts'
import { amount, money, price, sum, toText } from '../../src/shared/money.ts'
import { DAY, epochMs } from '../../src/shared/time.ts'
import { BTC, USDT } from '../support/money-arbitraries.ts'
import { fillOf } from '../support/trading-builders.ts'

type Trade = readonly [side: 'buy' | 'sell', units: string, unitPrice: string, fee?: string]
type Example = {
  readonly source: string
  readonly trades: readonly Trade[]
  /** Gain of all sales together, by method; only what the source itself says. */
  readonly gains: Partial<Record<LotMethod, string>>
  /** Cost of what is left, by method. */
  readonly left?: Partial<Record<LotMethod, string>>
}

/** Other people's numbers. */
const EXAMPLES: readonly Example[] = [
  {
    source: 'Recap, US tax guide, cost basis methods: https://docs.recap.io/us-tax-guide-for-individuals',
    trades: [
      ['buy', '1', '2000'],
      ['buy', '2', '2500'],
      ['buy', '1', '8000'],
      ['sell', '1', '4000'],
    ],
    gains: { fifo: '2000', lifo: '-4000', hifo: '-4000' },
  },
  {
    source: 'Coinpanda, What is cost basis method: https://help.coinpanda.io/en/articles/3839281',
    trades: [
      ['buy', '0.5', '4200'],
      ['buy', '0.5', '5300'],
      ['buy', '0.5', '9000'],
      ['sell', '1', '9500'],
    ],
    gains: { fifo: '4750', lifo: '2350' },
  },
  {
    source: 'Accointing, Crypto cost basis: https://www.accointing.com/en-US/blog/crypto-cost-basis',
    trades: [
      ['buy', '1', '10000'],
      ['buy', '1', '12000'],
      ['buy', '1', '9000'],
      ['buy', '1', '15000'],
      ['buy', '1', '18000'],
      ['sell', '3', '20000'],
    ],
    gains: { fifo: '29000', lifo: '18000', hifo: '15000' },
  },
  {
    source: "J.K. Lasser's Your Income Tax 2013, 30.2 Earmarking stock lots",
    trades: [
      ['buy', '100', '77'],
      ['buy', '200', '84'],
      ['buy', '100', '105'],
      ['sell', '100', '90'],
    ],
    // "You may use the cost of your 2000 lot and get a $1,500 loss"; unless identified, the 1998 lot at 77 was sold.
    gains: { fifo: '1300', hifo: '-1500' },
  },
  {
    source: 'The Motley Fool, Specific identification vs. FIFO, 2014: commissions on both sides',
    trades: [
      ['buy', '1000', '15', '25'],
      ['sell', '1000', '21', '25'],
    ],
    gains: { fifo: '5950' },
  },
  {
    source:
      'HMRC Cryptoassets Manual, CRYPTO22251: https://www.gov.uk/hmrc-internal-manuals/cryptoassets-manual/crypto22251',
    trades: [
      ['buy', '100', '10'],
      ['buy', '50', '2500'],
      ['sell', '50', '6000'],
    ],
    gains: { average: '258000' },
    left: { average: '84000' },
  },
  {
    source: 'Boomer & Echo, How to calculate adjusted cost base (Canada), commissions on both sides',
    trades: [
      ['buy', '100', '63', '10'],
      ['buy', '60', '72', '10'],
      ['sell', '50', '75', '10'],
    ],
    gains: { average: '415' },
    left: { average: '7315' },
  },
]

function work(method: LotMethod, trades: readonly Trade[]) {
  const book = new LotBook(USDT, method)
  const gains = trades.flatMap(([side, units, unitPrice, fee = '0'], i) => {
    const at = epochMs(i * DAY)
    const fill = fillOf({ side, amount: amount(units), price: price(unitPrice), fee: amount(fee), at })
    return book.apply(fillEntry(fill, 'core'))
  })
  return {
    gain: toText(sum(gains.map((gain) => gainOf(gain) ?? money('NaN')))),
    left: toText(book.of(BTC).cost() ?? money('NaN')),
  }
}

describe.each(EXAMPLES)('lots agree with $source', ({ trades, gains, left }) => {
  it.each(Object.entries(gains) as [LotMethod, string][])('by %s: a gain of %s', (method, expected) => {
    const worked = work(method, trades)
    expect(worked.gain).toBe(expected)
    if (left?.[method] !== undefined) expect(worked.left).toBe(left[method])
  })
})
