import type { Bus } from '../../src/main/bus/bus.ts'
import type { Position } from '../../src/main/domain/position.ts'
import { type RiskContext, refusalOf, type SettledTrade, type SizedTrade } from '../../src/main/domain/risk.ts'
import type { TradingSignal } from '../../src/main/domain/signal.ts'
import { tacticalDraft } from '../../src/main/domain/tactical-proposal.ts'
import type { CorrelationId, ProposalId } from '../../src/shared/ids.ts'
import { type Amount, decimal, type Price, ZERO } from '../../src/shared/money.ts'
import { epochMs, MINUTE } from '../../src/shared/time.ts'
import { type Finding, type Flaw, flawsOf, flawsOfApproval } from './risk-checks.ts'
import { BreakerWatch, type RiskMachine } from './risk-watch.ts'
import { RiskWorld, SYMBOLS } from './risk-world.ts'
import { signalOf } from './signal-builders.ts'
import { proposalOf } from './trading-builders.ts'

/*
 * Drives the risk engine and its breakers through random trading: signals, approvals, fills at the worst price, prices that
 * jump, closes, deposits and withdrawals that bring a loss exactly to a limit, midnights, and a machine that ends between
 * a close and its counting. After every step what they decided is held against limits and breakers written a second time.
 */

/** Steps of most histories, at most, and of a few. */
const SHORT = 15
const LONG = 60

/** Same seed, same history. */
export class RiskHistory {
  decisions = 0
  readonly found: Finding[] = []
  /** What happened, for counting. */
  readonly events: string[] = []
  private readonly world: RiskWorld
  private readonly machine: RiskMachine
  private readonly watch: BreakerWatch

  constructor(seed: number, machine: RiskMachine, bus: Bus) {
    this.world = new RiskWorld(seed)
    this.machine = machine
    this.watch = new BreakerWatch(this.world, machine, bus, this)
  }

  run(): void {
    const steps = this.world.chance(0.03) ? LONG : this.world.between(6, SHORT)
    for (let step = 0; step < steps && this.found.length === 0; step++) this.step()
  }

  private step(): void {
    if (this.watch.isClosingAll) this.closeAll()
    const dice = this.world.dice()
    if (dice < 0.25) this.signal()
    else if (dice < 0.4) this.approve()
    else if (dice < 0.55) this.fill()
    else if (dice < 0.67) this.world.movePrice()
    else if (dice < 0.77) this.closeOne()
    else if (dice < 0.86) this.watch.flow()
    else if (dice < 0.94) this.world.pass(this.watch.pausedUntil())
    else if (dice < 0.98) this.restart()
    else this.watch.resume()
    this.watch.settle()
  }

  /** As the tactical desk asks: nothing else may wait on the symbol. */
  private signal(): void {
    const { world } = this
    const symbol = world.pick(SYMBOLS)
    if (world.waiting.some(({ proposal }) => proposal.trade?.symbol === symbol)) return
    const isLong = world.chance(0.7)
    const at = world.priceOf(symbol)
    const signal = signalOf({
      symbol,
      bias: world.chance(0.05) ? 'neutral' : isLong ? 'long' : 'short',
      confidence: world.pick([0.59, 0.6, 0.65, 0.7, 0.75, 0.8, 0.95]),
      atr: world.chance(0.05) ? world.pick([0, -1, Number.NaN]) : Number(at.toFixed()) * 0.05 * world.dice(),
    })
    const context: RiskContext = {
      ...world.others(['pending', 'approved'], null),
      equity: world.account().equity,
      freeQuote: world.free,
      price: at,
      worstPrice: at.times(decimal(isLong ? '1.01' : '0.99')) as Price,
      rules: world.rulesOf(symbol),
      sizeMultiplier: world.pick([0.3, 0.5, 1, 1]),
      sizeFactor: world.pick([0.5, 1, 1]),
      breakers: this.watch.verdict(),
    }
    this.decisions++
    const { trade, rules } = this.machine.assess(signal, context, world.limits)
    if (trade === null) {
      this.events.push('refused')
      if (refusalOf(rules) === null) this.find('refused', 'refused by no rule')
      return
    }
    this.events.push(trade.amount.lt(trade.ownAmount) ? 'cut' : 'proposed')
    this.findAll(flawsOf(signal, trade, context, world.limits))
    if (world.chance(0.2)) {
      this.decisions++
      const least = this.machine.assess(signal, { ...context, sizeFactor: 0.1 }, world.limits)
      if (least.trade?.amount.gt(trade.amount)) this.find('enlarged', 'a smaller option gave a larger trade')
    }
    this.propose(signal, trade, context)
  }

