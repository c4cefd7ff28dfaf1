import { parseArgs } from 'node:util'
import { killRepeatedly } from './kill-run.ts'

const USAGE = `Kills the engine with SIGKILL at random moments and checks what is left.

  npm run soak:kill -- [--kills N] [--seed N] [--help]
`

try {
  const { values } = parseArgs({
    strict: true,
    options: {
      kills: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) process.stdout.write(USAGE)
  else if (!/^\d{1,7}$/.test(values.kills) || !/^\d{1,7}$/.test(values.seed)) {
    throw new Error('--kills and --seed: expected a whole number')
  } else {
    const report = await killRepeatedly(Number(values.kills), Number(values.seed), (done) => {
      if (done % 50 === 0) process.stdout.write(`${done} kills\n`)
    })
    for (const finding of report.findings) process.stdout.write(`BAD  ${finding}\n`)
    const { kills, orders, fills, ambiguous, duplicates, lost } = report
    process.stdout.write(
      `kills ${kills}, orders ${orders}, fills ${fills}, in doubt when killed ${ambiguous}, duplicates ${duplicates}, lost ${lost}\n`,
    )
    process.exitCode = report.findings.length === 0 ? 0 : 1
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nTry --help.\n`)
  process.exitCode = 2
}
