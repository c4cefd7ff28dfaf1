import type { Asset, CorrelationId } from '../../shared/ids.ts'
import { type Amount, type Price, toText, ZERO } from '../../shared/money.ts'
import { after, type EpochMs, epochMs, HOUR, isoTime, MINUTE, SECOND } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import { earnEntry, type LedgerEntry, movementEntry } from '../domain/ledger.ts'
import type { Clock, Exchange, Ids, Movement, RecordedMovement, Stores } from '../ports.ts'
import type { Books } from './books.ts'

export type MovementFinderDeps = {
  readonly clock: Clock
  readonly ids: Ids
  readonly bus: Bus
  readonly exchange: Exchange
  readonly stores: Pick<Stores, 'transact' | 'movements' | 'state'>
  readonly books: Books
  readonly assets: readonly Asset[]
  /** Quote per unit of an asset now; null while unknown. */
  readonly priceOf: (asset: Asset) => Price | null
  readonly movementDefaultMs: number
}

/** Name of the saved time until which everything is known, in ms since the epoch. */
const KNOWN_TO = 'movements_known_to'
/** Asked about once more: the exchange may have written down late what happened early. */
const OVERLAP_MS = HOUR
/** Without a difference: what came and went again leaves none. Two points of Kraken's counter, which forgets 200 meanwhile. */
const ASK_EVERY_MS = 10 * MINUTE
/** The exchange may be slow to write down what its balances show already. */
const ASK_AGAIN_MS = 30 * SECOND
/** A price of now is the price of then when that is not longer ago. */
const PRICE_HOLDS_MS = HOUR

/** Books what came into the account, left it or changed its place other than by a trade, each once. */
export class MovementFinder {
  private knownTo: EpochMs | null
  private askedAt: EpochMs | null = null
  private triedAt: EpochMs | null = null
  private unread: readonly string[] = []
  private askedAbout = ''
  private readonly startedAt: EpochMs
  private readonly deps: MovementFinderDeps

  constructor(deps: MovementFinderDeps) {
    this.deps = deps
    this.startedAt = deps.clock.now()
    const saved = deps.stores.state.get(KNOWN_TO)
    this.knownTo = saved === null ? deps.stores.movements.lastAt() : epochMs(Number(saved))
  }

  /** Time to ask whether or not ledger and exchange agree; at the very first start everything was just taken over. */
  isDue(): boolean {
    return (this.knownTo !== null || this.triedAt !== null) && this.isSince(ASK_EVERY_MS)
  }

  /** A difference may come from a movement: asked about at once, and again for as long as it stays the same. */
  mayExplain(difference: string): boolean {
    if (difference === this.askedAbout && !this.isSince(ASK_AGAIN_MS)) return false
    this.askedAbout = difference
    return true
  }

  private isSince(ms: number): boolean {
    return this.triedAt === null || this.deps.clock.now() - this.triedAt >= ms
  }

  /** What the exchange tells of and nobody here understands, as far as a difference may come from it. */
  problem(): string | null {
    return this.unread.length === 0 ? null : `Not understood at the exchange: ${this.unread.join('; ')}.`
  }

  /** Asks, and books what is new. True when that changed the ledger. */
  async ask(): Promise<boolean> {
    const now = this.deps.clock.now()
    this.triedAt = now
    const answer = await this.deps.exchange.movements(this.since(now))
    if (!answer.ok) {
      this.unread = [answer.error.message]
      return false
    }
    this.unread = answer.value.unread
    this.askedAt = now
    return answer.value.movements.map((movement) => this.book(movement)).includes(true)
  }

  /** Ledger and exchange agree: nothing that happened before the last question is missing. */
  agree(): void {
    const now = this.deps.clock.now()
    if (this.knownTo === null) this.triedAt = now
    const to = this.knownTo === null ? now : this.askedAt
    if (to === null || to === this.knownTo) return
    this.deps.stores.state.set(KNOWN_TO, JSON.stringify(to))
    this.knownTo = to
  }

