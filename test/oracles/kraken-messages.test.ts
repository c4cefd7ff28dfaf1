import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readAnswer } from '../../src/main/adapters/kraken/answer.ts'
import { type Path, RESULTS } from '../../src/main/adapters/kraken/messages.ts'
import { exchangeOrder, restingOrder } from '../../src/main/adapters/kraken/order-reading.ts'
import { readPairs } from '../../src/main/adapters/kraken/pairs.ts'
import { readStreamMessage } from '../../src/main/adapters/kraken/stream-messages.ts'
import type { ClientOrderId } from '../../src/shared/ids.ts'
import { toText } from '../../src/shared/money.ts'
import { BTC_USDT } from '../support/money-arbitraries.ts'
import { sharedFile } from '../support/shared-data.ts'

const DIR = sharedFile('data', 'kraken-messages')
const isThere = existsSync(DIR)
if (!isThere) console.warn(`SKIPPED: Kraken’s messages are not at ${DIR}`)
const files = isThere ? readdirSync(DIR).toSorted() : []
const textOf = (file: string): string => readFileSync(sharedFile('data', 'kraken-messages', file), 'utf8')

/** Which of our readers reads a REST answer, or why none does. */
const REST: Readonly<Record<string, Path | { readonly why: string }>> = {
  'http_add_order_spot.json': 'AddOrder',
  'http_asset_pairs.json': 'AssetPairs',
  'http_asset_pairs_tokenized.json': 'AssetPairs',
  'http_cancel_order_spot.json': 'CancelOrder',
  'http_closed_orders.json': 'ClosedOrders',
  'http_open_orders.json': 'OpenOrders',
  'http_order_book.json': { why: 'prices come from the socket' },
  'http_server_time.json': 'Time',
  'http_spot_balance.json': { why: 'Balance hides what orders hold: BalanceEx is asked' },
  'http_spot_open_positions.json': { why: 'positions are ours, derived from fills' },
  'http_spot_trade_balance.json': { why: 'the equity is ours, derived from the ledger' },
  'http_system_status.json': 'SystemStatus',
  'http_ticker.json': { why: 'prices come from the socket' },
  'http_trades_history.json': 'TradesHistory',
}
const rest = files.filter((file) => file.startsWith('http_'))

describe.skipIf(!isThere)('Kraken’s REST answers', () => {
  it('are all accounted for', () => {
    expect(rest).toEqual(Object.keys(REST).toSorted())
  })

  it.each(rest)('%s is read, or there is a reason not to', (file) => {
    const reader = REST[file]
    const answer = readAnswer({ status: 200, body: textOf(file) })
    if (answer.kind !== 'result') throw new Error(`${file}: ${JSON.stringify(answer)}`)
    if (typeof reader === 'string') expect(RESULTS[reader].safeParse(answer.result)).toMatchObject({ success: true })
    else expect(reader?.why).toBeTruthy()
  })

  it.each(rest)('%s given to any other reader is read or refused, and nothing throws', (file) => {
    const answer = readAnswer({ status: 200, body: textOf(file) })
    const result = answer.kind === 'result' ? answer.result : null
    for (const path of Object.keys(RESULTS) as Path[])
      expect(typeof RESULTS[path].safeParse(result).success).toBe('boolean')
  })

  it.each(rest)('%s cut off anywhere is no answer', (file) => {
    const text = textOf(file).trim()
    for (let length = 0; length < text.length; length += 7) {
      expect(readAnswer({ status: 200, body: text.slice(0, length) }).kind).toBe('fault')
    }
  })

  it('of orders and trades say what is open, filled, paid and triggered', () => {
    const read = <P extends Path>(path: P, file: string) => {
      const answer = readAnswer({ status: 200, body: textOf(file) })
      return RESULTS[path].parse(answer.kind === 'result' ? answer.result : null)
    }
    const open = read('OpenOrders', 'http_open_orders.json') as ReturnType<typeof RESULTS.OpenOrders.parse>
    const resting = Object.entries(open.open).map(([id, raw]) => restingOrder(id, raw, BTC_USDT))
    expect(resting.map(({ type, price, openedAt }) => [type, price === null ? null : toText(price), openedAt])).toEqual(
      [
        ['limit', '29500', 1_688_583_840_864],
        ['stop-loss', '1800', 1_688_584_240_123],
      ],
    )
    const closed = read('ClosedOrders', 'http_closed_orders.json') as ReturnType<typeof RESULTS.ClosedOrders.parse>
    const history = read('TradesHistory', 'http_trades_history.json') as ReturnType<typeof RESULTS.TradesHistory.parse>
    const [first] = Object.entries(closed.closed)
    if (first === undefined) throw new Error('an order is closed')
    // The trades of this file name the open order: they are not this order’s, whatever else agrees.
    const found = { exchangeId: first[0], clientOrderId: '0'.repeat(32) as ClientOrderId, raw: first[1] }
    expect(exchangeOrder(found, BTC_USDT, Object.entries(history.trades))).toMatchObject({
      status: 'filled',
      fills: [],
    })
    const traded = exchangeOrder(
      { ...found, exchangeId: 'O26VBY-ISGAE-JP5TLU' },
      BTC_USDT,
      Object.entries(history.trades),
    )
    expect(
      traded.fills.map(({ tradeId, price, fee, feeAsset }) => [tradeId, toText(price), toText(fee), feeAsset]),
    ).toEqual([['TCCCTY-WJ6EO-4FP4VZ', '29500.5', '23.6', 'USDT']])
  })

  it('of markets give steps and minimums, also of kinds that we do not trade', () => {
    const listing = (file: string) => {
      const answer = readAnswer({ status: 200, body: textOf(file) })
      return RESULTS.AssetPairs.parse(answer.kind === 'result' ? answer.result : null)
    }
    const codeOf = (asset: string) => ({ XXBT: 'BTC', ZUSD: 'USD' })[asset] ?? asset
    const market = readPairs(listing('http_asset_pairs.json'), codeOf).bySymbol(BTC_USDT)
    if (market === null) throw new Error('BTC/USDT is listed')
    const { lot, tick, minAmount, minCost, takerFee, makerFee } = market
    expect([lot, tick, minAmount, minCost, takerFee, makerFee].map(toText)).toEqual([
      '0.00000001',
      '0.1',
      '0.00005',
      '0.5',
      '0.004',
      '0.0025',
    ])
    const tokenized = readPairs(listing('http_asset_pairs_tokenized.json'), codeOf)
    expect(tokenized.symbolOf('AAPLxUSD')).toBe('AAPLX/USD')
  })
})

