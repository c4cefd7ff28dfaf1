import type { Page } from 'playwright/test'
import {
  approve,
  BTC_USDT,
  clientOrderIdOf,
  expect,
  expectNoDifference,
  kill,
  liveLaunch,
  requestsOf,
  resumeWithRealMoney,
  rowIn,
  test,
} from './support/live.ts'
import { startWorkstation } from './support/workstation.ts'

const openOrder = (window: Page) => rowIn(window, 'Open orders', 'BTC/USDT')
const endedOrder = (window: Page) => rowIn(window, 'Order history', 'BTC/USDT')
/** Where the rebalance's sale rests. */
const OFFER = 50_000.1

async function startTheSale(window: Page): Promise<void> {
  await approve(window, /Rebalance: drift 16/)
  await window.keyboard.press('3')
}

async function cancelIt(window: Page): Promise<void> {
  await openOrder(window).getByRole('button', { name: 'Cancel' }).click()
  await window.getByRole('dialog').getByRole('button', { name: 'Cancel order' }).click()
}

test('an order is placed, rests, fills in parts, and is filled', async ({ window, account }) => {
  await startTheSale(window)
  await expect(openOrder(window)).toContainText('0 %Open')
  const id = await clientOrderIdOf(openOrder(window))

  account.buysFromUs(BTC_USDT, '0.2', OFFER)
  await expect(openOrder(window)).toContainText('39 %Partially filled')
  account.buysFromUs(BTC_USDT, '0.2', OFFER)
  await expect(openOrder(window)).toContainText('79 %Partially filled')
  account.buysFromUs(BTC_USDT, '0.2', OFFER)

  await expect(endedOrder(window)).toContainText('Filled')
  await expect(endedOrder(window)).toContainText('100 %')
  expect(await clientOrderIdOf(endedOrder(window))).toBe(id)
  expect(account.server.ordersOf(id)).toBe(1)
  await expectNoDifference(window)
})

test('a cancel that a fill overtakes keeps what was filled, and only that', async ({ window, account }) => {
  await startTheSale(window)
  await expect(openOrder(window)).toContainText('Open')

  account.server.faults.next({ accept: { afterMs: 1_000 }, reply: { kind: 'normal' } }, 'CancelOrder')
  await cancelIt(window)
  await expect.poll(() => requestsOf(account, 'CancelOrder')).toBe(1)
  account.buysFromUs(BTC_USDT, '0.2', OFFER)

  await expect(endedOrder(window)).toContainText('Cancelled')
  await expect(endedOrder(window)).toContainText('39 %')
  await expectNoDifference(window)
})

test('a cancel that comes too late finds the order filled', async ({ window, account }) => {
  await startTheSale(window)
  await expect(openOrder(window)).toContainText('Open')

  account.server.faults.next({ accept: { afterMs: 1_000 }, reply: { kind: 'normal' } }, 'CancelOrder')
  await cancelIt(window)
  await expect.poll(() => requestsOf(account, 'CancelOrder')).toBe(1)
  account.buysFromUs(BTC_USDT, '1', OFFER)

  await expect(endedOrder(window)).toContainText('Filled')
  await expect(endedOrder(window)).toContainText('filled before its cancel arrived')
  await expectNoDifference(window)
})

test('an order whose answer was lost is in doubt until it is found, and is not sent again', async ({
  window,
  account,
}) => {
  const { faults } = account.server
  faults.next({ accept: 'now', reply: { kind: 'reset' } }, 'AddOrder')
  faults.add({
    faults: [{ accept: 'never', reply: { kind: 'status', status: 503 } }],
    endpoints: ['OpenOrders', 'ClosedOrders'],
  })
  await startTheSale(window)
  await expect(openOrder(window)).toContainText(/In doubt.*known in 00:/)
  await expect(window.getByRole('region', { name: 'Open orders' })).toContainText('1 open, 1 in doubt')
  await expect(openOrder(window).getByRole('button', { name: 'Cancel' })).toBeDisabled()
  const id = await clientOrderIdOf(openOrder(window))

  faults.clear()
  await expect(openOrder(window)).toContainText('Open')
  await expect(openOrder(window)).not.toContainText('In doubt')
  expect(await clientOrderIdOf(openOrder(window))).toBe(id)
  expect(requestsOf(account, 'AddOrder')).toBe(1)
  expect(account.server.ordersOf(id)).toBe(1)
})

test.describe('with a deadline of two seconds', () => {
  test.use({ liveChanges: [['execution.yaml', 'deadline_ms: 15000', 'deadline_ms: 2000']] })

  test('an order that never arrived is proven so, and only then another one takes its place', async ({
    window,
    account,
  }) => {
    account.server.faults.next({ accept: 'never', reply: { kind: 'reset' } }, 'AddOrder')
    await startTheSale(window)
    await expect(openOrder(window)).toContainText('In doubt')
    const lost = await clientOrderIdOf(openOrder(window))
    expect(account.server.venue.openOrders()).toEqual([])

    await expect(openOrder(window)).toContainText('Open')
    expect(await clientOrderIdOf(openOrder(window))).not.toBe(lost)
    expect(await clientOrderIdOf(endedOrder(window))).toBe(lost)
    await expect(endedOrder(window)).toContainText('never reached the exchange')
    expect(account.server.ordersOf(lost)).toBe(0)
    expect(account.server.venue.openOrders()).toHaveLength(1)
  })
})

test('Kill cancels what is ours, and stands after the engine itself was killed and started again', async ({
  window,
  account,
  workstation,
}) => {
  account.placesByHand({ symbol: BTC_USDT, side: 'buy', units: '0.01', price: '30000' })
  await startTheSale(window)
  await expect(openOrder(window)).toContainText('Open')
  account.buysFromUs(BTC_USDT, '0.2', OFFER)
  await expect(openOrder(window)).toContainText('Partially filled')

  await kill(window, 'the market is mad')
  await expect(endedOrder(window)).toContainText('Cancelled')
  await expect(endedOrder(window)).toContainText('39 %')
  const stays = account.server.venue.openOrders()
  expect(stays.map(({ limitPrice }) => String(limitPrice))).toEqual(['30000'])

  await workstation.die()
  await expect(window.getByRole('alert').first()).toBeVisible()
  const again = await startWorkstation(liveLaunch(account, workstation.dataDir))
  try {
    await window.goto(again.url)
    await expect(window.getByRole('region', { name: 'Killed' })).toContainText('the market is mad')
    await expect(window.getByText('HALTED', { exact: true })).toBeVisible()
    await resumeWithRealMoney(window)
  } finally {
    await window.goto('about:blank')
    await again.stop()
  }
})
