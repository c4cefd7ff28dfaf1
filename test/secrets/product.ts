import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { ENVIRONMENT } from './canaries.ts'
import type { Exhibit } from './searcher.ts'

const PROJECT = join(import.meta.dirname, '..', '..')
/** What a program needs of its surroundings; everything else it finds is a canary. */
const INHERITED = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR']

const PROGRAM = 'program'
const COPIES = 'copies'

type Setting = readonly [file: string, key: string, value: string]

export type Run = { readonly code: number | null; readonly out: string; readonly err: string }
export type Running = {
  /** The browser host's, once it prints it. */
  address(): Promise<string>
  end(signal?: NodeJS.Signals): Promise<Run>
  readonly ended: Promise<Run>
}

/** The whole product in a folder of its own, so that a leak can be planted in it; with its data beside it. */
export class Product {
  readonly dir = mkdtempSync(join(tmpdir(), 'secrets-'))
  readonly dataDir = join(this.dir, 'data')
  readonly stateDir = join(this.dir, 'state')
  private readonly children = new Set<ChildProcess>()
  private readonly output: Exhibit[] = []
  private readonly copies: Exhibit[] = []

  constructor() {
    for (const path of ['src/main', 'src/shared', 'config', 'migrations', 'package.json']) {
      cpSync(join(PROJECT, path), join(this.dir, PROGRAM, path), { recursive: true })
    }
    this.write(`${PROGRAM}/out/renderer/index.html`, '<p>window</p>')
    symlinkSync(join(PROJECT, 'node_modules'), join(this.dir, PROGRAM, 'node_modules'), 'junction')
  }

  write(path: string, text: string): void {
    const file = join(this.dir, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }

  /** A newer program: its start makes a backup. */
  addMigration(): void {
    const migrations = readdirSync(join(this.dir, PROGRAM, 'migrations'))
    const next = String(migrations.length + 1).padStart(3, '0')
    this.write(`${PROGRAM}/migrations/${next}_one_more.sql`, 'CREATE TABLE one_more (id INTEGER PRIMARY KEY) STRICT;\n')
  }

  /** Replaces what is there; refuses to replace nothing. */
  change(path: string, from: string | RegExp, to: string): void {
    const file = join(this.dir, PROGRAM, path)
    const before = readFileSync(file, 'utf8')
    const after = before.replace(from, to)
    if (after === before) throw new Error(`${path} has no ${String(from)}`)
    writeFileSync(file, after)
  }

  /** `[execution, '  rest_url', …]` for the first line that starts so. */
  set(...settings: readonly Setting[]): void {
    for (const [file, key, value] of settings) {
      this.change(`config/${file}.yaml`, new RegExp(`^${key}:.*$`, 'm'), `${key}: ${value}`)
    }
  }

  start(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const inherited = Object.fromEntries(
      INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
    )
    const places = {
      XDG_STATE_HOME: this.stateDir,
      XDG_DATA_HOME: this.dir,
      HOME: this.dir,
      LOCALAPPDATA: this.dir,
      APPDATA: this.dir,
    }
    const child = spawn(process.execPath, [`src/main/${script}.ts`, ...args], {
      cwd: join(this.dir, PROGRAM),
      env: { ...inherited, ...places, ...ENVIRONMENT, ...env },
    })
    this.children.add(child)
    let [out, err] = ['', '']
    const waiting = new Set<() => void>()
    const wake = (): void => {
      for (const look of waiting) look()
    }
    child.stdout.on('data', (data) => {
      out += String(data)
      wake()
    })
    child.stderr.on('data', (data) => {
      err += String(data)
      wake()
    })
    const ended = new Promise<Run>((resolve) => {
      child.on('close', (code) => {
        this.children.delete(child)
        // The address is printed for a person to use it: that one place of its token is right.
        const printed = out.replace(/(TripleGain is at \S+\?token=)\S+/, '$1') + err
        this.output.push({ where: `what ${script} printed`, bytes: Buffer.from(printed) })
        resolve({ code, out, err })
        wake()
      })
    })
    const prints = (pattern: RegExp): Promise<RegExpExecArray> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(out + err)
          if (match === null && this.children.has(child)) return
          waiting.delete(look)
          if (match === null) reject(new Error(`${script} ended without printing ${pattern}: ${out}${err}`))
          else resolve(match)
        }
        waiting.add(look)
        look()
      })
    return {
      ended,
      address: async () => (await prints(/TripleGain is at (\S+)/))[1] ?? '',
      end(signal = 'SIGTERM') {
        child.kill(signal)
        return ended
      },
    }
  }

  /**
   * Keeps a copy of every file outside the program as it is now. Another process takes it, because SQLite's locks end
   * when a file of theirs is opened and closed by the process that holds them.
   */
  keepFiles(when: string): void {
    const copy = join(this.dir, COPIES, when)
    mkdirSync(copy, { recursive: true })
    const take = `require('node:fs').cpSync(process.argv[1], process.argv[2], { recursive: true })`
    for (const name of readdirSync(this.dir).filter((name) => name !== PROGRAM && name !== COPIES)) {
      execFileSync(process.execPath, ['-e', take, join(this.dir, name), join(copy, name)])
    }
    for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = join(entry.parentPath, entry.name)
      this.copies.push({ where: `${relative(copy, file)} ${when}`, bytes: readFileSync(file) })
    }
  }

  exhibits(): readonly Exhibit[] {
    return [...this.output, ...this.copies]
  }

  remove(): void {
    for (const child of this.children) child.kill('SIGKILL')
    rmSync(this.dir, { recursive: true, force: true })
  }
}
