import { parseArgs } from 'node:util'
import { killRepeatedly, POINTS_OF_PLANS } from './kill-run.ts'
import { printReport } from './print-report.ts'

const USAGE = `Crashes the engine between plan, approval, leg and fill, one time in ten with SIGKILL, against a Kraken of our own that
answers badly, and compares every recovery with what that exchange really has: nothing traded beyond a leg that was
approved, no approval used twice, every database sound.

  npm run soak:portfolio -- [--crashes N] [--seed N] [--naive resell|resell-gated] [--help]

--naive resell lets the engine forget what it had traded before a crash: then there is something to be found. With
resell-gated the gate still knows, and nothing may be found all the same.
`
/** From so many crashes on each named point is expected. */
const LONG_RUN = 1_000
const RULES = ['resell', 'resell-gated'] as const

try {
  const { values } = parseArgs({
    strict: true,
    options: {
      crashes: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      naive: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) process.stdout.write(USAGE)
  else if (!/^[1-9]\d{0,6}$/.test(values.crashes) || !/^\d{1,7}$/.test(values.seed)) {
    throw new Error('--crashes and --seed: expected a whole number')
  } else if (values.naive !== undefined && !RULES.some((rule) => rule === values.naive)) {
    throw new Error(`--naive: expected ${RULES.join(' or ')}`)
  } else {
    const naive = RULES.find((rule) => rule === values.naive) ?? null
    const options = { kills: Number(values.crashes), seed: Number(values.seed), naive, load: 'portfolio' } as const
    const report = await killRepeatedly(options, (done) => {
      if (done % 100 === 0) process.stdout.write(`${done} crashes\n`)
    })
    const missed = printReport(report, POINTS_OF_PLANS, LONG_RUN)
    const count = (kind: string): number => report.findings.filter((finding) => finding.kind === kind).length
    process.stdout.write(
      `crashes ${report.kills} (${report.killsBySignal} by SIGKILL), orders ${report.orders}, beyond plan or approved twice ${count('duplicate')}, lost ${count('lost')}, phantoms ${count('phantom')}, unsound ${count('other')}\n`,
    )
    process.exitCode = report.findings.length + missed.length === 0 ? 0 : 1
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nTry --help.\n`)
  process.exitCode = 2
}
