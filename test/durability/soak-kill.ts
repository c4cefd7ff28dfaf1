import { parseArgs } from 'node:util'
import { NAIVE_RULES } from '../support/crash-naive.ts'
import { killRepeatedly, LONG_RUN, NAMED_POINTS } from './kill-run.ts'
import { printReport } from './print-report.ts'
import type { Kind } from './tally.ts'

const USAGE = `Kills the engine at named points and at random moments against a Kraken of our own that answers badly, one time in
ten with SIGKILL, and compares every recovery with what that exchange really has.

  npm run soak:kill -- [--kills N] [--seed N] [--naive resend|look-once] [--help]

--naive lets the engine resend what was not answered, or look once and believe: then there is something to be found.
`

try {
  const { values } = parseArgs({
    strict: true,
    options: {
      kills: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      naive: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const naive = NAIVE_RULES.find((rule) => rule === values.naive && rule !== 'resell') ?? null
  if (values.help) process.stdout.write(USAGE)
  else if (!/^[1-9]\d{0,6}$/.test(values.kills) || !/^\d{1,7}$/.test(values.seed)) {
    throw new Error('--kills and --seed: expected a whole number')
  } else if (values.naive !== undefined && naive === null) {
    throw new Error(`--naive: expected resend or look-once`)
  } else {
    const report = await killRepeatedly(
      { kills: Number(values.kills), seed: Number(values.seed), naive, load: 'desk' },
      (done) => {
        if (done % 100 === 0) process.stdout.write(`${done} kills\n`)
      },
    )
    const missed = printReport(report, NAMED_POINTS, LONG_RUN)
    const count = (kind: Kind): number => report.findings.filter((finding) => finding.kind === kind).length
    process.stdout.write(
      `${report.killsBySignal} by SIGKILL, ${report.twiceInRecovery} in a recovery from a recovery\n`,
    )
    process.stdout.write(
      `kills ${report.kills}, orders ${report.orders}, duplicates ${count('duplicate')}, lost ${count('lost')}, phantoms ${count('phantom')}\n`,
    )
    process.exitCode = report.findings.length + missed.length === 0 ? 0 : 1
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nTry --help.\n`)
  process.exitCode = 2
}
