import type { Venue } from '../../../src/main/adapters/paper/venue.ts'
import type { Clock } from '../../../src/main/ports.ts'
import type { Counters } from './counters.ts'
import type { DeskStore } from './desk-store.ts'
import type { Keys } from './keys.ts'
import type { Markets } from './market.ts'
import type { SystemStatus } from './system-status.ts'

/** The account behind the private endpoints, and the rules it is kept by. */
export type Desk = {
  readonly clock: Clock
  readonly venue: Venue
  readonly store: DeskStore
  readonly markets: Markets
  readonly counters: Counters
  readonly keys: Keys
  readonly allowsMargin: boolean
  system: SystemStatus
}
