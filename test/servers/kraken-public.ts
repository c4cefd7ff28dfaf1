import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

const PAIRS = {
  XBTUSDT: ['XXBT', 'USDT', 'XBT/USDT', 1],
  XRPUSDT: ['XXRP', 'USDT', 'XRP/USDT', 5],
  XXRPXXBT: ['XXRP', 'XXBT', 'XRP/XBT', 8],
} as const
const ASSETS = { XXBT: 'XBT', XXRP: 'XRP', USDT: 'USDT' }

/** As much of Kraken's public REST and WebSocket v2 as a price feed sees, on the loopback. */
export async function startKrakenPublic() {
  const offline = new Set<string>()
  const sockets = new Set<WebSocket>()
  let isDown = false
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (isDown) return response.writeHead(503).end()
    const result = answers(url, offline)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: result === null ? ['EGeneral:Unknown method'] : [], result }))
  })
  const line = new WebSocketServer({ server })
  const subscribed: string[][] = []
  line.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as { method: string; params?: { symbol: string[] }; req_id?: number }
      if (message.method !== 'subscribe') return
      subscribed.push(message.params?.symbol ?? [])
      for (const symbol of message.params?.symbol ?? []) {
        const result = { channel: 'ticker', symbol, snapshot: true }
        socket.send(JSON.stringify({ method: 'subscribe', result, success: true, req_id: message.req_id }))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    restUrl: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    subscribed,
    /** A market that is not traded any more, by Kraken's name. */
    delist: (pair: keyof typeof PAIRS) => offline.add(pair),
    setDown(down: boolean) {
      isDown = down
    },
    dropSockets() {
      for (const socket of sockets) socket.terminate()
    },
    tick(symbol: string, bid: number, ask: number, last: number) {
      const quote = { symbol, bid, bid_qty: 1, ask, ask_qty: 1, last, volume: 10, vwap: last, low: last, high: last }
      const data = [{ ...quote, change: 0, change_pct: 0, timestamp: '2026-01-01T00:00:00.000000Z' }]
      for (const socket of sockets) socket.send(JSON.stringify({ channel: 'ticker', type: 'update', data }))
    },
    async close() {
      this.dropSockets()
      line.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answers(url: URL, offline: ReadonlySet<string>): unknown {
  switch (url.pathname) {
    case '/0/public/Assets':
      return Object.fromEntries(
        Object.entries(ASSETS).map(([id, altname]) => [
          id,
          { aclass: 'currency', altname, decimals: 10, display_decimals: 5, status: 'enabled' },
        ]),
      )
    case '/0/public/AssetPairs':
      return Object.fromEntries(
        Object.entries(PAIRS).map(([id, [base, quote, wsname, decimals]]) => [
          id,
          pairOf(id, base, quote, wsname, decimals, offline.has(id)),
        ]),
      )
    case '/0/public/OHLC': {
      const minute = Math.floor(Date.now() / 60_000) * 60
      const rows = [-3, -2, -1, 0].map((back, i) => [
        minute + back * 60,
        '10',
        '12',
        '9',
        `${11 + i}`,
        '10.5',
        '3.5',
        7,
      ])
      return { [url.searchParams.get('pair') ?? '']: rows, last: minute }
    }
    case '/0/public/Time':
      return { unixtime: Math.floor(Date.now() / 1_000), rfc1123: '' }
    case '/0/public/SystemStatus':
      return { status: 'online', timestamp: new Date().toISOString() }
    default:
      return null
  }
}

const pairOf = (id: string, base: string, quote: string, wsname: string, decimals: number, isOffline: boolean) => ({
  altname: id,
  wsname,
  aclass_base: 'currency',
  base,
  aclass_quote: 'currency',
  quote,
  lot: 'unit',
  cost_decimals: 5,
  pair_decimals: decimals,
  lot_decimals: 8,
  lot_multiplier: 1,
  leverage_buy: [],
  leverage_sell: [],
  fees: [[0, 0.4]],
  fees_maker: [[0, 0.25]],
  fee_volume_currency: 'ZUSD',
  ordermin: '0.00005',
  costmin: '0.5',
  tick_size: String(10 ** -decimals),
  status: isOffline ? 'cancel_only' : 'online',
})
