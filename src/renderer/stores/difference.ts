import type { AssetView, DifferenceView } from '../../shared/contract/views.ts'
import { decimal, toText, ZERO } from '../../shared/money.ts'

/** What booking a difference to core would do to one asset. */
export type Booking = {
  readonly asset: string
  readonly ledger: string
  readonly exchange: string
  /** Exchange less ledger: what core would gain or lose. */
  readonly change: string
  /** Null where core is not known. */
  readonly coreAfter: string | null
  /** More than core holds: it cannot be core's. */
  readonly isBelowZero: boolean
}

export const bookingsOf = (
  items: DifferenceView['items'],
  assets: ReadonlyArray<Pick<AssetView, 'asset' | 'core'>>,
): readonly Booking[] =>
  items.map(({ asset, ledger, exchange }) => {
    const change = decimal(exchange).minus(decimal(ledger))
    const core = assets.find((known) => known.asset === asset)?.core
    const after = core === undefined ? null : decimal(core).plus(change)
    return {
      asset,
      ledger,
      exchange,
      change: toText(change),
      coreAfter: after === null ? null : toText(after),
      isBelowZero: after?.lt(ZERO) ?? false,
    }
  })
