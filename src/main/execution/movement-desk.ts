import type { Asset } from '../../shared/ids.ts'
import { type Amount, toText } from '../../shared/money.ts'
import { fail, type Result } from '../../shared/result.ts'
import type { Bus } from '../bus/bus.ts'
import { classificationEntry, type LedgerEntry } from '../domain/ledger.ts'
import { classify, type Decision, gainedBy, type MovementSleeve, nameOf, sleeveOf } from '../domain/movement.ts'
import type { Clock, RecordedMovement, Stores } from '../ports.ts'
import type { Books } from './books.ts'

export type MovementDeskDeps = {
  readonly clock: Clock
  readonly bus: Bus
  readonly stores: Pick<Stores, 'transact' | 'movements'>
  readonly books: Books
  /** What open orders of core will spend of an asset. */
  readonly committed: (asset: Asset) => Amount
  /** Amounts in the bags are not what was shown with a proposal any more. */
  readonly onBagsChanged: (because: string) => void
}

/** Where deposits, withdrawals and rewards find their sleeve: by the trader, or by default. */
export class MovementDesk {
  private readonly deps: MovementDeskDeps
  /** Withdrawals of which the trader knows that core cannot bear them. */
  private readonly toldOf = new Set<string>()

  constructor(deps: MovementDeskDeps) {
    this.deps = deps
  }

  /** Errors: `movement/unknown`, and those of `domain/movement.classify`. */
  classify(
    id: string,
    wish: { readonly sleeve: MovementSleeve; readonly reason: string; readonly confirmation: string },
  ): Result<RecordedMovement> {
    return this.decide(id, { by: 'trader', at: this.deps.clock.now(), ...wish })
  }

  /** What nobody decided in time is core's; a withdrawal that core cannot bear goes on waiting. */
  applyDefaults(): void {
    const at = this.deps.clock.now()
    for (const { id, asset, kind, amount, defaultAt, correlationId } of this.deps.stores.movements.waiting()) {
      if (defaultAt > at) continue
      const decided = this.decide(id, { by: 'default', at })
      if (!decided.ok && this.toldOf.has(id)) continue
      this.toldOf.add(id)
      const what = `The ${kind} of ${toText(amount)} ${asset}`
      this.deps.bus.publish(
        'risk_alerts',
        decided.ok
          ? { code: 'movement/defaulted', text: `${what} was not classified in time: it counts as core’s now.` }
          : {
              code: 'movement/waits',
              text: `${what} was not classified in time, and core cannot bear it: ${decided.error.message} Say in the Portfolio room where it came from.`,
            },
        { source: 'executor', priority: 'HIGH', correlationId },
      )
    }
  }

  private decide(id: string, decision: Decision): Result<RecordedMovement> {
    const { stores, books, bus } = this.deps
    const sleeve = sleeveOf(decision)
    const entries: LedgerEntry[] = []
    const decided = stores.transact((): Result<RecordedMovement> => {
      const movement = stores.movements.get(id)
      if (movement === null) return fail('movement/unknown', 'There is no such deposit, withdrawal or reward.')
      const result = classify(movement, decision, this.freeOf(sleeve, movement.asset))
      if (!result.ok) return result
      stores.movements.save(result.value)
      const by = { bookedBy: decision.by === 'trader' ? 'trader' : 'engine', reason: result.value.reason } as const
      const change = { id, asset: movement.asset, gained: gainedBy(movement) }
      entries.push(books.write(classificationEntry(change, sleeve, decision.at, by)))
      return result
    })
    if (!decided.ok) return decided
    books.commit(entries)
    const { kind, asset, amount, correlationId, reason } = decided.value
    const options = { source: 'executor', priority: 'HIGH', correlationId } as const
    const why = reason === null ? 'by default' : `by the trader: ${reason}`
    const what = `The ${kind} of ${toText(amount)} ${asset} was given to ${nameOf(sleeve, asset)}`
    bus.publish('system_events', { kind: 'movement', text: `${what}, ${why}` }, options)
    if (sleeve === 'hodl') this.deps.onBagsChanged(`${what}.`)
    const gained = gainedBy(decided.value)
    bus.publish('portfolio_updates', { kind: 'classified', asset, sleeve, gained, by: decision.by }, options)
    return decided
  }

  private freeOf(sleeve: MovementSleeve, asset: Asset): Amount {
    const held = this.deps.books.of(sleeve, asset)
    return sleeve === 'core' ? (held.minus(this.deps.committed(asset)) as Amount) : held
  }
}
