import type { Page } from 'playwright/test'
import { lookAt } from './support/look.ts'
import { expect, LIVELY, rebalanceNow, test } from './support/workstation.ts'

const ROOMS = { Portfolio: '1', Decisions: '2', Orders: '3', Agents: '4', Journal: '6' }

/** Something in every room: a finished rebalance, and one that waits. */
async function fill(window: Page): Promise<void> {
  await window.keyboard.press('2')
  await expect(window.getByRole('option', { name: /Rebalance: drift 66/ })).toContainText('Pending')
  await window.keyboard.press('a')
  await expect(window.getByRole('option', { name: /Rebalance: drift 66/ })).toContainText('Completed', {
    timeout: 60_000,
  })
  // Some minutes of the market, so that there is a history to draw.
  await window.waitForTimeout(6_000)
  await rebalanceNow(window)
  // A toast that fades while it is looked at is neither there nor gone.
  for (const close of await window.getByRole('button', { name: 'Close toast' }).all()) await close.click()
  await expect(window.getByRole('button', { name: 'Close toast' })).toHaveCount(0)
}

test.use({ launch: { changes: LIVELY } })

test('every room passes axe in both themes and is photographed at both sizes', async ({ window }) => {
  test.setTimeout(180_000)
  await fill(window)
  for (const theme of ['dark', 'light'] as const) {
    if (theme === 'light') await window.keyboard.press('t')
    for (const [room, key] of Object.entries(ROOMS)) {
      await window.keyboard.press(key)
      await expect(window.getByRole('heading', { name: room, level: 1 })).toBeAttached()
      await lookAt(window, room, theme)
    }
  }
})
