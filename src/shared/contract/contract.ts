import { z } from 'zod'
import { DecimalText } from '../money.ts'
import {
  AgentCallView,
  AgentOutputView,
  CalibrationView,
  DeadLetterView,
  DifferenceItem,
  EquityPointView,
  JournalRowView,
  LedgerEntryView,
  OpenLotView,
  OrderView,
  ViewDelta,
  WorkstationView,
} from './views.ts'

/*
 * Everything that may cross between window and engine. Handlers, client, preload and browser host are derived from it.
 * Every call answers Result<output, { code, message }>.
 */
const Nothing = z.object({}).strict()
const Done = z.object({ text: z.string() })
/** A decimal above zero. */
const Positive = DecimalText.refine((text) => /^\d.*[1-9]|^[1-9]/.test(text), 'expected a price above zero')
const Reason = z.string().trim().min(1, 'a reason is needed').max(500)

export const calls = {
  'view.snapshot': { input: Nothing, output: z.object({ seq: z.number(), view: WorkstationView }) },

  'proposal.approve': {
    /** `hash` is that of the proposal shown. */
    input: z
      .object({
        id: z.string(),
        hash: z.string(),
        /** Indexes of the legs approved; null for all of them. */
        legs: z.array(z.number().int().nonnegative()).min(1, 'no leg is approved').max(1_000).nullable(),
      })
      .strict(),
    output: Done,
  },
  'proposal.reject': { input: z.object({ id: z.string(), reason: Reason }).strict(), output: Done },
  'proposal.snooze': {
    input: z.object({ id: z.string(), minutes: z.number().int().min(1).max(1440) }).strict(),
    output: Done,
  },
  /** Voids a pending rebalance and makes a fresh one at the prices of now. */
  'proposal.replan': { input: z.object({ id: z.string() }).strict(), output: Done },

  /** Plans anew what an incomplete rebalance left over. */
  'proposal.resume': { input: z.object({ id: z.string() }).strict(), output: Done },

  'conflict.decide': { input: z.object({ id: z.string(), optionId: z.string() }).strict(), output: Done },

  'portfolio.check': { input: Nothing, output: Done },
  /** Proposes a rebalance whatever the drift. */
  'portfolio.rebalance': { input: Nothing, output: Done },
  'portfolio.history': {
    input: z.object({ since: z.number().nonnegative(), limit: z.number().int().min(2).max(2000) }).strict(),
    output: z.object({ points: z.array(EquityPointView), rebalances: z.array(z.number()) }),
  },

  /** Says which sleeve a deposit, withdrawal or reward belongs to. A withdrawal from a bag takes what a release takes. */
  'movement.classify': {
    input: z
      .object({ id: z.string(), sleeve: z.enum(['core', 'hodl']), reason: Reason, confirmation: z.string().max(100) })
      .strict(),
    output: Done,
  },
  /** From core into a bag. */
  'bag.add': { input: z.object({ asset: z.string(), amount: Positive, reason: Reason }).strict(), output: Done },
  /** From a bag to core. `confirmation` is `releasePhrase` of the same asset and amount, typed. */
  'bag.release': {
    input: z
      .object({ asset: z.string(), amount: Positive, reason: Reason, confirmation: z.string().max(100) })
      .strict(),
    output: Done,
  },
  /** What is held, lot by lot, oldest first. */
  'lots.open': { input: Nothing, output: z.object({ lots: z.array(OpenLotView) }) },
  /** CSV text and a name for it without extension: realized gains lot by lot (null: of all years), or the whole ledger. */
  'ledger.export': {
    input: z
      .object({ what: z.enum(['gains', 'entries']), year: z.number().int().min(2009).max(2999).nullable() })
      .strict(),
    output: z.object({ fileName: z.string(), csv: z.string(), rows: z.number() }),
  },

  /** One cheap question to a provider of models, to see whether it answers. */
  'models.test': {
    input: z.object({ provider: z.string().max(50) }).strict(),
    output: z.object({ model: z.string(), latencyMs: z.number(), costUsd: z.string() }),
  },
  /** Runs an agent on every symbol now, whatever its schedule. */
  'agent.run': { input: z.object({ name: z.string() }).strict(), output: Done },
  /** What it said that was news, newest first. */
  'agent.history': {
    input: z.object({ name: z.string(), limit: z.number().int().min(1).max(200) }).strict(),
    output: z.object({ outputs: z.array(AgentOutputView) }),
  },
  /** What it asked models, newest first. */
  'agent.calls': {
    input: z.object({ name: z.string(), limit: z.number().int().min(1).max(200) }).strict(),
    output: z.object({ calls: z.array(AgentCallView) }),
  },
  /** Confidence against outcome, one curve for each horizon; null stands for all. */
  'agent.calibration': {
    input: z.object({ name: z.string(), symbol: z.string().nullable(), regime: z.string().nullable() }).strict(),
    output: z.object({ curves: z.array(CalibrationView) }),
  },

  'coordinator.pause': { input: z.object({ reason: Reason }).strict(), output: Done },
  'coordinator.resume': { input: Nothing, output: Done },
  'stop.cancelOrders': { input: Nothing, output: Done },
  /** `flatten` also closes every tactical position at market; protective stops rest until that has filled. */
  'stop.kill': { input: z.object({ reason: Reason, flatten: z.boolean() }).strict(), output: Done },

  /** Not for protective stops: those go with their position. */
  'order.cancel': { input: z.object({ id: z.string() }).strict(), output: Done },
  /** All past and open orders, newest first; more than the window is pushed. */
  'orders.history': {
    input: z.object({ limit: z.number().int().min(1).max(10_000) }).strict(),
    output: z.object({ orders: z.array(OrderView), isAll: z.boolean() }),
  },
  'position.close': { input: z.object({ id: z.string() }).strict(), output: Done },
  /** Null leaves it where it is. */
  'position.modify': {
    input: z
      .object({ id: z.string(), stop: Positive.nullable(), target: Positive.nullable() })
      .strict()
      .refine(({ stop, target }) => stop !== null || target !== null, 'neither a stop nor a target is given'),
    output: Done,
  },

  /** Asks the exchange for orders, fills and balances now, and compares. */
  'exchange.reconcile': { input: Nothing, output: Done },
  /** Books a difference into core as a correction. `items` are those shown: another difference is not booked. */
  'difference.book': {
    input: z.object({ reason: Reason, items: z.array(DifferenceItem.strict()).min(1).max(100) }).strict(),
    output: Done,
  },

  'journal.search': {
    input: z
      .object({
        text: z.string().max(200).nullable(),
        topic: z.string().nullable(),
        beforeSeq: z.number().int().positive().nullable(),
        limit: z.number().int().min(1).max(200),
      })
      .strict(),
    output: z.object({ rows: z.array(JournalRowView) }),
  },
  /** Every step of one decision, oldest first. */
  'journal.trace': {
    input: z.object({ correlationId: z.string() }).strict(),
    output: z.object({ rows: z.array(JournalRowView) }),
  },
  'journal.deadLetters': {
    input: z.object({ limit: z.number().int().min(1).max(200) }).strict(),
    output: z.object({ rows: z.array(DeadLetterView) }),
  },
  /** The end of the audit's chain; `problem` is what speaks against the note of it that is kept outside the database. */
  'journal.head': {
    input: Nothing,
    output: z.object({
      seq: z.number().int(),
      hash: z.string(),
      at: z.number().nullable(),
      problem: z.string().nullable(),
    }),
  },
  'journal.ledger': {
    input: z.object({ limit: z.number().int().min(1).max(500) }).strict(),
    output: z.object({ entries: z.array(LedgerEntryView) }),
  },
} as const

/** What the engine pushes. */
export const events = { 'view.delta': ViewDelta } as const

export type Calls = typeof calls
export type CallName = keyof Calls
export type Input<N extends CallName> = z.infer<Calls[N]['input']>
export type Output<N extends CallName> = z.infer<Calls[N]['output']>
export type EventName = keyof typeof events
export type EventPayload<N extends EventName> = z.infer<(typeof events)[N]>
