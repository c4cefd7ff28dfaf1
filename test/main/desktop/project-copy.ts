import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const PROJECT = join(import.meta.dirname, '..', '..', '..')

/**
 * Stands in for the composition root: starts, or fails as FAKE_FAILURE says; with FAKE_LIVE it wants the phrase, with
 * FAKE_RESTING something rests when it is left; says when it is closed.
 */
const APP = `
import { fail, ok } from '../shared/result.ts'
import { checkLivePhrase } from './safety/live-phrase.ts'
export async function createApp({ market, seed, dataDir, confirmLive, env }) {
  const confirmed = env.FAKE_LIVE ? checkLivePhrase(confirmLive) : ok(null)
  if (!confirmed.ok) return confirmed
  if (env.FAKE_FAILURE) return fail(env.FAKE_FAILURE, 'it failed <here>')
  console.error('fake app: ' + JSON.stringify({ market, seed, dataDir }))
  return ok({
    mode: 'paper',
    async dispatch(name, input) {
      if (name === 'stop.kill') console.error('fake app: ' + name + ' ' + JSON.stringify(input))
      return ok({ name, input })
    },
    subscribe: () => () => {},
    restingOnQuit: async () => env.FAKE_RESTING ?? null,
    woke: () => console.error('fake app: woke'),
    close: async () => console.error('fake app: closed'),
  })
}
`

type Run = { readonly code: number | null; readonly out: string; readonly err: string }

/**
 * The hosts as they are, in a folder of their own, round an engine, a builder and an Electron written by hand: what is
 * tested is how they start and end, and nothing of the project is touched.
 */
export class ProjectCopy {
  readonly dir = mkdtempSync(join(tmpdir(), 'hosts-'))
  private readonly running = new Set<ChildProcess>()

  constructor() {
    for (const path of [
      'src/main/serve.ts',
      'src/main/index.ts',
      'src/main/desktop',
      'src/main/api',
      'src/main/safety',
      'src/shared',
      'scripts',
    ]) {
      cpSync(join(PROJECT, path), join(this.dir, path), { recursive: true })
    }
    this.write('package.json', '{ "type": "module" }')
    this.write('src/main/app.ts', APP)
    this.write('out/renderer/index.html', '<p>window</p>')
    mkdirSync(join(this.dir, 'node_modules'))
    for (const name of ['big.js', 'ws', 'zod']) {
      symlinkSync(join(PROJECT, 'node_modules', name), join(this.dir, 'node_modules', name), 'junction')
    }
  }

  write(path: string, text: string, mode = 0o644): void {
    const file = join(this.dir, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { mode })
  }

  /** Runs a script to its end; sends it a signal once its output shows `until`. */
  run(script: string, args: readonly string[], env: Record<string, string> = {}, until?: [RegExp, NodeJS.Signals]) {
    const { npm_lifecycle_event: _, DISPLAY: __, WAYLAND_DISPLAY: ___, ...inherited } = process.env
    const child = spawn(process.execPath, [script, ...args], { cwd: this.dir, env: { ...inherited, ...env } })
    this.running.add(child)
    let out = ''
    let err = ''
    let isAsked = false
    child.stderr.on('data', (data) => {
      err += String(data)
    })
    child.stdout.on('data', (data) => {
      out += String(data)
      if (until === undefined || isAsked || !until[0].test(out)) return
      isAsked = true
      child.kill(until[1])
    })
    return new Promise<Run>((resolve) => {
      child.on('close', (code) => {
        this.running.delete(child)
        resolve({ code, out, err })
      })
    })
  }

  remove(): void {
    for (const child of this.running) child.kill('SIGKILL')
    rmSync(this.dir, { recursive: true, force: true })
  }
}
