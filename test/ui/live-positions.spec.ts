import type { Page } from 'playwright/test'
import {
  type Account,
  approve,
  BTC_USDT,
  expect,
  expectNoDifference,
  kill,
  LIMITED_MS,
  resumeWithRealMoney,
  rowIn,
  test,
  XRP_USDT,
} from './support/live.ts'
import { lookAt } from './support/look.ts'

const position = (window: Page) => rowIn(window, 'Open positions', 'BTC/USDT')
const stopsAt = ({ server }: Account) =>
  server.venue
    .openOrders()
    .flatMap(({ type, trigger, amount }) => (type === 'stop-loss' ? [`${amount} at ${trigger}`] : []))

/** One day of one position: each test goes on where the last one ended, in a window of its own. */
test.describe.configure({ mode: 'serial' })
test.use({ url: ({ rising }, use) => use(rising.url) })

test('a position is protected at the exchange, and its stop goes where the trader moves it', async ({
  rising: { account },
  window,
}) => {
  await window.keyboard.press('2')
  const proposal = window.getByRole('option', { name: /buy BTC/ })
  await expect(proposal).toContainText('Pending', { timeout: 75_000 }) // the analysts speak when a minute is over
  await approve(window, /buy BTC/)
  await window.keyboard.press('3')
  await expect(position(window)).toContainText('Stop restsat 49,750.0')
  // The first part of the entry is protected before the rest of it is bought.
  await expect.poll(() => stopsAt(account)).toEqual(['0.45 at 49750'])

  await position(window).getByRole('button', { name: 'Modify' }).click()
  const dialog = window.getByRole('dialog')
  const stop = dialog.getByRole('textbox', { name: 'Stop' })
  await stop.fill('50,100')
  await expect(dialog).toContainText('The stop of a long must be below the mark.')
  await expect(dialog.getByRole('button', { name: 'Move them' })).toBeDisabled()
  await stop.fill('49,900')
  await dialog.getByRole('button', { name: 'Move them' }).click()
  await expect(position(window)).toContainText('Stop restsat 49,900.0')
  await expect.poll(() => stopsAt(account)).toEqual(['0.45 at 49900'])
})

test('position, partial fill, doubt, and orders placed elsewhere, before and after Kill, in both themes', async ({
  rising: { account },
  window,
}) => {
  await window.getByRole('button', { name: 'Rebalance now' }).click()
  await approve(window, /Rebalance: drift/)
  await window.keyboard.press('3')
  const sale = rowIn(window, 'Open orders', 'Rebalance').filter({ hasText: 'BTC/USDT' })
  await expect(sale).toContainText('Open')
  account.buysFromUs(BTC_USDT, '0.02', 50_000.1)
  await expect(sale).toContainText('Partially filled')

  account.server.faults.next({ accept: 'never', reply: { kind: 'reset' } }, 'AddOrder')
  await approve(window, /buy XRP/)
  await window.keyboard.press('3')
  const doubted = rowIn(window, 'Open orders', 'XRP/USDT')
  await expect(doubted).toContainText('In doubt')
  account.placesByHand({ symbol: XRP_USDT, side: 'sell', units: '400', price: '2.5' })
  await window.getByRole('button', { name: 'Ask now' }).click()
  await expect(rowIn(window, 'Orders placed elsewhere', 'XRP/USDT')).toContainText('Not ours')

  await lookAt(window, 'orders-live', 'dark')
  await window.keyboard.press('t')
  await lookAt(window, 'orders-live', 'light')

  await kill(window, 'the market is mad')
  await expect(rowIn(window, 'Order history', 'Rebalance')).toContainText('Cancelled')
  await expect(position(window)).toContainText('Stop rests')
  await lookAt(window, 'orders-killed', 'light')
  await window.keyboard.press('t')
  await lookAt(window, 'orders-killed', 'dark')

  await expect(rowIn(window, 'Order history', 'XRP/USDT')).toContainText('never reached the exchange', {
    timeout: LIMITED_MS,
  })
  await resumeWithRealMoney(window)
})

test('a position is closed at market, once its stop is out of the way', async ({ rising: { account }, window }) => {
  await window.keyboard.press('3')
  await position(window).getByRole('button', { name: 'Close' }).click()
  const dialog = window.getByRole('dialog')
  await expect(dialog).toContainText('Its stop at the exchange (49,900.0) is cancelled first.')
  await dialog.getByRole('button', { name: 'Sell at market' }).click()
  await expect(rowIn(window, 'Closed positions', 'BTC/USDT')).toContainText('By the trader', { timeout: LIMITED_MS })
  await expect(rowIn(window, 'Order history', 'Protective stop')).toContainText('its position is being closed')
  await expect(rowIn(window, 'Order history', 'Exit')).toContainText('Filled')
  expect(stopsAt(account)).toEqual([])
  await expectNoDifference(window)
})
