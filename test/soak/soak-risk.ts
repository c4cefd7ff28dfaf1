import { parseArgs } from 'node:util'
import { runRiskSequences, TRUE_MACHINE } from '../support/risk-sequences.ts'

const USAGE = `Drives the risk engine and its circuit breakers through random trading and checks every decision.

  npm run soak:risk -- [--sequences N] [--seed N] [--help]
`
const PROGRESS_EVERY = 100_000

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
  else if (!/^[1-9]\d{0,7}$/.test(values.sequences) || !/^\d{1,9}$/.test(values.seed)) {
    throw new Error('--sequences and --seed: expected a whole number, and at least one sequence')
  } else {
    process.stdout.write(`seed ${values.seed}\n`)
    const report = runRiskSequences(Number(values.sequences), Number(values.seed), TRUE_MACHINE, (done) => {
      if (done % PROGRESS_EVERY === 0) process.stdout.write(`${done} sequences\n`)
    })
    for (const example of report.examples) process.stdout.write(`BAD  ${example}\n`)
    const events = [...report.events].map(([name, times]) => `${name} ${times}`)
    process.stdout.write(`${events.join(', ')}\n`)
    process.stdout.write(
      `sequences ${report.sequences}, decisions ${report.decisions}, violations ${report.violations}\n`,
    )
    process.exitCode = report.violations === 0 ? 0 : 1
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nTry --help.\n`)
  process.exitCode = 2
}
