import { describe, expect, it } from 'vitest'
import { assess, type RiskContext, reassess } from '../../../src/main/domain/risk.ts'
import { type Decimal, decimal, type Money, ONE } from '../../../src/shared/money.ts'
import type { Flaw } from '../../support/risk-checks.ts'
import { runRiskSequences, TRUE_MACHINE } from '../../support/risk-sequences.ts'
import type { RiskMachine } from '../../support/risk-watch.ts'

const SEED = 20_261_123
const COUNT = 1_200
const PART = 20
const sloppy = (change: (context: RiskContext) => Partial<RiskContext>): RiskMachine => ({
  ...TRUE_MACHINE,
  assess: (signal, context, limits) => assess(signal, { ...context, ...change(context) }, limits),
})
const trading = (change: Partial<RiskMachine>): RiskMachine => ({ ...TRUE_MACHINE, ...change })

describe('the risk engine through random trading', () => {
  it('lets nothing past its limits, trips and resets at the boundary, and comes back from the end as it was', () => {
    const report = runRiskSequences(COUNT, SEED)
    expect(report.examples).toEqual([])
    expect(report.violations).toBe(0)
    // What was to be tried has happened.
    const names = ['proposed', 'cut', 'refused', 'approved', 'refused at approval', 'opened', 'closed', 'restart']
    const breakers = ['day', 'week', 'drawdown', 'losses'].map((name) => `tripped ${name}`)
    const boundaries = ['day', 'week', 'drawdown'].flatMap((name) => [
      `${name} at its limit`,
      `${name} beside its limit`,
    ])
    for (const name of [...names, ...breakers, ...boundaries]) expect(report.events.get(name), name).toBeGreaterThan(0)
  })

  it.each<[string, Flaw, RiskMachine]>([
    [
      'enlarges by a lot',
      'enlarged',
      trading({
        assess: (signal, context, limits) => {
          const decision = assess(signal, context, limits)
          const { trade } = decision
          return trade === null ? decision : { ...decision, trade: { ...trade, amount: more(trade.ownAmount) } }
        },
      }),
    ],
    ['does not shrink in a bad regime', 'enlarged', sloppy(() => ({ sizeMultiplier: 1 }))],
    [
      'gives a stop at the entry',
      'without_stop',
      trading({
        assess: (signal, context, limits) => {
          const decision = assess(signal, context, limits)
          return decision.trade === null ? decision : { ...decision, trade: { ...decision.trade, stop: context.price } }
        },
      }),
    ],
    ['forgets what is proposed', 'limits', sloppy(() => ({ committed: [] }))],
    ['forgets what is open', 'exposure', sloppy(() => ({ open: [] }))],
    ['overlooks the worst price', 'exposure', sloppy(({ price }) => ({ worstPrice: price }))],
    ['counts equity twice', 'enlarged', sloppy(({ equity }) => ({ equity: equity.plus(equity) as Money }))],
    [
      'overlooks the breakers',
      'limits',
      sloppy(({ breakers }) => ({ breakers: { ...breakers, heldBackBecause: [], lossesInARow: 0 } })),
    ],
    ['approves whatever was proposed', 'limits', trading({ reassess: () => [] })],
    [
      'approves without looking at the others',
      'exposure',
      trading({
        reassess: (settled, context, limits) => reassess(settled, { ...context, open: [], committed: [] }, limits),
      }),
    ],
    ...(['dayPercent', 'weekPercent', 'drawdownPercent'] as const).map((name): [string, Flaw, RiskMachine] => [
      `has its ${name} a hair too high`,
      'breaker',
      trading({ breakerLimits: (limits) => ({ ...limits, [name]: limits[name].plus(HAIR) }) }),
    ]),
    [
      'has the limit of the day a hair too low',
      'breaker',
      trading({ breakerLimits: (limits) => ({ ...limits, dayPercent: limits.dayPercent.minus(HAIR) as Decimal }) }),
    ],
    [
      'waits for one loss more',
      'breaker',
      trading({ breakerLimits: (limits) => ({ ...limits, lossesInARow: limits.lossesInARow + 1 }) }),
    ],
    [
      'pauses a millisecond less',
      'breaker',
      trading({ breakerLimits: (limits) => ({ ...limits, pauseMs: limits.pauseMs - 1 }) }),
    ],
    ['forgets its breakers at the end', 'rebuilt', trading({ forgets: true })],
  ])('is found out when it %s', (_, flaw, machine) => {
    expect(isFoundOut(machine, flaw)).toBe(true)
  })
})

/** Tries on only until it is. */
function isFoundOut(machine: RiskMachine, flaw: Flaw): boolean {
  const parts = Array.from({ length: COUNT / PART }, (_, i) => SEED + i * PART)
  return parts.some((seed) => runRiskSequences(PART, seed, machine).kinds.has(flaw))
}

const HAIR = decimal('0.0000000001')
const more = <T extends Decimal>(value: T): T => value.plus(ONE.div(decimal('10000'))) as T
