import { LIVE_PHRASE } from '../../src/main/safety/live-phrase.ts'
import { ordersToCsv, ordersToJson } from '../../src/renderer/rooms/orders/export.ts'
import type { OrderView, WorkstationView } from '../../src/shared/contract/views.ts'
import { TRADING_PERMISSIONS } from '../servers/kraken/keys.ts'
import { BTC_USDT, startServer, XRP_USDT } from '../servers/kraken/test-server.ts'
import { ALL_CANARIES, CANARIES } from './canaries.ts'
import { formsOf } from './forms.ts'
import { cutShort, errorWith, errorWithHeaders, pageWith, resultNamed } from './kraken-echoes.ts'
import { type Answer, type KrakenProxy, type Overheard, startKrakenProxy } from './kraken-proxy.ts'
import type { Product } from './product.ts'
import { type Exhibit, Searcher } from './searcher.ts'
import { Window } from './window.ts'

export type LiveDay = {
  readonly leaks: readonly string[]
  /** What came of it, to see that it was heard. */
  readonly reasons: string
  /** What calls answered, the journal's rows among it. */
  readonly told: string
  readonly lights: string
  readonly second: string
  readonly echoesLeft: readonly string[]
  readonly searched: readonly string[]
}

/** The product at its work in live mode, over a proxy that can answer in Kraken's place. */
export async function openKraken(product: Product): Promise<KrakenProxy> {
  const server = await startServer({
    keys: [{ key: CANARIES.krakenKey, secret: CANARIES.krakenSecret, permissions: TRADING_PERMISSIONS }],
  })
  const kraken = await startKrakenProxy(server)
  // A market that stands still looks stale now and then.
  const ticking = setInterval(() => {
    server.setTick(BTC_USDT, { bid: 50_000, ask: 50_000.1, last: 50_000 })
    server.setTick(XRP_USDT, { bid: 2, ask: 2.00001, last: 2 })
  }, 250)
  product.set(
    ['execution', 'mode', 'live'],
    ['execution', '  rest_url', kraken.restUrl],
    ['execution', '  ws_url', kraken.wsUrl],
    ['execution', '  ws_auth_url', kraken.wsAuthUrl],
    ['execution', '  tier', 'pro'],
    ['execution', '  max_notional_per_order', '1000000'],
    ['execution', '  max_notional_per_day', '1000000'],
    ['portfolio', '  order_type', 'market'],
    ['portfolio', '  cooldown_minutes', '0'],
  )
  // Nobody on the internet is asked by a test.
  product.change('config/agents.yaml', 'sentiment:\n    enabled: true', 'sentiment:\n    enabled: false')
  product.change(
    'config/agents.yaml',
    /^ {2}base_url: https:\/\/api\.deepseek\.com$/m,
    '  base_url: http://127.0.0.1:1',
  )
  product.change('config/agents.yaml', 'https://api.anthropic.com', 'http://127.0.0.1:1')
  return {
    ...kraken,
    close() {
      clearInterval(ticking)
      return kraken.close()
    },
  }
}

