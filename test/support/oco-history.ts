import { createRandom } from '../../src/main/adapters/generated/price-walk.ts'
import type { ExitReason } from '../../src/main/domain/order.ts'
import type { Position } from '../../src/main/domain/position.ts'
import { nextProtection, type ProtectionStep, unprotectedBoundMs } from '../../src/main/domain/protection.ts'
import { type Decimal, floorToStep, integer, sum } from '../../src/shared/money.ts'
import { OcoExchange, OTHERS, UNITS_PER_LOT } from './oco-exchange.ts'
import { D, type Machine, MIN_LOTS, numberOf, OcoShell, type Outcome, R, RULES, SETTINGS } from './oco-shell.ts'

/*
 * Drives a position through everything that can happen between an exchange and a machine that may be killed at any
 * instruction: requests refused, lost, late or unanswered, fills in parts and shown late, cancels that cross them,
 * prices that jump through stop and target, stops that vanish, a breaker that halves, and a trader who changes his mind.
 * Then all is calm, and the position must come to rest.
 */

export type Finding = { readonly kind: 'oversold' | 'unprotected' | 'stuck'; readonly text: string }
export type HistoryReport = {
  readonly findings: readonly Finding[]
  readonly steps: ReadonlyMap<ProtectionStep['kind'], number>
  readonly crashes: number
  /** The longest unprotected time as a share of what the bound allowed. */
  readonly longest: number
}

const BOUND = unprotectedBoundMs({ deadlineMs: D, reconcileMs: R, ...SETTINGS })
const CRASH = new Error('killed')
const CALM_TURNS = 40
/** What can go wrong in one history: everything, or the same again and again. */
const FAULTS: readonly (readonly Outcome[])[] = [
  ['refused', 'not_accepted', 'lost', 'lost', 'unanswered', 'unanswered', 'late', 'late'],
  ['refused', 'not_accepted'],
  ['lost', 'not_accepted'],
  ['unanswered'],
  ['late'],
]
const TWO = integer(2)
const WISHES: readonly ExitReason[] = ['trader', 'trader', 'time']

/** Same seed, same history. */
class OcoHistory {
  private readonly random: () => number
  private readonly exchange: OcoExchange
  private readonly shell: OcoShell
  private readonly side: 'long' | 'short'
  private readonly faultRate: number
  private readonly faults: readonly Outcome[]
  private readonly crashRate: number
  private readonly doesEntryWait: boolean
  private readonly trace: string[] | null
  private readonly found: Finding[] = []
  private nextReconcile = 0
  private isCalm = false
  private isUp = true
  private crashes = 0
  private unsafeSince: number | null = null
  private allowance = 0
  private longest = 0

  constructor(seed: number, machine: Machine = nextProtection, trace: string[] | null = null) {
    this.random = createRandom(seed)
    this.trace = trace
    this.side = this.chance(0.7) ? 'long' : 'short'
    this.faultRate = this.pick([0, 0.1, 0.3, 0.8])
    this.faults = this.pick(FAULTS)
    this.crashRate = this.pick([0, 0.02, 0.1])
    this.doesEntryWait = this.chance(0.3)
    const baseFee = this.side === 'long' && this.chance(0.3) ? this.pick([1, 3]) : 0
    this.exchange = new OcoExchange(this.side, baseFee, this.random)
    this.exchange.onDisturbance = (shownAt) => {
      this.unsafeSince = Math.max(this.unsafeSince ?? 0, shownAt, this.exchange.now)
      this.allowance = 0
    }
    this.shell = new OcoShell(machine, {
      side: this.side,
      exchange: this.exchange,
      isDoubter: this.chance(0.5),
      chance: (probability) => this.chance(probability),
      send: (arrive, deadline) => this.send(arrive, deadline),
      exitLuck: () => (this.isCalm || this.chance(0.6) ? 'all' : this.pick(['some', 'none'] as const)),
      crashSometimes: () => this.crashSometimes(),
      allow: (ms) => {
        this.allowance += ms
      },
      find: (kind, text) => this.find(kind, text),
      note: (text) => this.note(text),
    })
  }

