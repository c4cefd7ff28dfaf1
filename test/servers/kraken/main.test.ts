import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Runs the command until it has said something, and ends it. */
function run(...options: string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...options])
  let said = ''
  const hear = (data: Buffer): void => {
    said += data
    if (said.includes('Ctrl-C')) child.kill('SIGTERM')
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  return new Promise((ended) => child.on('exit', (code) => ended({ code, said })))
}

describe('npm run kraken-server', () => {
  it('says how to point TripleGain at it, and ends when it is told to', async () => {
    const { code, said } = await run('--port', '0')
    expect(code).toBe(0)
    for (const part of [
      'rest_url: http://127.0.0.1:',
      'ws_url: ws://127.0.0.1:',
      'KRAKEN_API_KEY=',
      'KRAKEN_API_SECRET=',
    ]) {
      expect(said).toContain(part)
    }
  })

  it('explains its options, and refuses a wrong one in a sentence', async () => {
    const [help, wrong] = await Promise.all([run('--help'), run('--tier', 'gold')])
    expect(help).toMatchObject({ code: 0, said: expect.stringContaining('--seed') })
    expect(wrong).toEqual({
      code: 1,
      said: '--tier must be one of starter, intermediate, pro, unlimited, not "gold"\n',
    })
  })
})
