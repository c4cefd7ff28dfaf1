import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { startVitest } from 'vitest/node'
import { GUARDS, type Guard } from './guards.ts'

/*
 * Takes every guard away in turn, in memory, and runs the tests that have to notice. Fails when none does, or when the
 * code of a guard is not there any more.
 */

type Noticed = { readonly failed: readonly string[]; readonly ran: number }

const occurrences = ({ file, code }: Guard): number => readFileSync(file, 'utf8').split(code).length - 1

/** Runs tests; with a guard the product lacks it. */
async function run(tests: readonly string[], guard: Guard | null): Promise<Noticed> {
  const failed: string[] = []
  let ran = 0
  const vitest = await startVitest(
    [...tests],
    {
      watch: false,
      // What lacks a guard must never be found by another run.
      fsModuleCache: false,
      // A guard taken away may let a loop run for ever.
      testTimeout: 20_000,
      bail: guard === null ? 0 : 1,
      reporters: [
        {
          onTestCaseResult(test) {
            ran++
            if (test.result().state === 'failed') failed.push(test.fullName)
          },
        },
      ],
    },
    {
      plugins: [
        {
          name: 'without a guard',
          enforce: 'pre',
          transform: (code, id) =>
            guard !== null && id.split('?')[0] === resolve(guard.file) ? code.replace(guard.code, guard.without) : null,
        },
      ],
    },
  )
  await vitest.close()
  return { failed, ran }
}

const problems: string[] = []
const whole = await run([...new Set(GUARDS.flatMap(({ tests }) => tests))], null)
if (whole.failed.length > 0 || whole.ran === 0) {
  problems.push(`with all guards in place ${whole.ran} tests ran and failed: ${whole.failed.join('; ') || 'none'}`)
} else {
  for (const guard of GUARDS) {
    if (occurrences(guard) !== 1) {
      problems.push(`${guard.name}: its code is found ${occurrences(guard)} times in ${guard.file}, expected once`)
      continue
    }
    let { failed } = await run(guard.tests, guard)
    // A run whose worker did not start fails no test either: only what goes unnoticed twice does.
    if (failed.length === 0) failed = (await run(guard.tests, guard)).failed
    if (failed.length === 0) problems.push(`${guard.name}: no test noticed that it was gone`)
    else process.stdout.write(`without "${guard.name}" (${guard.file}) fails: ${failed[0]}\n`)
  }
}
for (const problem of problems) process.stdout.write(`BAD  ${problem}\n`)
process.stdout.write(`guards ${GUARDS.length}, unnoticed ${problems.length}\n`)
process.exit(problems.length === 0 ? 0 : 1)
