import { afterEach, describe, expect, it } from 'vitest'
import { type BrowserHost, startBrowserHost } from '../../../../src/main/api/transports/browser-host.ts'
import type { Limits } from '../../../../src/main/api/transports/websocket-host.ts'
import { fail, ok } from '../../../../src/shared/result.ts'
import { enter, FakeEngine, FakeWindow, FILES } from './fakes.ts'

let host: BrowserHost
let engine: FakeEngine

async function open(limits: Partial<Limits> = {}): Promise<{ port: number; cookie: string; origin: string }> {
  engine = new FakeEngine()
  const started = await startBrowserHost({ port: 0, files: FILES, engine, limits: { closeMs: 300, ...limits } })
  if (!started.ok) throw new Error(started.error.message)
  host = started.value
  return enter(host.url)
}

async function openWindow(limits: Partial<Limits> = {}): Promise<FakeWindow> {
  const { port, cookie, origin } = await open(limits)
  const window = new FakeWindow(port, { cookie, origin })
  expect(await window.opened).toBe('open')
  return window
}

afterEach(() => host.close())

describe('the WebSocket opens', () => {
  it('to our own page with the cookie, under both names of the loopback', async () => {
    const { port, cookie, origin } = await open()
    expect(await new FakeWindow(port, { cookie, origin }).opened).toBe('open')
    const names = { host: `localhost:${port}`, origin: `http://localhost:${port}` }
    expect(await new FakeWindow(port, { cookie, ...names }).opened).toBe('open')
  })

  it('to nobody else', async () => {
    const { port, cookie, origin } = await open()
    const answered = (headers: Record<string, string>, path?: string) => new FakeWindow(port, headers, path).opened
    expect(await answered({ origin })).toBe(401)
    expect(await answered({ origin, cookie: cookie.replace(/.$/, '') })).toBe(401)
    expect(await answered({ cookie })).toBe(403)
    expect(await answered({ cookie, origin: 'http://evil.example' })).toBe(403)
    expect(await answered({ cookie, origin: `http://localhost:${port}` })).toBe(403)
    expect(await answered({ cookie, origin: `http://evil.example:${port}`, host: `evil.example:${port}` })).toBe(403)
    expect(await answered({ cookie, origin }, '/elsewhere')).toBe(404)
  })
})

describe('requests', () => {
  it('reach the engine and are answered under their id, in the order in which they are done', async () => {
    const window = await openWindow()
    let release = (): void => {}
    const slow = new Promise<void>((resolve) => {
      release = resolve
    })
    engine.answer = async (name) => {
      if (name === 'portfolio.check') await slow
      return ok({ text: name })
    }
    window.send({ id: 1, name: 'portfolio.check', input: {} })
    window.send({ id: 'b', name: 'order.cancel', input: { id: 'ord_1' } })
    await window.received(1)
    release()
    expect(await window.received(2)).toEqual([
      { id: 'b', reply: { ok: true, value: { text: 'order.cancel' } } },
      { id: 1, reply: { ok: true, value: { text: 'portfolio.check' } } },
    ])
    expect(engine.asked[1]).toEqual({ name: 'order.cancel', input: { id: 'ord_1' } })
  })

  it('bring expected failures as values, and bugs without their text', async () => {
    const window = await openWindow()
    engine.answer = async (name) => {
      if (name === 'a') return fail('order/unknown', 'There is no such order.')
      throw new Error('secret')
    }
    window.send({ id: 1, name: 'a', input: {} })
    window.send({ id: 2, name: 'b', input: {} })
    const [known, bug] = await window.received(2)
    expect(known).toEqual({ id: 1, reply: fail('order/unknown', 'There is no such order.') })
    expect(bug).toMatchObject({ id: 2, reply: { ok: false, error: { code: 'api/internal' } } })
    expect(JSON.stringify(bug)).not.toContain('secret')
  })

  it('beyond what one window may have open are refused, not queued', async () => {
    const window = await openWindow({ openRequests: 2 })
    engine.answer = () => new Promise(() => {})
    for (const id of [1, 2, 3]) window.send({ id, name: 'a', input: {} })
    expect(await window.received(1)).toMatchObject([{ id: 3, reply: { error: { code: 'api/too-many-requests' } } }])
    expect(engine.asked).toHaveLength(2)
  })

  it.each([
    ['no JSON', '{', 1007],
    ['no object', '[1]', 1007],
    ['null', 'null', 1007],
    ['no id', '{"name":"a","input":{}}', 1007],
    ['an id that is neither number nor text', '{"id":{},"name":"a"}', 1007],
    ['no name', '{"id":1}', 1007],
    ['bytes', Buffer.from([1, 2, 3]), 1003],
    ['more than a mebibyte', `"${'x'.repeat(1_048_577)}"`, 1009],
  ])('that are %s close that window with a reason and leave the others alone', async (_case, frame, code) => {
    const { port, cookie, origin } = await open()
    const [bad, good] = [new FakeWindow(port, { cookie, origin }), new FakeWindow(port, { cookie, origin })]
    await Promise.all([bad.opened, good.opened])
    bad.send(frame)
    bad.send({ id: 1, name: 'stop.kill', input: {} })
    expect((await bad.closed).code).toBe(code)
    good.send({ id: 2, name: 'view.snapshot', input: {} })
    expect(await good.received(1)).toMatchObject([{ id: 2 }])
    expect(engine.asked.map(({ name }) => name)).toEqual(['view.snapshot'])
  })
})

describe('what the engine pushes', () => {
  it('reaches every window', async () => {
    const { port, cookie, origin } = await open()
    const windows = [new FakeWindow(port, { cookie, origin }), new FakeWindow(port, { cookie, origin })]
    await Promise.all(windows.map((window) => window.opened))
    engine.push('view.delta', { seq: 1, changed: {} })
    for (const window of windows) {
      expect(await window.received(1)).toEqual([{ event: 'view.delta', payload: { seq: 1, changed: {} } }])
    }
  })

  it('is not piled up for a window that does not read: it is dropped and may come back', async () => {
    const { port, cookie, origin } = await open({ unsentBytes: 1_000_000 })
    const [stuck, reading] = [new FakeWindow(port, { cookie, origin }), new FakeWindow(port, { cookie, origin })]
    await Promise.all([stuck.opened, reading.opened])
    stuck.socket.pause()
    const payload = 'x'.repeat(500_000)
    for (let n = 1; n <= 40; n += 1) {
      engine.push('view.delta', payload)
      await reading.received(n)
    }
    stuck.socket.resume()
    expect([4001, 1006]).toContain((await stuck.closed).code)
    expect(stuck.frames.length).toBeLessThan(40)
    expect(await new FakeWindow(port, { cookie, origin }).opened).toBe('open')
  })

  it('stops when the host closes, which tells the windows', async () => {
    const window = await openWindow()
    await host.close()
    expect((await window.closed).code).toBe(1001)
    expect(engine.listeners.size).toBe(0)
  })
})
