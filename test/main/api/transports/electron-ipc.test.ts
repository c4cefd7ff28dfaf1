import { describe, expect, it } from 'vitest'
import { type IpcFrame, type IpcWindow, serveIpc } from '../../../../src/main/api/transports/electron-ipc.ts'
import { fail } from '../../../../src/shared/result.ts'
import { FakeEngine } from './fakes.ts'

type Listener = (event: { senderFrame: IpcFrame | null }, name: unknown, input: unknown) => unknown

function start(windows: IpcWindow[] = []) {
  const engine = new FakeEngine()
  const handlers = new Map<string, Listener>()
  const stop = serveIpc({
    ipcMain: {
      handle: (channel, listener) => void handlers.set(channel, listener),
      removeHandler: (channel) => void handlers.delete(channel),
    },
    engine,
    isTrusted: (url) => url.startsWith('triplegain://app/'),
    windows: () => windows,
  })
  const ask = (senderFrame: IpcFrame | null, name: unknown, input: unknown = {}) =>
    handlers.get('triplegain:request')?.({ senderFrame }, name, input)
  return { engine, handlers, stop, ask }
}
const ours: IpcFrame = { url: 'triplegain://app/#/portfolio', parent: null }

describe("Electron's IPC", () => {
  it('carries a request of the window to the engine and its answer back', async () => {
    const { ask } = start()
    expect(await ask(ours, 'order.cancel', { id: 'ord_1' })).toEqual({
      ok: true,
      value: { name: 'order.cancel', input: { id: 'ord_1' } },
    })
  })

  it.each([
    ['another page', { url: 'https://evil.example/', parent: null }],
    ['a frame inside our page', { url: 'triplegain://app/', parent: ours }],
    ['a frame that is gone', null],
  ])('refuses %s without asking the engine', async (_case, frame) => {
    const { ask, engine } = start()
    expect(await ask(frame, 'stop.kill')).toMatchObject({ ok: false, error: { code: 'api/refused' } })
    expect(engine.asked).toEqual([])
  })

  it('answers a name that is no text and an engine that throws with values', async () => {
    const { ask, engine } = start()
    expect(await ask(ours, { toString: 1 })).toMatchObject({ error: { code: 'api/unknown-call' } })
    engine.answer = () => Promise.reject(new Error('secret'))
    const reply = await ask(ours, 'view.snapshot')
    expect(reply).toMatchObject(fail('api/internal', expect.any(String)))
    expect(JSON.stringify(reply)).not.toContain('secret')
  })

  it('pushes to the windows that are there, until it is stopped', () => {
    const sent: unknown[][] = []
    const gone = { isDestroyed: () => true, send: () => expect.unreachable() }
    const { engine, handlers, stop } = start([
      gone,
      { isDestroyed: () => false, send: (...message) => void sent.push(message) },
    ])
    engine.push('view.delta', { seq: 1 })
    expect(sent).toEqual([['triplegain:event', 'view.delta', { seq: 1 }]])
    stop()
    engine.push('view.delta', { seq: 2 })
    expect([sent.length, handlers.size]).toEqual([1, 0])
  })
})
