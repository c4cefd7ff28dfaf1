import { describe, expect, it } from 'vitest'
import { breakerViews } from '../../../src/main/api/breaker-views.ts'
import { createEngineBench } from '../../support/engine-bench.ts'
import { type Bench, trade } from '../execution/trade-bench.ts'

const shown = ({ engine, clock }: Bench): string[] =>
  breakerViews(engine.breakers.snapshot(), engine.breakerLimits, clock.now()).map(
    ({ name, value, limit, used, trippedAt, effect }) =>
      `${name}: ${value} of ${limit}, ${used}, ${trippedAt === null ? 'holds' : 'tripped'}, ${effect}`,
  )

describe('the circuit breakers as they are shown', () => {
  it('are none before the first prices', () => {
    expect(shown(createEngineBench())).toEqual([])
  })

  it('say how near they are, and what they hold up once they have tripped', async () => {
    const bench = createEngineBench({ set: ['risk.breakers.day_loss_percent=0.2'] })
    await trade(bench)
    // 23 of 11,500 is lost.
    bench.tick({ 'BTC/USDT': 49_700 })
    expect(shown(bench)).toEqual([
      'day: −0.20 % of −0.2 %, 1, tripped, Trading has lost 0.2 % today: nothing new until 2026-01-02 00:00 UTC.',
      'week: −0.20 % of −10 %, 0.02, holds, null',
      'drawdown: −0.20 % of −20 %, 0.01, holds, null',
      'losses: 0 of 5, 0, holds, null',
    ])
  })

  it('say that a pause is on after a row of losses', async () => {
    const bench = createEngineBench({ set: ['risk.breakers.losses_in_a_row=1'] })
    await trade(bench)
    await bench.pass(2_000, 1_000, { 'BTC/USDT': 49_100 })
    expect(shown(bench).at(-1)).toMatch(
      /^losses: 1 of 1, 1, tripped, 1 losses in a row: no entries until 2026-01-01 00:30 UTC, then one at half size\.$/,
    )
  })
})
