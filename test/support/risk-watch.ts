import type { Bus } from '../../src/main/bus/bus.ts'
import type { BreakerLimits } from '../../src/main/domain/breaker.ts'
import type { Position } from '../../src/main/domain/position.ts'
import type { assess, BreakerVerdict, reassess } from '../../src/main/domain/risk.ts'
import type { Clock } from '../../src/main/ports.ts'
import { Breakers } from '../../src/main/safety/breakers.ts'
import { type Decimal, decimal, ZERO } from '../../src/shared/money.ts'
import { epochMs, MINUTE } from '../../src/shared/time.ts'
import type { Flaw } from './risk-checks.ts'
import { type Account, BreakerReference, type Expected, fromWhole, whole } from './risk-reference.ts'
import { LOT, type RiskWorld } from './risk-world.ts'

/** What is tried; a test plants bugs in it. */
export type RiskMachine = {
  readonly assess: typeof assess
  readonly reassess: typeof reassess
  readonly breakerLimits: (limits: BreakerLimits) => BreakerLimits
  readonly forgets: boolean
}

const UNIT = decimal('0.00000001')
const PERCENTS = { day: 5n, week: 10n, drawdown: 20n } as const
const BREAKER_LIMITS: BreakerLimits = {
  dayPercent: decimal('5'),
  weekPercent: decimal('10'),
  drawdownPercent: decimal('20'),
  lossesInARow: 2,
  pauseMs: 30 * MINUTE,
}
const WORDS: Readonly<Record<string, RegExp>> = {
  day: /% today/,
  week: /% this week/,
  drawdown: /from its peak/,
  losses: /losses in a row/,
}

/** Where it is said what happened and what is wrong. */
type Log = { readonly events: string[]; find(kind: Flaw, text: string): void }

/** The circuit breakers of a random history, beside the same written a second time. */
export class BreakerWatch {
  /** Everything was to be closed, and is not yet. */
  isClosingAll = false
  private readonly world: RiskWorld
  private readonly machine: RiskMachine
  private readonly bus: Bus
  private readonly log: Log
  private readonly limits: BreakerLimits
  private readonly reference: BreakerReference
  private readonly clock: Clock
  private breakers: Breakers
  private before: Account | null = null
  private written: Account | null = null
  private isHalted = false

  constructor(world: RiskWorld, machine: RiskMachine, bus: Bus, log: Log) {
    this.world = world
    this.machine = machine
    this.bus = bus
    this.log = log
    this.clock = { now: () => epochMs(world.now), at: () => () => {} }
    this.limits = { ...BREAKER_LIMITS, lossesInARow: world.pick([1, 2, 3]) }
    const { lossesInARow: losses, pauseMs } = this.limits
    this.reference = new BreakerReference({ percent: PERCENTS, losses, pauseMs })
    this.breakers = this.started()
    this.settle()
  }

  verdict(): BreakerVerdict {
    return this.breakers.verdict()
  }
  /** When the next pause ends; null while there is none. */
  pausedUntil(): number | null {
    return this.reference.pausedUntil()
  }
  opened(position: Position): void {
    this.reference.opened(this.world.now)
    this.breakers.onOpened(position)
  }
  /** @param isCounted false: the program ends before it could be. */
  closed(position: Position, isCounted: boolean): void {
    const { world, reference, limits } = this
    reference.closed(world.now, position.realized)
    if (reference.pausedUntil() === world.now + limits.pauseMs) this.log.events.push('tripped losses')
    if (isCounted) this.breakers.onClosed(position)
  }

  /** In or out, at random or so that a loss stands exactly at a limit, or a hair on either side of it. */
  flow(): void {
    const { world } = this
    const { pnl, flows } = world.account()
    const now = whole(pnl)
    const chosen = world.pickAny(this.reference.starts().filter(({ start }) => start.pnl > now))
    if (chosen === undefined || world.chance(0.3)) {
      world.addFlow(decimal(String(world.between(-400, 400))))
      return
    }
    const { start, name } = chosen
    const base = ((start.pnl - now) * 100n) / PERCENTS[name]
    const hair = world.pick<Decimal>([ZERO, UNIT, UNIT.neg()])
    this.log.events.push(`${name} ${hair.eq(ZERO) ? 'at' : 'beside'} its limit`)
    world.addFlow(
      fromWhole(base - start.equity + start.flows)
        .minus(flows)
        .plus(hair),
    )
  }

  /** The program ends and starts again: what was not written down is gone. */
  restart(): void {
    const { world } = this
    this.before = this.written
    if (this.machine.forgets) world.memory.forget()
    const saved = world.memory.get('breakers')
    this.breakers = this.started()
    // What the last look saw is gone, what was written down is not.
    const account = world.account()
    const tripped = this.reference.look(account, this.before)
    for (const name of tripped) this.log.events.push(`tripped ${name}`)
    this.breakers.look()
    this.compare('rebuilt', this.reference.expected(world.now, tripped))
    if (saved === null) this.log.find('rebuilt', 'nothing was written down')
    this.remember(account)
  }

  resume(): void {
    this.isHalted = false
    this.reference.resumed()
    this.breakers.onResumed()
  }

  /** One look, and what has to come of it. */
  settle(): void {
    const { world } = this
    const account = world.account()
    const tripped = this.reference.look(account, this.before)
    for (const name of tripped) this.log.events.push(`tripped ${name}`)
    this.breakers.look()
    this.compare('breaker', this.reference.expected(world.now, tripped))
    this.remember(account)
    if (tripped.includes('drawdown') && !(this.isHalted && this.isClosingAll)) {
      this.log.find('breaker', 'the drawdown did not halt and close')
    }
    if (tripped.includes('week') && !tripped.includes('drawdown')) {
      const isWhole = world.open().some(({ keep, amount: held }) => keep === null || held.gt(keep.plus(LOT)))
      if (isWhole) this.log.find('breaker', 'the week did not halve')
    }
  }

  private started(): Breakers {
    const { world } = this
    return new Breakers({
      clock: this.clock,
      bus: this.bus,
      stores: world.memory.stores,
      limits: this.machine.breakerLimits(this.limits),
      account: () => ({ ...world.account(), openPnl: world.openPnl() }),
      isTrading: () => world.open().length > 0,
      attend: (id) => world.sellExcess(id),
      closeAll: () => {
        this.isClosingAll = true
      },
      halt: () => {
        this.isHalted = true
      },
      isStopMissing: () => !this.isHalted,
    })
  }

  private remember(account: Account): void {
    this.before = this.world.open().length > 0 ? account : null
    // One a minute is written down.
    if (this.before === null) this.written = null
    else if (this.written === null || account.at - this.written.at >= MINUTE) this.written = account
  }

  private compare(kind: Flaw, expected: Expected): void {
    const { heldBackBecause, lossesInARow, sizeFactor } = this.breakers.verdict()
    const held = Object.keys(WORDS).filter((name) => heldBackBecause.some((text) => WORDS[name]?.test(text)))
    const is = { held, losses: lossesInARow, isSmaller: sizeFactor < 1 }
    const should = { held: expected.held, losses: expected.losses, isSmaller: expected.isSmaller }
    if (JSON.stringify(is) !== JSON.stringify(should)) {
      this.log.find(kind, `${JSON.stringify(is)}, expected ${JSON.stringify(should)}`)
    }
  }
}
