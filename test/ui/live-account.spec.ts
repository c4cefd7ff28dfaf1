import { rmSync } from 'node:fs'
import { LIVE_PHRASE } from '../../src/main/safety/live-phrase.ts'
import { amount } from '../../src/shared/money.ts'
import { BTC_USDT, expect, liveLaunch, requestsOf, rowIn, test } from './support/live.ts'
import { rebalanceNow, startWorkstation, temporary } from './support/workstation.ts'

test('live mode waits for its phrase, asks the exchange nothing before, and says what it is in every room', async ({
  account,
  blank,
}) => {
  const dataDir = temporary('data')
  const waiting = await startWorkstation({ ...liveLaunch(account, dataDir), flags: ['--market', 'kraken'] })
  try {
    await blank.goto(waiting.url)
    await expect(blank.getByRole('heading', { level: 1 })).toHaveText('Live mode: real money')
    const phrase = blank.getByRole('textbox')
    const start = blank.getByRole('button', { name: 'Start live mode' })
    await phrase.fill('I understand that this is play money')
    await start.click()
    await expect(blank.getByRole('alert')).toContainText('That is not the phrase.')
    expect(account.server.requests.total).toBe(0)

    await phrase.fill(LIVE_PHRASE)
    await start.click()
    await expect(blank.getByText('RUNNING', { exact: true })).toBeVisible()
    expect(requestsOf(account, 'GetApiKeyInfo')).toBeGreaterThan(0)
    const rooms = { 1: 'Portfolio', 2: 'Decisions', 3: 'Orders', 4: 'Agents', 6: 'Journal' }
    for (const [key, room] of Object.entries(rooms)) {
      await blank.keyboard.press(key)
      await expect(blank.getByRole('heading', { name: room, level: 1 })).toBeAttached()
      await expect(blank.getByText('LIVE', { exact: true })).toBeVisible()
      await expect(blank.getByText('REAL MONEY')).toBeVisible()
      await expect(blank.locator('.shell')).toHaveCSS('border-top-width', '7px')
    }
  } finally {
    await blank.goto('about:blank')
    await waiting.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
})

test('an order placed elsewhere is shown and left alone; money that nothing explains stops trading until it is booked', async ({
  window,
  account,
}) => {
  await window.keyboard.press('2')
  const proposal = window.getByRole('option', { name: /Rebalance: drift 16/ })
  await expect(proposal).toContainText('Pending')
  account.placesByHand({ symbol: BTC_USDT, side: 'buy', units: '0.01', price: '30000' })
  account.server.venue.credit('USDT', amount('250'))
  await window.keyboard.press('3')
  await window.getByRole('button', { name: 'Ask now' }).click()

  const theirs = rowIn(window, 'Orders placed elsewhere', 'BTC/USDT')
  await expect(theirs).toContainText('30,000')
  await expect(theirs).toContainText('Not ours')
  await expect(theirs.getByRole('button')).toHaveCount(0)
  const banner = window.getByRole('status', { name: 'Difference' })
  await expect(banner).toContainText('Nothing new is traded while it stands')

  await window.keyboard.press('2')
  await expect(proposal).toContainText('Voided')
  await expect(window.getByRole('article', { name: 'Case' })).toContainText('An order placed elsewhere')
  await window.keyboard.press('1')
  await window.getByRole('button', { name: 'Rebalance now' }).click()
  await expect(window.getByRole('region', { name: 'Notifications' })).toContainText('the exchange 25250')

  await banner.getByRole('button', { name: 'Look at it' }).click()
  const dialog = window.getByRole('dialog')
  await expect(dialog.getByRole('row', { name: /USDT/ })).toContainText('25,00025,250+25025,250')
  const book = dialog.getByRole('button', { name: 'Book to core' })
  await dialog.getByRole('textbox', { name: 'Where it comes from' }).fill('a gift of mine')
  await expect(book).toBeDisabled()
  await dialog.getByRole('textbox', { name: 'BOOK' }).fill('BOOK')
  await book.click()
  await expect(banner).toBeHidden()
  await rebalanceNow(window)

  await window.keyboard.press('6')
  await window.getByRole('searchbox').fill('a gift of mine')
  await expect(window.getByRole('table')).toContainText('The ledger was brought to the exchange')
  expect(account.server.venue.openOrders()).toHaveLength(1)
})
