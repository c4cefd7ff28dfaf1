import { homedir } from 'node:os'
import { join } from 'node:path'
import { hasFailurePage } from './api/failure-page.ts'
import { startBrowserHost } from './api/transports/browser-host.ts'
import { onEnding, restingText } from './api/transports/ending.ts'
import { EngineStart } from './api/transports/engine-start.ts'
import { FLAGS_HELP, type HostFlags, parseFlags } from './api/transports/flags.ts'
import { readWindowFiles } from './api/transports/window-files.ts'
import { LIVE_PHRASE } from './safety/live-phrase.ts'

const HELP = `TripleGain in a browser: the engine runs here, the window is served on 127.0.0.1.

  npm run serve -- [flags]

${FLAGS_HELP}

Exit code: 0 closed, 1 it could not start or a page of failure was closed, 2 bad use.`

const WINDOW = join(import.meta.dirname, '..', '..', 'out', 'renderer')
/** What is saved is saved at once: after this nothing is worth waiting for. */
const CLOSE_LIMIT_MS = 10_000

async function main(args: readonly string[]): Promise<number> {
  const flags = parseFlags(args, { platform: process.platform, env: process.env, home: homedir() })
  if (!flags.ok) {
    console.error(`serve: ${flags.error.message} (see --help)`)
    return 2
  }
  if (flags.value.help) {
    console.log(HELP)
    return 0
  }
  return serve(flags.value)
}

async function serve(flags: HostFlags): Promise<number> {
  const files = readWindowFiles(WINDOW)
  if (!files.ok) return complain(files.error.message)
  const asked = askedToEnd()

  // Only now: --help and a bad flag need none of the engine.
  const { createApp } = await import('./app.ts')
  const { configDir, dataDir, market, speed, seed, candles } = flags
  const start = new EngineStart({
    create: (confirmLive) =>
      createApp({ configDir, dataDir, market, speed, seed, candles, confirmLive, set: [], env: process.env }),
    windowFiles: files.value,
    live: { phrase: LIVE_PHRASE, dataDir },
  })
  const created = await start.begin(flags.confirmLive)
  if (!created.ok) {
    complain(created.error.message)
    if (!hasFailurePage(created.error)) return 1
  }

  const host = await startBrowserHost({
    port: flags.port,
    ...start.scene(),
    confirm: (typed) => start.confirm(typed),
  })
  if (!host.ok) {
    await start.close()
    return complain(host.error.message)
  }
  start.onScene((scene) => host.value.show(scene))
  console.log(`TripleGain is at ${host.value.url}`)
  await asked
  // Nobody can be asked any more, but what stays behind can be said.
  const resting = await restingText(start.scene().engine)
  if (resting !== null) console.log(resting)
  await host.value.close()
  await start.close()
  return start.scene().engine === null ? 1 : 0
}

async function askedToEnd(): Promise<void> {
  await new Promise<void>((resolve) => onEnding(process.env.npm_lifecycle_event !== undefined, () => resolve()))
  setTimeout(() => process.exit(complain('The engine did not close in time.')), CLOSE_LIMIT_MS).unref()
}

function complain(message: string): number {
  console.error(`serve: ${message}`)
  return 1
}

process.exit(await main(process.argv.slice(2)))
