/** A line of the product that stands between a mistake and money. Without it some test must fail. */
export type Guard = {
  readonly name: string
  readonly file: string
  /** Found in the file exactly once. */
  readonly code: string
  /** What stands there when somebody takes the guard away. */
  readonly without: string
  /** Where a test has to notice. */
  readonly tests: readonly string[]
}

const GATE = 'src/main/domain/gate.ts'
const APPROVAL = 'src/main/domain/approval.ts'
const APPROVED = ['test/main/domain/approval.test.ts', 'test/main/approval/bound-approval.test.ts']
const AT_THE_GATE = ['test/main/domain/gate.test.ts']
const RISK = 'src/main/domain/risk.ts'
const RISK_RULES = 'src/main/domain/risk-rules.ts'
const AT_RISK = ['test/main/domain/risk.test.ts']
const RESOLUTION = 'src/main/domain/resolution.ts'
const ANSWERS = ['test/main/domain/resolution.test.ts']
const CONFLICTS = ['test/main/domain/conflict.test.ts']
const MODELS = 'src/main/coordinator/model-desk.ts'
const AT_MODELS = ['test/main/coordinator/model-desk.test.ts']
const WAITS = ['test/main/coordinator/waits.test.ts']
const BREAKERS = ['test/main/safety/breakers.test.ts']

