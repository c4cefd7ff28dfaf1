import fc from 'fast-check'
import { createBus } from '../../src/main/bus/bus.ts'
import { type Scenario, scenarioOf } from '../main/bus/bus-lives.ts'
import { play } from '../main/bus/bus-scenario.ts'
import { createReferenceBus } from '../main/bus/reference-bus.ts'

/** What has to have happened, and by which part of a line it is known. */
const KINDS = {
  deliveries: / sees /,
  expired: /: expired$/,
  'timed out': /: timed out$/,
  'queue full': /: queue full$/,
  dropped: /: dropped$/,
  thrown: /: failed: thrown$/,
  rejected: /: failed: rejected$/,
  'failed filters': /: failed: filter$/,
  'looks at a queue that has conflated': /"conflated":[1-9]/,
} as const
export type BusKind = keyof typeof KINDS
const KIND_NAMES = Object.keys(KINDS) as readonly BusKind[]

export type BusTally = {
  operations: number
  lives: number
  readonly kinds: Record<BusKind, number>
  /** The shortest life found in which the bus and the model differ, and their first different lines. */
  disagreement: string | null
}

/** Actions from outside in one life; what handlers do comes on top. */
const LONGEST = 60
/** Lives of a step: what is kept of a run stays small. */
const STEP = 250

/**
 * Plays random lives of a bus on the real one and on the model until `operations` have been done to each, or they differ.
 *
 * @param onProgress told of operations done, now and then.
 */
export async function compareBuses(
  { operations, seed }: { readonly operations: number; readonly seed: number },
  onProgress: (operations: number) => void = () => {},
): Promise<BusTally> {
  const tally: BusTally = {
    operations: 0,
    lives: 0,
    kinds: Object.fromEntries(KIND_NAMES.map((kind) => [kind, 0])) as Record<BusKind, number>,
    disagreement: null,
  }
  for (let step = 0; tally.operations < operations; step++) {
    const checked = await fc.check(
      fc.asyncProperty(scenarioOf(LONGEST), async (life) => {
        if (tally.operations < operations) await compareOne(life, tally)
      }),
      { numRuns: STEP, seed: seed + step },
    )
    if (checked.failed) {
      tally.disagreement = `${tally.disagreement ?? checked.errorInstance}\n${fc.defaultReportMessage(checked)}`
      return tally
    }
    onProgress(tally.operations)
  }
  return tally
}

/** @throws Error when they differ. */
async function compareOne(life: Scenario, tally: BusTally): Promise<void> {
  const expected = (await play(life, createReferenceBus)).log
  const { log, operations } = await play(life, createBus)
  const length = Math.max(expected.length, log.length)
  for (let i = 0; i < length; i++) {
    if (log[i] === expected[i]) continue
    // Of the shortest life in the end: it is shortened as long as there still is one.
    tally.disagreement = `line ${i + 1} is ${JSON.stringify(log[i])}, in the model ${JSON.stringify(expected[i])}`
    throw new Error('they differ')
  }
  if (tally.disagreement !== null) return
  tally.operations += operations
  tally.lives++
  for (const line of log) {
    const kind = KIND_NAMES.find((name) => KINDS[name].test(line))
    if (kind !== undefined) tally.kinds[kind]++
  }
}
