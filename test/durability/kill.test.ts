import { describe, expect, it } from 'vitest'
import { killBySignal } from './by-signal.ts'
import { crashInProcess } from './in-process.ts'
import { Tally } from './tally.ts'

const SEED = 1
/** One with which both rules go wrong within a dozen crashes. */
const SEED_OF_THE_NAIVE = 3
const TIME_LIMIT_MS = 300_000

describe('an engine that dies while it trades on a Kraken that answers badly', () => {
  it('loses no order, sends none twice and believes in none that is not there, 42 times', {
    timeout: TIME_LIMIT_MS,
  }, async () => {
    const tally = new Tally()
    await crashInProcess({ crashes: 42, seed: SEED, naive: null, load: 'desk' }, tally)
    const { findings, kills, orders, points } = tally.toJson()
    expect(findings).toEqual([])
    expect(kills).toBe(42)
    // The harness is worth nothing unless orders were under way, and died for at many places.
    expect(orders).toBeGreaterThan(30)
    expect(points.filter(([, deaths]) => deaths > 0).length).toBeGreaterThan(15)
  })

  it('does as well when its process is killed with SIGKILL, 14 times over the same files', {
    timeout: TIME_LIMIT_MS,
  }, async () => {
    const tally = new Tally()
    await killBySignal({ crashes: 14, seed: SEED, naive: null, load: 'desk' }, tally)
    const { findings, kills, orders } = tally.toJson()
    expect(findings).toEqual([])
    expect(kills).toBe(14)
    expect(orders).toBeGreaterThan(0)
  })

  it.each(['resend', 'look-once'] as const)(
    'is caught by this very harness when it would %s',
    { timeout: TIME_LIMIT_MS },
    async (naive) => {
      const tally = new Tally()
      const isCaught = (): boolean => tally.countOf('duplicate') + tally.countOf('lost') > 0
      await crashInProcess({ crashes: 100, seed: SEED_OF_THE_NAIVE, naive, load: 'desk', isEnough: isCaught }, tally)
      expect(isCaught()).toBe(true)
    },
  )
})
