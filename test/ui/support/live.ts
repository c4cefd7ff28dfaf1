import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright/test'
import { LIVE_PHRASE } from '../../../src/main/safety/live-phrase.ts'
import { pair, type TradedPair } from '../../../src/shared/ids.ts'
import { amount, price } from '../../../src/shared/money.ts'
import { SECOND } from '../../../src/shared/time.ts'
import type { Quote } from '../../servers/kraken/market-maker.ts'
import { type KrakenServer, startKrakenServer } from '../../servers/kraken/server.ts'
import { seedRise } from './rising-market.ts'
import { test as base, type Changes, expect, type Launch, startWorkstation, temporary } from './workstation.ts'

export const [BTC_USDT, XRP_USDT] = [pair('BTC/USDT'), pair('XRP/USDT')]
const XRP_BTC = pair('XRP/BTC')

/** For what may have to wait for room under Kraken's call limit. */
export const LIMITED_MS = 40_000

/** What an account holds at its first start, in units of each asset. */
export type Opening = Readonly<Record<'BTC' | 'XRP' | 'USDT', string>>

/** A Kraken with an account, and prices that stay fresh: the last quotes are told again every second. */
export class Account {
  readonly server: KrakenServer
  private readonly quotes = new Map<TradedPair, Quote>()
  private readonly repeating: NodeJS.Timeout

  private constructor(server: KrakenServer) {
    this.server = server
    this.quote(BTC_USDT, { bid: 50_000, ask: 50_000.1, last: 50_000 })
    this.quote(XRP_USDT, { bid: 2, ask: 2.00001, last: 2 })
    this.quote(XRP_BTC, { bid: 0.00004, ask: 0.00004001, last: 0.00004 })
    this.repeating = setInterval(() => {
      for (const [symbol, quote] of this.quotes) server.setTick(symbol, quote)
    }, SECOND)
  }

  /** @param past what happened on its markets before there was any price. */
  static async open(opening: Opening, past: (server: KrakenServer) => void = () => {}): Promise<Account> {
    const holdings = new Map(Object.entries(opening).map(([asset, units]) => [asset, amount(units)]))
    const server = await startKrakenServer({ opening: holdings })
    past(server)
    return new Account(server)
  }

  quote(symbol: TradedPair, quote: Quote): void {
    this.quotes.set(symbol, quote)
    this.server.setTick(symbol, quote)
  }

  /** Somebody buys so much (base units), just above the price at which we offer it; then the touch is as before. */
  buysFromUs(symbol: TradedPair, units: string, offer: number): void {
    const before = this.quotes.get(symbol)
    this.server.setTick(symbol, { bid: offer, ask: offer * 1.0001, last: offer, bidSize: amount(units) })
    if (before !== undefined) this.server.setTick(symbol, before)
  }

  /** On Kraken's own site: nothing to do with us. */
  placesByHand(order: { symbol: TradedPair; side: 'buy' | 'sell'; units: string; price: string }): void {
    const placed = this.server.venue.place({
      clientOrderId: null,
      symbol: order.symbol,
      side: order.side,
      type: 'limit',
      amount: amount(order.units),
      limitPrice: price(order.price),
      trigger: null,
      timeInForce: 'GTC',
      postOnly: false,
      leverage: 1,
      reduceOnly: false,
      deadline: null,
    })
    if (!placed.ok) throw new Error(placed.error.message)
  }

  async close(): Promise<void> {
    clearInterval(this.repeating)
    await this.server.close()
  }
}

/** As a trader sets it up: the key in the environment, everything else in the settings. */
export function liveLaunch({ server }: Account, dataDir: string, changes: Changes = []): Launch {
  return {
    dataDir,
    changes: [
      ['execution.yaml', 'mode: paper', 'mode: live'],
      ['execution.yaml', 'https://api.kraken.com', server.restUrl],
      ['execution.yaml', 'wss://ws.kraken.com/v2', server.wsUrl],
      ['execution.yaml', 'wss://ws-auth.kraken.com/v2', server.wsAuthUrl],
      ['execution.yaml', 'tier: starter', 'tier: pro'],
      ['execution.yaml', 'max_notional_per_order: 25000', 'max_notional_per_order: 1000000'],
      ['execution.yaml', 'max_notional_per_day: 100000', 'max_notional_per_day: 1000000'],
      // Long enough at the touch for a test to do something with it.
      ['execution.yaml', 'requote_seconds: 15', 'requote_seconds: 600'],
      // Nobody on the internet is asked by a test.
      ['agents.yaml', 'sentiment:\n    enabled: true', 'sentiment:\n    enabled: false'],
      ...changes,
    ],
    flags: ['--market', 'kraken', '--confirm-live', LIVE_PHRASE],
    env: {
      KRAKEN_API_KEY: server.key,
      KRAKEN_API_SECRET: server.secret,
      XDG_STATE_HOME: join(dataDir, 'state'),
    },
  }
}