  private propose(signal: TradingSignal, sized: SizedTrade, { price: at, worstPrice, rules }: RiskContext): void {
    const { world } = this
    const now = epochMs(world.now)
    const draft = tacticalDraft({
      id: `prp_${world.nextId()}` as ProposalId,
      createdAt: now,
      expiresAt: epochMs(now + 15 * MINUTE),
      signal,
      sized,
      price: at,
      priceAt: now,
      worstPrice,
      takerFee: rules.takerFee,
      leverage: world.limits.leverage,
      allocation: [],
      bags: [],
      conflictId: null,
      correlationId: 'cor_1' as CorrelationId,
    })
    world.waiting.push({ proposal: proposalOf(draft), filled: ZERO })
  }

  private approve(): void {
    const { world } = this
    const chosen = world.pickAny(world.waiting.filter(({ proposal }) => proposal.status === 'pending'))
    const { trade, legs, id, createdAt } = chosen?.proposal ?? proposalOf()
    const [leg] = legs
    if (chosen === undefined || trade === null || leg === undefined) return
    const others = world.others(['approved'], id)
    const settled: SettledTrade = { trade, amount: leg.amount, worstPrice: leg.worstPrice, proposedAt: createdAt }
    const now = {
      equity: world.account().equity,
      price: world.priceOf(trade.symbol),
      breakers: this.watch.verdict(),
    }
    this.decisions++
    const rules = this.machine.reassess(settled, { ...others, ...now }, world.limits)
    if (refusalOf(rules) !== null) {
      world.forget(chosen)
      this.events.push('refused at approval')
      return
    }
    this.events.push('approved')
    this.findAll(flawsOfApproval(chosen.proposal, leg, others, now, world.limits))
    world.free = world.free.minus(world.commitment(chosen)?.cash ?? ZERO) as Amount
    chosen.proposal = { ...chosen.proposal, status: 'approved' }
    if (world.chance(0.7)) this.fill()
  }

  /** At any price the approval allows; a short is never sold above the price it was proposed at. */
  private fill(): void {
    const { world } = this
    const chosen = world.pickAny(world.waiting.filter(({ proposal }) => proposal.status === 'approved'))
    const [leg] = chosen?.proposal.legs ?? []
    if (chosen === undefined || leg === undefined) return
    const taken = world.exposure()
    const opened = world.fill(chosen, leg)
    if (opened !== null) {
      this.events.push('opened')
      this.watch.opened(opened)
    }
    if (world.exposure().gt(taken)) this.find('exposure', 'a fill added to it')
  }

  private closeOne(isCounted = true): void {
    const position = this.world.pickAny(this.world.open())
    if (position !== undefined) this.close(position, isCounted)
  }

  private close(position: Position, isCounted = true): void {
    const closed = this.world.close(position)
    this.events.push('closed')
    this.watch.closed(closed, isCounted)
  }

  private closeAll(): void {
    this.watch.isClosingAll = false
    for (const position of this.world.open()) this.close(position)
    this.watch.settle()
  }

  private restart(): void {
    this.events.push('restart')
    if (this.world.chance(0.3)) this.closeOne(false)
    // Off for a while: over midnight too, and the market goes on.
    if (this.world.chance(0.4)) {
      this.world.pass(this.watch.pausedUntil())
      this.world.movePrice()
    }
    this.watch.restart()
  }

  private findAll(findings: Iterable<Finding>): void {
    for (const { kind, text } of findings) this.find(kind, text)
  }
  find(kind: Flaw, text: string): void {
    if (this.found.every((finding) => finding.kind !== kind)) this.found.push({ kind, text })
  }
}
