import { err, ok, type Result } from '../../../src/shared/result.ts'
import { type Answer, type Params, refuse } from './answer.ts'
import type { Desk } from './desk.ts'
import type { ApiKey, KrakenPermission } from './keys.ts'

export type Call = {
  readonly method: string
  /** `/0/private/AddOrder`. */
  readonly path: string
  /** `AddOrder`. */
  readonly name: string
  readonly params: Params
  /** As it came, for the signature. */
  readonly body: string
  readonly apiKey: string | undefined
  readonly apiSign: string | undefined
}
/** Ready to take effect, now or later: all that Kraken checks at the door has been checked. */
export type Admitted = () => Answer

type PublicEndpoint = (params: Params) => Answer
type PrivateEndpoint = (params: Params, key: ApiKey) => Answer
type Terms = {
  /** Any one of them will do; [] for what every key may. */
  readonly permissions: readonly KrakenPermission[]
  /** Points of the call counter; orders have a counter of their own. */
  readonly points: number
}

const READS_ORDERS: readonly KrakenPermission[] = ['query-open-trades', 'query-closed-trades']
/** Source: Kraken, "API key permissions" and "REST rate limits". */
const TERMS: Readonly<Record<string, Terms>> = {
  Balance: { permissions: ['query-funds'], points: 1 },
  BalanceEx: { permissions: ['query-funds'], points: 1 },
  TradeVolume: { permissions: ['query-funds'], points: 1 },
  OpenPositions: { permissions: ['query-open-trades'], points: 1 },
  OpenOrders: { permissions: ['query-open-trades'], points: 1 },
  ClosedOrders: { permissions: ['query-closed-trades'], points: 1 },
  QueryOrders: { permissions: READS_ORDERS, points: 1 },
  QueryTrades: { permissions: READS_ORDERS, points: 1 },
  TradesHistory: { permissions: READS_ORDERS, points: 2 },
  Ledgers: { permissions: ['query-ledger'], points: 2 },
  GetWebSocketsToken: { permissions: ['create-ws-token'], points: 1 },
  GetApiKeyInfo: { permissions: [], points: 1 },
  AddOrder: { permissions: ['modify-trades'], points: 0 },
  AmendOrder: { permissions: ['modify-trades'], points: 0 },
  CancelOrder: { permissions: ['close-trades', 'modify-trades'], points: 0 },
  CancelOrderBatch: { permissions: ['close-trades', 'modify-trades'], points: 0 },
  CancelAll: { permissions: ['close-trades', 'modify-trades'], points: 0 },
  CancelAllOrdersAfter: { permissions: ['close-trades', 'modify-trades'], points: 1 },
}

const UNKNOWN = err('EGeneral:Unknown method')

/** The door: who may call what, and how often. What is refused here has had no effect. */
export function createApi(
  desk: Desk,
  publicEndpoints: Readonly<Record<string, PublicEndpoint>>,
  privateEndpoints: Readonly<Record<string, PrivateEndpoint>>,
) {
  return function admit(call: Call): Result<Admitted, string> {
    const { path, name, params } = call
    if (path === `/0/public/${name}`) {
      const endpoint = publicEndpoints[name]
      return endpoint === undefined ? UNKNOWN : ok(() => endpoint(params))
    }
    const [endpoint, terms] = [privateEndpoints[name], TERMS[name]]
    if (path !== `/0/private/${name}` || endpoint === undefined || terms === undefined) return UNKNOWN
    if (call.method !== 'POST') return err('EGeneral:Invalid arguments')
    const admitted = desk.keys.admit({
      path,
      body: call.body,
      nonce: params.nonce,
      key: call.apiKey,
      signature: call.apiSign,
    })
    if (!admitted.ok) return admitted
    const key = admitted.value
    if (!desk.counters.call(key.key, terms.points)) return err('EAPI:Rate limit exceeded')
    if (terms.permissions.length > 0 && !terms.permissions.some((permission) => key.permissions.includes(permission))) {
      return err('EGeneral:Permission denied')
    }
    return ok(() => (desk.system === 'maintenance' ? refuse('EService:Unavailable') : endpoint(params, key)))
  }
}
