import type { Asset, ConflictId, CorrelationId, MessageId, PositionId, ProposalId } from '../../shared/ids.ts'
import type { Amount, Price } from '../../shared/money.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { ApprovedProposal } from '../domain/approval.ts'
import type { Conflict } from '../domain/conflict.ts'
import type { ClosedCandle, Tick } from '../domain/market.ts'
import type { MovementSleeve } from '../domain/movement.ts'
import type { ExitReason, Fill, Order } from '../domain/order.ts'
import type { Position } from '../domain/position.ts'
import type { Proposal } from '../domain/proposal.ts'
import type { Opinion, RegimeOutput, SentimentOutput, TaOutput, TradingSignal } from '../domain/signal.ts'

/** Which payload travels on which topic: a wrong payload does not compile. */
export type Topics = {
  /** One message is one moment: every price seen, or every candle closed, at the same time. */
  market_data:
    | { readonly kind: 'prices'; readonly ticks: readonly Tick[] }
    | { readonly kind: 'candles'; readonly closed: readonly ClosedCandle[]; readonly isBehind: boolean }
  ta_signals: TaOutput
  regime_updates: RegimeOutput
  sentiment_updates: SentimentOutput
  /** What agents say that are none of the kinds above. */
  opinions: Opinion
  trading_signals: TradingSignal
  conflicts: { readonly kind: 'detected' | 'asking' | 'waiting' | 'resolved' | 'scored'; readonly conflict: Conflict }
  portfolio_updates:
    | { readonly kind: 'drifted' | 'changed'; readonly largestDriftPp: string; readonly coreValue: string }
    /** A deposit, withdrawal or reward found its sleeve; `gained` is below zero where it left. */
    | {
        readonly kind: 'classified'
        readonly asset: Asset
        readonly sleeve: MovementSleeve
        readonly gained: Amount
        readonly by: 'trader' | 'default'
      }
  proposals:
    | { readonly kind: 'proposed' | 'closed' | 'snoozed' | 'finished'; readonly proposal: Proposal }
    | { readonly kind: 'approved'; readonly proposal: ApprovedProposal }
  execution_events:
    | { readonly kind: 'order'; readonly order: Order }
    | { readonly kind: 'fill'; readonly order: Order; readonly fill: Fill; readonly isLate: boolean }
  position_updates:
    | { readonly kind: 'opened' | 'changed' | 'closed'; readonly position: Position }
    | { readonly kind: 'exit_due'; readonly position: Position; readonly reason: ExitReason }
    /** The price has moved so far in its favour that its stop follows. */
    | { readonly kind: 'stop_due'; readonly position: Position; readonly stop: Price }
  risk_alerts: {
    readonly code: string
    readonly text: string
    readonly proposalId?: ProposalId
    readonly positionId?: PositionId
    readonly conflictId?: ConflictId
  }
  system_events: { readonly kind: string; readonly text: string }
}
export type Topic = keyof Topics

export const TOPICS: readonly Topic[] = [
  'market_data',
  'ta_signals',
  'regime_updates',
  'sentiment_updates',
  'opinions',
  'trading_signals',
  'conflicts',
  'portfolio_updates',
  'proposals',
  'execution_events',
  'position_updates',
  'risk_alerts',
  'system_events',
]

/** What speaks of orders, and of what becomes one: it may be refused, aloud, and never be dropped. */
export const NEVER_DROPPED = [
  'conflicts',
  'proposals',
  'execution_events',
  'position_updates',
  'risk_alerts',
] as const satisfies readonly Topic[]
export type NeverDropped = (typeof NEVER_DROPPED)[number]

export const PRIORITIES = ['LOW', 'NORMAL', 'HIGH', 'URGENT'] as const
export type Priority = (typeof PRIORITIES)[number]

export type Message<T extends Topic = Topic> = {
  readonly id: MessageId
  readonly topic: T
  /** The service that published it. */
  readonly source: string
  readonly priority: Priority
  readonly timestamp: EpochMs
  readonly payload: Topics[T]
  readonly correlationId: CorrelationId | null
  readonly causationId: MessageId | null
  /** Not delivered when older than this; Infinity where a fact must always arrive. */
  readonly ttlMs: number
}
