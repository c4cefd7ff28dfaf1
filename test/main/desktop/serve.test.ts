import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIVE_PHRASE } from '../../../src/main/safety/live-phrase.ts'
import { ask, enter } from '../api/transports/fakes.ts'
import { ProjectCopy } from './project-copy.ts'

const SERVE = 'src/main/serve.ts'
const READY = /^TripleGain is at http:\/\/127\.0\.0\.1:(\d+)\/\?token=[A-Za-z0-9_-]{43}\n/m

let project: ProjectCopy
beforeAll(() => {
  project = new ProjectCopy()
})
afterAll(() => project.remove())

describe('the browser host', () => {
  it('explains itself with --help', async () => {
    const { code, out, err } = await project.run(SERVE, ['--help'])
    expect([code, err]).toEqual([0, ''])
    for (const flag of [
      '--port',
      '--data-dir',
      '--config-dir',
      '--market',
      '--speed',
      '--seed',
      '--candles',
      '--confirm-live',
    ]) {
      expect(out).toContain(flag)
    }
  })

  it.each([[['--prot', '1']], [['--port', 'x']], [['--market', 'moon']], [['stray']]])(
    'refuses %j with one line and exit code 2',
    async (args) => {
      const { code, out, err } = await project.run(SERVE, args)
      expect([code, out]).toEqual([2, ''])
      expect(err).toMatch(/^serve: [^\n]+ \(see --help\)\n$/)
    },
  )

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'prints its address, and on %s closes the engine and ends well',
    async (signal) => {
      const args = ['--data-dir', '/d', '--seed', '5']
      const { code, out, err } = await project.run(SERVE, args, {}, [READY, signal])
      expect(out).toMatch(READY)
      expect(err).toBe('fake app: {"market":"simulated","seed":5,"dataDir":"/d"}\nfake app: closed\n')
      expect(code).toBe(0)
    },
  )

  it('says what stays at the exchange before it ends', async () => {
    const resting = '1 position stays open; its stop rests at the exchange.'
    const { code, out, err } = await project.run(SERVE, [], { FAKE_RESTING: resting }, [READY, 'SIGINT'])
    expect(out.trim().split('\n').at(-1)).toBe(resting)
    expect([code, err.endsWith('fake app: closed\n')]).toEqual([0, true])
  })

  it('waits for the phrase of live mode in its page, and then opens the window', async () => {
    const child = spawn(process.execPath, [SERVE], { cwd: project.dir, env: { FAKE_LIVE: '1' } })
    const ended = new Promise((resolve) => child.on('close', resolve))
    let err = ''
    child.stderr.on('data', (data) => {
      err += String(data)
    })
    const printed = await new Promise<string>((resolve) => child.stdout.on('data', (data) => resolve(String(data))))
    const { port, cookie, origin } = await enter(printed.trim().split(' ').at(-1) ?? '')
    expect((await ask(port, '/', { cookie })).body).toContain('Live mode: real money')
    await fetch(`${origin}/confirm-live`, { method: 'POST', body: LIVE_PHRASE, headers: { cookie, origin } })
    expect((await ask(port, '/', { cookie })).body).toBe('<p>window</p>')
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(err).toMatch(/^serve: Live mode [^\n]*\nfake app: \{[^\n]*\nfake app: closed\n$/)
  })

  it('starts live mode at once with --confirm-live, and not with another phrase', async () => {
    const right = await project.run(SERVE, ['--confirm-live', LIVE_PHRASE], { FAKE_LIVE: '1' }, [READY, 'SIGTERM'])
    expect([right.code, right.err.startsWith('fake app: {')]).toEqual([0, true])
    const wrong = await project.run(SERVE, ['--confirm-live', 'yes'], { FAKE_LIVE: '1' }, [READY, 'SIGTERM'])
    expect([wrong.code, wrong.err.includes('fake app')]).toEqual([1, false])
  })

  it('shows a page for a failure that is put right elsewhere, and ends with exit code 1', async () => {
    const child = spawn(process.execPath, [SERVE], { cwd: project.dir, env: { FAKE_FAILURE: 'database/newer' } })
    const ended = new Promise((resolve) => child.on('close', resolve))
    let err = ''
    child.stderr.on('data', (data) => {
      err += String(data)
    })
    const printed = await new Promise<string>((resolve) => child.stdout.on('data', (data) => resolve(String(data))))
    const { port, cookie } = await enter(printed.trim().split(' ').at(-1) ?? '')
    const page = await ask(port, '/', { cookie })
    child.kill('SIGTERM')
    expect(page.body).toContain('it failed &lt;here&gt;')
    expect(err).toBe('serve: it failed <here>\n')
    expect(await ended).toBe(1)
  })

  it('ends at once with exit code 1 for any other', async () => {
    const { code, out, err } = await project.run(SERVE, [], { FAKE_FAILURE: 'candles/missing' })
    expect([code, out, err]).toEqual([1, '', 'serve: it failed <here>\n'])
  })

  it('closes the engine again when its port is taken', async () => {
    const { code, out, err } = await project.run(SERVE, await takenPort())
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('fake app: closed\nserve: Port ')
  })

  it('says how to build the window where it is missing', async () => {
    const other = new ProjectCopy()
    rmSync(join(other.dir, 'out'), { recursive: true })
    const { code, err } = await other.run(SERVE, [])
    other.remove()
    expect([code, err.includes('run `npm run build`'), err.includes('fake app')]).toEqual([1, true, false])
  })
})

async function takenPort(): Promise<string[]> {
  const { createServer } = await import('node:net')
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  server.unref()
  return ['--port', String((server.address() as { port: number }).port)]
}
