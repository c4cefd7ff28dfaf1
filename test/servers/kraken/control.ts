import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import { TradedPair } from '../../../src/shared/ids.ts'
import { type Amount, amount, DecimalText, toText, ZERO } from '../../../src/shared/money.ts'
import { FaultRule } from './faults.ts'
import { PERMISSIONS } from './keys.ts'
import { MARKET_STATUSES } from './market.ts'
import type { KrakenServer } from './server.ts'
import { SocketFault } from './socket-faults.ts'
import { SYSTEM_STATUSES } from './system-status.ts'

const units = DecimalText.transform((text) => amount(text))
const price = z.number().positive()

/** What another process may do to the server: everything a test in its own process may, one thing at a time. */
export const Command = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('setTick'),
    symbol: TradedPair,
    bid: price,
    ask: price,
    last: price.optional(),
    bidSize: units.optional(),
    askSize: units.optional(),
  }),
  z.strictObject({ do: z.literal('addFault'), rule: FaultRule }),
  z.strictObject({ do: z.literal('clearFaults') }),
  z.strictObject({ do: z.literal('reseedFaults'), seed: z.number().int() }),
  z.strictObject({ do: z.literal('socketFault'), fault: SocketFault, times: z.number().int().positive().default(1) }),
  z.strictObject({ do: z.literal('silenceSockets'), silent: z.boolean() }),
  z.strictObject({ do: z.literal('dropSockets') }),
  z.strictObject({ do: z.literal('marketStatus'), symbol: TradedPair, status: z.enum(MARKET_STATUSES) }),
  z.strictObject({ do: z.literal('systemStatus'), status: z.enum(SYSTEM_STATUSES) }),
  z.strictObject({ do: z.literal('permissions'), permissions: z.array(z.enum(PERMISSIONS)) }),
  z.strictObject({ do: z.literal('transfer'), asset: z.string(), amount: units, fee: units.default(ZERO) }),
  z.strictObject({ do: z.literal('reward'), asset: z.string(), amount: units, fee: units.default(ZERO) }),
  z.strictObject({ do: z.literal('moveToEarn'), asset: z.string(), amount: units }),
  /** Answers what the account is and what it was asked. */
  z.strictObject({ do: z.literal('tell'), requests: z.number().int().nonnegative().default(0) }),
])
export type Command = z.input<typeof Command>

export type Told = {
  readonly balances: Readonly<Record<string, { readonly total: string; readonly held: string }>>
  readonly openOrders: number
  /** AddOrder requests by client order id with more than one order to its name: there should be none. */
  readonly duplicates: readonly string[]
  readonly requests: readonly unknown[]
}

type Driven = Omit<KrakenServer, 'restUrl' | 'wsUrl' | 'wsAuthUrl'>

/** POST /control with a command as JSON: 200 and its answer, or 400 and what is wrong with it. */
export function createControl(kraken: Driven) {
  return (path: string, method: string, body: string, response: ServerResponse): boolean => {
    if (path !== '/control' || method !== 'POST') return false
    const command = readCommand(body)
    const status = command.success ? 200 : 400
    const result = command.success ? (run(kraken, command.data) ?? {}) : { error: command.error.message }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(result))
    return true
  }
}

function readCommand(body: string) {
  try {
    return Command.safeParse(JSON.parse(body))
  } catch {
    return Command.safeParse(null)
  }
}

function run(kraken: Driven, command: z.infer<typeof Command>): Told | undefined {
  switch (command.do) {
    case 'setTick': {
      const { do: _, symbol, bidSize, askSize, last, ...touch } = command
      kraken.setTick(symbol, { ...touch, ...given({ last, bidSize, askSize }) })
      return
    }
    case 'addFault':
      kraken.faults.add(command.rule)
      return
    case 'clearFaults':
      kraken.faults.clear()
      kraken.socketFaults.clear()
      return
    case 'reseedFaults':
      kraken.faults.reseed(command.seed)
      return
    case 'socketFault':
      kraken.socketFaults.next(command.fault, command.times)
      return
    case 'silenceSockets':
      kraken.socketFaults.isSilent = command.silent
      return
    case 'dropSockets':
      kraken.sockets.drop()
      return
    case 'marketStatus':
      kraken.setMarketStatus(command.symbol, command.status)
      return
    case 'systemStatus':
      kraken.setSystemStatus(command.status)
      return
    case 'permissions':
      kraken.setPermissions(command.permissions)
      return
    case 'transfer':
      kraken.transfer(command.asset, command.amount, command.fee)
      return
    case 'reward':
      kraken.reward(command.asset, command.amount, command.fee)
      return
    case 'moveToEarn':
      kraken.moveToEarn(command.asset, command.amount)
      return
    case 'tell':
      return tell(kraken, command.requests)
  }
}

function tell({ venue, requests, ordersOf }: Driven, count: number): Told {
  const text = (value: Amount): string => toText(value)
  const holdings = [...venue.holdings()].map(([code, { total, held }]) => [
    code,
    { total: text(total), held: text(held) },
  ])
  const ids = new Set(requests.all('AddOrder').flatMap(({ params }) => params.cl_ord_id ?? []))
  return {
    balances: Object.fromEntries(holdings),
    openOrders: venue.openOrders().length,
    duplicates: [...ids].filter((id) => ordersOf(id) > 1),
    requests: count === 0 ? [] : requests.all().slice(-count),
  }
}

/** Without what is undefined. */
function given<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }
}
