import type { Page } from 'playwright/test'
import { amount } from '../../src/shared/money.ts'
import { type Account, approve, BTC_USDT, expect, LIMITED_MS, requestsOf, test } from './support/live.ts'
import type { Changes } from './support/workstation.ts'

const panel = (window: Page, name: string | RegExp) => window.getByRole('region', { name })
const caseOf = (window: Page) => window.getByRole('article', { name: 'Case' })
const option = (window: Page, name: RegExp) => window.getByRole('option', { name })
/** At once, and with the usual pause: nothing else is proposed meanwhile. */
const ONE_PLAN: Changes = [
  ['portfolio.yaml', 'order_type: limit', 'order_type: market'],
  ['portfolio.yaml', 'cooldown_minutes: 0', 'cooldown_minutes: 30'],
]

test.describe('an account at its targets', () => {
  test.use({ opening: { BTC: '1', XRP: '25000', USDT: '50000' } })

  test('a deposit appears, starts nothing before it is classified, and then buys what is underweight', async ({
    window,
    account,
  }) => {
    await window.keyboard.press('3')
    account.server.transfer('USDT', amount('30000'))
    await window.getByRole('button', { name: 'Ask now' }).click()
    await window.keyboard.press('1')
    const waiting = panel(window, /wait.* for your word/)
    await expect(waiting).toContainText('Deposit +30,000.00 USDT', { timeout: LIMITED_MS })
    await expect(panel(window, 'Assets')).toContainText('unclassified')
    await window.getByRole('button', { name: 'Check now' }).click()
    await expect(window.getByRole('region', { name: 'Notifications' })).toContainText('no action')

    await window.keyboard.press('d')
    await window.keyboard.press('Enter')
    const dialog = window.getByRole('dialog')
    await expect(dialog).toContainText('50,000.00 → 80,000.00')
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('savings of November')
    await window.keyboard.press('Enter')
    await expect(dialog).toBeHidden()
    await expect(waiting).toBeHidden()
    await expect(panel(window, 'Deposits and withdrawals').getByRole('row', { name: /30,000.00 USDT/ })).toContainText(
      'Core',
    )

    await window.keyboard.press('2')
    await option(window, /Rebalance/).click()
    await expect(caseOf(window)).toContainText('New money buys what is underweight')
    await expect(panel(window, 'Trades').getByRole('row', { name: /^Sell/ })).toHaveCount(0)
    await expect(panel(window, 'Trades').getByRole('row', { name: /Buy/ })).toHaveCount(2)
    expect(account.server.venue.openOrders()).toHaveLength(0)
  })
})

test.describe('an account with twice too many BTC', () => {
  test.use({ opening: { BTC: '2', XRP: '12500', USDT: '25000' }, liveChanges: [ONE_PLAN, { scope: 'test' }] })

  test('a leg fails, the room says what is done and what waits, and resuming sells nothing twice', async ({
    window,
    account,
  }) => {
    const refused = { accept: 'never', reply: { kind: 'error', error: 'EOrder:Insufficient funds' } } as const
    // XRP is bought with BTC or, where that price came too late for the plan, with USDT: BTC is sold either way.
    account.server.faults.add({ faults: [refused], endpoints: ['AddOrder'], params: { type: 'buy' }, times: 1 })
    await approve(window, /Rebalance: drift 33/)
    const unfinished = window.getByRole('group', { name: 'Unfinished' })
    await expect(unfinished).toContainText('Rebalance: drift 33', { timeout: LIMITED_MS })
    await unfinished.getByRole('option').click()
    const progress = panel(window, 'Progress')
    await expect(progress).toContainText('1 of 2 legs done')
    await expect(caseOf(window)).toContainText('nsufficient funds')
    await expect(progress).toContainText('Resume plans the rest anew')
    const soldOnce = soldOf(account)
    expect(soldOnce).toBeGreaterThan(0.45)

    await window.keyboard.press('p')
    await expect(option(window, /Rebalance/).filter({ hasText: 'Pending' })).toHaveCount(1)
    await approve(window, /Rebalance.*Pending|Pending.*Rebalance/)
    await expect(option(window, /Rebalance/).filter({ hasText: 'Completed' })).toHaveCount(1, { timeout: LIMITED_MS })
    const sold = soldOf(account)
    expect(sold).toBeGreaterThan(0.98)
    expect(sold).toBeLessThan(1.02)
    await option(window, /Rebalance/)
      .filter({ hasText: 'Incomplete' })
      .click()
    await expect(progress).toContainText('Carried on by')
  })
})

const soldOf = ({ server }: Account): number => 2 - Number(server.venue.holdings().get('BTC')?.total.toFixed() ?? 0)

test.describe('where half a percent is too much', () => {
  test.use({ liveChanges: [['portfolio.yaml', 'max_price_move_percent: 20', 'max_price_move_percent: 0.5']] })

  test('a price moves while the approval is typed: it is refused, and a fresh plan waits', async ({
    window,
    account,
  }) => {
    await window.keyboard.press('2')
    await option(window, /Rebalance: drift 16/).click()
    await window.keyboard.press('a')
    const dialog = window.getByRole('dialog')
    await dialog.getByRole('textbox').fill('APPROVE')
    account.quote(BTC_USDT, { bid: 50_500, ask: 50_500.1, last: 50_500 })
    await expect(window.getByText('50,500').first()).toBeAttached()
    await dialog.getByRole('button', { name: /^Approve/ }).click()
    await expect(caseOf(window)).toContainText('Your approval was refused')
    await expect(caseOf(window)).toContainText('BTC/USDT moved from 50000 to 50500')
    await expect(option(window, /Rebalance/).filter({ hasText: 'Pending' })).toHaveAttribute('aria-selected', 'true')
    await expect(option(window, /Rebalance/).filter({ hasText: 'Voided' })).toHaveCount(1)
    expect(requestsOf(account, 'AddOrder')).toBe(0)

    await approve(window, /Rebalance.*Pending|Pending.*Rebalance/)
    await expect.poll(() => requestsOf(account, 'AddOrder')).toBe(1)
  })
})

test.describe('with a bag', () => {
  test.use({ liveChanges: [['portfolio.yaml', '  bags:\n    BTC: 0\n', '  bags:\n    BTC: 0.25\n']] })

  test('coins leave it with the typed phrase only, and the plan that was made for another bag goes', async ({
    window,
  }) => {
    const bags = panel(window, 'Bags')
    await expect(bags).toContainText('0.25')
    await window.keyboard.press('r')
    const dialog = window.getByRole('dialog')
    const release = dialog.getByRole('button', { name: 'Release from bag' })
    await dialog.getByRole('textbox', { name: 'Amount, BTC' }).fill('0.1')
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('school fees')
    const phrase = dialog.getByRole('textbox', { name: /Type release 0.1 BTC/ })
    await phrase.fill('release 0.1 btc')
    await expect(release).toBeDisabled()
    await phrase.fill('release 0.1 BTC')
    await release.click()
    await expect(dialog).toBeHidden()
    await expect(bags).toContainText('0.15')
    await window.keyboard.press('2')
    await expect(option(window, /Rebalance/).filter({ hasText: 'Voided' })).toHaveCount(1)
    await expect(option(window, /Rebalance/).filter({ hasText: 'Pending' })).toHaveCount(1)
  })
})
