import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifyDatabase } from '../../../src/main/persistence/verify-checks.ts'
import { amount } from '../../../src/shared/money.ts'
import { epochMs, HOUR, MINUTE, SECOND } from '../../../src/shared/time.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { USDT } from '../../support/money-arbitraries.ts'
import { decided, signalOf } from '../../support/signal-builders.ts'
import { alertsOf, type Bench, isInOrder } from '../execution/trade-bench.ts'

/** A trade loses 0.3 % of equity at its stop, so that everything trips now and then. */
const SET = [
  'portfolio.approval.tactical=auto',
  'portfolio.approval.auto_max_value=100000',
  'portfolio.approval.auto_max_per_day=100000',
  'risk.breakers.day_loss_percent=0.2',
  'risk.breakers.week_loss_percent=0.4',
  'risk.breakers.drawdown_percent=0.7',
  'risk.breakers.losses_in_a_row=2',
]
const SUNDAY_NIGHT = epochMs(Date.parse('2026-01-04T23:30:00Z'))

type Step =
  | { readonly kind: 'price'; readonly to: number }
  | { readonly kind: 'signal' | 'restart' | 'resume' }
  | { readonly kind: 'flow'; readonly way: 'deposit' | 'withdrawal'; readonly units: number }
  | { readonly kind: 'pass'; readonly ms: number }
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('price' as const), to: fc.integer({ min: 485, max: 512 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('signal' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'resume' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('flow' as const),
      way: fc.constantFrom('deposit' as const, 'withdrawal' as const),
      units: fc.integer({ min: 1, max: 500 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(MINUTE, 31 * MINUTE, 24 * HOUR) }),
  },
)

/** What the breakers remember, and what follows from it. */
function remembered({ engine }: Bench): unknown {
  engine.breakers.look()
  return { state: engine.breakers.snapshot()?.state, verdict: engine.breakers.verdict() }
}

/** One life after another over the same files; ends where what came back differs from what went. */
async function live(dir: string, steps: readonly Step[], seen: Set<string>): Promise<void> {
  let price = { 'BTC/USDT': 50_000 }
  let bench = createEngineBench({ dir, set: SET, now: SUNDAY_NIGHT })
  bench.tick(price)
  remembered(bench)
  const note = (): void => {
    for (const code of alertsOf(bench)) seen.add(code)
  }
  const settle = async (): Promise<void> => {
    bench.tick(price)
    await bench.engine.executor.idle()
  }
  const restart = async (): Promise<void> => {
    const before = remembered(bench)
    const { state } = bench.engine.coordinator.status()
    note()
    await bench.end()
    bench = createEngineBench({ dir, set: SET, now: bench.clock.now() })
    bench.tick(price)
    await bench.engine.executor.resume()
    expect(remembered(bench)).toEqual(before)
    expect(bench.engine.coordinator.status().state).toBe(state)
    expect(alertsOf(bench).filter((code) => code.startsWith('breaker/'))).toEqual([])
  }
  for (const step of steps) {
    if (step.kind === 'price') price = { 'BTC/USDT': step.to * 100 }
    if (step.kind === 'signal') {
      await settle()
      decided(bench.engine.bus, signalOf({ entry: price['BTC/USDT'], at: bench.clock.now(), confidence: 0.95 }))
    }
    if (step.kind === 'flow') bench.exchange.move(step.way, USDT, amount(String(step.units)))
    if (step.kind === 'pass') await bench.pass(step.ms, HOUR, price)
    if (step.kind === 'resume' && !bench.engine.coordinator.isRunning()) {
      bench.engine.coordinator.resume()
      bench.engine.breakers.onResumed()
    }
    await bench.pass(SECOND, SECOND, price)
    await settle()
    if (step.kind === 'flow') await bench.engine.executor.reconcile()
    if (step.kind === 'restart') await restart()
  }
  await restart()
  expect(await isInOrder(bench)).toBe(true)
  expect(verifyDatabase(bench.database)).toEqual([])
  note()
  await bench.end()
}

describe('circuit breakers over random closes, prices, deposits and restarts', () => {
  it('remember after every restart exactly what they remembered before it, and say nothing twice', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 6, maxLength: 24 }), async (steps) => {
        const dir = mkdtempSync(join(tmpdir(), 'triplegain-breakers-'))
        try {
          await live(dir, steps, seen)
        } finally {
          rmSync(dir, { recursive: true, force: true })
        }
      }),
      { numRuns: 40, seed: 20_261_123 },
    )
    // All of them were tried.
    for (const name of ['day', 'week', 'drawdown', 'losses']) expect([...seen]).toContain(`breaker/${name}`)
  }, 60_000)
})
