import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createFileSentinel,
  createMemorySentinel,
  sentinelFile,
} from '../../../../src/main/adapters/system/sentinel.ts'
import type { Kill } from '../../../../src/main/ports.ts'
import { epochMs } from '../../../../src/shared/time.ts'

const KILL: Kill = { at: epochMs(1_700_000_000_000), reason: 'pressed "here"\n…', flatten: true }

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sentinel-'))
  file = sentinelFile(folder, 'live-kraken')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe.each([
  ['a file', () => createFileSentinel(file)],
  ['memory', () => createMemorySentinel()],
])('a mark in %s', (_where, create) => {
  it('is there from raise to lower, with what it says', () => {
    const sentinel = create()
    expect(sentinel.read()).toBeNull()
    expect(sentinel.raise(KILL).ok).toBe(true)
    expect(sentinel.read()).toEqual(KILL)
    expect(sentinel.raise({ ...KILL, reason: 'again' }).ok).toBe(true)
    expect(sentinel.read()?.reason).toBe('again')
    expect(sentinel.lower().ok).toBe(true)
    expect(sentinel.read()).toBeNull()
    expect(sentinel.lower().ok).toBe(true)
  })
})

describe('the file of a mark', () => {
  it('is for this user alone, whole or not at all, and leaves nothing beside it', () => {
    createFileSentinel(file).raise(KILL)
    expect(readdirSync(folder)).toEqual(['live-kraken.kill'])
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it.each(['', '{', 'null', '[]', '{"at":-1,"reason":"x"}', '{"at":1}', '{"at":"1","reason":"x"}', '\u0000'])(
    'counts whatever it holds: %j',
    (content) => {
      const before = Date.now()
      writeFileSync(file, content)
      const kill = createFileSentinel(file).read()
      expect(kill?.reason).toBe('A kill file was found that says no reason.')
      expect(kill?.at).toBeGreaterThan(before - 60_000)
    },
  )

  it('needs no more than time and reason', () => {
    writeFileSync(file, '{"at":5,"reason":"by a script"}')
    expect(createFileSentinel(file).read()).toEqual({ at: 5, reason: 'by a script', flatten: false })
  })

  it('takes a reason of any length', () => {
    createFileSentinel(file).raise({ ...KILL, reason: 'x'.repeat(10_000) })
    expect(createFileSentinel(file).read()?.reason).toBe('x'.repeat(500))
  })

  it('counts even where a folder stands in its place, and says that it cannot be removed', () => {
    mkdirSync(join(file, 'in the way'), { recursive: true })
    const sentinel = createFileSentinel(file)
    expect(sentinel.read()).not.toBeNull()
    expect(sentinel.lower()).toMatchObject({ ok: false, error: { code: 'kill/still-marked' } })
  })

  it('cannot be written into a folder that is not there, which is said', () => {
    const sentinel = createFileSentinel(join(folder, 'missing', 'live-kraken.kill'))
    expect(sentinel.raise(KILL)).toMatchObject({ ok: false, error: { code: 'kill/not-marked' } })
    expect(sentinel.read()).toBeNull()
  })

  it('is made of its name alone where there is no room for its content', () => {
    // What writing the content needs is taken: a folder in place of the unfinished file.
    mkdirSync(`${file}.${process.pid}.unfinished`)
    const raised = createFileSentinel(file).raise(KILL)
    expect([raised.ok, existsSync(file)]).toEqual([true, true])
  })
})
