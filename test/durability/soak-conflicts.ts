import { parseArgs } from 'node:util'
import { killRepeatedly, POINTS_OF_CONFLICTS } from './kill-run.ts'
import { printReport } from './print-report.ts'

const USAGE = `Crashes the engine while conflicts are found, models are asked and what was decided is carried out, one time in ten with
SIGKILL, and looks at what it left: every conflict decided once and carried out once, every question that reached a model
accounted for with its cost, every database sound, its audit's chain unbroken.

  npm run soak:conflicts -- [--crashes N] [--seed N] [--help]
`
/** From so many crashes on each named point is expected. */
const LONG_RUN = 500

try {
  const { values } = parseArgs({
    strict: true,
    options: {
      crashes: { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) process.stdout.write(USAGE)
  else if (!/^[1-9]\d{0,6}$/.test(values.crashes) || !/^\d{1,7}$/.test(values.seed)) {
    throw new Error('--crashes and --seed: expected a whole number')
  } else {
    const options = {
      kills: Number(values.crashes),
      seed: Number(values.seed),
      naive: null,
      load: 'conflicts',
    } as const
    const report = await killRepeatedly(options, (done) => {
      if (done % 100 === 0) process.stdout.write(`${done} crashes\n`)
    })
    const missed = printReport(report, POINTS_OF_CONFLICTS, LONG_RUN)
    const happened = (what: string): number => report.happened.find(([name]) => name === what)?.[1] ?? 0
    const decided = ['deepseek', 'claude', 'trader', 'default'].map((by) => happened(`conflicts decided by ${by}`))
    process.stdout.write(
      `crashes ${report.kills} (${report.killsBySignal} by SIGKILL), conflicts decided ${decided.reduce((a, b) => a + b)}, questions ${happened('questions')}, findings ${report.findings.length}\n`,
    )
    process.exitCode = report.findings.length + missed.length === 0 ? 0 : 1
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nTry --help.\n`)
  process.exitCode = 2
}
