import type { CallName, EventName } from './contract.ts'

/*
 * The contract's names and nothing else, for the preload: the schemas behind them would bring a whole validation library
 * into it. The two records make a name that is missing here, or too many, an error of the compiler.
 */
const CALLS: Record<CallName, true> = {
  'view.snapshot': true,
  'proposal.approve': true,
  'proposal.reject': true,
  'proposal.snooze': true,
  'proposal.replan': true,
  'proposal.resume': true,
  'conflict.decide': true,
  'portfolio.check': true,
  'portfolio.rebalance': true,
  'portfolio.history': true,
  'movement.classify': true,
  'bag.add': true,
  'bag.release': true,
  'lots.open': true,
  'ledger.export': true,
  'models.test': true,
  'agent.run': true,
  'agent.history': true,
  'agent.calls': true,
  'agent.calibration': true,
  'coordinator.pause': true,
  'coordinator.resume': true,
  'stop.cancelOrders': true,
  'stop.kill': true,
  'order.cancel': true,
  'orders.history': true,
  'position.close': true,
  'position.modify': true,
  'exchange.reconcile': true,
  'difference.book': true,
  'journal.search': true,
  'journal.trace': true,
  'journal.deadLetters': true,
  'journal.head': true,
  'journal.ledger': true,
}
const EVENTS: Record<EventName, true> = { 'view.delta': true }

export const CALL_NAMES: readonly string[] = Object.keys(CALLS)
export const EVENT_NAMES: readonly string[] = Object.keys(EVENTS)

/** The two channels of Electron's IPC, known to preload and desktop host. */
export const REQUEST_CHANNEL = 'triplegain:request'
export const EVENT_CHANNEL = 'triplegain:event'
