import type { VenueTick } from '../../src/main/adapters/paper/venue.ts'
import type { Clock } from '../../src/main/ports.ts'
import { asset } from '../../src/shared/ids.ts'
import { amount } from '../../src/shared/money.ts'
import { SECOND } from '../../src/shared/time.ts'
import { type FaultRule, unknowableFaults } from '../servers/kraken/faults.ts'
import { type KrakenServer, startKrakenServer } from '../servers/kraken/server.ts'
import { holdingsAtFirst } from './crash-engine.ts'
import type { ServerState } from './crash-inspect.ts'

/** Late enough for the naive to have looked, just in time, and after the deadline, ms. */
const LATE_MS = [SECOND, 2 * SECOND, 2.4 * SECOND, 4 * SECOND]
const CHANGES = ['AddOrder', 'AmendOrder', 'CancelOrder']
const READS = ['OpenOrders', 'ClosedOrders', 'TradesHistory', 'QueryOrders', 'BalanceEx']

const STRANGE: FaultRule['faults'] = [
  { accept: 'now', reply: { kind: 'warning', text: 'WOrder:Late' } },
  { accept: 'never', reply: { kind: 'error', error: 'EService:Busy' } },
  { accept: 'now', reply: { kind: 'error', error: 'EService:Timeout' } },
  { accept: 'now', reply: { kind: 'error', error: 'EService:Deadline elapsed' } },
]
/** True when it was asked, old when it is heard. */
const LATE_ANSWERS: FaultRule['faults'] = [SECOND, 3 * SECOND].map((replyAfterMs) => ({
  accept: 'now',
  reply: { kind: 'normal' },
  replyAfterMs,
}))
/** These end with a time-out, or are asked again after a pause: of the machine's own time. */
const SLOW_CHANGES: FaultRule['faults'] = [
  { accept: 'now', reply: { kind: 'drop' } },
  { accept: 'never', reply: { kind: 'drop' } },
  { accept: 'never', reply: { kind: 'error', error: 'EOrder:Rate limit exceeded' } },
  { accept: 'never', reply: { kind: 'error', error: 'EAPI:Invalid nonce' } },
]
const SLOW_READS: FaultRule['faults'] = [
  { accept: 'now', reply: { kind: 'cut' } },
  { accept: 'now', reply: { kind: 'reset-in-body' } },
  { accept: 'never', reply: { kind: 'reset' } },
  { accept: 'never', reply: { kind: 'status', status: 502 } },
]

/** The exchange's side: it lives on when an engine dies. */
export type CrashServer = {
  readonly kraken: KrakenServer
  show(ticks: readonly VenueTick[]): void
  /**
   * From now on this part of the changes goes wrong in ways after which nobody knows, and half as many questions are
   * answered late; with pauses also in ways that cost the machine's own time.
   */
  spoil(part: number, how?: { readonly withPauses: boolean }): void
  /** Money comes from outside. */
  deposit(assetCode: string, units: string): void
  /** What is really there. */
  state(): ServerState
}

export async function startCrashServer(clock: Clock, seed: number, dir?: string): Promise<CrashServer> {
  const kraken = await startKrakenServer({
    clock,
    seed,
    opening: holdingsAtFirst(),
    logged: 1000,
    ...(dir === undefined ? {} : { dir }),
  })
  return {
    kraken,
    show(ticks) {
      for (const tick of ticks) kraken.setTick(tick.symbol, tick)
    },
    spoil(part, { withPauses } = { withPauses: false }) {
      kraken.faults.clear()
      if (part === 0) return
      const faults = [...LATE_MS.flatMap(unknowableFaults), ...STRANGE, ...(withPauses ? SLOW_CHANGES : [])]
      kraken.faults.add({ endpoints: CHANGES, probability: part, faults })
      kraken.faults.add({ endpoints: READS, probability: part / 2, faults: LATE_ANSWERS })
      if (withPauses) kraken.faults.add({ endpoints: READS, probability: part / 4, faults: SLOW_READS })
    },
    deposit: (assetCode, units) => kraken.transfer(assetCode, amount(units)),
    state() {
      const { venue } = kraken
      const all = [...venue.openOrders(), ...venue.closedOrders({ limit: 1_000_000 })]
      const holdings = [...venue.holdings()].map(([code, { total }]) => [asset(code), total] as const)
      const orders = all.map((order) => ({
        ...order,
        prices: venue.tradesOf(order.number).map(({ price }) => price),
      }))
      return { orders, holdings: new Map(holdings) }
    },
  }
}
