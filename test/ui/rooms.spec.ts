import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright/test'
import { expect, rebalanceNow, test } from './support/workstation.ts'

const ROOMS = ['Portfolio', 'Decisions', 'Orders', 'Journal'] as const
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
]
const PHOTOGRAPHS = fileURLToPath(new URL('../../test-results/photographs', import.meta.url))

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
}

test('every room passes axe in both themes and is photographed at both sizes', async ({ window }) => {
  test.setTimeout(180_000)
  mkdirSync(PHOTOGRAPHS, { recursive: true })
  await fill(window)
  for (const theme of ['dark', 'light'] as const) {
    if (theme === 'light') await window.keyboard.press('t')
    for (const [i, room] of ROOMS.entries()) {
      await window.keyboard.press(String(i + 1))
      await expect(window.getByRole('heading', { name: room, level: 1 })).toBeAttached()
      for (const size of SIZES) {
        await window.setViewportSize(size)
        await window.waitForTimeout(400)
        await window.screenshot({ path: `${PHOTOGRAPHS}/${room.toLowerCase()}-${size.width}-${theme}.png` })
        const isWider = await window.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth')
        expect(isWider, `${room} scrolls sideways at ${size.width}`).toBe(false)
      }
      await window.setViewportSize({ width: 1280, height: 800 })
      const { violations } = await new AxeBuilder({ page: window })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
        .setLegacyMode(true)
        .analyze()
      expect(violations.map(({ id, nodes }) => `${room}, ${theme}: ${id} at ${nodes[0]?.target}`)).toEqual([])
    }
  }
})
