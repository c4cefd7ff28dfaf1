import type { Position } from '../../src/main/domain/position.ts'
import type { PositionStore, StateStore, Stores } from '../../src/main/ports.ts'
import type { PositionId } from '../../src/shared/ids.ts'

/** In memory, whatever happens to the program. */
export class Memory implements StateStore {
  readonly positions = new Map<PositionId, Position>()
  private readonly state = new Map<string, string>()

  get(name: string): string | null {
    return this.state.get(name) ?? null
  }
  set(name: string, json: string): void {
    this.state.set(name, json)
  }
  forget(): void {
    this.state.clear()
  }
  readonly store: PositionStore = {
    insert: (position) => void this.positions.set(position.id, position),
    save: (position) => void this.positions.set(position.id, position),
    get: (id) => this.positions.get(id) ?? null,
    open: () => [...this.positions.values()].filter(({ closedAt }) => closedAt === null),
    ofEntry: () => null,
    recent: () => [...this.positions.values()],
    snapshot: () => {},
  }
  /** Nothing is undone here, and nobody audits. */
  readonly stores: Pick<Stores, 'transact' | 'afterCommit' | 'messages' | 'state' | 'positions'> = {
    transact: (work) => work(),
    afterCommit: (work) => work(),
    messages: { append: () => {}, record: () => {}, deadLetter: () => {}, flush: () => {} },
    state: this,
    positions: this.store,
  }
}
