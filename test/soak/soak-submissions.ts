import { parseArgs } from 'node:util'
import { SECOND } from '../../src/shared/time.ts'
import { submitRepeatedly } from './submission-run.ts'

const USAGE = `Submits orders through a line of which 30 % of the requests go wrong, on a simulated clock, and counts what
is at the exchange twice, what is lost, and how long after its deadline (ms) an unknown outcome was still unknown.

  npm run soak:submissions -- [--submissions N] [--seed N] [--help]
`
/** An unknown outcome is known this long after its deadline at the latest, ms. */
const BOUND_MS = 10 * SECOND

try {
  const { values } = parseArgs({
    strict: true,
    options: {
      submissions: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) process.stdout.write(USAGE)
  else if (!/^[1-9]\d{0,6}$/.test(values.submissions) || !/^\d{1,7}$/.test(values.seed)) {
    throw new Error('--submissions and --seed: expected a whole number')
  } else {
    const report = await submitRepeatedly(Number(values.submissions), Number(values.seed), (done) => {
      process.stdout.write(`${done} submissions\n`)
    })
    for (const finding of report.findings) process.stdout.write(`BAD  ${finding}\n`)
    const { submissions, unknown, duplicates, lost, slowestMs } = report
    process.stdout.write(
      `submissions ${submissions}, unknown ${unknown}, duplicates ${duplicates}, lost ${lost}, slowest resolution ${slowestMs} ms\n`,
    )
    const isBad = report.findings.length + duplicates + lost > 0 || slowestMs > BOUND_MS
    process.exitCode = isBad ? 1 : 0
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nTry --help.\n`)
  process.exitCode = 2
}