  run(): HistoryReport {
    this.shell.enter(2 + Math.floor(this.random() * 30))
    let turns = 5 + Math.floor(this.random() * 40)
    while (turns-- > 0 && this.found.length === 0 && !this.isOver()) this.turn()
    this.isCalm = true
    let isSettled = false
    for (let turn = 0; turn < CALM_TURNS && this.found.length === 0 && !isSettled; turn++) {
      this.turn()
      isSettled = turn > 2 && this.isSettled()
    }
    if (this.found.length === 0 && !isSettled) this.find('stuck', this.shell.summary())
    return { findings: this.found, steps: this.shell.steps, crashes: this.crashes, longest: this.longest }
  }

  private turn(): void {
    try {
      if (this.chance(0.3)) this.hint()
      if (this.exchange.now >= this.nextReconcile) this.reconcile()
      this.wish()
      for (let index = 0; index < this.shell.positions.length; index++) this.shell.advance(index)
      this.crashSometimes()
      const wait = Math.max(0, this.nextReconcile - this.exchange.now)
      this.pass(this.isCalm ? wait : Math.min(wait, this.random() * (this.chance(0.5) ? 1_000 : R)))
    } catch (error) {
      if (error !== CRASH) throw error
      this.restart()
    }
  }

  private restart(): void {
    this.crashes++
    this.note('killed')
    this.isUp = false
    this.pass(this.random() * 2 * R)
    this.isUp = true
    this.unsafeSince = null
    this.allowance = 0
    this.note('started')
    this.reconcile()
  }

  private hint(): void {
    const alive = this.shell.alive()
    if (alive.length > 0) this.shell.ask(this.pick(alive).id)
  }

  private reconcile(): void {
    for (const order of this.shell.alive()) this.shell.ask(order.id)
    this.nextReconcile = this.exchange.now + R
  }

  private send(arrive: () => void, deadline: number): Outcome {
    const outcome = this.isCalm || !this.chance(this.faultRate) ? 'answered' : this.pick(this.faults)
    this.note(`  ${outcome}`)
    const { exchange } = this
    if (outcome === 'late') exchange.later(exchange.now + this.random() * (deadline - exchange.now), arrive)
    this.pass((this.random() * D) / 2)
    if (outcome === 'answered' || outcome === 'unanswered') {
      arrive()
      this.observe()
    }
    this.pass((this.random() * D) / 2)
    this.crashSometimes()
    return outcome
  }

  private pass(ms: number): void {
    const parts = this.isCalm ? 1 : 2
    for (let part = 0; part < parts; part++) {
      this.exchange.passTo(this.exchange.now + ms / parts)
      this.market()
      this.observe()
    }
  }

  private market(): void {
    const { exchange } = this
    if (this.isCalm) {
      exchange.moveTo(100)
      exchange.trade(1, this.doesEntryWait ? ['stop'] : ['entry', 'stop'])
      return
    }
    const dice = this.random()
    const share = this.chance(0.3) ? 1 : this.random()
    const [stop, target] = this.side === 'long' ? [94, 111] : [106, 89]
    if (dice < 0.2) exchange.trade(share, ['entry'])
    else if (dice < 0.35) exchange.trade(share, ['stop'])
    else if (dice < 0.45) exchange.moveTo(100 + Math.floor(this.random() * 7) - 3)
    else if (dice < 0.46) exchange.moveTo(stop)
    else if (dice < 0.465) exchange.moveTo(target)
    else if (dice < 0.475) {
      // Through both before anybody looks.
      exchange.moveTo(stop)
      exchange.moveTo(target)
    } else if (dice < 0.48) exchange.drop()
  }

  /** The trader's, and those of the rules that watch the price. */
  private wish(): void {
    if (this.isCalm) return
    for (const [index, position] of this.shell.positions.entries()) {
      if (position.closedAt !== null) continue
      if (this.chance(0.15)) {
        this.shell.setPosition(index, { stop: this.shell.stopAt(90 + Math.floor(this.random() * 9)) })
      }
      if (position.exitReason !== null) continue
      const at = this.side === 'long' ? this.exchange.price : 200 - this.exchange.price
      if (at >= 110) this.shell.setPosition(index, { exitReason: 'target' })
      else if (at <= 95 && this.chance(0.2)) this.shell.setPosition(index, { exitReason: 'stop' })
      else if (this.chance(0.03)) {
        const half = position.amount.div(TWO) as Decimal as Position['amount']
        this.shell.setPosition(index, this.chance(0.5) ? { exitReason: this.pick(WISHES) } : { keep: half })
      }
    }
  }

