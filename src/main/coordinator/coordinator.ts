import { fail, ok, type Result } from '../../shared/result.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import type { Clock, CoordinatorState, StateStore } from '../ports.ts'

export type CoordinatorStatus = {
  readonly state: CoordinatorState
  readonly reason: string | null
  readonly since: EpochMs
}

const STATE = 'coordinator'

/** RUNNING, PAUSED or HALTED. Saved before it is announced; survives a restart; only a person leaves HALTED. */
export class Coordinator {
  private current: CoordinatorStatus
  private readonly clock: Clock
  private readonly bus: Bus
  private readonly store: StateStore

  constructor(clock: Clock, bus: Bus, store: StateStore) {
    this.clock = clock
    this.bus = bus
    this.store = store
    const saved = store.get(STATE)
    this.current =
      saved === null ? { state: 'RUNNING', reason: null, since: clock.now() } : (JSON.parse(saved) as CoordinatorStatus)
  }

  status(): CoordinatorStatus {
    return this.current
  }

  isRunning(): boolean {
    return this.current.state === 'RUNNING'
  }

  /** Analysis goes on, nothing new is traded. Error `coordinator/halted`. */
  pause(reason: string): Result<CoordinatorStatus> {
    if (this.current.state === 'HALTED') return fail('coordinator/halted', 'It is halted already, which is stricter.')
    return ok(this.enter('PAUSED', reason))
  }

  /** Nothing is traded but what closes risk, until a person resumes. */
  halt(reason: string): CoordinatorStatus {
    return this.enter('HALTED', reason)
  }

  resume(): Result<CoordinatorStatus> {
    if (this.current.state === 'RUNNING') return fail('coordinator/running', 'It is running already.')
    return ok(this.enter('RUNNING', null))
  }

  private enter(state: CoordinatorState, reason: string | null): CoordinatorStatus {
    this.current = { state, reason, since: this.clock.now() }
    this.store.set(STATE, JSON.stringify(this.current))
    const text = reason === null ? `The coordinator is ${state}.` : `The coordinator is ${state}: ${reason}`
    const priority = state === 'HALTED' ? 'URGENT' : 'HIGH'
    this.bus.publish('system_events', { kind: 'coordinator', text }, { source: 'coordinator', priority })
    return this.current
  }
}
