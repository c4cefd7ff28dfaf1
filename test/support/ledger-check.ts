import { Accounting } from '../../src/main/accounting/accounting.ts'
import { ACCOUNTS, type LedgerEntry } from '../../src/main/domain/ledger.ts'
import type { LotMethod } from '../../src/main/domain/lot-order.ts'
import { Books } from '../../src/main/execution/books.ts'
import type { Stores } from '../../src/main/ports.ts'
import type { Asset } from '../../src/shared/ids.ts'
import { type Decimal, sum, toText, ZERO } from '../../src/shared/money.ts'
import { USDT } from './money-arbitraries.ts'

const METHODS: readonly LotMethod[] = ['fifo', 'lifo', 'hifo', 'average']
const DECIMALS = 24

/** A decimal as a whole number of its 24th decimal: other arithmetic than the one that is checked. */
function wholeOf(value: Decimal): bigint {
  const [whole = '0', decimals = ''] = toText(value).replace('-', '').split('.')
  const digits = BigInt(whole + decimals.padEnd(DECIMALS, '0'))
  return value.lt(ZERO) ? -digits : digits
}

/** Sums in whole numbers, kept beside the books. */
export class PlainSums {
  private readonly sums = new Map<string, bigint>()
  private readonly totals = new Map<Asset, bigint>()

  /** Answers with the assets whose accounts do not sum to zero after it. */
  add({ lines }: LedgerEntry): readonly Asset[] {
    for (const { account, asset, amount } of lines) {
      const key = `${account} ${asset}`
      const whole = wholeOf(amount)
      this.sums.set(key, (this.sums.get(key) ?? 0n) + whole)
      this.totals.set(asset, (this.totals.get(asset) ?? 0n) + whole)
    }
    return lines.map(({ asset }) => asset).filter((asset) => this.totals.get(asset) !== 0n)
  }

  of(account: string, asset: Asset): bigint {
    return this.sums.get(`${account} ${asset}`) ?? 0n
  }
}

/** Books and lots by every method, brought up entry by entry. */
export function openBooks(stores: Stores) {
  const byMethod = METHODS.map((method) => new Accounting(USDT, method))
  const onEntry = (entry: LedgerEntry): void => {
    for (const accounting of byMethod) accounting.onEntry(entry)
  }
  return { books: new Books(stores.ledger, { quote: USDT, priceAt: () => null, onEntry }), byMethod }
}
type Opened = ReturnType<typeof openBooks>

/** Balances against plain sums, the sums of all accounts against zero, lots against what is owned. */
export function differences({ books, byMethod }: Opened, plain: PlainSums, assets: readonly Asset[]): string[] {
  const found: string[] = []
  for (const asset of assets) {
    let all = 0n
    for (const account of ACCOUNTS) {
      const [is, should] = [wholeOf(books.of(account, asset)), plain.of(account, asset)]
      if (is !== should) found.push(`${account} ${asset} is ${is}, expected ${should}`)
      all += is
    }
    if (all !== 0n) found.push(`${asset} sums to ${all}`)
    if (asset === USDT) continue
    const owned = books.owned(asset)
    for (const accounting of byMethod) {
      const lots = sum(
        accounting
          .openLots()
          .filter((lot) => lot.asset === asset)
          .map((lot) => lot.amount),
      )
      const expected = owned.gt(ZERO) ? owned : ZERO
      if (!lots.eq(expected))
        found.push(`${accounting.method} lots of ${asset} come to ${toText(lots)}, owned is ${toText(expected)}`)
    }
  }
  return found
}

/** Everything that is derived, as one text. */
export function derived({ books, byMethod }: Opened, assets: readonly Asset[]): string {
  const balances = assets.map((asset) => ACCOUNTS.map((account) => toText(books.of(account, asset))))
  const lots = byMethod.map((accounting) => [
    accounting.openLots(),
    assets.map((asset) => accounting.costBasis(asset)),
    accounting.realized(),
    accounting.realizedIn(2021),
  ])
  return JSON.stringify([balances, lots])
}
