import { afterEach, describe, expect, it } from 'vitest'
import { type BrowserHost, startBrowserHost } from '../../../../src/main/api/transports/browser-host.ts'
import { EngineStart } from '../../../../src/main/api/transports/engine-start.ts'
import { checkLivePhrase, LIVE_PHRASE } from '../../../../src/main/safety/live-phrase.ts'
import { type Failure, fail, ok, type Result } from '../../../../src/shared/result.ts'
import { ask, enter, FakeEngine, FakeWindow, FILES } from './fakes.ts'

class ClosingEngine extends FakeEngine {
  closed = 0
  async close(): Promise<void> {
    this.closed += 1
  }
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A live engine that wants the phrase, then whatever `afterwards` says. */
function liveStart(afterwards: () => Promise<Result<ClosingEngine>> = async () => ok(new ClosingEngine())) {
  const tried: (string | null)[] = []
  const start = new EngineStart<ClosingEngine>({
    async create(confirmLive) {
      tried.push(confirmLive)
      const confirmed = checkLivePhrase(confirmLive)
      return confirmed.ok ? afterwards() : confirmed
    },
    windowFiles: FILES,
    live: { phrase: LIVE_PHRASE, dataDir: '/home/ann/<data>' },
  })
  return { start, tried }
}

async function served(start: EngineStart<ClosingEngine>) {
  const host = await startBrowserHost({ port: 0, ...start.scene(), confirm: (typed) => start.confirm(typed) })
  if (!host.ok) throw new Error(host.error.message)
  start.onScene((scene) => host.value.show(scene))
  closing.push(() => host.value.close())
  return { ...(await enter(host.value.url)), host: host.value }
}

/** As the page does: the browser adds cookie and origin. */
function type(host: BrowserHost, phrase: string, headers: Record<string, string>) {
  return fetch(`http://127.0.0.1:${host.port}/confirm-live`, { method: 'POST', body: phrase, headers })
}

describe('live mode without its phrase', () => {
  it('shows what is about to happen and asks for the phrase; there is no engine to talk to', async () => {
    const { start } = liveStart()
    expect(await start.begin(null)).toMatchObject({ ok: false, error: { code: 'live/not-confirmed' } })
    const { port, cookie, origin } = await served(start)
    const { status, body } = await ask(port, '/', { cookie })
    expect(status).toBe(503)
    for (const text of ['<strong>LIVE</strong>', '/home/ann/&lt;data&gt;', LIVE_PHRASE, 'real money']) {
      expect(body).toContain(text)
    }
    expect(body).toMatch(/<label for="phrase">/)
    expect(body).toMatch(/role="alert"/)
    expect(body).not.toMatch(/onsubmit|javascript:|<script(?![^>]* src="\/confirm-live\.js")/)
    expect((await ask(port, '/confirm-live.js', { cookie })).headers['content-type']).toMatch(/^text\/javascript/)
    expect(await new FakeWindow(port, { cookie, origin }).opened).toBe(503)
  })

  it('says so of a wrong phrase and stays; the right one opens the window onto the engine', async () => {
    const { start, tried } = liveStart()
    await start.begin(null)
    const { host, port, cookie, origin } = await served(start)
    const wrong = await type(host, 'I understand', { cookie, origin })
    const said = (await wrong.json()) as { error: Failure }
    expect([wrong.status, said.error.code]).toEqual([409, 'live/not-confirmed'])
    expect(said.error.message).toContain(LIVE_PHRASE)
    expect((await ask(port, '/', { cookie })).body).toContain('Start live mode')

    expect(await (await type(host, LIVE_PHRASE, { cookie, origin })).json()).toEqual(ok(null))
    expect((await ask(port, '/', { cookie })).body).toBe('<p>window</p>')
    const window = new FakeWindow(port, { cookie, origin })
    expect(await window.opened).toBe('open')
    window.send({ id: 1, name: 'view.snapshot', input: {} })
    expect(await window.received(1)).toMatchObject([{ id: 1, reply: { ok: true } }])
    expect(tried).toEqual([null, 'I understand', LIVE_PHRASE])
  })

  it('takes the phrase from our own page only', async () => {
    const { start, tried } = liveStart()
    await start.begin(null)
    const { host, cookie, origin } = await served(start)
    const refused = [
      await type(host, LIVE_PHRASE, { cookie }),
      await type(host, LIVE_PHRASE, { cookie, origin: 'null' }),
      await type(host, LIVE_PHRASE, { cookie, origin: 'http://evil.example' }),
      await type(host, LIVE_PHRASE, { origin }),
      await type(host, 'x'.repeat(2_000), { cookie, origin }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 401, 413])
    expect(tried).toEqual([null])
  })

  it('shows the page of failure when the phrase was right and something else is wrong', async () => {
    const { start } = liveStart(async () => fail('live/key-in-use', 'in use by process 7'))
    await start.begin(null)
    const { host, port, cookie, origin } = await served(start)
    expect(await (await type(host, LIVE_PHRASE, { cookie, origin })).json()).toEqual(ok(null))
    expect((await ask(port, '/', { cookie })).body).toContain('in use by process 7')
    const again = await type(host, LIVE_PHRASE, { cookie, origin })
    expect(await again.json()).toMatchObject({ error: { code: 'live/not-asked' } })
  })

  it('answers an unexpected failure in words and stays', async () => {
    const { start } = liveStart(() => Promise.reject(new Error('a bug')))
    await start.begin(null)
    const { host, cookie, origin } = await served(start)
    const reply = await type(host, LIVE_PHRASE, { cookie, origin })
    expect(await reply.json()).toMatchObject({ error: { code: 'api/internal' } })
  })

  it('starts one engine however often the right phrase is sent, and closes the one that comes too late', async () => {
    let arrive = (_engine: Result<ClosingEngine>): void => {}
    const engine = new ClosingEngine()
    const { start, tried } = liveStart(() => new Promise((resolve) => (arrive = resolve)))
    await start.begin(null)
    const first = start.confirm(LIVE_PHRASE)
    expect(await start.confirm(LIVE_PHRASE)).toMatchObject({ error: { code: 'live/starting' } })
    const closed = start.close()
    arrive(ok(engine))
    await closed
    expect(await first).toMatchObject({ ok: false })
    expect([engine.closed, tried.length, start.scene().engine]).toEqual([1, 2, null])
  })

  it('is confirmed by the flag alone', async () => {
    const { start } = liveStart()
    const created = await start.begin(LIVE_PHRASE)
    expect([created.ok, start.scene().files]).toEqual([true, FILES])
    expect(await start.confirm(LIVE_PHRASE)).toMatchObject({ error: { code: 'live/not-asked' } })
    await start.close()
    expect(created.ok && created.value.closed).toBe(1)
  })
})
