import { z } from 'zod'

/** Ids are `prefix_rest`: the prefix says what it names, in logs and in the journal's search. */
export const OrderId = z.string().startsWith('ord_').brand<'OrderId'>()
export type OrderId = z.infer<typeof OrderId>
export const ProposalId = z.string().startsWith('prp_').brand<'ProposalId'>()
export type ProposalId = z.infer<typeof ProposalId>
export const ConflictId = z.string().startsWith('cfl_').brand<'ConflictId'>()
export type ConflictId = z.infer<typeof ConflictId>
export const PositionId = z.string().startsWith('pos_').brand<'PositionId'>()
export type PositionId = z.infer<typeof PositionId>
export const MessageId = z.string().startsWith('msg_').brand<'MessageId'>()
export type MessageId = z.infer<typeof MessageId>
/** Follows one decision from the candle that started it to the fill that ended it. */
export const CorrelationId = z.string().startsWith('cor_').brand<'CorrelationId'>()
export type CorrelationId = z.infer<typeof CorrelationId>
/** The order's name at the exchange (`cl_ord_id`): 32 hexadecimal digits. */
export const ClientOrderId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand<'ClientOrderId'>()
export type ClientOrderId = z.infer<typeof ClientOrderId>
/** The exchange's own name of one execution: what makes a fill idempotent. */
export const TradeId = z.string().min(1).max(64).brand<'TradeId'>()
export type TradeId = z.infer<typeof TradeId>

/** BTC, XRP, USDT, … as the exchange library spells it. */
export const Asset = z
  .string()
  .regex(/^[A-Z0-9]{2,10}$/, 'expected an asset such as BTC')
  .brand<'Asset'>()
export type Asset = z.infer<typeof Asset>
/** A traded pair `BASE/QUOTE`. */
export const TradedPair = z
  .string()
  .regex(/^[A-Z0-9]{2,10}\/[A-Z0-9]{2,10}$/, 'expected a pair such as BTC/USDT')
  .brand<'Symbol'>()
export type TradedPair = z.infer<typeof TradedPair>

export const asset = (text: string): Asset => Asset.parse(text)
export const pair = (text: string): TradedPair => TradedPair.parse(text)
export const baseOf = (symbol: TradedPair): Asset => symbol.slice(0, symbol.indexOf('/')) as Asset
export const quoteOf = (symbol: TradedPair): Asset => symbol.slice(symbol.indexOf('/') + 1) as Asset
