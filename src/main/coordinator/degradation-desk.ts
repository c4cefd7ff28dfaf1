import { after, type EpochMs } from '../../shared/time.ts'
import type { Bus } from '../bus/bus.ts'
import {
  type Count,
  counted,
  type DegradationLimits,
  type Dependency,
  FRESH,
  LEVELS,
  type Level,
  type Switch,
  worse,
} from '../domain/degradation.ts'
import type { Clock, StateStore } from '../ports.ts'

export type DegradationSettings = DegradationLimits & {
  /** What each level switches off, what a milder one does included. */
  readonly switchedOff: Readonly<Record<Exclude<Level, 'NORMAL'>, readonly Switch[]>>
  /** After their last failure, models that a level has switched off are tried again for once. */
  readonly tryModelsAfterMs: number
}

type Deps = {
  readonly clock: Pick<Clock, 'now'>
  readonly bus: Pick<Bus, 'publish'>
  readonly state: StateStore
  readonly settings: DegradationSettings
}
type Levels = Readonly<Record<Dependency, Level>>

const STATE = 'degradation'
const NAMES: Readonly<Record<Dependency, string>> = { models: 'models', exchange: 'the exchange' }

/** How much is switched off because models or the exchange keep failing. Its level survives a restart. */
export class DegradationDesk {
  private readonly deps: Deps
  private readonly counts: Record<Dependency, Count>
  /** Of a question to a model; null while none has failed. */
  private modelsFailedAt: EpochMs | null = null

  constructor(deps: Deps) {
    this.deps = deps
    const saved = deps.state.get(STATE)
    const levels = saved === null ? {} : (JSON.parse(saved) as Partial<Levels>)
    const countOf = (dependency: Dependency): Count => ({ ...FRESH, level: known(levels[dependency]) })
    this.counts = { models: countOf('models'), exchange: countOf('exchange') }
  }

  note(dependency: Dependency, isReached: boolean): void {
    if (dependency === 'models' && !isReached) this.modelsFailedAt = this.deps.clock.now()
    const before = this.counts[dependency]
    const after = counted(before, dependency, isReached, this.deps.settings)
    this.counts[dependency] = after
    if (after.level === before.level) return
    const { exchange, models } = this.counts
    this.deps.state.set(STATE, JSON.stringify({ exchange: exchange.level, models: models.level } satisfies Levels))
    this.tell(dependency, before.level, after.level)
  }

  level(): Level {
    return worse(this.counts.models.level, this.counts.exchange.level)
  }

  isOff(what: Switch): boolean {
    const isOfModels = what === 'optional_models' || what === 'conflict_models'
    return this.switchedOff().includes(what) && !(isOfModels && this.isTimeToTry())
  }

  /** Where it is the models alone that failed, nothing else would find out that they are back. */
  private isTimeToTry(): boolean {
    if (this.counts.exchange.level !== 'NORMAL') return false
    const { clock, settings } = this.deps
    return this.modelsFailedAt === null || clock.now() >= after(this.modelsFailedAt, settings.tryModelsAfterMs)
  }

  /** In one sentence; null while everything works. */
  because(): string | null {
    const level = this.level()
    if (level === 'NORMAL') return null
    const failing = (['exchange', 'models'] as const).filter((each) => this.counts[each].level !== 'NORMAL')
    const off = this.switchedOff().map((each) => each.replaceAll('_', ' '))
    const what = off.length === 0 ? 'nothing is switched off' : `switched off: ${off.join(', ')}`
    return `${level}: ${failing.map((each) => NAMES[each]).join(' and ')} failed again and again; ${what}.`
  }

  private switchedOff(): readonly Switch[] {
    const level = this.level()
    return level === 'NORMAL' ? [] : this.deps.settings.switchedOff[level]
  }

  private tell(dependency: Dependency, before: Level, after: Level): void {
    const isRaised = LEVELS.indexOf(after) > LEVELS.indexOf(before)
    const text = this.because() ?? `NORMAL: ${NAMES[dependency]} can be reached again, everything is switched on.`
    const options = { source: 'coordinator', priority: 'HIGH' } as const
    if (isRaised) this.deps.bus.publish('risk_alerts', { code: 'degradation/raised', text }, options)
    else this.deps.bus.publish('system_events', { kind: 'degradation', text }, options)
  }
}

const known = (level: string | undefined): Level => LEVELS.find((each) => each === level) ?? 'NORMAL'
