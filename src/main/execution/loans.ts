import { type Asset, baseOf, quoteOf, type TradedPair } from '../../shared/ids.ts'
import { type Amount, type Decimal, toText, ZERO } from '../../shared/money.ts'
import { type LedgerEntry, transferEntry } from '../domain/ledger.ts'
import { remaining } from '../domain/order.ts'
import { marginOf, type Position } from '../domain/position.ts'
import type { Clock, Stores } from '../ports.ts'
import type { Books } from './books.ts'
import type { GateKeeper } from './gate-keeper.ts'

/** A tactical trade borrows its quote from core together with its intent, and gives back what it does not need. */
export class Loans {
  private readonly deps: {
    readonly clock: Clock
    readonly stores: Pick<Stores, 'transact' | 'orders' | 'positions'>
    readonly books: Books
  }
  private readonly gate: GateKeeper

  constructor(deps: Loans['deps'], gate: GateKeeper) {
    this.deps = deps
    this.gate = gate
  }

  /**
   * What tactical orders did not spend, and what closed positions brought, goes back to core; the bags' share of a profit
   * has left with the fill that closed the position (see ProfitShares). When nothing is left of
   * them but a debt (a loss on margin beyond the money behind it, a fill that came after all), core bears it.
   */
  settle(symbol: TradedPair): void {
    const { stores, clock, books } = this.deps
    const quote = quoteOf(symbol)
    const entries: LedgerEntry[] = []
    stores.transact(() => {
      const reserved = stores.orders
        .live()
        .filter((live) => live.sleeve === 'tactical')
        .map((live) => this.gate.spendingOf(live, remaining(live)))
        .reduce<Amount>((total, { asset, amount }) => (asset === quote ? plus(total, amount) : total), ZERO)
      const needed = stores.positions
        .open()
        .reduce<Amount>((total, position) => plus(total, heldOf(position, quote)), reserved)
      const free = books.of('tactical', quote).minus(needed) as Amount
      if (free.gt(ZERO)) {
        const reference = `${symbol} returns ${toText(free)}`
        entries.push(books.write(transferEntry(quote, free, 'tactical', 'core', clock.now(), reference)))
      } else if (free.lt(ZERO) && needed.eq(ZERO)) {
        const debt = free.neg() as Amount
        const reference = `${symbol} lost ${toText(debt)} beyond its loan`
        entries.push(books.write(transferEntry(quote, debt, 'core', 'tactical', clock.now(), reference)))
      }
    })
    books.commit(entries)
  }
}

/** What a position keeps of an asset: the money behind it, or on spot the coins themselves. */
function heldOf(position: Position, asset: Asset): Decimal {
  if (quoteOf(position.symbol) === asset) return marginOf(position)
  return baseOf(position.symbol) === asset && position.leverage === 1 ? position.amount : ZERO
}

const plus = (a: Amount, b: Decimal): Amount => a.plus(b) as Amount
