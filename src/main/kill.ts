import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { parseArgs } from 'node:util'
import { epochMs } from '../shared/time.ts'
import { createFileSentinel, sentinelFile } from './adapters/system/sentinel.ts'
import { defaultDataDir } from './api/transports/flags.ts'

const HELP = `Stops TripleGain from outside, even where its window or its database does not answer.

  npm run kill -- [--data-dir DIR] [--reason TEXT]

  --data-dir DIR   the data folder of the one to stop (default: your platform's folder for such data)
  --reason TEXT    shown in the window
  --help           this text

Nothing new is sent from then on, and entry orders are cancelled; stops that protect positions stay. It holds over
restarts, and is written for every database in the folder, running or not. Only a person resumes, in the window.

Exit code: 0 written, 1 not written or nothing to stop there, 2 bad use.`

/** `<mode>-<market>.db`, as the engine names its databases. */
const DATABASE = /^((?:paper|live)-.+)\.db$/
const LONGEST_REASON = 500

function main(args: readonly string[]): number {
  let dataDir: string
  let reason: string
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { 'data-dir': { type: 'string' }, reason: { type: 'string' }, help: { type: 'boolean' } },
      strict: true,
      allowPositionals: false,
    })
    if (values.help === true) {
      console.log(HELP)
      return 0
    }
    if (values['data-dir'] === '') return badUse('--data-dir: expected a folder')
    dataDir = values['data-dir'] ?? defaultDataDir({ platform: process.platform, env: process.env, home: homedir() })
    reason = (values.reason ?? '').trim().slice(0, LONGEST_REASON) || 'npm run kill'
  } catch (error) {
    return badUse((error instanceof Error ? error.message : String(error)).split('. ')[0] ?? '')
  }
  return killAll(dataDir, reason)
}

function killAll(dataDir: string, reason: string): number {
  let names: string[]
  try {
    names = readdirSync(dataDir).flatMap((name) => DATABASE.exec(name)?.[1] ?? [])
  } catch (error) {
    return complain(`${dataDir} cannot be read (${error instanceof Error ? error.message : String(error)})`)
  }
  if (names.length === 0) return complain(`there is no database of TripleGain in ${dataDir}: nothing was stopped`)
  const kill = { at: epochMs(Date.now()), reason, flatten: false }
  let failures = 0
  for (const name of names.sort()) {
    const raised = createFileSentinel(sentinelFile(dataDir, name)).raise(kill)
    if (raised.ok) console.log(`killed: ${name}`)
    else failures += complain(raised.error.message)
  }
  console.log('What runs there stops within a quarter of a second; what is started later starts halted.')
  return failures === 0 ? 0 : 1
}

function badUse(message: string): number {
  console.error(`kill: ${message} (see --help)`)
  return 2
}

function complain(message: string): number {
  console.error(`kill: ${message}`)
  return 1
}

process.exitCode = main(process.argv.slice(2))
