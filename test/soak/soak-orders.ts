import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { historyArb, play } from '../support/order-reference.ts'

const USAGE = `Plays random histories of orders through the order machine and through a second model of the same rules.

  npm run soak:orders -- [--sequences N] [--seed N] [--help]

Ends at the first disagreement and prints the shortest history that leads to it; the same seed plays the same ones.
`
/** So that what is kept of a run is small, and progress is seen. */
const CHUNK = 10_000
const PROGRESS_EVERY = 100_000

function run(sequences: number, seed: number): number {
  let events = 0
  const onTold = () => {
    events++
  }
  for (let done = 0; done < sequences; done += CHUNK) {
    const numRuns = Math.min(CHUNK, sequences - done)
    const checked = fc.check(
      fc.property(historyArb, (history) => play(history, { onTold })),
      { numRuns, seed: seed + done },
    )
    if (checked.failed) {
      process.stdout.write(`BAD  ${fc.defaultReportMessage(checked)}\n`)
      process.stdout.write(`sequences ${done + checked.numRuns}, events ${events}, disagreements 1\n`)
      return 1
    }
    if ((done + numRuns) % PROGRESS_EVERY === 0) process.stdout.write(`${done + numRuns} sequences\n`)
  }
  process.stdout.write(`sequences ${sequences}, events ${events}, disagreements 0\n`)
  return 0
}

try {
  const { values } = parseArgs({
    strict: true,
    options: {
      sequences: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) process.stdout.write(USAGE)
  else if (!/^[1-9]\d{0,7}$/.test(values.sequences) || !/^\d{1,8}$/.test(values.seed)) {
    throw new Error('--sequences and --seed: expected a whole number, and at least one sequence')
  } else {
    process.stdout.write(`seed ${values.seed}\n`)
    process.exitCode = run(Number(values.sequences), Number(values.seed))
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nTry --help.\n`)
  process.exitCode = 2
}
