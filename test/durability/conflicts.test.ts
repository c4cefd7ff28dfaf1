import { describe, expect, it } from 'vitest'
import { killBySignal } from './by-signal.ts'
import { crashInProcess } from './in-process.ts'
import { Tally } from './tally.ts'

const TIME_LIMIT_MS = 300_000

describe('an engine that dies while agents disagree', () => {
  it('decides every conflict once, carries it out once and knows what was asked, 60 times', {
    timeout: TIME_LIMIT_MS,
  }, async () => {
    const tally = new Tally()
    await crashInProcess({ crashes: 60, seed: 3, naive: null, load: 'conflicts' }, tally)
    expect(tally.toJson().findings).toEqual([])
    expect(tally.kills).toBe(60)
    for (const by of ['deepseek', 'claude', 'trader', 'default']) {
      expect(tally.timesOf(`conflicts decided by ${by}`)).toBeGreaterThan(0)
    }
    expect(tally.timesOf('questions interrupted')).toBeGreaterThan(0)
  })

  it('does as well when its process is killed with SIGKILL, twice', { timeout: TIME_LIMIT_MS }, async () => {
    const tally = new Tally()
    await killBySignal({ crashes: 2, seed: 2, naive: null, load: 'conflicts' }, tally)
    expect(tally.toJson()).toMatchObject({ findings: [], kills: 2 })
  })
})