/** A day on which everything that can quote a secret does, and a restart that migrates the database. */
export async function liveDay(product: Product, kraken: KrakenProxy): Promise<LiveDay> {
  const answered: string[] = []
  const serve = product.start('serve', ['--data-dir', product.dataDir, '--market', 'kraken'])
  const window = await Window.at(await serve.address())
  await window.page()
  // From the clipboard, where the phrase belongs.
  await window.type(CANARIES.typedAsPhrase)
  kraken.answer('GetApiKeyInfo', pageWith(502), errorWith('EGeneral:Internal error'))
  kraken.answer('AssetPairs', pageWith(503))
  kraken.answer('TradeVolume', cutShort)
  kraken.answer('OHLC', pageWith(502))
  kraken.answer('GetWebSocketsToken', errorWithHeaders('EGeneral:Internal error'))
  kraken.refuseSubscription(
    (token) => `ESession:Invalid session: ${inEveryForm(token)}`,
    (token) => `{"token":"${token}","key":"${CANARIES.krakenKey}"}`,
  )
  await window.type(LIVE_PHRASE)
  await window.open()
  const view = async (): Promise<WorkstationView> => (await window.ask('view.snapshot', {})).view
  const call = async (...[name, input]: Parameters<Window['call']>): Promise<void> => {
    answered.push(JSON.stringify(await window.call(name, input)))
  }
  const trade = async (...answers: readonly ((overheard: Overheard) => Answer)[]): Promise<void> => {
    kraken.answer('AddOrder', ...answers)
    await call('coordinator.resume', {})
    const proposal = await until('a proposal', async () => {
      const pending = (await view()).decisions.proposals.find(({ status }) => status === 'pending')
      if (pending === undefined) await call('portfolio.rebalance', {})
      return pending
    })
    await call('proposal.approve', { id: proposal.id, hash: proposal.hash, legs: null })
    await until('the answer to its first order', async () => kraken.left().every((name) => name !== 'AddOrder'))
    await until('its end', async () =>
      (await view()).decisions.proposals.some((other) => other.id === proposal.id && isOver(other)),
    )
  }

  await trade(errorWith('EOrder:Insufficient funds'))
  await trade(errorWithHeaders('EOrder:Insufficient funds'))
  await trade(errorWith('EAPI:Invalid signature'))
  const lights = await until('the account’s events', async () => {
    const text = JSON.stringify((await view()).status.lights)
    return text.includes('have stopped') && text
  })
  kraken.answer('BalanceEx', pageWith(502), errorWithHeaders('EGeneral:Unknown'), resultNamed)
  kraken.answer('OpenOrders', errorWith('EGeneral:Unknown'))
  await call('exchange.reconcile', {})
  await trade()
  const { orders } = await window.ask('orders.history', { limit: 1_000 })
  await call('journal.search', { text: null, topic: null, beforeSeq: null, limit: 200 })
  await call('journal.deadLetters', { limit: 200 })
  await call('journal.ledger', { limit: 200 })

  const second = product.start('serve', [
    '--data-dir',
    `${product.dataDir}-2`,
    '--market',
    'kraken',
    '--confirm-live',
    LIVE_PHRASE,
  ])
  const secondWindow = await Window.at(await second.address())
  const secondPage = await secondWindow.page()
  await second.end()
  await product.start('kill', ['--data-dir', product.dataDir]).ended
  await until('the kill', async () => (await view()).status.kill)
  product.keepFiles('while it ran')
  await serve.end()
  window.close()

  product.addMigration()
  const again = product.start('serve', [
    '--data-dir',
    product.dataDir,
    '--market',
    'kraken',
    '--confirm-live',
    LIVE_PHRASE,
  ])
  await again.address()
  await again.end()
  await product.start('verify', ['--data-dir', product.dataDir]).ended
  product.keepFiles('afterwards')

  const exhibits = [
    ...product.exhibits(),
    ...window.exhibits(),
    ...secondWindow.exhibits(),
    ...kraken.sent.map((text) => exhibit('a request to Kraken', text)),
    exhibit('what calls answered', answered.join('\n')),
    exhibit('an export in CSV', ordersToCsv(orders)),
    exhibit('an export in JSON', ordersToJson(orders)),
  ]
  return {
    leaks: searcherFor(kraken, [window, secondWindow]).leaksIn(exhibits),
    reasons: orders.map(({ reason }: OrderView) => reason ?? '').join('\n'),
    told: answered.join('\n'),
    lights,
    second: secondPage,
    echoesLeft: kraken.left(),
    searched: exhibits.map(({ where }) => where),
  }
}

/** The canaries, and what was only made on the way: signatures, tokens of the socket, the browser's own. */
function searcherFor(kraken: KrakenProxy, windows: readonly Window[]): Searcher {
  const searcher = new Searcher(ALL_CANARIES)
  for (const signature of kraken.signatures) searcher.add('a signature', signature)
  for (const token of kraken.tokens) searcher.add('a token of the socket', token)
  for (const { token } of windows) searcher.add('a token of the browser', token)
  return searcher
}

const exhibit = (where: string, text: string): Exhibit => ({ where, bytes: Buffer.from(text) })
const isOver = ({ status }: { status: string }): boolean => !['pending', 'approved', 'executing'].includes(status)
const inEveryForm = (secret: string): string =>
  formsOf(secret)
    .map(({ text }) => text)
    .join(' ')

async function until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 800; tries++) {
    const found = await look()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`it did not happen in time: ${what}`)
}
