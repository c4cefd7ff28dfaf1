import { portfolio } from './fixture/portfolio.ts'
import { expect, heardOf, panel, test } from './fixture/pretended.ts'
import { calmView } from './fixture/views.ts'
import { lookAt } from './support/look.ts'

const WAITING = /wait.* for your word/

test('a deposit waits in sight until it is said where it belongs', async ({ window, engine }) => {
  const waiting = panel(window, WAITING)
  await expect(waiting).toContainText('Deposit +500.00 USDT')
  await expect(waiting).toContainText(/counts as core in 2\d:\d\d/)
  await expect(panel(window, 'Assets')).toContainText('+500.00 USDT unclassified')

  await window.keyboard.press('d')
  await expect(window.getByRole('button', { name: 'To core: deposit of USDT' })).toBeFocused()
  await window.keyboard.press('Enter')
  const dialog = window.getByRole('dialog')
  await expect(dialog).toContainText('1,270.21 → 1,770.21')
  await expect(dialog.getByRole('button', { name: 'Give it to core' })).toBeDisabled()
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('savings of February')
  await window.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  expect(heardOf(engine, 'movement.classify')).toEqual([
    { id: 'mov_deposit', sleeve: 'core', reason: 'savings of February', confirmation: '' },
  ])

  engine.push({
    portfolio: {
      ...portfolio,
      movements: portfolio.movements.map((each) =>
        each.sleeve === null ? { ...each, sleeve: 'core', decidedBy: 'trader' } : each,
      ),
    },
  })
  await expect(waiting).toBeHidden()
  await expect(panel(window, 'Deposits and withdrawals').getByRole('row', { name: /500.00 USDT/ })).toContainText(
    'Coreyou',
  )
})

test('a withdrawal from a bag is typed word for word, as a release is', async ({ window, engine }) => {
  await window.getByRole('button', { name: 'From bag: withdrawal of BTC' }).click()
  const dialog = window.getByRole('dialog')
  const take = dialog.getByRole('button', { name: 'Take it from the bag' })
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('paid for a car')
  await expect(take).toBeDisabled()
  await dialog.getByRole('textbox', { name: /^It leaves a bag/ }).fill('release 0.0025 BTC')
  await take.click()
  expect(heardOf(engine, 'movement.classify')).toEqual([
    { id: 'mov_withdrawal', sleeve: 'hodl', reason: 'paid for a car', confirmation: 'release 0.0025 BTC' },
  ])
})

test('a withdrawal larger than the bag cannot have come from it', async ({ window, engine }) => {
  engine.push({
    portfolio: {
      ...portfolio,
      movements: portfolio.movements.map((each) => ({ ...each, amount: '0.0156' })),
    },
  })
  await window.getByRole('button', { name: 'From bag: withdrawal of BTC' }).click()
  await expect(window.getByRole('dialog')).toContainText('Bag does not hold that much')
})

test('coins leave a bag only when exactly that is typed', async ({ window, engine }) => {
  await window.keyboard.press('r')
  const dialog = window.getByRole('dialog')
  const release = dialog.getByRole('button', { name: 'Release from bag' })
  const amount = dialog.getByRole('textbox', { name: 'Amount, XRP' })
  await dialog.locator('label', { hasText: 'XRP' }).click()
  await amount.fill('850.5')
  await expect(dialog).toContainText('The bag holds only 850.')
  await amount.fill('1,5')
  await expect(dialog).toContainText('with a point before its decimals')
  await amount.fill('100.50')
  await expect(dialog).toContainText('850.00000 → 749.50000')
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('school fees')

  const phrase = dialog.getByRole('textbox', { name: /Type release 100.5 XRP to go on/ })
  for (const wrong of ['release', 'release 100.5', 'RELEASE 100.5 XRP', 'release 100.50 XRP', 'release 100.5 BTC']) {
    await phrase.fill(wrong)
    await expect(release).toBeDisabled()
  }
  await phrase.fill('release 100.5 XRP')
  await expect(release).toBeEnabled()
  // Another amount is another phrase.
  await amount.fill('850')
  await expect(release).toBeDisabled()
  await amount.fill('100.5')
  await release.click()
  await expect(dialog).toBeHidden()
  expect(heardOf(engine, 'bag.release')).toEqual([
    { asset: 'XRP', amount: '100.5', reason: 'school fees', confirmation: 'release 100.5 XRP' },
  ])
})

test('what goes into a bag is taken from core, with a reason', async ({ window, engine }) => {
  await window.keyboard.press('b')
  const dialog = window.getByRole('dialog')
  const add = dialog.getByRole('button', { name: 'Add to bag' })
  await dialog.getByRole('textbox', { name: 'Amount, BTC' }).fill('0.0045')
  await expect(dialog).toContainText('0.03450000 → 0.03000000')
  await expect(add).toBeDisabled()
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('for the children')
  await window.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  expect(heardOf(engine, 'bag.add')).toEqual([{ asset: 'BTC', amount: '0.0045', reason: 'for the children' }])
})

test('bags say that they are never sold, what is saved for them and what holds a purchase back', async ({ window }) => {
  const bags = panel(window, 'Bags')
  await expect(bags).toContainText('never sold')
  await expect(bags).toContainText('12.40 of 15.00 USDT saved')
  await expect(bags.getByRole('progressbar', { name: 'Saved for BTC' })).toHaveAttribute('aria-valuenow', '83')
  await expect(bags).toContainText('Not bought yet: the price is too old to buy at')
})

