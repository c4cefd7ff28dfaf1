import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openDatabase } from './persistence/database.ts'
import { verifyReports } from './persistence/verify-checks.ts'

const HELP = `Checks the databases of TripleGain in a folder. Nothing is changed.

  npm run verify -- --data-dir DIR

  --data-dir DIR   folder with the databases, e.g. paper-simulated.db
  --help           this text

Exit code: 0 everything holds, 1 something was found or could not be read, 2 bad use.`

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))
/** `<mode>-<market>.db`: with such a name it must be ours. */
const OUR_NAME = /^(paper|live|replay)-.+\.db$/

type Count = { checks: number; findings: number }

function main(args: readonly string[]): number {
  let dataDir: string | undefined
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { 'data-dir': { type: 'string' }, help: { type: 'boolean' } },
      strict: true,
      allowPositionals: false,
    })
    if (values.help === true) {
      console.log(HELP)
      return 0
    }
    dataDir = values['data-dir']
  } catch (error) {
    return badUse((error instanceof Error ? error.message : String(error)).split('. ')[0] ?? '')
  }
  if (dataDir === undefined || dataDir === '') return badUse('--data-dir DIR is missing')
  return verifyFolder(dataDir)
}

function badUse(message: string): number {
  console.error(`verify: ${message} (see --help)`)
  return 2
}

function verifyFolder(folder: string): number {
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.db'))
  } catch (error) {
    console.error(`verify: ${folder} cannot be read (${error instanceof Error ? error.message : String(error)})`)
    return 1
  }
  const count: Count = { checks: 0, findings: 0 }
  for (const name of names.sort()) verifyFile(folder, name, count)
  if (count.checks === 0 && count.findings === 0) {
    console.error(`verify: there is no database of TripleGain in ${folder}`)
    return 1
  }
  console.log(`verified: ${count.checks} checks, ${count.findings} findings`)
  return count.findings === 0 ? 0 : 1
}

function verifyFile(folder: string, name: string, count: Count): void {
  const opened = openDatabase(join(folder, name), { migrationsDir: MIGRATIONS, readonly: true })
  if (!opened.ok) {
    if (opened.error.code === 'database/foreign' && !OUR_NAME.test(name)) {
      console.log(`skip ${name}: not one of these databases`)
      return
    }
    console.log(name)
    console.log(`BAD  open: ${opened.error.message}`)
    count.findings += 1
    return
  }
  console.log(name)
  try {
    for (const report of verifyReports(opened.value)) {
      count.checks += 1
      count.findings += report.findings.length
      if (report.findings.length === 0) console.log(`ok   ${report.check}: ${report.summary}`)
      for (const finding of report.findings) console.log(`BAD  ${finding.check}: ${finding.row} ${finding.problem}`)
    }
  } finally {
    opened.value.close()
  }
}

process.exitCode = main(process.argv.slice(2))
