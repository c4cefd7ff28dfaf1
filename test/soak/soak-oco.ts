import { parseArgs } from 'node:util'
import { runHistories } from '../support/oco-history.ts'

const USAGE = `Drives the protection of positions through random histories and checks each.

  npm run soak:oco -- [--histories N] [--seed N] [--help]
`
const PROGRESS_EVERY = 100_000

try {
  const { values } = parseArgs({
    strict: true,
    options: {
      histories: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) process.stdout.write(USAGE)
  else if (!/^[1-9]\d{0,7}$/.test(values.histories) || !/^\d{1,9}$/.test(values.seed)) {
    throw new Error('--histories and --seed: expected a whole number, and at least one history')
  } else {
    process.stdout.write(`seed ${values.seed}\n`)
    const report = runHistories(Number(values.histories), Number(values.seed), undefined, (done) => {
      if (done % PROGRESS_EVERY === 0) process.stdout.write(`${done} histories\n`)
    })
    for (const example of report.examples) process.stdout.write(`BAD  ${example}\n`)
    const steps = [...report.steps].map(([kind, times]) => `${kind} ${times}`)
    process.stdout.write(`${steps.join(', ')}; restarts ${report.crashes}\n`)
    process.stdout.write(`longest unprotected: ${(report.longest * 100).toFixed(1)} % of the bound\n`)
    const { oversold, unprotected, stuck } = report.counts
    process.stdout.write(
      `histories ${report.histories}, oversold ${oversold}, unprotected beyond bound ${unprotected}, stuck ${stuck}\n`,
    )
    process.exitCode = oversold + unprotected + stuck === 0 ? 0 : 1
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nTry --help.\n`)
  process.exitCode = 2
}