export const GUARDS: readonly Guard[] = [
  {
    name: 'the bag stays whole',
    file: GATE,
    code: 'if (!leaves(context.bag.plus(context.setAside), context)) {',
    without: 'if (false as boolean) {',
    tests: AT_THE_GATE,
  },
  {
    name: 'the bag stays whole at the worst price too',
    file: GATE,
    code: 'kept.gt(ZERO) ? maxOf(needed, neededAtWorst) : needed',
    without: 'kept.gt(ZERO) && !maxOf ? neededAtWorst : needed',
    tests: AT_THE_GATE,
  },
  {
    name: 'an order is what was approved',
    file: GATE,
    code: 'if (context.unapprovedBecause !== null) {',
    without: 'if (false as boolean) {',
    tests: AT_THE_GATE,
  },
  {
    name: 'a sleeve spends what it has',
    file: GATE,
    code: 'context.available.lt(context.needed) ||',
    without: '',
    tests: AT_THE_GATE,
  },
  {
    name: 'what earns or is held is not spent',
    file: GATE,
    code: 'if (context.spendable.lt(context.needed)) {',
    without: 'if (false as boolean) {',
    tests: AT_THE_GATE,
  },
  {
    name: 'stale price, at the gate',
    file: GATE,
    code: 'if (context.lastPrice === null) return',
    without:
      'if (context.lastPrice === null) return ok(intent as GatedIntent)\n  if (context.lastPrice === null) return',
    tests: AT_THE_GATE,
  },
  {
    name: 'price collar',
    file: GATE,
    code: 'if (isAdverse && distance',
    without: 'if (!isAdverse && isAdverse && distance',
    tests: AT_THE_GATE,
  },
  {
    name: 'nothing new after Kill',
    file: GATE,
    code: 'if (context.isKilled) return',
    without: 'if (context.isKilled && intent.side === null) return',
    tests: AT_THE_GATE,
  },
  {
    name: 'an id is used once',
    file: GATE,
    code: 'if (context.isDuplicate) return',
    without: 'if (context.isDuplicate && intent.side === null) return',
    tests: AT_THE_GATE,
  },
  {
    name: 'hash of what was shown',
    file: APPROVAL,
    code: 'context.hash !== proposal.hash ||',
    without: '',
    tests: APPROVED,
  },
  {
    name: 'hash of what is written down, when it is approved',
    file: APPROVAL,
    code: '|| context.digest(boundText(proposal)) !== proposal.hash) {',
    without: ') {',
    tests: APPROVED,
  },
  {
    name: 'hash of what is written down, when it is sent',
    file: APPROVAL,
    code: 'if (digest(boundText(proposal)) !== proposal.hash) return',
    without: 'if (!digest) return',
    tests: APPROVED,
  },
  {
    name: 'an approval is used once',
    file: APPROVAL,
    code: "if (proposal.status !== 'pending') {",
    without: 'if (false as boolean) {',
    tests: APPROVED,
  },
  {
    name: 'expiry of an approval',
    file: APPROVAL,
    code: 'if (context.now >= proposal.expiresAt) {',
    without: 'if (false as boolean) {',
    tests: APPROVED,
  },
  {
    name: 'stale price, when it is approved',
    file: APPROVAL,
    code: 'if (current === null) {',
    without: 'if (current === null) continue\n    if (false as boolean) {',
    tests: APPROVED,
  },
  {
    name: 'price band of an approval',
    file: APPROVAL,
    code: 'if (moved.gt(used.price.times(context.maxPriceMovePercent))) {',
    without: 'if (false as boolean) {',
    tests: APPROVED,
  },
  {
    name: 'bags as they were shown',
    file: APPROVAL,
    code: '!context.bagOf(asset).eq(amount)',
    without: '!context.bagOf(asset).eq(context.bagOf(asset)) && amount',
    tests: APPROVED,
  },
  {
    name: 'balance that a plan needs',
    file: APPROVAL,
    code: 'if (there.lt(needed)) return',
    without: 'if (there.lt(ZERO) && needed) return',
    tests: APPROVED,
  },
  {
    name: 'a leg that was left out is not sent',
    file: APPROVAL,
    code: 'if (!isApprovedLeg(proposal, receipt.leg)) return',
    without: 'if (!isApprovedLeg) return',
    tests: APPROVED,
  },
  {
    name: 'a live approval',
    file: APPROVAL,
    code: "if (proposal.status !== 'approved') return `its",
    without: "if (proposal.status === 'voided' && taken === null) return `its",
    tests: APPROVED,
  },
  {
    name: 'no more than was approved',
    file: APPROVAL,
    code: 'if (amount.plus(taken).gt(leg.amount)) return',
    without: 'if (amount.plus(taken).lt(ZERO)) return',
    tests: APPROVED,
  },
  {
    name: 'no worse than was approved',
    file: APPROVAL,
    code: "side === 'buy' ? limitPrice.gt(leg.worstPrice) : limitPrice.lt(leg.worstPrice)",
    without: "side === 'buy' && limitPrice.lt(ZERO)",
    tests: APPROVED,
  },
  {
    name: 'minimum of a market, in the plan',
    file: 'src/main/domain/whole-lots.ts',
    code: 'return amount.lt(rules.minAmount) || amount.times(price).lt(rules.minCost)',
    without: 'return amount.lt(ZERO) || amount.times(price).lt(ZERO) || rules === null',
    tests: ['test/main/domain/rebalance.test.ts', 'test/main/domain/plan.property.test.ts'],
  },
  {
    name: 'minimum of a market, before an order',
    file: 'src/main/execution/order-desk.ts',
    code: 'if (amount.lt(rules.minAmount) || amount.times(limitPrice).lt(rules.minCost)) {',
    without: 'if (false as boolean) {',
    tests: ['test/main/execution/aged-approvals.test.ts'],
  },
  {
    name: 'an order does not start after the approval’s time',
    file: 'src/main/domain/execution.ts',
    code: 'if (!hasStarted && skipped.size === 0 && now >= proposal.expiresAt) {',
    without: 'if (!hasStarted && now < 0) {',
    tests: ['test/main/domain/execution.test.ts'],
  },
  {
    name: 'a leg’s earlier fills are not traded again',
    file: 'src/main/domain/execution.ts',
    code: 'const left = leg.amount.minus(filledOf(own)) as Amount',
    without: 'const left = leg.amount',
    tests: ['test/main/domain/execution.test.ts'],
  },
  {
    name: 'one plan at a time',
    file: 'src/main/rebalancing/rebalancer.ts',
    code: 'if (active !== undefined) {',
    without: 'if (active !== undefined && active.id === null) {',
    tests: ['test/main/approval/approval-desk.test.ts'],
  },
  {
    name: 'a bag is released with its typed phrase',
    file: 'src/main/execution/bag-desk.ts',
    code: 'if (confirmation !== phrase) {',
    without: 'if (false as boolean) {',
    tests: ['test/main/execution/bags-trader.test.ts'],
  },
  {
    name: 'minimum confidence',
    file: RISK_RULES,
    code: "judged('minimum_confidence', confidence >= minimum, text)",
    without: "judged('minimum_confidence', minimum >= 0, text)",
    tests: AT_RISK,
  },
  {
    name: 'nothing new while a breaker has tripped',
    file: RISK_RULES,
    code: "judged('breakers', held === '',",
    without: "judged('breakers', true,",
    tests: AT_RISK,
  },
  {
    name: 'exposure limit',
    file: RISK,
    code: 'minOf(own, minOf(byExposure, byQuote))',
    without: 'minOf(own, byQuote)',
    tests: AT_RISK,
  },
  {
    name: 'trades that were proposed before take up room',
    file: RISK,
    code: 'const taken = exposureOf(context)',
    without: 'const taken = exposureOf({ ...context, committed: [] })',
    tests: AT_RISK,
  },
  {
    name: 'a stop within its distances',
    file: 'src/main/domain/risk-exits.ts',
    code: 'if (risk.lt(least) || risk.gt(most)) return null',
    without: 'if (risk.lt(least) && risk.gt(most)) return null',
    tests: AT_RISK,
  },
  {
    name: 'the risk engine is asked again when a trade is approved',
    file: 'src/main/approval/approval-desk.ts',
    code: '      if (!allowed.ok) return allowed\n',
    without: '',
    tests: BREAKERS,
  },
  {
    name: 'a drawdown closes every position',
    file: 'src/main/safety/breakers.ts',
    code: '    closeAll()\n  }',
    without: '  }',
    tests: BREAKERS,
  },
  {
    name: 'a bad week halves positions',
    file: 'src/main/safety/breakers.ts',
    code: "if (names.includes('week') && !names.includes('drawdown')) this.halve(next)",
    without: "if (names.includes('week') && !names.includes('week')) this.halve(next)",
    tests: BREAKERS,
  },
  {
    name: 'the risk engine is asked again when an order goes out',
    file: GATE,
    code: 'if (context.riskRefusal !== null) {',
    without: "if (context.riskRefusal?.code === '') {",
    tests: BREAKERS,
  },
  {
    name: 'a position whose half the market would not take is closed',
    file: 'src/main/domain/protection.ts',
    code: 'if (reason === null && isTooSmallToHalve(position, rules))',
    without: 'if (reason !== null && isTooSmallToHalve(position, rules))',
    tests: ['test/main/domain/protection.test.ts'],
  },
  {
    name: 'a stop is not moved away further than any may stand',
    file: 'src/main/domain/stop-moves.ts',
    code: 'gt(entry.times(maxPercent))',
    without: 'gt(entry.times(HUNDRED).times(HUNDRED))',
    tests: BREAKERS,
  },
  {
    name: 'an answer chooses one of the options',
    file: RESOLUTION,
    code: 'if (!isAbstention && !about.options.some(({ id }) => id === option)) {',
    without: 'if (false as boolean) {',
    tests: ANSWERS,
  },
  {
    name: 'what an answer cites stands in the case',
    file: 'src/main/domain/resolution-grounding.ts',
    code: 'if (!isQuoted(value, known)) {',
    without: 'if (!isQuoted(value, known) && (false as boolean)) {',
    tests: ANSWERS,
  },
  {
    name: 'no number stands elsewhere in an answer',
    file: 'src/main/domain/resolution-grounding.ts',
    code: 'if (numeral === null) return null',
    without: 'if (numeral === null || (true as boolean)) return null',
    tests: ANSWERS,
  },
  {
    name: 'a conflict is decided once',
    file: 'src/main/domain/conflict.ts',
    code: 'if (conflict.resolution !== null && !isOpenToTrader) return alreadyResolved(conflict)',
    without: '',
    tests: CONFLICTS,
  },
  {
    name: 'a model’s answer counts before the deadline only',
    file: 'src/main/domain/conflict.ts',
    code: 'if (isModel && resolution.at >= conflict.deadline) return tooLate()',
    without: '',
    tests: CONFLICTS,
  },
  {
    name: 'a question is on record before it leaves',
    file: MODELS,
    code: 'calls.add(call)\n    const startedAt = elapsed()\n    const reply = await askSafely(model, question, signal)',
    without:
      'const startedAt = elapsed()\n    const reply = await askSafely(model, question, signal)\n    calls.add(call)',
    tests: AT_MODELS,
  },
  {
    name: 'a day’s budget for models',
    file: MODELS,
    code: 'if (today.gt(settings.perDayUsd)) {',
    without: 'if (false as boolean) {',
    tests: AT_MODELS,
  },
  {
    name: 'one decision’s budget for models',
    file: MODELS,
    code: 'return forThis?.gt(settings.perDecisionUsd)',
    without: 'return forThis?.gt(settings.perDayUsd.times(settings.perDayUsd))',
    tests: AT_MODELS,
  },
  {
    name: 'no model is asked while halted',
    file: MODELS,
    code: 'if (!this.mayAsk()) return fail(',
    without: 'if (false as boolean) return fail(',
    tests: [...AT_MODELS, 'test/scenarios/killed-models.test.ts'],
  },
  {
    name: 'a question that had to wait is looked at again',
    file: MODELS,
    code: 'if (refused !== null) return { reply: refused, isFailure: false }',
    without: '',
    tests: AT_MODELS,
  },
  {
    name: 'silence since a start does not end a disagreement',
    file: 'src/main/coordinator/signal-desk.ts',
    code: 'return ta === null || mood === null || taVsSentiment',
    without: 'return taVsSentiment',
    tests: WAITS,
  },
  {
    name: 'what was decided waits while nothing is traded',
    file: 'src/main/coordinator/signal-desk.ts',
    code: "if (!this.deps.mayTrade()) return 'nothing new is traded at the moment.'",
    without: '',
    tests: WAITS,
  },
  {
    name: 'an answer that cannot be recorded is not used',
    file: MODELS,
    code: "return fail('llm/not-recorded', 'The answer could not be recorded, so it is not used.')",
    without: 'return reply',
    tests: AT_MODELS,
  },
]
