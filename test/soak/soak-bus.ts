import { parseArgs } from 'node:util'
import { compareBuses } from './soak-bus-run.ts'

const USAGE = `Does random things to the bus and to a second model of the same rules, and compares every delivery, its order, every
dead letter and every count.

  npm run soak:bus -- [--operations N] [--seed N] [--help]

Ends at the first disagreement and prints the shortest life that leads to it; the same seed plays the same ones.
`
const PROGRESS_EVERY = 100_000

async function run(operations: number, seed: number): Promise<number> {
  let said = 0
  const { disagreement, ...tally } = await compareBuses({ operations, seed }, (done) => {
    if (done < said + PROGRESS_EVERY) return
    said = done - (done % PROGRESS_EVERY)
    process.stdout.write(`${said} operations\n`)
  })
  if (disagreement !== null) process.stdout.write(`BAD  ${disagreement}\n`)
  const kinds = Object.entries(tally.kinds).map(([kind, times]) => `${kind} ${times}`)
  process.stdout.write(
    `operations ${tally.operations}, lives ${tally.lives}, ${kinds.join(', ')}, disagreements ${disagreement === null ? 0 : 1}\n`,
  )
  return disagreement === null ? 0 : 1
}

try {
  const { values } = parseArgs({
    strict: true,
    options: {
      operations: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) process.stdout.write(USAGE)
  else if (!/^[1-9]\d{0,7}$/.test(values.operations) || !/^\d{1,8}$/.test(values.seed)) {
    throw new Error('--operations and --seed: expected a whole number, and at least one operation')
  } else {
    process.stdout.write(`seed ${values.seed}\n`)
    process.exitCode = await run(Number(values.operations), Number(values.seed))
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nTry --help.\n`)
  process.exitCode = 2
}
