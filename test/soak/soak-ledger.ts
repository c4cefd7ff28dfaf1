import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDatabase } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import { epochMs } from '../../src/shared/time.ts'
import { bookLife } from '../support/ledger-run.ts'

const USAGE = `Books random events of an account's life and compares balances, lots and gains with sums in whole numbers as it
goes, and with everything computed anew from the database at the end.

  npm run soak:ledger -- [--events N] [--seed N] [--help]
`
const LOOK_EVERY = 10_000
const PROGRESS_EVERY = 100_000
const MIGRATIONS_DIR = join(import.meta.dirname, '../../migrations')

function run(events: number, seed: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'triplegain-ledger-'))
  try {
    const opened = openDatabase(join(folder, 'ledger.db'), { migrationsDir: MIGRATIONS_DIR, now: epochMs(0) })
    if (!opened.ok) throw new Error(opened.error.message)
    const onLook = (done: number): void => {
      if (done % PROGRESS_EVERY === 0) process.stdout.write(`${done} events\n`)
    }
    const found = bookLife(createStores(opened.value), { events, seed, lookEvery: LOOK_EVERY, onLook })
    opened.value.close()
    for (const text of found) process.stdout.write(`BAD  ${text}\n`)
    process.stdout.write(`events ${events}, disagreements ${found.length}\n`)
    return found.length === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

try {
  const { values } = parseArgs({
    strict: true,
    options: {
      events: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) process.stdout.write(USAGE)
  else if (!/^[1-9]\d{0,7}$/.test(values.events) || !/^\d{1,8}$/.test(values.seed)) {
    throw new Error('--events and --seed: expected a whole number, and at least one event')
  } else {
    process.stdout.write(`seed ${values.seed}\n`)
    process.exitCode = run(Number(values.events), Number(values.seed))
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nTry --help.\n`)
  process.exitCode = 2
}