  /** Books where it lies what the exchange says is earning, and no movement told of. A place is no loss. */
  settlePlaces(earning: ReadonlyMap<Asset, Amount>): void {
    const { books, ids, clock, assets } = this.deps
    for (const asset of assets) {
      const amount = (earning.get(asset) ?? ZERO).minus(books.of('earning', asset)) as Amount
      if (amount.eq(ZERO)) continue
      const correlationId = ids.next('cor') as CorrelationId
      this.move(earnEntry({ id: `earning ${asset} ${correlationId}`, asset, amount, at: clock.now() }), correlationId)
    }
  }

  private since(now: EpochMs): EpochMs {
    const openedAt = this.deps.books.openedAt() ?? this.startedAt
    return epochMs(Math.max(openedAt, Math.min(this.knownTo ?? openedAt, now) - OVERLAP_MS))
  }

  /** False for what is in the ledger already, or none of its business. */
  private book(found: Movement): boolean {
    const { assets, books, ids } = this.deps
    // What was held at the opening or at a correction contains everything from before.
    const levelAt = books.levelAt(found.asset) ?? books.openedAt() ?? this.startedAt
    if (!assets.includes(found.asset) || found.at < levelAt) return false
    switch (found.kind) {
      case 'to_earning':
      case 'from_earning': {
        if (books.hasEarn(found.id)) return false
        const amount = found.kind === 'to_earning' ? found.amount : (found.amount.neg() as Amount)
        this.move(earnEntry({ ...found, amount }), ids.next('cor') as CorrelationId)
        return true
      }
      default:
        return this.record({ ...found, kind: found.kind })
    }
  }

  private record(found: Movement & { readonly kind: RecordedMovement['kind'] }): boolean {
    const { clock, ids, stores, books, movementDefaultMs } = this.deps
    const movement: RecordedMovement = {
      ...found,
      defaultAt: after(clock.now(), movementDefaultMs),
      sleeve: null,
      decidedAt: null,
      decidedBy: null,
      reason: null,
      correlationId: ids.next('cor') as CorrelationId,
    }
    const entries = stores.transact(() =>
      stores.movements.add(movement) ? [books.write(movementEntry(movement, this.priceAt(found)))] : [],
    )
    books.commit(entries)
    if (entries.length > 0) this.announce(movement)
    return entries.length > 0
  }

  private move(entry: LedgerEntry, correlationId: CorrelationId): void {
    const { stores, books, bus } = this.deps
    books.commit(stores.transact(() => [books.write(entry)]))
    const [moved] = entry.lines.filter(({ account }) => account === 'earning')
    if (moved === undefined) return
    const way = moved.amount.gt(ZERO) ? 'earns at the exchange now and cannot be sold' : 'does not earn any more'
    const text = `${toText(moved.amount.abs())} ${moved.asset} ${way}.`
    bus.publish('system_events', { kind: 'movement', text }, { source: 'executor', correlationId })
  }

  private announce(movement: RecordedMovement): void {
    const { kind, asset, amount, defaultAt, correlationId } = movement
    const options = { source: 'executor', priority: 'HIGH', correlationId } as const
    const what = `A ${kind} of ${toText(amount)} ${asset}`
    const at = `${isoTime(movement.at).slice(0, 16).replace('T', ' ')} UTC`
    this.deps.bus.publish('system_events', { kind: 'movement', text: `${what} of ${at} was booked.` }, options)
    const [question, otherwise] =
      kind === 'withdrawal'
        ? ['whether it came out of core or out of the bag', 'it is taken out of core']
        : ['whether it belongs to core or to the bag', 'it counts as core’s']
    const until = `${isoTime(defaultAt).slice(0, 16).replace('T', ' ')} UTC`
    const text = `${what} was found. Say in the Portfolio room ${question}; without an answer ${otherwise} from ${until} on.`
    this.deps.bus.publish('risk_alerts', { code: 'movement/found', text }, options)
  }

  private priceAt({ asset, at }: Movement): Price | null {
    return this.deps.clock.now() - at <= PRICE_HOLDS_MS ? this.deps.priceOf(asset) : null
  }
}
