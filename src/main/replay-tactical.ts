import { toText, ZERO } from '../shared/money.ts'
import { isoTime } from '../shared/time.ts'
import type { TacticalReport } from './adapters/report/report-data.ts'
import type { Calibration } from './agents/calibration.ts'
import type { Message } from './bus/topics.ts'
import { averagePrice } from './domain/order.ts'
import type { Position } from './domain/position.ts'
import type { Stores } from './ports.ts'

/** More rows than any replay makes: the stores' "recent" queries want a bound. */
const ALL = 100_000_000

/** What the analysts did: were they right, what was traded on it and why, and which breakers tripped. */
export function tacticalReport(
  stores: Stores,
  calibration: Calibration,
  alerts: readonly Message<'risk_alerts'>[],
): TacticalReport {
  const closed = stores.positions.recent(ALL).filter(({ closedAt }) => closedAt !== null)
  return {
    calibration: calibration.agents().map((agent) => ({
      agent,
      horizons: calibration.curves({ agent, symbol: null, regime: null }).map(({ waiting: _, ...curve }) => curve),
    })),
    trades: closed.toReversed().map((position) => tradeOf(position, stores)),
    breakers: alerts
      .filter(({ payload }) => payload.code.startsWith('breaker/'))
      .map(({ timestamp, payload }) => ({
        time: isoTime(timestamp),
        breaker: payload.code.slice('breaker/'.length),
        text: payload.text,
      })),
  }
}

function tradeOf(position: Position, stores: Stores): TacticalReport['trades'][number] {
  const proposal = stores.proposals.get(position.proposalId)
  const entry = stores.orders.get(position.entryOrderId)
  const last = stores.orders.ofPosition(position.id).findLast(({ filled }) => filled.gt(ZERO))
  const entryPrice = entry === null ? null : averagePrice(entry)
  const exitPrice = last === undefined ? null : averagePrice(last)
  return {
    openedAt: isoTime(position.openedAt),
    closedAt: position.closedAt === null ? null : isoTime(position.closedAt),
    symbol: position.symbol,
    side: position.side,
    amount: entry === null ? '0' : toText(entry.filled),
    entry: entryPrice === null ? null : toText(entryPrice),
    exit: exitPrice === null ? null : toText(exitPrice),
    exitReason: position.exitReason,
    realized: toText(position.realized),
    confidence: proposal?.trade?.confidence ?? null,
    reason: proposal?.reason ?? '',
  }
}
