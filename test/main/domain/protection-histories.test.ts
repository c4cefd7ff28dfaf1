import { describe, expect, it } from 'vitest'
import { nextProtection, type ProtectionStep } from '../../../src/main/domain/protection.ts'
import { floorToStep } from '../../../src/shared/money.ts'
import { runHistories } from '../../support/oco-history.ts'
import type { Machine } from '../../support/oco-shell.ts'

const SEED = 20_261_123
const HISTORIES = 800

/** The machine as it is, but for one of its steps. */
const but =
  (wrong: (step: ProtectionStep, ...of: Parameters<Machine>) => ProtectionStep): Machine =>
  (...of) =>
    wrong(nextProtection(...of), ...of)

const BUGS: readonly { bug: string; finds: 'oversold' | 'unprotected' | 'stuck'; machine: Machine; among?: number }[] =
  [
    {
      bug: 'sells before it knows what became of the stop',
      finds: 'oversold',
      machine: but((step, position, _entry, _orders, rules) =>
        step.kind === 'cancel' && step.because === 'exit'
          ? { kind: 'place_exit', amount: floorToStep(position.amount, rules.lot), reason: 'trader' }
          : step,
      ),
    },
    {
      bug: 'forgets orders in doubt',
      finds: 'oversold',
      machine: (position, entry, orders, rules, settings) =>
        nextProtection(
          position,
          entry,
          orders.filter((order) => !order.inDoubt),
          rules,
          settings,
        ),
    },
    {
      bug: 'forgets orders that were written down but not answered when it was killed',
      finds: 'oversold',
      machine: (position, entry, orders, rules, settings) =>
        nextProtection(
          position,
          entry,
          orders.filter((order) => order.status !== 'pending' || order.inDoubt),
          rules,
          settings,
        ),
    },
    {
      bug: 'places the larger stop beside the smaller one',
      finds: 'oversold',
      machine: but((step, position, _entry, _orders, rules) =>
        step.kind === 'cancel' && step.because === 'resize'
          ? { kind: 'place_stop', amount: floorToStep(position.amount, rules.lot), trigger: position.stop }
          : step,
      ),
    },
    {
      bug: 'never enlarges a stop',
      finds: 'unprotected',
      machine: but((step) => (step.kind === 'cancel' && step.because === 'resize' ? { kind: 'rest' } : step)),
    },
    {
      bug: 'does not close what it cannot protect',
      finds: 'unprotected',
      machine: but((step) => (step.kind === 'close_unprotected' ? { kind: 'rest' } : step)),
    },
    {
      bug: 'tries to place a stop for ever',
      finds: 'unprotected',
      machine: (position, entry, orders, rules) =>
        nextProtection(position, entry, orders, rules, { neverPlacedRetries: 99 }),
      among: 6_000,
    },
    {
      bug: 'does not move the resting stop',
      finds: 'stuck',
      machine: but((step) => (step.kind === 'amend_stop' ? { kind: 'rest' } : step)),
    },
    {
      bug: 'leaves the entry to itself',
      finds: 'stuck',
      machine: (position, _entry, orders, rules, settings) => nextProtection(position, null, orders, rules, settings),
      among: 4_000,
    },
  ]

describe('the protection of a position, through random histories', () => {
  it('never sells more than was bought, is never unprotected for longer than stated, and always comes to rest', () => {
    const report = runHistories(HISTORIES, SEED)
    expect(report.examples).toEqual([])
    // Every step was taken, machines were killed, and the bound is not so wide that nothing could break it.
    expect([...report.steps.keys()].sort()).toEqual([
      'amend_stop',
      'await',
      'cancel',
      'close_unhalved',
      'close_unprotected',
      'place_exit',
      'place_stop',
      'rest',
      'too_small',
    ])
    expect(report.crashes).toBeGreaterThan(HISTORIES / 4)
    expect(report.longest).toBeGreaterThan(0.4)
  })

  it.each(BUGS)('finds a machine that $bug', ({ finds, machine, among = HISTORIES }) => {
    expect(runHistories(among, SEED, machine).counts[finds]).toBeGreaterThan(0)
  })
})
