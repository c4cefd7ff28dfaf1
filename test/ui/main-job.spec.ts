import type { Page } from 'playwright/test'
import { expect, LIVELY, rebalanceNow, startWorkstation, test } from './support/workstation.ts'

const option = (window: Page, name: RegExp) => window.getByRole('option', { name })
const room = (window: Page, name: string) => window.getByRole('region', { name, exact: true })

async function driftOf(window: Page): Promise<number[]> {
  const bars = await room(window, 'Drift from target').getByRole('img').allTextContents()
  const texts = bars.some((text) => text !== '') ? bars : await room(window, 'Drift from target').allTextContents()
  return [...texts.join(' ').matchAll(/([+−]?)(\d+\.\d+) pp/g)].map(
    ([, sign, size]) => Number(size) * (sign === '−' ? -1 : 1),
  )
}

test('a drift is seen, its proposal approved from the keyboard, executed, and the drift is back inside the band', async ({
  window,
}) => {
  await expect(window.getByText('SIMULATED')).toBeVisible()
  await expect(room(window, 'Drift from target')).toContainText('+66.67 pp')

  await window.keyboard.press('2')
  await expect(option(window, /Rebalance: drift 66\.\d\d pp/)).toContainText('Pending')
  await expect(window.getByRole('article', { name: 'Case' })).toContainText('BTC/USDT')
  await window.keyboard.press('a')
  // Reloaded in the middle: what was decided stays decided, what is under way goes on.
  await window.reload()
  await expect(option(window, /Rebalance: drift 66\.\d\d pp/)).toContainText('Completed', { timeout: 60_000 })

  await window.keyboard.press('3')
  const history = window.getByRole('table').filter({ hasText: 'BTC/USDT' }).last()
  await expect(history).toContainText('Filled')

  await window.keyboard.press('1')
  await expect(room(window, 'Drift from target')).not.toContainText('66.67')
  for (const drift of await driftOf(window)) expect(Math.abs(drift)).toBeLessThan(5)
})

test.describe('in a lively market', () => {
  test.use({ launch: { changes: LIVELY } })

  test('another proposal is rejected with a reason, and the journal tells of both', async ({ window }) => {
    await window.keyboard.press('2')
    await expect(option(window, /Rebalance: drift 66/)).toContainText('Pending')
    await window.keyboard.press('a')
    await expect(option(window, /Rebalance: drift 66/)).toContainText('Completed', { timeout: 60_000 })

    await rebalanceNow(window)
    await window.keyboard.press('2')
    const second = option(window, /Rebalance: drift [0-4]\.\d\d pp/)
    await expect(second).toContainText('Pending')
    await second.click()
    await window.keyboard.press('r')
    const dialog = window.getByRole('dialog')
    await expect(dialog.getByRole('button', { name: 'Reject proposal' })).toBeDisabled()
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('fees are too high today')
    await dialog.getByRole('button', { name: 'Reject proposal' }).click()
    await expect(second).toContainText('Rejected')

    await window.keyboard.press('6')
    await window.getByRole('searchbox').fill('fees are too high')
    await expect(window.getByRole('table')).toContainText('rejected (fees are too high today)')
    await window.getByRole('searchbox').fill('finished')
    await expect(window.getByRole('table')).toContainText('completed')
  })
})

test('a decision survives a restart of the engine', async ({ workstation, window }) => {
  await window.keyboard.press('2')
  await expect(option(window, /Rebalance: drift 66/)).toContainText('Pending')
  await workstation.stop()
  await expect(window.getByRole('alert').first()).toBeVisible()
  const again = await startWorkstation({ dataDir: workstation.dataDir })
  try {
    await window.goto(again.url)
    await expect(window.getByText('RUNNING', { exact: true })).toBeVisible()
    await window.keyboard.press('2')
    await expect(option(window, /Rebalance: drift 66/)).toContainText('Pending')
  } finally {
    await window.goto('about:blank')
    await again.stop()
  }
})

test('kill halts everything, says so, and only a person resumes', async ({ window }) => {
  await window.getByRole('button', { name: 'Kill' }).click()
  const dialog = window.getByRole('dialog')
  await expect(dialog).toContainText(/what stays open/i)
  await dialog.getByRole('textbox').fill('trying the kill switch')
  await dialog.getByRole('button', { name: /halt|kill/i }).click()
  await expect(window.getByText('HALTED', { exact: true })).toBeVisible()
  await window.keyboard.press('2')
  await expect(window.getByRole('article', { name: 'Case' })).toContainText('Cannot be approved now')
  await window.getByRole('button', { name: 'Resume' }).click()
  await window.getByRole('button', { name: 'Resume trading' }).click()
  await expect(window.getByText('RUNNING', { exact: true })).toBeVisible()
})
