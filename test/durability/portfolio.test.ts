import { describe, expect, it } from 'vitest'
import { GATE_REFUSED } from '../support/crash-inspect-plans.ts'
import { killBySignal } from './by-signal.ts'
import { crashInProcess } from './in-process.ts'
import { Tally } from './tally.ts'

const TIME_LIMIT_MS = 300_000

describe('an engine that dies between plan, approval, leg and fill', () => {
  it('trades nothing beyond what was approved, and uses no approval twice, 18 times', {
    timeout: TIME_LIMIT_MS,
  }, async () => {
    const tally = new Tally()
    await crashInProcess({ crashes: 18, seed: 2, naive: null, load: 'portfolio' }, tally)
    const { findings, kills, orders } = tally.toJson()
    expect(findings).toEqual([])
    expect(kills).toBe(18)
    expect(orders).toBeGreaterThan(10)
  })

  it('does as well when its process is killed with SIGKILL, twice', { timeout: TIME_LIMIT_MS }, async () => {
    const tally = new Tally()
    await killBySignal({ crashes: 2, seed: 2, naive: null, load: 'portfolio' }, tally)
    expect(tally.toJson()).toMatchObject({ findings: [], kills: 2 })
  })

  it('is caught by this very harness when it would forget what it has traded', { timeout: TIME_LIMIT_MS }, async () => {
    const tally = new Tally()
    const isCaught = (): boolean => tally.countOf('duplicate') > 0
    await crashInProcess({ crashes: 100, seed: 1, naive: 'resell', load: 'portfolio', isEnough: isCaught }, tally)
    expect(isCaught()).toBe(true)
  })

  it('is held back by the gate when everything but the gate forgets', { timeout: TIME_LIMIT_MS }, async () => {
    const tally = new Tally()
    await crashInProcess({ crashes: 40, seed: 1, naive: 'resell-gated', load: 'portfolio' }, tally)
    expect(tally.toJson().findings).toEqual([])
    expect(tally.timesOf(GATE_REFUSED)).toBeGreaterThan(0)
  })
})
