import type { VenueRefusal, VenueRequest } from '../../../src/main/adapters/paper/venue.ts'
import {
  type Amount,
  type Decimal,
  decimal,
  floorToStep,
  fromFloat,
  type Price,
  ZERO,
} from '../../../src/shared/money.ts'
import { err, ok, type Result } from '../../../src/shared/result.ts'
import { type EpochMs, epochMs } from '../../../src/shared/time.ts'
import { isTrue, type Params } from './answer.ts'
import { LEVERAGES } from './default-markets.ts'
import type { OrderNote } from './desk-store.ts'
import type { Market } from './market.ts'

const ORDER_TYPES: Readonly<Record<string, VenueRequest['type']>> = {
  market: 'market',
  limit: 'limit',
  'stop-loss': 'stop-loss',
}
/** Kraken takes deadlines up to a minute ahead. */
const FARTHEST_DEADLINE_MS = 60_000
/** A UUID, 32 hexadecimal digits, or a short text of lower-case letters and digits. */
const CLIENT_ORDER_ID = /^([0-9a-f]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-z]{1,18})$/

const invalid = (what: string) => err(`EGeneral:Invalid arguments:${what}`)

/** An exact decimal, or null for anything else. */
export function decimalIn(text: string | undefined): Decimal | null {
  return text !== undefined && /^\d{1,15}(\.\d{1,20})?$/.test(text) ? decimal(text) : null
}

/** Null when there is none. Errors: not a time, or too far ahead. */
export function deadlineIn(params: Params, now: EpochMs): Result<EpochMs | null, string> {
  if (params.deadline === undefined) return ok(null)
  const at = Date.parse(params.deadline)
  if (Number.isNaN(at) || at > now + FARTHEST_DEADLINE_MS) return invalid('deadline')
  return ok(epochMs(at))
}

/** AddOrder's parameters as the venue takes them; the error is Kraken's. */
export function readOrder(
  params: Params,
  market: Market,
  now: EpochMs,
): Result<{ readonly request: VenueRequest; readonly note: OrderNote }, string> {
  const { type: side, ordertype = '', cl_ord_id: clientOrderId = null, timeinforce = 'GTC' } = params
  const flags = (params.oflags ?? '').split(',').filter((flag) => flag !== '')
  const type = ORDER_TYPES[ordertype]
  if (side !== 'buy' && side !== 'sell') return invalid('type')
  if (type === undefined) return invalid('ordertype')
  if (timeinforce !== 'GTC' && timeinforce !== 'IOC') return invalid('timeinforce')
  if (clientOrderId !== null && (params.userref !== undefined || !CLIENT_ORDER_ID.test(clientOrderId))) {
    return invalid('cl_ord_id')
  }
  if (params.userref !== undefined && !/^-?\d{1,10}$/.test(params.userref)) return invalid('userref')
  if (params.trigger === 'index') return invalid('Index unavailable')
  for (const unknown of ['close[ordertype]', 'displayvol', 'expiretm', 'starttm']) {
    if (params[unknown] !== undefined && params[unknown] !== '0') return invalid(unknown)
  }
  const price = type === 'market' ? null : decimalIn(params.price)
  if (type !== 'market' && !price?.gt(ZERO)) return invalid('price')
  const amount = amountIn(params, market, flags)
  if (amount === null) return invalid('volume')
  const leverage = leverageIn(params.leverage)
  if (leverage === null) return invalid('leverage')
  const deadline = deadlineIn(params, now)
  if (!deadline.ok) return deadline
  return ok({
    request: {
      clientOrderId,
      symbol: market.symbol,
      side,
      type,
      amount,
      limitPrice: type === 'limit' ? (price as Price) : null,
      trigger: type === 'stop-loss' ? (price as Price) : null,
      timeInForce: timeinforce,
      postOnly: flags.includes('post'),
      leverage,
      reduceOnly: isTrue(params.reduce_only),
      deadline: deadline.value,
    },
    note: {
      userref: params.userref === undefined ? null : Number(params.userref),
      // The fee is taken in quote, whatever is preferred, and the answer says so.
      oflags: ['fciq', ...flags.filter((flag) => !flag.startsWith('fci'))].join(','),
    },
  })
}

/** With `viqc` a market order says what it wants to spend. */
function amountIn(params: Params, market: Market, flags: readonly string[]): Amount | null {
  const volume = decimalIn(params.volume)
  if (volume === null || !flags.includes('viqc')) return volume as Amount | null
  if (params.ordertype !== 'market' || params.type !== 'buy' || market.tick === null) return null
  return floorToStep(volume.div(fromFloat(market.tick.ask)) as Amount, market.rules.lot)
}

function leverageIn(text: string | undefined): number | null {
  if (text === undefined || text === 'none' || text === '1') return 1
  const leverage = Number(text.replace(/:1$/, ''))
  return LEVERAGES.includes(leverage) ? leverage : null
}

/** The venue's refusals in Kraken's words. */
export const REFUSALS: Readonly<Record<VenueRefusal['code'], string>> = {
  'venue/unknown-market': 'EQuery:Unknown asset pair',
  'venue/no-price': 'EGeneral:Invalid arguments:Index unavailable',
  'venue/deadline': 'EService:Deadline elapsed',
  'venue/duplicate-client-order-id': 'EGeneral:Invalid arguments:cl_ord_id not unique',
  'venue/minimum-amount': 'EOrder:Order minimum not met',
  'venue/minimum-cost': 'EOrder:Cost minimum not met',
  'venue/lot': 'EGeneral:Invalid arguments:volume',
  'venue/tick': 'EOrder:Tick size check failed',
  'venue/insufficient-funds': 'EOrder:Insufficient funds',
  'venue/insufficient-margin': 'EOrder:Insufficient margin',
  'venue/post-only': 'EOrder:Post only order',
  'venue/reduce-only': 'EOrder:Reduce only:No position exists',
  'venue/leverage': 'EOrder:Cannot open position',
}
