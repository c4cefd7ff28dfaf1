import type { Venue, VenueOrder } from '../../../src/main/adapters/paper/venue.ts'

export type ClosedEntry = { readonly number: number; readonly openedAt: number; readonly closedAt: number }

const entryOf = ({ number, openedAt, closedAt }: VenueOrder): ClosedEntry => ({
  number,
  openedAt,
  closedAt: closedAt ?? openedAt,
})

/** When orders began and ended, so that a question for a period does not read every order there ever was. */
export class ClosedIndex {
  private readonly venue: Venue
  private entries: ClosedEntry[] | null = null

  constructor(venue: Venue) {
    this.venue = venue
    venue.onEvent(({ order }) => {
      if (order.status !== 'open') this.entries?.push(entryOf(order))
    })
  }

  /** Newest orders first. */
  find(matches: (entry: ClosedEntry) => boolean): readonly ClosedEntry[] {
    this.entries ??= this.venue.closedOrders({ limit: Number.MAX_SAFE_INTEGER }).map(entryOf)
    return this.entries.filter(matches).sort((a, b) => b.number - a.number)
  }
}
