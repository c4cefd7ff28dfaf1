import { rmSync } from 'node:fs'
import type { Page } from 'playwright/test'
import { right } from '../servers/llm/replies.ts'
import { type LlmServer, startLlmServer } from '../servers/llm/server.ts'
import { Account, BTC_USDT, XRP_USDT } from './support/live.ts'
import { lookAt } from './support/look.ts'
import { seedRise } from './support/rising-market.ts'
import { test as base, expect, startWorkstation, temporary } from './support/workstation.ts'

const ASK_SECONDS = 12

type Models = { readonly disputed: { readonly url: string; readonly models: LlmServer } }

/** Two markets that have risen for hours, limits that leave little of a trade, and models that are asked about it. */
const test = base.extend<object, Models>({
  disputed: [
    // biome-ignore lint/correctness/noEmptyPattern: the fixture's first parameter must be a pattern
    async ({}, use) => {
      const account = await Account.open({ BTC: '0', XRP: '0', USDT: '10000' }, (server) => {
        seedRise(server, BTC_USDT, 50_000)
        seedRise(server, XRP_USDT, 2)
      })
      const models = await startLlmServer()
      // DeepSeek never answers, Claude does.
      models.script('deepseek', ...Array.from({ length: 8 }, () => () => {}))
      const cites = [{ field: 'conflict', value: 'risk_modified' }]
      models.script(
        'claude',
        right({ option: 'half_size', reasons: 'Little is left of it, and little is at risk.', cites }),
      )
      const dataDir = temporary('data')
      const workstation = await startWorkstation({
        dataDir,
        changes: [
          ['execution.yaml', 'https://api.kraken.com', account.server.restUrl],
          ['execution.yaml', 'wss://ws.kraken.com/v2', account.server.wsUrl],
          ['agents.yaml', 'sentiment:\n    enabled: true', 'sentiment:\n    enabled: false'],
          ['agents.yaml', 'every_minutes: 60', 'every_minutes: 1'],
          ['agents.yaml', 'deepseek:\n  base_url: https://api.deepseek.com', `deepseek:\n  base_url: ${models.url}`],
          ['agents.yaml', 'claude:\n  base_url: https://api.anthropic.com', `claude:\n  base_url: ${models.url}`],
          ['risk.yaml', 'unknown_regime_size: 0.5', 'unknown_regime_size: 1'],
          ['risk.yaml', 'max_exposure_percent: 80', 'max_exposure_percent: 4'],
          ['orchestration.yaml', 'ask_time_limit_seconds: 30', `ask_time_limit_seconds: ${ASK_SECONDS}`],
        ],
        flags: ['--market', 'kraken'],
        env: { DEEPSEEK_API_KEY: 'sk-of-a-test', ANTHROPIC_API_KEY: 'sk-of-a-test' },
      })
      await use({ url: workstation.url, models })
      await workstation.stop()
      await models.close()
      await account.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
    { scope: 'worker' },
  ],
  url: ({ disputed }, use) => use(disputed.url),
})

const option = (window: Page, name: RegExp) => window.getByRole('option', { name })
const caseOf = (window: Page) => window.getByRole('article', { name: 'Case' })

test('a conflict waits in sight while models are asked: the trader overrides one, Claude settles the other', async ({
  window,
  disputed: { models },
}) => {
  await window.keyboard.press('2')
  const btc = option(window, /go long on BTC/)
  // The analysts speak when a minute is over.
  await expect(btc).toContainText('Undecided', { timeout: 75_000 })
  await expect(btc).toContainText('default in')
  await btc.click()
  await expect(caseOf(window)).toContainText('DeepSeek is being asked')
  await expect(caseOf(window)).toContainText('Risk engine')
  await expect(caseOf(window).getByText('Default', { exact: true })).toBeVisible()

  await caseOf(window).getByRole('button', { name: 'Abort' }).click()
  await expect(caseOf(window)).toContainText('Abort, decided by the trader')
  await expect(btc).toContainText('Decided')

  const xrp = option(window, /go long on XRP/)
  await xrp.click()
  await expect(xrp).toContainText('Undecided')
  await expect(caseOf(window)).toContainText('Half size, decided by Claude', { timeout: (ASK_SECONDS + 10) * 1_000 })
  const asked = caseOf(window).getByRole('group', { name: 'Models that were asked' })
  await expect(asked.getByRole('row', { name: /DeepSeek/ })).toContainText('timeout')
  await expect(asked.getByRole('row', { name: /Claude/ })).toContainText('claude-sonnet-5-5-20260115')
  await expect(asked.getByRole('row', { name: /Claude/ })).toContainText('0.006')

  // Its trade is proposed, and only its.
  await expect(option(window, /Tactical: buy XRP/)).toContainText('Pending')
  await expect(option(window, /Tactical: buy BTC/)).toHaveCount(0)
  // The trader's word ended the first question: nobody else was asked about BTC.
  expect(
    models.requests.filter(({ provider, prompt }) => provider === 'claude' && prompt.includes('BTC/USDT')),
  ).toEqual([])

  await lookAt(window, 'conflict-live', 'dark')
  await window.keyboard.press('t')
  await lookAt(window, 'conflict-live', 'light')
})
