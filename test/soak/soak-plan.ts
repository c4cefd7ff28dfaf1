import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import fc from 'fast-check'
import { solveLinear } from '../../src/main/adapters/yalps/linear-solver.ts'
import { planCaseArb } from '../support/plan-arbitraries.ts'
import { smallCaseArb } from '../support/plan-brute-force.ts'
import { checkPlan, checkSmall } from '../support/plan-checks.ts'

const USAGE = `Plans random portfolios and looks for anything that a plan may not do; small ones also by brute force.

  npm run soak:plan -- [--portfolios N] [--brute-force N] [--assets N] [--workers N] [--seed N] [--help]

Ends at the first violation and prints the portfolio that shows it; the same seed, the same number of workers
and the same numbers plan the same ones. Exit code 1 after a violation, 2 for bad use.
`
/** So that what is kept of a run is small, and progress is seen. */
const CHUNK = 2_000
const PROGRESS_EVERY = 100_000

type Share = {
  readonly portfolios: number
  readonly bruteForce: number
  readonly assets: number
  readonly seed: number
}
type Counts = { portfolios: number; legs: number; violations: number; bruteForce: number; worse: number }
type Told = { readonly counts: Counts; readonly failure: string | null; readonly isLast: boolean }

function soak({ portfolios, bruteForce, assets, seed }: Share, tell: (told: Told) => void): void {
  const counts: Counts = { portfolios: 0, legs: 0, violations: 0, bruteForce: 0, worse: 0 }
  const planned = fc.property(planCaseArb(assets), (given) => {
    const { problems, legs } = checkPlan(given, solveLinear)
    counts.legs += legs
    if (problems.length > 0) throw new Error(problems.join('; '))
  })
  const compared = fc.property(smallCaseArb, (given) => {
    const problems = checkSmall(given, solveLinear)
    if (problems.length > 0) throw new Error(problems.join('; '))
  })
  const failureOf = (property: fc.IProperty<unknown>, numRuns: number, from: number): string | null => {
    const checked = fc.check(property, { numRuns, seed: seed + from, endOnFailure: true })
    return checked.failed ? `${String(checked.errorInstance)}\n${fc.defaultReportMessage(checked)}` : null
  }
  let failure: string | null = null
  while (failure === null && counts.portfolios < portfolios) {
    const runs = Math.min(CHUNK, portfolios - counts.portfolios)
    failure = failureOf(planned, runs, counts.portfolios)
    counts.portfolios += runs
    if (failure !== null) counts.violations++
    tell({ counts, failure, isLast: false })
  }
  if (failure === null && bruteForce > 0) {
    failure = failureOf(compared, bruteForce, 0)
    counts.bruteForce = bruteForce
    if (failure !== null) counts.worse++
  }
  tell({ counts, failure, isLast: true })
}

const added = (all: readonly Counts[], of: keyof Counts): number => all.reduce((total, counts) => total + counts[of], 0)
const described = (all: readonly Counts[]): string =>
  `portfolios ${added(all, 'portfolios')}, legs ${added(all, 'legs')}, violations ${added(all, 'violations')}; brute force ${added(all, 'bruteForce')}, worse ${added(all, 'worse')}`

/** Far apart, so that no two workers plan the same portfolios. */
const SEEDS_APART = 10_000_000

function run(workers: number, whole: Share): Promise<number> {
  const counts: Counts[] = []
  let shown = 0
  let working = workers
  return new Promise((resolve, reject) => {
    for (let i = 0; i < workers; i++) {
      const part = (all: number): number => Math.floor(all / workers) + (i < all % workers ? 1 : 0)
      const share: Share = {
        portfolios: part(whole.portfolios),
        bruteForce: part(whole.bruteForce),
        assets: whole.assets,
        seed: whole.seed + i * SEEDS_APART,
      }
      const worker = new Worker(new URL(import.meta.url), { workerData: share })
      worker.on('error', reject)
      worker.on('message', (told: Told) => {
        counts[i] = told.counts
        const done = added(counts, 'portfolios')
        if (told.failure !== null && told.isLast) process.stdout.write(`BAD  ${told.failure}\n`)
        if (!told.isLast && done - shown >= PROGRESS_EVERY) {
          shown = done
          process.stdout.write(`${done} portfolios\n`)
        }
        if (!told.isLast) return
        working--
        if (working > 0) return
        process.stdout.write(`${described(counts)}\n`)
        resolve(added(counts, 'violations') + added(counts, 'worse') > 0 ? 1 : 0)
      })
    }
  })
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    strict: true,
    options: {
      portfolios: { type: 'string', default: '1000000' },
      'brute-force': { type: 'string', default: '1000' },
      assets: { type: 'string', default: '6' },
      workers: { type: 'string', default: '2' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(USAGE)
    return 0
  }
  const number = (name: keyof typeof values, from: number, to: number): number => {
    const given = Number(values[name])
    if (Number.isInteger(given) && given >= from && given <= to) return given
    throw new Error(`--${name} ${values[name]}: expected a whole number from ${from} to ${to}`)
  }
  const share: Share = {
    portfolios: number('portfolios', 0, 100_000_000),
    bruteForce: number('brute-force', 0, 1_000_000),
    assets: number('assets', 2, 8),
    seed: number('seed', 0, 100_000_000),
  }
  process.stdout.write(`seed ${share.seed}\n`)
  return run(number('workers', 1, 64), share)
}

if (isMainThread) {
  try {
    process.exitCode = await main()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nTry --help.\n`)
    process.exitCode = 2
  }
} else {
  soak(workerData as Share, (told) => parentPort?.postMessage(told))
}
