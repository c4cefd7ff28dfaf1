import { useState } from 'react'
import type { DifferenceView } from '../../../shared/contract/views.ts'
import { signed, UNKNOWN, upTo } from '../../format.ts'
import { act, useAction } from '../../stores/actions.ts'
import { type Booking, bookingsOf } from '../../stores/difference.ts'
import { closeOverlay } from '../../stores/overlays.ts'
import { usePreferences } from '../../stores/preferences.ts'
import { useView } from '../../stores/projection.ts'
import { ActionButton } from '../button.tsx'
import { ConfirmDialog, Dialog } from '../dialog.tsx'
import { HiddenAmount } from '../number.tsx'

/** What differs, and the way to make the ledger follow the exchange. */
export function DifferenceDialog() {
  const current = useView((view) => view.status.difference)
  // What is booked is what was shown when the dialog opened: the engine books no other.
  const [shown] = useState(current)
  if (shown === null || current === null) {
    return (
      <Dialog title="Ledger and exchange agree" description="There is no difference to book." onClose={closeOverlay}>
        {null}
      </Dialog>
    )
  }
  return <BookDialog shown={shown} hasChanged={JSON.stringify(shown.items) !== JSON.stringify(current.items)} />
}

function BookDialog({ shown, hasChanged }: { shown: DifferenceView; hasChanged: boolean }) {
  const assets = useView((view) => view.portfolio.assets)
  const reconcile = useAction('exchange.reconcile')
  const bookings = bookingsOf(shown.items, assets)
  const isTooMuch = bookings.some(({ isBelowZero }) => isBelowZero)
  return (
    <ConfirmDialog
      title="Ledger and exchange differ"
      description="Nothing new is sent while they do."
      isWide
      confirm="Book to core"
      look="danger"
      reason={{ label: 'Where it comes from (kept in the ledger)', initial: '' }}
      phrase={{ word: 'BOOK', why: 'The core sleeve changes by this, and with it the plans.' }}
      isBlocked={hasChanged || isTooMuch}
      onConfirm={(reason) => act('difference.book', { reason, items: shown.items })}
      onClose={closeOverlay}
    >
      <BookingTable bookings={bookings} />
      <p className="dialog-text">
        A deposit, a withdrawal, or a trade by hand on Kraken’s site makes such a difference. If it is none of these,
        something may still be on its way: ask again before you book. Bags and open positions are not changed.
      </p>
      <div className="button-row dialog-row">
        <ActionButton className="small" isBusy={reconcile.isBusy} onClick={() => void reconcile.run({})}>
          Ask the exchange again
        </ActionButton>
      </div>
      <div role="status">
        {hasChanged && (
          <p className="blocked">
            <strong>It has changed since this was opened.</strong> Close this and look again.
          </p>
        )}
        {isTooMuch && (
          <p className="blocked">
            <strong>Core does not hold that much.</strong> Part of it belongs to a bag or a position: it cannot be
            booked to core.
          </p>
        )}
      </div>
    </ConfirmDialog>
  )
}

const MOST_DECIMALS = 8

function BookingTable({ bookings }: { bookings: readonly Booking[] }) {
  return (
    <table className="table dialog-table">
      <thead>
        <tr>
          <th scope="col">Asset</th>
          <th scope="col" className="right">
            Ledger, all sleeves
          </th>
          <th scope="col" className="right">
            Exchange
          </th>
          <th scope="col" className="right">
            Difference
          </th>
          <th scope="col" className="right">
            Core would be
          </th>
        </tr>
      </thead>
      <tbody>
        {bookings.map((booking) => (
          <tr key={booking.asset}>
            <th scope="row">{booking.asset}</th>
            <td className="right">
              <Units text={booking.ledger} />
            </td>
            <td className="right">
              <Units text={booking.exchange} />
            </td>
            <td className="right">
              <strong className="num">{signed(booking.change, decimalsOf(booking.change))}</strong>
            </td>
            <td className="right">
              <Units text={booking.coreAfter} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const decimalsOf = (text: string): number => Math.min(MOST_DECIMALS, text.split('.')[1]?.length ?? 0)

function Units({ text }: { text: string | null }) {
  const isHidden = usePreferences((state) => state.hidesAmounts)
  if (isHidden && text !== null) return <HiddenAmount />
  return <span className="num">{text === null ? UNKNOWN : upTo(text, MOST_DECIMALS)}</span>
}
