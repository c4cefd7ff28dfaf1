import type { Bus } from '../../src/main/bus/bus.ts'
import { createBus } from '../../src/main/bus/bus.ts'
import { assess, reassess } from '../../src/main/domain/risk.ts'
import { epochMs } from '../../src/shared/time.ts'
import type { Finding, Flaw } from './risk-checks.ts'
import { RiskHistory } from './risk-history.ts'
import type { RiskMachine } from './risk-watch.ts'

export type RiskReport = {
  readonly sequences: number
  readonly decisions: number
  readonly violations: number
  readonly kinds: ReadonlySet<Flaw>
  /** How often what was to be tried has happened. */
  readonly events: ReadonlyMap<string, number>
  /** The first few, with the seed that repeats each. */
  readonly examples: readonly string[]
}

/** As it is. */
export const TRUE_MACHINE: RiskMachine = { assess, reassess, breakerLimits: (limits) => limits, forgets: false }

/** `count` sequences from `seed` on, one seed each. One that throws counts as a violation. */
export function runRiskSequences(
  count: number,
  seed: number,
  machine: RiskMachine = TRUE_MACHINE,
  onProgress: (done: number) => void = () => {},
): RiskReport {
  const bus = silentBus()
  const events = new Map<string, number>()
  let decisions = 0
  let violations = 0
  const kinds = new Set<Flaw>()
  const examples: string[] = []
  for (let index = 0; index < count; index++) {
    let findings: readonly Finding[]
    try {
      const history = new RiskHistory(seed + index, machine, bus)
      history.run()
      findings = history.found
      decisions += history.decisions
      for (const name of history.events) events.set(name, (events.get(name) ?? 0) + 1)
    } catch (error) {
      findings = [{ kind: 'refused', text: error instanceof Error ? (error.stack ?? error.message) : String(error) }]
    }
    for (const { kind, text } of findings) {
      violations++
      kinds.add(kind)
      if (examples.length < 10) examples.push(`seed ${seed + index}: ${kind}: ${text}`)
    }
    onProgress(index + 1)
  }
  return { sequences: count, decisions, violations, kinds, events, examples }
}

/** Nobody listens. */
const silentBus = (): Bus =>
  createBus({
    clock: { now: () => epochMs(0), at: () => () => {} },
    ids: { next: () => '' },
    settings: { historyPerTopic: 1, queueCapacity: 1, handlerTimeLimitMs: 1, ttlMs: {} },
    onDeadLetter: () => {},
  })
