import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readWindowFiles } from '../../../../src/main/api/transports/window-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'window-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the built window', () => {
  it('is listed by the paths of its addresses, each with its type', () => {
    mkdirSync(join(folder, 'assets'))
    for (const name of ['index.html', 'assets/a.js', 'assets/a.css', 'assets/inter.woff2', 'assets/x.unknown']) {
      writeFileSync(join(folder, name), name)
    }
    const files = readWindowFiles(folder)
    const types = files.ok ? [...files.value].map(([path, { type }]) => [path, type]) : []
    expect(Object.fromEntries(types)).toEqual({
      '/': 'text/html; charset=utf-8',
      '/index.html': 'text/html; charset=utf-8',
      '/assets/a.js': 'text/javascript; charset=utf-8',
      '/assets/a.css': 'text/css; charset=utf-8',
      '/assets/inter.woff2': 'font/woff2',
      '/assets/x.unknown': 'application/octet-stream',
    })
  })

  it('leads nowhere else by a link', () => {
    writeFileSync(join(folder, 'index.html'), '')
    symlinkSync('/etc/hostname', join(folder, 'link.txt'))
    const files = readWindowFiles(folder)
    expect(files.ok && files.value.has('/link.txt')).toBe(false)
  })

  it('says how to build it where it is missing', () => {
    for (const missing of [folder, join(folder, 'no')]) {
      const files = readWindowFiles(missing)
      expect(files).toMatchObject({ ok: false, error: { code: 'window/not-built' } })
      expect(files.ok ? '' : files.error.message).toContain('npm run build')
    }
  })
})
