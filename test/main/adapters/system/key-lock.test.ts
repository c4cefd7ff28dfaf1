import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type KeyLock, takeKeyLock, userStateDir } from '../../../../src/main/adapters/system/key-lock.ts'
import type { Result } from '../../../../src/shared/result.ts'
import { epochMs } from '../../../../src/shared/time.ts'

const KEY = 'an API key, the public part of it'
const KEY_LOCK = join(import.meta.dirname, '..', '..', '..', '..', 'src/main/adapters/system/key-lock.ts')
const CHILD = `
import { takeKeyLock } from ${JSON.stringify(KEY_LOCK)}
const [folder, key, dataDir] = process.argv.slice(-3)
const taken = takeKeyLock(folder, key, { pid: process.pid, startedAt: 5, dataDir })
console.log(taken.ok ? 'taken' : taken.error.code)
setInterval(() => {}, 1_000)
`

let folder: string
const children: ChildProcess[] = []
const locks: KeyLock[] = []
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'key-lock-')), 'state', 'triplegain')
})
afterEach(async () => {
  for (const lock of locks.splice(0)) lock.release()
  for (const child of children.splice(0)) await end(child)
  rmSync(join(folder, '..', '..'), { recursive: true })
})

function take(key = KEY, dataDir = '/data/here'): Result<KeyLock> {
  const taken = takeKeyLock(folder, key, { pid: process.pid, startedAt: epochMs(1), dataDir })
  if (taken.ok) locks.push(taken.value)
  return taken
}

/** Another TripleGain, in a process of its own. */
function another(key = KEY, dataDir = '/data/elsewhere'): Promise<{ said: string; child: ChildProcess }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', CHILD, '--', folder, key, dataDir])
  children.push(child)
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => resolve({ said: String(data).trim(), child }))
    child.stderr.on('data', (data) => reject(new Error(String(data))))
  })
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.on('close', () => resolve())
    child.kill('SIGKILL')
  })
}

describe('one TripleGain for each exchange key', () => {
  it('refuses the second one with the same key, whatever its data folder, and says who has it', async () => {
    const { said, child } = await another()
    expect(said).toBe('taken')
    const refused = take()
    expect(refused).toMatchObject({ ok: false, error: { code: 'live/key-in-use' } })
    const message = refused.ok ? '' : refused.error.message
    for (const part of [String(child.pid), '/data/elsewhere', 'second key']) expect(message).toContain(part)
  })

  it('takes over from one that was killed, even mid-stride', async () => {
    const { child } = await another()
    expect(take().ok).toBe(false)
    await end(child)
    expect(take().ok).toBe(true)
    expect((await another()).said).toBe('live/key-in-use')
  })

  it('refuses a second one in the same process too, and keeps the lock of the first', async () => {
    expect(take().ok).toBe(true)
    expect(take()).toMatchObject({ ok: false, error: { code: 'live/key-in-use' } })
    expect((await another()).said).toBe('live/key-in-use')
  })

  it('lets another key pass', async () => {
    expect(take().ok).toBe(true)
    expect(take('another key').ok).toBe(true)
    expect((await another('a third key')).said).toBe('taken')
  })

  it('is free once released, and released once', async () => {
    const first = take()
    if (first.ok) first.value.release()
    expect((await another()).said).toBe('taken')
    if (first.ok) first.value.release()
    expect(take().ok).toBe(false)
  })

  it('never writes the key, and keeps its folder to this user', () => {
    take()
    const files = readdirSync(folder)
    expect(files.filter((name) => /^key-[0-9a-f]{64}\.(lock|json)$/.test(name))).toHaveLength(2)
    for (const name of files) {
      const file = join(folder, name)
      // Reading the lock file would drop the lock: it is empty.
      if (name.endsWith('.lock')) expect(statSync(file).size).toBe(0)
      else expect(readFileSync(file, 'utf8')).not.toContain(KEY)
    }
    if (process.platform !== 'win32') expect(statSync(folder).mode & 0o077).toBe(0)
  })

  it('does without the note of who has it', async () => {
    await another()
    for (const name of readdirSync(folder)) if (name.endsWith('.json')) writeFileSync(join(folder, name), '{')
    const refused = take()
    expect(refused.ok ? '' : refused.error.message).toMatch(/another TripleGain of yours\. Close/)
  })

  it('says so where its folder cannot be used', () => {
    mkdirSync(join(folder, '..'), { recursive: true })
    writeFileSync(folder, 'a file in the way')
    expect(take()).toMatchObject({ ok: false, error: { code: 'live/key-lock-unavailable' } })
  })
})

describe("the user's folder for the state of programs", () => {
  it.each([
    ['linux', {}, '/home/ann/.local/state/triplegain'],
    ['linux', { XDG_STATE_HOME: '/state' }, '/state/triplegain'],
    ['linux', { XDG_STATE_HOME: 'relative' }, '/home/ann/.local/state/triplegain'],
    ['darwin', { XDG_STATE_HOME: '/state' }, '/home/ann/Library/Application Support/triplegain/state'],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/triplegain'],
  ])('on %s with %j is %s', (platform, env, expected) => {
    expect(userStateDir({ platform, env, home: '/home/ann' })).toBe(expected)
  })
})
