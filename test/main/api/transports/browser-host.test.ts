import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BrowserHost, startBrowserHost } from '../../../../src/main/api/transports/browser-host.ts'
import { failureFiles } from '../../../../src/main/api/transports/window-files.ts'
import { ask, enter, FakeEngine, FakeWindow, FILES } from './fakes.ts'

let host: BrowserHost
let engine: FakeEngine

beforeEach(async () => {
  engine = new FakeEngine()
  const started = await startBrowserHost({ port: 0, files: FILES, engine })
  if (!started.ok) throw new Error(started.error.message)
  host = started.value
})
afterEach(() => host.close())

describe('the printed address', () => {
  it('lets a browser in once and takes the token out of the address bar', async () => {
    const reply = await ask(host.port, new URL(host.url).search.replace('?', '/?'))
    expect(reply.status).toBe(303)
    expect(reply.headers.location).toBe('/')
    expect(String(reply.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict$/)

    const { cookie } = await enter(host.url)
    const page = await ask(host.port, '/', { cookie })
    expect([page.status, page.body]).toEqual([200, '<p>window</p>'])
  })

  it('has another token at every launch, of 256 bits', async () => {
    const other = await startBrowserHost({ port: 0, files: FILES, engine })
    if (!other.ok) throw new Error(other.error.message)
    const tokens = [host.url, other.value.url].map((url) => new URL(url).searchParams.get('token') ?? '')
    await other.value.close()
    expect(tokens[0]).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(tokens[0]).not.toBe(tokens[1])
  })

  it.each([
    ['no cookie', '/', {}],
    ['a wrong token', '/?token=AAAA', {}],
    ['an empty token', '/?token=', {}],
    ['a wrong cookie', '/', { cookie: 'triplegain=1; x' }],
    ['a file without a cookie', '/assets/a.js', {}],
    ['a name that does not exist without a cookie', '/nothing', {}],
  ])('says how to come in to one with %s, and nothing else', async (_case, path, headers) => {
    const reply = await ask(host.port, path, headers)
    expect(reply.status).toBe(401)
    expect(reply.body).toContain('Use the printed address')
    expect(reply.headers['set-cookie']).toBeUndefined()
  })

  it("does not take the cookie of another launch's port name for its own", async () => {
    const { cookie } = await enter(host.url)
    const renamed = cookie.replace(/^[^=]+/, 'triplegain-1')
    expect((await ask(host.port, '/', { cookie: renamed })).status).toBe(401)
    expect((await ask(host.port, '/', { cookie: `a=b; ${cookie}; c` })).status).toBe(200)
  })

  it('is bound to 127.0.0.1 alone: not even another loopback address answers', async () => {
    expect(new URL(host.url).hostname).toBe('127.0.0.1')
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect({ port: host.port, host: '127.0.0.2', timeout: 1_000 })
      for (const event of ['error', 'timeout', 'connect'] as const) {
        socket.on(event, () => {
          socket.destroy()
          resolve(event === 'connect')
        })
      }
    })
    expect(answered).toBe(false)
  })

  it('is refused in words when its port is taken', async () => {
    const second = await startBrowserHost({ port: host.port, files: FILES, engine })
    expect(second).toMatchObject({ ok: false, error: { code: 'host/port-unavailable' } })
  })
})

describe('other pages and names', () => {
  it('are refused by Host, so that a name rebound to 127.0.0.1 finds nothing', async () => {
    const { cookie, port } = await enter(host.url)
    for (const name of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`]) {
      expect((await ask(port, '/', { cookie, host: name })).status, name).toBe(403)
    }
    expect((await ask(port, '/', { cookie, host: `localhost:${port}` })).status).toBe(200)
  })

  it('are refused by Origin even with the cookie', async () => {
    const { cookie, port, origin } = await enter(host.url)
    for (const other of ['http://evil.example', 'null', `http://127.0.0.1:${port + 1}`, `https://127.0.0.1:${port}`]) {
      expect((await ask(port, '/', { cookie, origin: other })).status, other).toBe(403)
    }
    expect((await ask(port, '/', { cookie, origin })).status).toBe(200)
  })

  it('cannot use the token from elsewhere either', async () => {
    const path = host.url.slice(host.url.indexOf('/?'))
    const reply = await ask(host.port, path, { origin: 'http://evil.example' })
    expect([reply.status, reply.headers['set-cookie']]).toEqual([403, undefined])
  })
})

describe('files', () => {
  it('come with their type, and every answer with the strict policy', async () => {
    const { cookie, port } = await enter(host.url)
    const script = await ask(port, '/assets/a.js?v=1', { cookie })
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
    for (const reply of [
      script,
      await ask(port, '/', { cookie }),
      await ask(port, '/'),
      await ask(port, '/no', { cookie }),
    ]) {
      expect(reply.headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      )
      expect(reply.headers['x-content-type-options']).toBe('nosniff')
      expect(reply.headers['referrer-policy']).toBe('no-referrer')
    }
    expect((await ask(port, '/', { cookie })).headers['cache-control']).toBe('no-store')
  })

  it.each([
    '/../package.json',
    '/..%2f..%2fpackage.json',
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets\\..\\..\\package.json',
    '//etc/passwd',
    '/%00',
    '/assets',
    '/__proto__',
    'http://evil.example/',
  ])('are only those of the built window: not %s', async (path) => {
    const { cookie, port } = await enter(host.url)
    const reply = await ask(port, path, { cookie })
    expect(reply.status).toBe(404)
  })

  it('are read, never written: other methods are refused', async () => {
    const { cookie, port } = await enter(host.url)
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await ask(port, '/', { cookie }, method)).status).toBe(405)
    }
    const head = await ask(port, '/', { cookie }, 'HEAD')
    expect([head.status, head.body]).toEqual([200, ''])
  })

  it('survive a caller that does not speak HTTP', async () => {
    const text = await new Promise<string>((resolve) => {
      const socket = connect(host.port, '127.0.0.1', () => socket.write('\u0016\u0003 not http\r\n\r\n'))
      socket.on('data', (data) => resolve(String(data)))
    })
    expect(text).toMatch(/^HTTP\/1.1 400 /)
    expect((await ask(host.port, '/')).status).toBe(401)
  })
})

describe('when the engine did not start', () => {
  it('shows the failure to those who came by the address, and has no engine to talk to', async () => {
    const files = failureFiles({ code: 'database/newer', message: 'made by <b>9</b>' })
    const failed = await startBrowserHost({ port: 0, files, engine: null })
    if (!failed.ok) throw new Error(failed.error.message)
    const { cookie, port, origin } = await enter(failed.value.url)
    const page = await ask(port, '/', { cookie })
    expect(page.status).toBe(503)
    expect(page.body).toContain('made by &lt;b&gt;9&lt;/b&gt;')
    expect((await ask(port, '/')).body).not.toContain('made by')
    expect(await new FakeWindow(port, { cookie, origin }).opened).toBe(503)
    await failed.value.close()
  })
})
