import type { Handlers } from '../../shared/contract/derive.ts'
import type { OpenLotView } from '../../shared/contract/views.ts'
import type { Asset, TradedPair } from '../../shared/ids.ts'
import { shown, toText } from '../../shared/money.ts'
import { ok } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Accounting } from '../accounting/accounting.ts'
import type { LedgerEntry } from '../domain/ledger.ts'
import { LotBook } from '../domain/lot-book.ts'
import type { Lot } from '../domain/lot-order.ts'
import type { Clock, LedgerStore } from '../ports.ts'
import type { Tracker } from '../tracking/tracker.ts'
import { type Cell, csvRecord } from './csv.ts'
import { daysHeld, ENTRY_COLUMNS, entryRows, GAIN_COLUMNS, gainRow } from './tax-csv.ts'

export type AccountingDesk = {
  readonly accounting: Accounting
  readonly ledger: Pick<LedgerStore, 'all'>
  readonly quote: Asset
  readonly clock: Pick<Clock, 'now'>
  readonly tracker: Pick<Tracker, 'markOf'>
}

/** Entries between which others get their turn: some 10 ms. */
const ENTRIES_A_TURN = 250
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** What is held lot by lot, and the files for the tax office. */
export const accountingHandlers = (desk: AccountingDesk): Pick<Handlers, 'lots.open' | 'ledger.export'> => ({
  'lots.open': () => ok({ lots: desk.accounting.openLots().map((lot) => lotView(lot, desk)) }),
  async 'ledger.export'({ what, year }) {
    const isWanted = (at: EpochMs): boolean => year === null || new Date(at).getUTCFullYear() === year
    const { header, rowsOf } = what === 'gains' ? gainsFile(desk) : entriesFile(desk)
    const records: string[] = [csvRecord(header)]
    let entries = 0
    for (const entry of desk.ledger.all()) {
      // Every entry is read whatever the year: what is sold in one was bought in another.
      const rows = rowsOf(entry)
      if (isWanted(entry.at)) for (const row of rows) records.push(csvRecord(row))
      if (++entries % ENTRIES_A_TURN === 0) await nextTurn()
    }
    const fileName = `triplegain-${what}-${year ?? 'all-years'}`
    return ok({ fileName, csv: records.join(''), rows: records.length - 1 })
  },
})

type File = { readonly header: readonly string[]; readonly rowsOf: (entry: LedgerEntry) => readonly Cell[][] }

const entriesFile = ({ quote }: AccountingDesk): File => ({
  header: ENTRY_COLUMNS,
  rowsOf: (entry) => entryRows(entry, quote),
})

/** Computed anew from the first entry on: only sums of what was sold are kept in memory. */
function gainsFile({ quote, accounting: { method } }: AccountingDesk): File {
  const book = new LotBook(quote, method)
  return { header: GAIN_COLUMNS, rowsOf: (entry) => book.apply(entry).map((gain) => gainRow(gain, quote, method)) }
}

function lotView(lot: Lot, { clock, quote, tracker }: AccountingDesk): OpenLotView {
  const { asset, acquiredAt, amount, cost } = lot
  const price = tracker.markOf(`${asset}/${quote}` as TradedPair)
  const value = price === null ? null : amount.times(price)
  return {
    asset,
    acquiredAt,
    heldDays: daysHeld(acquiredAt, clock.now()),
    amount: toText(amount),
    cost: cost && toText(cost),
    unrealized: cost === null || value === null ? null : shown(value.minus(cost), 2),
  }
}
