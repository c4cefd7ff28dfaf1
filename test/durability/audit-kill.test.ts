import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import { verifyDatabase } from '../../src/main/persistence/verify-checks.ts'
import { epochMs } from '../../src/shared/time.ts'
import { MIGRATIONS_DIR } from '../support/crash-engine.ts'
import { makeScratch } from './scratch.ts'

const PROGRAM = fileURLToPath(new URL('./talking-app.ts', import.meta.url))
const DATABASE = 'paper-simulated.db'
/** From its first words to its death, ms: at no fixed place between two flushes. */
const LIVES_MS = [400, 431, 467, 512, 589]
const MAY_BE_LOST_MS = 100

type Said = { readonly n: number; readonly at: number }

/** What it had said, each with its time, when it was killed. */
async function talkAndDie(dataDir: string, compiled: string, livesMs: number): Promise<readonly Said[]> {
  const child = spawn(process.execPath, [PROGRAM, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  })
  const said: Said[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    const [n = Number.NaN, at = Number.NaN] = line.split(' ').map(Number)
    said.push({ n, at })
    if (n === 0) setTimeout(() => child.kill('SIGKILL'), livesMs)
  })
  await Promise.all([once(child, 'exit'), once(lines, 'close')])
  return said
}

describe('the audit of a program that is killed while it talks', () => {
  it('misses nothing but the last 100 ms, and its chain holds', { timeout: 120_000 }, async () => {
    const compiled = makeScratch('compiled')
    for (const livesMs of LIVES_MS) {
      const dataDir = makeScratch('talk')
      try {
        const said = await talkAndDie(dataDir, compiled, livesMs)
        expect(said.length).toBeGreaterThan(20)

        const opened = openDatabase(join(dataDir, DATABASE), {
          migrationsDir: MIGRATIONS_DIR,
          now: epochMs(Date.now()),
        })
        if (!opened.ok) throw new Error(opened.error.message)
        const texts = opened.value.sql
          .prepare<[], string>("SELECT payload ->> 'text' FROM messages WHERE source = 'coordinator' ORDER BY seq")
          .pluck()
          .all()
        // All that is there, in order and without a gap …
        expect(texts).toEqual(texts.map((_, n) => `The coordinator is PAUSED: ${n}`))
        // … and what is not was said at the very end.
        const missing = said.filter(({ n }) => n >= texts.length)
        const last = said.at(-1)?.at ?? Number.NaN
        expect(last - (missing[0]?.at ?? last)).toBeLessThanOrEqual(MAY_BE_LOST_MS)
        expect(verifyDatabase(opened.value)).toEqual([])
        expect(createStores(opened.value).journal.headTrouble()).toBeNull()
        opened.value.close()
      } finally {
        rmSync(dataDir, { recursive: true, force: true })
      }
    }
    rmSync(compiled, { recursive: true, force: true })
  })
})