const socketFiles = files.filter((file) => file.startsWith('ws_'))
const messages = socketFiles.flatMap((file) => {
  const lines = file.endsWith('.jsonl') ? textOf(file).trim().split('\n') : [textOf(file)]
  return lines.map((line, index) => ({ name: `${file} ${index + 1}`, message: JSON.parse(line) as unknown }))
})

describe.skipIf(!isThere)('Kraken’s socket messages', () => {
  it('are all there', () => {
    expect([files.length, socketFiles.length, messages.length]).toEqual([34, 20, 33])
  })

  it.each(messages)('$name is read, or ignored with a reason', ({ message }) => {
    const read = readStreamMessage(message)
    if (read.kind === 'ignored') expect(read.reason).not.toBe('')
    else expect(['executions', 'system', 'subscribed', 'refused', 'alive']).toContain(read.kind)
  })

  it('are of these kinds, in order', () => {
    const kinds = messages
      .filter(({ name }) => name.includes('.jsonl'))
      .map(({ message }) => readStreamMessage(message).kind)
    expect(kinds).toEqual([
      'system',
      'alive',
      'subscribed',
      'refused',
      'ignored', // trades of the market
      'ignored', // its book
      ...Array.from({ length: 6 }, () => 'executions'),
      'ignored', // balances, twice: asked for over REST
      'ignored',
    ])
  })

  it('that tell of executions name every order in them', () => {
    const snapshot = messages.find(({ message }) => JSON.stringify(message).includes('NG6PUE-C7MXN-CFCAMC'))?.message
    expect(readStreamMessage(snapshot)).toEqual({
      kind: 'executions',
      orders: ['NG6PUE-C7MXN-CFCAMC', '8G1X9R-F6HH0-R2FYZ0', 'MQUCYY-SX33Q-KX7KCT'].map((exchangeId) => ({
        exchangeId,
        clientOrderId: null,
      })),
    })
  })
})

describe('a socket message of no known form', () => {
  it.each([
    null,
    7,
    '',
    'text',
    [],
    {},
    { channel: 'executions' },
    { channel: 'executions', type: 'update', data: [{}] },
  ])('is ignored with a reason: %j', (message) =>
    expect(readStreamMessage(message)).toMatchObject({ kind: 'ignored', reason: expect.stringMatching(/./) }),
  )
})