type Fixtures = {
  readonly opening: Opening
  readonly account: Account
  readonly liveChanges: Changes
}

type WorkerFixtures = { readonly rising: { readonly account: Account; readonly url: string } }

/** A workstation in live mode on an account of its own. Half of the account is BTC: half an hour of selling to do. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  opening: [{ BTC: '1.5', XRP: '25000', USDT: '25000' }, { option: true }],
  liveChanges: [[], { option: true }],
  account: async ({ opening }, use) => {
    const account = await Account.open(opening)
    await use(account)
    await account.close()
  },
  /**
   * In a market that has risen for hours. It is started with the first test, whichever that is: the analysts speak when
   * a minute is over, and the others need not wait for that.
   */
  rising: [
    // biome-ignore lint/correctness/noEmptyPattern: the fixture's first parameter must be a pattern
    async ({}, use) => {
      const account = await Account.open({ BTC: '1.05', XRP: '25000', USDT: '47500' }, (server) => {
        seedRise(server, BTC_USDT, 50_000)
        seedRise(server, XRP_USDT, 2)
      })
      const dataDir = temporary('data')
      // What never arrived is in doubt until then: long enough to look at it from all sides.
      const patient: Changes = [
        ['execution.yaml', 'deadline_ms: 15000', 'deadline_ms: 20000'],
        // Two trades are proposed in the same minute, and there must be money for both.
        ['risk.yaml', 'max_position_percent: 20', 'max_position_percent: 15'],
        // Whatever its confidence and the regime, a trade is as large as that.
        ['risk.yaml', 'unknown_regime_size: 0.5', 'unknown_regime_size: 1'],
        ['risk.yaml', 'size: 0.5', 'size: 1'],
        ['risk.yaml', 'size: 0.75', 'size: 1'],
        // Nobody waits an hour.
        ['agents.yaml', 'every_minutes: 60', 'every_minutes: 1'],
      ]
      const workstation = await startWorkstation(liveLaunch(account, dataDir, patient))
      await use({ account, url: workstation.url })
      await workstation.stop()
      await account.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
    { scope: 'worker', auto: true },
  ],
  workstation: async ({ account, liveChanges }, use) => {
    const dataDir = temporary('data')
    const workstation = await startWorkstation(liveLaunch(account, dataDir, liveChanges))
    await use(workstation)
    await workstation.stop()
    rmSync(dataDir, { recursive: true, force: true })
  },
})

/** A row of the Orders room, in the table of that name. */
export const rowIn = (window: Page, table: string, text: string | RegExp) =>
  window.getByRole('group', { name: table }).getByRole('row').filter({ hasText: text })

/** In full; the room shows its ends. */
export async function clientOrderIdOf(row: Locator): Promise<string> {
  return (await row.locator('code').getAttribute('title')) ?? ''
}

export const requestsOf = ({ server }: Account, name: string): number =>
  server.requests.all().filter((request) => request.name === name).length

/** From the keyboard, as far as real money lets itself be approved so. */
export async function approve(window: Page, decision: RegExp): Promise<void> {
  await window.keyboard.press('2')
  const option = window.getByRole('option', { name: decision })
  await expect(option).toContainText('Pending')
  await option.click()
  // Held back for a moment where the account has just changed and has not been compared yet.
  await expect(window.getByRole('button', { name: /^Approve/ })).toBeEnabled({ timeout: LIMITED_MS })
  await window.keyboard.press('a')
  const dialog = window.getByRole('dialog')
  await dialog.getByRole('textbox').fill('APPROVE')
  await dialog.getByRole('button', { name: 'Approve trades' }).click()
  await expect(dialog).toBeHidden()
}

export async function kill(window: Page, reason: string): Promise<void> {
  await window.getByRole('button', { name: 'Kill' }).click()
  const dialog = window.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Reason' }).fill(reason)
  await dialog.getByRole('button', { name: 'Kill now' }).click()
  await expect(window.getByText('HALTED', { exact: true })).toBeVisible()
}

export async function resumeWithRealMoney(window: Page): Promise<void> {
  const banner = window.getByRole('region', { name: 'Killed' })
  await banner.getByRole('button', { name: 'Resume' }).click()
  const dialog = window.getByRole('dialog')
  const resume = dialog.getByRole('button', { name: 'Resume trading' })
  await expect(resume).toBeDisabled()
  await dialog.getByRole('textbox').fill('RESUME')
  await resume.click()
  await expect(window.getByText('RUNNING', { exact: true })).toBeVisible()
  await expect(banner).toBeHidden()
}

/** What we have written down is what the account really holds. */
export async function expectNoDifference(window: Page): Promise<void> {
  await window.getByRole('button', { name: 'Ask now' }).click()
  await expect(window.getByRole('region', { name: 'Notifications' })).toContainText('Ledger and exchange agree.', {
    timeout: LIMITED_MS,
  })
  await expect(window.getByRole('status', { name: 'Difference' })).toBeHidden()
}

export { expect }