test('lots open with a key, and what nobody knows is a dash', async ({ window }) => {
  await window.keyboard.press('l')
  const dialog = window.getByRole('dialog')
  await expect(dialog).toContainText('FIFO')
  await dialog.locator('label', { hasText: 'XRP' }).click()
  await expect(dialog.getByRole('row')).toHaveCount(3)
  await expect(dialog.getByRole('row', { name: /1,200.00000/ })).toContainText('——')
  await window.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})

test('gains of a year are saved as the file the engine made, the ledger whole', async ({ window, engine }) => {
  const gains = panel(window, 'Gains')
  await expect(gains).toContainText('+312.47')
  const saved = async (button: string): Promise<string> => {
    const download = window.waitForEvent('download')
    await gains.getByRole('button', { name: button }).click()
    const file = await download
    // The browser would wait for it when it closes.
    await file.delete()
    return file.suggestedFilename()
  }
  const year = gains.getByRole('combobox', { name: 'Year' })
  await year.selectOption('2025')
  expect(await saved('Gains CSV')).toBe('triplegain-gains-2026-audit-48213-3fa91b07c2d4.csv')
  await year.selectOption('All years')
  await saved('Gains CSV')
  await saved('Whole ledger CSV')
  await expect
    .poll(() => heardOf(engine, 'ledger.export'))
    .toEqual([
      { what: 'gains', year: 2025 },
      { what: 'gains', year: null },
      { what: 'entries', year: null },
    ])
})

test('the palette opens the room’s dialogs from anywhere', async ({ window }) => {
  await window.keyboard.press('4')
  await window.keyboard.press('Control+k')
  await window.keyboard.type('release from')
  await window.keyboard.press('Enter')
  await expect(window.getByRole('dialog', { name: 'Release from a bag' })).toBeVisible()
  await window.keyboard.press('Escape')
  await expect(window.getByRole('heading', { name: 'Portfolio', level: 1 })).toBeAttached()
})

test('an export of nothing says so and saves no file', async ({ window, engine }) => {
  engine.answer('ledger.export', { fileName: 'x.csv', csv: 'asset\r\n', rows: 0 })
  const files: string[] = []
  window.on('download', (file) => files.push(file.suggestedFilename()))
  await panel(window, 'Gains').getByRole('button', { name: 'Gains CSV' }).click()
  await expect(window.getByText('Nothing was realized in 2026.')).toBeVisible()
  expect(files).toEqual([])
})

test('the hide-amounts key covers every amount of the room, not its percentages', async ({ window }) => {
  await window.keyboard.press('h')
  const room = window.getByRole('main')
  for (const name of ['Assets', 'Bags', 'Gains', 'Deposits and withdrawals']) {
    await expect(panel(window, name)).toContainText('hidden')
    await expect(panel(window, name)).not.toContainText(/1,270|0\.0155|312\.47|850\.00|2,000|12\.40|500\.00/)
  }
  await expect(panel(window, WAITING)).not.toContainText('500')
  await expect(room).toContainText('39.11 %')
})

test.describe('with targets that differ', () => {
  test.use({ first: calmView() })

  test('each bar is measured against its own band, and the room says what the band means', async ({ window }) => {
    const drift = panel(window, 'Drift from target')
    await expect(drift).toContainText('±5 % of the target')
    await expect(drift.getByRole('img', { name: /^BTC/ })).toHaveAccessibleName(/inside the band of 47.50 – 52.50 %/)
    await expect(drift.getByRole('img', { name: /^XRP/ })).toHaveAccessibleName(/outside the band of 28.50 – 31.50 %/)
    await expect(drift).toContainText('outside 28.50 – 31.50 %')
    await expect(panel(window, 'Deposits and withdrawals')).toContainText('None so far')
  })
})

test('the room and its dialogs pass axe in both themes and are photographed', async ({ window, engine }) => {
  test.setTimeout(180_000)
  for (const theme of ['dark', 'light'] as const) {
    if (theme === 'light') await window.keyboard.press('t')
    await lookAt(window, 'fixture-portfolio', theme)
    await panel(window, 'Largest drift').scrollIntoViewIfNeeded()
    await lookAt(window, 'fixture-portfolio-end', theme)
    await window.getByRole('button', { name: 'To bag: deposit of USDT' }).click()
    await lookAt(window, 'fixture-classify', theme)
    await window.keyboard.press('Escape')
    await window.keyboard.press('r')
    await window.getByRole('textbox', { name: /Amount/ }).fill('0.005')
    await lookAt(window, 'fixture-release', theme)
    await window.keyboard.press('Escape')
    await window.keyboard.press('l')
    await expect(window.getByRole('dialog').getByRole('row')).toHaveCount(6)
    await lookAt(window, 'fixture-lots', theme)
    await window.keyboard.press('Escape')
    engine.push({ portfolio: calmView().portfolio })
    await expect(panel(window, 'Deposits and withdrawals')).toContainText('None so far')
    await window.getByRole('button', { name: 'Lots…' }).scrollIntoViewIfNeeded()
    await lookAt(window, 'fixture-calm', theme)
    engine.push({ portfolio })
  }
})