  private observe(): void {
    const { exchange } = this
    if (exchange.held < 0 || exchange.coins < OTHERS) this.find('oversold', this.shell.summary())
    const lots = Math.floor(exchange.held / UNITS_PER_LOT)
    if (!this.isUp || lots < MIN_LOTS || exchange.covered() >= lots) {
      this.unsafeSince = null
      this.allowance = 0
      return
    }
    this.unsafeSince ??= exchange.now
    const share = (exchange.now - this.unsafeSince) / (BOUND + this.allowance)
    this.longest = Math.max(this.longest, share)
    if (share > 1) this.find('unprotected', this.shell.summary())
  }

  /** Bought, sold, nothing left that could trade or be sold. */
  private isOver(): boolean {
    const isAtRest = this.exchange.openOrders().length === 0 && this.shell.alive().length === 0
    return this.shell.positions.length > 0 && isAtRest && this.exchange.held < MIN_LOTS * UNITS_PER_LOT
  }

  /** What is written down is what the exchange has, and every position is closed, or protected as wanted. */
  private isSettled(): boolean {
    const { exchange, shell } = this
    const { positions } = shell
    const booked = Math.round(numberOf(sum(positions.map((position) => position.amount))) * UNITS_PER_LOT)
    if (booked !== exchange.held) return false
    if (this.isOver()) return true
    if (positions.length > 0 && positions.every((position) => position.closedAt !== null)) return false
    const open = exchange.openOrders()
    const alive = shell.alive().map((order) => order.id as string)
    if (open.length !== alive.length || !open.every((order) => alive.includes(order.id))) return false
    return positions.every((position) => {
      const step = shell.nextStep(position)
      if (step.kind === 'too_small') return position.amount.lt(RULES.minAmount)
      const lots = numberOf(floorToStep(position.amount, RULES.lot))
      if (step.kind !== 'rest' || lots < MIN_LOTS) return step.kind === 'rest'
      const stops = open.filter((order) => order.kind === 'stop')
      return exchange.covered() === lots && stops.every((stop) => stop.trigger === numberOf(position.stop))
    })
  }

  private find(kind: Finding['kind'], text: string): void {
    if (this.found.every((finding) => finding.kind !== kind)) this.found.push({ kind, text })
  }
  private note(text: string): void {
    this.trace?.push(`${Math.round(this.exchange.now)} ${text} | ${this.shell.summary()}`)
  }
  private chance(probability: number): boolean {
    return this.random() < probability
  }
  private pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)] as T
  }
  private crashSometimes(): void {
    if (!this.isCalm && this.chance(this.crashRate)) throw CRASH
  }
}

export type OcoReport = {
  readonly histories: number
  readonly counts: Readonly<Record<Finding['kind'], number>>
  /** The first few, with the seed that repeats each. */
  readonly examples: readonly string[]
  readonly steps: ReadonlyMap<ProtectionStep['kind'], number>
  readonly crashes: number
  readonly longest: number
}

/** `count` histories from `seed` on, one seed each. A history that throws counts as stuck. */
export function runHistories(
  count: number,
  seed: number,
  machine: Machine = nextProtection,
  onProgress: (done: number) => void = () => {},
): OcoReport {
  const counts = { oversold: 0, unprotected: 0, stuck: 0 }
  const examples: string[] = []
  const steps = new Map<ProtectionStep['kind'], number>()
  let crashes = 0
  let longest = 0
  for (let index = 0; index < count; index++) {
    let findings: readonly Finding[]
    try {
      const report = new OcoHistory(seed + index, machine).run()
      findings = report.findings
      for (const [kind, times] of report.steps) steps.set(kind, (steps.get(kind) ?? 0) + times)
      crashes += report.crashes
      longest = Math.max(longest, report.longest)
    } catch (error) {
      findings = [{ kind: 'stuck', text: error instanceof Error ? error.message : String(error) }]
    }
    for (const finding of findings) {
      counts[finding.kind]++
      if (examples.length < 10) examples.push(`seed ${seed + index}: ${finding.kind}: ${finding.text}`)
    }
    onProgress(index + 1)
  }
  return { histories: count, counts, examples, steps, crashes, longest }
}
