import { spawn } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProjectCopy } from './project-copy.ts'

const START = 'scripts/start.ts'
const READY = /TripleGain is at http:\/\/127\.0\.0\.1:\d+\/\?token=/
const BUILDER = 'node_modules/electron-vite/bin/electron-vite.js'
const INSTALLER = 'node_modules/electron/install.js'
const hasDisplay = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: '' }

let project: ProjectCopy
beforeEach(() => {
  project = new ProjectCopy()
  project.write(BUILDER, "console.log('chatter of the builder')")
  project.write(INSTALLER, "console.error('TypeError: fetch failed'); process.exit(1)")
})
afterEach(() => project.remove())

/** A shell script in place of Electron's binary. */
function putElectron(script: string): void {
  project.write('node_modules/electron/dist/electron', `#!/bin/sh\n${script}\n`)
  chmodSync(join(project.dir, 'node_modules/electron/dist/electron'), 0o755)
  project.write('node_modules/electron/path.txt', 'electron')
}

describe.skipIf(process.platform === 'win32')('npm start', () => {
  it('starts the desktop app with the flags it was given, and ends as it ends', async () => {
    putElectron('echo "electron $*"; exit 7')
    const { code, out } = await project.run(START, ['--market', 'kraken'], hasDisplay)
    expect(out).toMatch(/^electron \S+out\/main\/index\.js --market kraken\n$/)
    expect(code).toBe(7)
  })

  it('says in one line why there is no desktop app and serves a browser instead, with the same flags', async () => {
    const run = project.run(START, ['--seed', '3'], hasDisplay, [READY, 'SIGTERM'])
    const { code, out, err } = await run
    expect(out).toContain(
      'No desktop window, Electron could not be fetched (TypeError: fetch failed): TripleGain is served to your browser instead.\n',
    )
    expect(out).toMatch(READY)
    expect(err).toMatch(/^fake app: \{"market":"simulated","seed":3,.*\}\nfake app: closed\n$/)
    expect(code).toBe(0)
  })

  it.skipIf(process.platform !== 'linux')('does not fetch what it could not show', async () => {
    project.write(INSTALLER, "throw new Error('must not run')")
    const { code, out } = await project.run(START, [], {}, [READY, 'SIGINT'])
    expect(out).toMatch(/^No desktop window, this machine has no display: [^\n]+\nTripleGain is at /)
    expect(code).toBe(0)
  })

  it('serves a browser where Electron is there but cannot run', async () => {
    putElectron('echo "error while loading shared libraries: libnss3.so" >&2; exit 127')
    const { code, out, err } = await project.run(START, [], hasDisplay, [READY, 'SIGTERM'])
    expect(err).toContain('libnss3.so')
    expect(out).toMatch(/^No desktop window, Electron does not run on this machine/)
    expect(code).toBe(0)
  })

  it('starts nothing after a build that failed, and shows what the builder said', async () => {
    project.write(BUILDER, "console.log('cannot resolve'); process.exit(1)")
    putElectron('echo started')
    const { code, out, err } = await project.run(START, [], hasDisplay)
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('cannot resolve')
  })

  it('closes the engine when npm is ended, whose shell does not pass the signal on', async () => {
    const command = `"${process.execPath}" ${START}; true`
    const env = { npm_lifecycle_event: 'start' }
    const shell = spawn('/bin/sh', ['-c', command], { cwd: project.dir, env })
    const ended = new Promise<void>((resolve) => shell.on('close', () => resolve())) // of all who hold its output
    let err = ''
    shell.stderr.on('data', (data) => {
      err += String(data)
    })
    shell.stdout.on('data', (data) => {
      if (READY.test(String(data))) shell.kill('SIGTERM')
    })
    await ended
    expect(err).toContain('fake app: closed')
  })

  it('refuses a bad flag and explains itself before it builds', async () => {
    project.write(BUILDER, "throw new Error('must not build')")
    const bad = await project.run(START, ['--sped', '2'])
    expect([bad.code, bad.out]).toEqual([2, ''])
    expect(bad.err).toContain('--sped')
    const help = await project.run(START, ['--help'])
    expect([help.code, help.err]).toEqual([0, ''])
  })
})
