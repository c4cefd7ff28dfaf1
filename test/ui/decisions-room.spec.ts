import type { Page } from 'playwright/test'
import { afterRefusal } from './fixture/decisions.ts'
import { expect, heardOf, panel, test } from './fixture/pretended.ts'
import { failedLegView, liveView } from './fixture/views.ts'
import { lookAt } from './support/look.ts'

const caseOf = (window: Page) => window.getByRole('article', { name: 'Case' })
const option = (window: Page, name: RegExp) => window.getByRole('option', { name })

async function openPlan(window: Page): Promise<void> {
  await window.keyboard.press('2')
  await option(window, /Rebalance: drift 5.78 pp/).click()
}

test('a rebalance shows what it does and what it costs before anybody approves it', async ({ window }) => {
  await openPlan(window)
  const trades = panel(window, 'Trades')
  await expect(trades.getByRole('row', { name: /Sell BTC\/USDT/ })).toContainText('at once')
  await expect(trades.getByRole('row', { name: /XRP\/BTC/ }).last()).toContainText('18:34')
  await expect(trades.getByRole('row', { name: /XRP\/BTC/ }).last()).toContainText('in 3:5')
  const weights = panel(window, 'Weights').getByRole('img', { name: /^BTC/ })
  await expect(weights).toHaveAccessibleName(/39.11 % before, 33.32 % after, target 33.33 %, band 28.33 % to 38.33 %/)
  const cost = panel(window, 'Cost')
  await expect(cost).toContainText('0.74 1.8 bp')
  await expect(cost).toContainText('9.2 times the cost')
  const gains = panel(window, 'Realized gain per lot')
  await expect(gains.getByRole('row', { name: /2025-01-12/ })).toContainText('414 d')
  await expect(gains.getByRole('row', { name: /Sum/ })).toContainText('+18.74')
  await expect(panel(window, 'Left alone')).toContainText('Buy 2.10000 XRP/USDT')
  await expect(panel(window, 'Left alone')).toContainText('0.01550000 BTC')
})

test('legs are left out from the keyboard, and only those that stay are approved', async ({ window, engine }) => {
  await openPlan(window)
  const boxes = caseOf(window).getByRole('checkbox')
  await boxes.nth(1).focus()
  await window.keyboard.press('Space')
  await expect(caseOf(window).getByRole('button', { name: 'Approve 2 of 3 legs' })).toBeEnabled()
  // Without 73.68 of 4,076.12: XRP back down, BTC back up by 1.81 pp.
  await expect(panel(window, 'Weights').getByRole('img', { name: /^XRP/ })).toHaveAccessibleName(/31.53 % after/)
  await expect(panel(window, 'Weights').getByRole('img', { name: /^BTC/ })).toHaveAccessibleName(/35.13 % after/)
  await expect(panel(window, 'Cost')).toContainText('0.84')
  await window.keyboard.press('a')
  await expect
    .poll(() => heardOf(engine, 'proposal.approve'))
    .toEqual([{ id: 'prp_pending', hash: '9f2c', legs: [0, 2] }])

  for (const i of [0, 2]) await boxes.nth(i).uncheck()
  await expect(caseOf(window).getByRole('button', { name: 'Approve 0 of 3 legs' })).toBeDisabled()
  await window.keyboard.press('a')
  for (const i of [0, 1, 2]) await boxes.nth(i).check()
  await window.keyboard.press('a')
  await expect.poll(() => heardOf(engine, 'proposal.approve')).toHaveLength(2)
  expect(heardOf(engine, 'proposal.approve')[1]).toEqual({ id: 'prp_pending', hash: '9f2c', legs: null })
})

test('a plan with another hash starts with all of its legs', async ({ window, engine }) => {
  await openPlan(window)
  await caseOf(window).getByRole('checkbox').nth(1).uncheck()
  engine.push({
    decisions: {
      ...afterRefusal,
      proposals: afterRefusal.proposals.map((each) =>
        each.id === 'prp_pending' ? { ...each, status: 'pending', hash: 'other' } : each,
      ),
    },
  })
  await expect(caseOf(window).getByRole('button', { name: 'Approve', exact: true })).toBeVisible()
  await expect(caseOf(window).getByRole('checkbox').nth(1)).toBeChecked()
})

test('a refused approval says why, and the fresh plan that took its place is chosen', async ({ window, engine }) => {
  await openPlan(window)
  const message = 'BTC/USDT has moved 0.71 % since it was planned; at most 0.5 % is allowed.'
  engine.refuse('proposal.approve', { code: 'approval/price-moved', message })
  await window.keyboard.press('a')
  await expect(caseOf(window)).toContainText(`Not approved. ${message}`)
  engine.push({ decisions: afterRefusal })
  await expect(option(window, /Rebalance: drift 6.02 pp/)).toHaveAttribute('aria-selected', 'true')
  await expect(caseOf(window)).toContainText(`Your approval was refused. ${message}`)

  // The way back is open, and from there to the fresh plan again.
  await caseOf(window).getByRole('link', { name: 'The plan before' }).click()
  await expect(caseOf(window)).toContainText('Voided')
  await caseOf(window).getByRole('link', { name: 'A fresh plan took its place' }).click()
  await expect(option(window, /Rebalance: drift 6.02 pp/)).toHaveAttribute('aria-selected', 'true')
})

test('an approval under way tells what is done, what waits and what comes next', async ({ window }) => {
  await window.keyboard.press('2')
  await option(window, /Rebalance: drift 6.41 pp/).click()
  const progress = panel(window, 'Progress')
  await expect(progress).toContainText('1 of 2 legs done')
  await expect(progress).toContainText('0.00095678 BTC')
  await expect(progress).toContainText('+2.31 pp')
  await expect(progress).toContainText('XRP/BTC is bought at the touch')
  await expect(panel(window, 'Trades').getByRole('row', { name: /Left out/ })).toHaveCount(1)
  await expect(panel(window, 'Realized gain per lot').getByRole('row', { name: /Sum: unknown/ })).toContainText('—')
})

