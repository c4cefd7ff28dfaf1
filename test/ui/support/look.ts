import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from 'playwright/test'

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
]
const PHOTOGRAPHS = fileURLToPath(new URL('../../../test-results/photographs', import.meta.url))

/** What the window shows passes axe in this theme, nothing is cut off sideways, and there is a picture of it at both sizes. */
export async function lookAt(window: Page, what: string, theme: 'dark' | 'light'): Promise<void> {
  mkdirSync(PHOTOGRAPHS, { recursive: true })
  for (const size of SIZES) {
    await window.setViewportSize(size)
    await window.waitForTimeout(400)
    await window.screenshot({ path: `${PHOTOGRAPHS}/${what.toLowerCase()}-${size.width}-${theme}.png` })
    const isWider = await window.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth')
    expect(isWider, `${what} scrolls sideways at ${size.width}`).toBe(false)
  }
  await window.setViewportSize(SIZES[0] as (typeof SIZES)[number])
  const { violations } = await new AxeBuilder({ page: window })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .setLegacyMode(true)
    .analyze()
  expect(violations.map(({ id, nodes }) => `${what}, ${theme}: ${id} at ${nodes[0]?.target}`)).toEqual([])
}
