import type { Position } from '../../../src/main/domain/position.ts'
import type { Proposal } from '../../../src/main/domain/proposal.ts'
import { err } from '../../../src/shared/result.ts'
import { after } from '../../../src/shared/time.ts'
import type { createEngineBench } from '../../support/engine-bench.ts'
import { BTC_USDT, XRP_USDT } from '../../support/money-arbitraries.ts'
import { decided, signalOf } from '../../support/signal-builders.ts'

export type Bench = ReturnType<typeof createEngineBench>

export const NO_COOLDOWN = 'portfolio.rebalancing.cooldown_minutes=0'
export const AT_MARKET = ['portfolio.rebalancing.order_type=market', NO_COOLDOWN]

export const unknown = () => err({ kind: 'unknown', code: 'exchange/timeout', message: 'no answer in time' } as const)
export const unreachable = () =>
  err({ kind: 'unreachable', code: 'exchange/unreachable', message: 'no answer' } as const)
export const refusing = (kind: 'refused' | 'not_accepted') =>
  err({ kind, code: 'exchange/test', message: 'EOrder:made up' } as const)

/** Prices between which a limit order at the touch rests. */
export const quote = ({ engine, clock }: Bench): void =>
  engine.market.prices([
    { symbol: BTC_USDT, at: clock.now(), bid: 50_000, ask: 50_010, last: 50_005 },
    { symbol: XRP_USDT, at: clock.now(), bid: 2, ask: 2.001, last: 2.0005 },
  ])

/** Lets seconds pass in which nobody trades. */
export async function wait(bench: Bench, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    bench.clock.advanceTo(after(bench.clock.now(), 1_000))
    quote(bench)
    bench.clock.runDue()
    await bench.engine.executor.idle()
  }
}

/** Way to the thirds, approved; carried out as far as that goes at once. */
export async function rebalance(bench: Bench): Promise<Proposal> {
  const forced = bench.engine.rebalancer.force()
  if (!forced.ok) throw new Error(forced.error.message)
  const approved = bench.engine.approval.approve(forced.value.id, forced.value.hash)
  if (!approved.ok) throw new Error(approved.error.message)
  await bench.engine.executor.idle()
  return forced.value
}

/** A trade on BTC at 50,000 with its stop at 49,200 and its target at 51,600, approved. */
export async function trade(bench: Bench, bias: 'long' | 'short' = 'long'): Promise<void> {
  bench.tick()
  const action = bias === 'long' ? 'BUY' : 'SELL'
  decided(bench.engine.bus, signalOf({ action, bias, at: bench.clock.now() }))
  const proposal = bench.stores.proposals.withStatus('pending').find(({ kind }) => kind === 'tactical')
  if (proposal === undefined) throw new Error('nothing tactical is proposed')
  bench.engine.approval.approve(proposal.id, proposal.hash)
  await bench.engine.executor.idle()
}

/** The newest. */
export function positionOf(bench: Bench): Position {
  const position = bench.stores.positions.recent(1)[0]
  if (position === undefined) throw new Error('there is no position')
  return position
}

export async function restingAt({ exchange }: Bench): Promise<string[]> {
  const open = await exchange.openOrders()
  if (!open.ok) throw new Error(open.error.message)
  return open.value.map(({ type, side, symbol }) => `${type} ${side} ${symbol}`)
}

export const alertsOf = ({ engine }: Bench): string[] =>
  engine.bus.history('risk_alerts').map(({ payload }) => payload.code)

/** Ledger and exchange are equal, and nothing unexpected happened. */
export async function isInOrder(bench: Bench): Promise<boolean> {
  await bench.engine.executor.reconcile()
  return bench.engine.executor.blockedBecause() === null && bench.bugs.length === 0
}
