import { releasePhrase } from '../../shared/contract/release-phrase.ts'
import type { Asset, CorrelationId } from '../../shared/ids.ts'
import { type Amount, amount, maxOf, toText, ZERO } from '../../shared/money.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Bus } from '../bus/bus.ts'
import { bagEntry } from '../domain/bag-share.ts'
import type { Clock, Ids, Stores } from '../ports.ts'
import type { Books } from './books.ts'
import type { GateKeeper } from './gate-keeper.ts'

export type BagDeskDeps = {
  readonly clock: Clock
  readonly ids: Ids
  readonly bus: Bus
  readonly stores: Pick<Stores, 'transact'>
  readonly books: Books
  readonly assets: readonly Asset[]
  /** Amounts in the bags are not what was shown with a proposal any more. */
  readonly onBagsChanged: (because: string) => void
}

/** A wish of the trader's, as it was typed: `amount` is decimal text above zero. */
export type BagWish = { readonly asset: string; readonly amount: string; readonly reason: string }

/** Where the trader fills and empties bags. Nothing is traded: coins change their sleeve. */
export class BagDesk {
  private readonly deps: BagDeskDeps
  private readonly gate: GateKeeper

  constructor(deps: BagDeskDeps, gate: GateKeeper) {
    this.deps = deps
    this.gate = gate
  }

  /** From core into a bag. Errors: `bag/unknown-asset`, `bag/not-in-core` (it says what core has free). */
  add(wish: BagWish): Result<Asset> {
    const known = this.assetOf(wish)
    if (!known.ok) return known
    const asset = known.value
    const free = maxOf(ZERO, this.deps.books.of('core', asset).minus(this.gate.committed(asset, 'core')))
    if (amount(wish.amount).gt(free)) {
      return fail(
        'bag/not-in-core',
        `Core has ${toText(free)} ${asset} that no open order is going to spend: add that or less, or cancel the orders first.`,
      )
    }
    this.move('add', asset, amount(wish.amount), wish.reason)
    return known
  }

  /**
   * From a bag to core. `confirmation` is what was typed. Errors: `bag/unknown-asset`, `bag/confirmation` (it says what
   * to type), `bag/not-in-bag`.
   */
  release(wish: BagWish, confirmation: string): Result<Asset> {
    const known = this.assetOf(wish)
    if (!known.ok) return known
    const asset = known.value
    const phrase = releasePhrase(wish.amount, asset)
    if (confirmation !== phrase) {
      return fail('bag/confirmation', `Nothing was released. To take it out of the bag, type: ${phrase}`)
    }
    const bag = this.deps.books.of('hodl', asset)
    if (amount(wish.amount).gt(bag)) {
      return fail('bag/not-in-bag', `The ${asset} bag holds ${toText(bag)}: release that or less.`)
    }
    this.move('release', asset, amount(wish.amount), wish.reason)
    return known
  }

  private assetOf(wish: BagWish): Result<Asset> {
    const { assets } = this.deps
    const known = assets.find((asset) => asset === wish.asset)
    return known === undefined
      ? fail('bag/unknown-asset', `There is no bag for ${wish.asset.slice(0, 20)}. There are: ${assets.join(', ')}.`)
      : ok(known)
  }

  private move(kind: 'add' | 'release', asset: Asset, moved: Amount, reason: string): void {
    const { clock, ids, bus, stores, books, onBagsChanged } = this.deps
    const entries = stores.transact(() => [books.write(bagEntry(kind, asset, moved, clock.now(), reason))])
    books.commit(entries)
    const way = kind === 'add' ? `from core into the ${asset} bag` : `out of the ${asset} bag to core`
    const what = `${toText(moved)} ${asset} went ${way}`
    bus.publish(
      'system_events',
      { kind: 'bag', text: `${what}, by the trader: ${reason}` },
      { source: 'executor', priority: 'HIGH', correlationId: ids.next('cor') as CorrelationId },
    )
    onBagsChanged(`${what}.`)
  }
}