test.describe('after a failed leg', () => {
  test.use({ first: failedLegView() })

  test('the rest is resumed with a key, and the case says what stopped', async ({ window, engine }) => {
    await window.keyboard.press('2')
    await expect(window.getByRole('group', { name: 'Unfinished' })).toContainText('Rebalance: drift 5.86 pp')
    await expect(caseOf(window)).toContainText('The exchange refused it (insufficient funds)')
    await expect(panel(window, 'Progress')).toContainText('88.49 USDT · 0.00222321 BTC')
    await window.keyboard.press('p')
    await expect.poll(() => heardOf(engine, 'proposal.resume')).toEqual([{ id: 'prp_incomplete' }])
  })
})

test('a resumed plan and the one it carries on lead to each other', async ({ window }) => {
  await window.keyboard.press('2')
  await option(window, /Rebalance: drift 3.61 pp/).click()
  await caseOf(window).getByRole('link', { name: 'a plan that was not finished' }).click()
  await expect(caseOf(window)).toContainText('Incomplete')
  await caseOf(window).getByRole('link', { name: 'the plan of its rest' }).click()
  await expect(caseOf(window)).toContainText('Rebalance: drift 3.61 pp')
})

test('a tactical trade shows what every risk rule said, without amounts while they are hidden', async ({ window }) => {
  await window.keyboard.press('2')
  await option(window, /Tactical/).click()
  const rules = panel(window, 'Risk rules')
  await expect(rules).toContainText('3 of 14 made it smaller')
  await expect(rules.getByRole('row')).toHaveCount(15)
  const sizing = rules.getByRole('row', { name: /^Sizing Cut/ })
  const stop = rules.getByRole('row', { name: /^Stop Passed/ })
  await expect(sizing).toContainText('× 0.5 as chosen, × 1 after losses. Cut to 0.00845004 BTC.')
  await window.keyboard.press('h')
  await expect(sizing).not.toContainText('0.008')
  await expect(rules.getByRole('row', { name: /USDT|BTC \d|\d BTC/ })).toHaveCount(1)
  await expect(stop).toContainText('2.00 % from the entry')
  await window.keyboard.press('h')
  await expect(sizing).toContainText('0.00845004 BTC')
  await option(window, /Rebalance: drift 5.78 pp/).click()
  await expect(rules).toHaveCount(0)
})

test('reject takes a reason, snooze a key', async ({ window, engine }) => {
  await openPlan(window)
  await window.keyboard.press('s')
  await window.keyboard.press('r')
  await window.getByRole('dialog').getByRole('textbox', { name: 'Reason' }).fill('not before the news')
  await window.keyboard.press('Enter')
  await expect
    .poll(() => heardOf(engine, 'proposal.reject'))
    .toEqual([{ id: 'prp_pending', reason: 'not before the news' }])
  expect(heardOf(engine, 'proposal.snooze')).toEqual([{ id: 'prp_pending', minutes: 5 }])
})

test.describe('with real money', () => {
  test.use({ first: liveView() })

  test('an approval is typed, and the dialog lists the legs that stay', async ({ window, engine }) => {
    await openPlan(window)
    await caseOf(window).getByRole('checkbox').nth(2).uncheck()
    await window.keyboard.press('a')
    const dialog = window.getByRole('dialog')
    await expect(dialog.getByRole('listitem')).toHaveCount(2)
    const approve = dialog.getByRole('button', { name: 'Approve 2 of 3 legs' })
    await expect(approve).toBeDisabled()
    await dialog.getByRole('textbox').fill('approve')
    await expect(approve).toBeDisabled()
    await dialog.getByRole('textbox').fill('APPROVE')
    await approve.click()
    await expect
      .poll(() => heardOf(engine, 'proposal.approve'))
      .toEqual([{ id: 'prp_pending', hash: '9f2c', legs: [0, 1] }])
  })
})

test('a decision in every state passes axe in both themes and is photographed', async ({ window, engine }) => {
  test.setTimeout(180_000)
  await window.keyboard.press('2')
  for (const theme of ['dark', 'light'] as const) {
    if (theme === 'light') await window.keyboard.press('t')
    await option(window, /Rebalance: drift 5.78 pp/).click()
    await caseOf(window).getByRole('checkbox').nth(1).uncheck()
    await lookAt(window, 'fixture-legs', theme)
    await caseOf(window).getByRole('checkbox').nth(1).check()
    await caseOf(window).getByRole('link', { name: 'Trace in the journal' }).scrollIntoViewIfNeeded()
    await lookAt(window, 'fixture-plan-end', theme)
    await option(window, /Rebalance: drift 6.41 pp/).click()
    await lookAt(window, 'fixture-executing', theme)
    await option(window, /Tactical/).click()
    await lookAt(window, 'fixture-tactical', theme)
    await panel(window, 'Risk rules').scrollIntoViewIfNeeded()
    await lookAt(window, 'fixture-risk-rules', theme)
    engine.push({ decisions: failedLegView().decisions })
    await option(window, /Rebalance: drift 5.86 pp/).click()
    await lookAt(window, 'fixture-incomplete', theme)
    engine.push({ decisions: afterRefusal })
    await option(window, /Rebalance: drift 5.78 pp/).click()
    await lookAt(window, 'fixture-voided', theme)
    engine.push({ decisions: liveView().decisions })
  }
})
