import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { resolveConfig } from 'electron-vite'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { calls, events } from '../../src/shared/contract/contract.ts'
import { CALL_NAMES, EVENT_NAMES } from '../../src/shared/contract/names.ts'

type Listener = (name: string, payload: unknown) => void
type Api = { request(name: unknown, input?: unknown): Promise<unknown>; subscribe(listener: Listener): () => void }

const PROJECT = join(import.meta.dirname, '..', '..')
let folder: string
let code: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'preload-'))
  const before = process.env.NODE_ENV
  const { config } = await resolveConfig(
    { configFile: join(PROJECT, 'electron.vite.config.ts'), build: { outDir: folder }, logLevel: 'silent' },
    'build',
    'production',
  )
  if (config?.preload === undefined) throw new Error('there is no preload in electron.vite.config.ts')
  await build(config.preload)
  process.env.NODE_ENV = before
  code = readFileSync(join(folder, 'preload', 'index.cjs'), 'utf8')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs what was built as a sandboxed preload: with `require` for electron and nothing else. */
function load() {
  const required: string[] = []
  const invoked: unknown[][] = []
  const listeners = new Set<(...message: unknown[]) => void>()
  const exposed = new Map<string, unknown>()
  const electron = {
    contextBridge: { exposeInMainWorld: (name: string, api: unknown) => void exposed.set(name, api) },
    ipcRenderer: {
      async invoke(...message: unknown[]) {
        invoked.push(message)
        if (message[1] === 'stop.kill') throw new Error('no handler registered')
        return { ok: true, value: 'answered' }
      },
      on: (_channel: string, listener: () => void) => void listeners.add(listener),
      removeListener: (_channel: string, listener: () => void) => void listeners.delete(listener),
    },
  }
  const module = { exports: {} }
  const require = (name: string): unknown => {
    required.push(name)
    if (name !== 'electron') throw new Error(`a sandboxed preload cannot require ${name}`)
    return electron
  }
  runInNewContext(code, { require, module, exports: module.exports })
  return { required, invoked, listeners, exposed, api: exposed.get('triplegain') as Api }
}

describe('the preload', () => {
  it('is built as one small CommonJS file that requires electron only', () => {
    expect(readdirSync(join(folder, 'preload'))).toEqual(['index.cjs'])
    expect(load().required).toEqual(['electron'])
    expect(code.length).toBeLessThan(10_000)
    expect(code).not.toMatch(/zod|^import |^export /m)
  })

  it('exposes two functions under one name, and nothing of Electron', () => {
    const { exposed, api } = load()
    expect([...exposed.keys()]).toEqual(['triplegain'])
    expect(Object.keys(api)).toEqual(['request', 'subscribe'])
  })

  it('knows the names of the contract, all of them and no other', () => {
    expect([...CALL_NAMES].sort()).toEqual(Object.keys(calls).sort())
    expect([...EVENT_NAMES].sort()).toEqual(Object.keys(events).sort())
  })

  it('passes a call of the contract on, and the answer back', async () => {
    const { api, invoked } = load()
    expect(await api.request('order.cancel', { id: 'ord_1' })).toEqual({ ok: true, value: 'answered' })
    expect(invoked).toEqual([['triplegain:request', 'order.cancel', { id: 'ord_1' }]])
  })

  it.each(['order.cancel ', 'toString', '__proto__', 'shell.openExternal', '', 7, null, ['order.cancel']])(
    'turns %j away at the door',
    async (name) => {
      const { api, invoked } = load()
      expect(await api.request(name, {})).toMatchObject({ ok: false, error: { code: 'api/unknown-call' } })
      expect(invoked).toEqual([])
    },
  )

  it('answers an engine that cannot be reached as an error value', async () => {
    const { api } = load()
    expect(await api.request('stop.kill', {})).toMatchObject({ ok: false, error: { code: 'api/unreachable' } })
  })

  it('passes the events of the contract to whoever subscribed, until they leave', () => {
    const { api, listeners } = load()
    const got: unknown[][] = []
    const leave = api.subscribe((...event) => void got.push(event))
    const push = (...message: unknown[]) => {
      for (const listener of listeners) listener({ sender: 'never shown' }, ...message)
    }
    push('view.delta', { seq: 1 })
    push('something.else', { seq: 2 })
    push({}, { seq: 3 })
    leave()
    push('view.delta', { seq: 4 })
    expect(got).toEqual([['view.delta', { seq: 1 }]])
  })
})
