import type { Page } from 'playwright/test'
import { agents, noAgents, startingAgents, troubledAgents } from './fixture/agents.ts'
import { expect, heardOf, panel, test } from './fixture/pretended.ts'
import { fixtureView } from './fixture/views.ts'
import { lookAt } from './support/look.ts'

const details = (window: Page, title: string) => panel(window, `${title}: values and history`)
const card = (window: Page, title: string) => window.getByRole('article', { name: title })

// Ages stay what they are while they are looked at.
test.use({ first: { ...fixtureView(), status: { ...fixtureView().status, speed: 1 } } })

test.beforeEach(async ({ window }) => {
  await window.keyboard.press('4')
  await expect(window.getByRole('heading', { name: 'Agents', level: 1 })).toBeAttached()
})

test('each card says what its agent said last, how sure it is and when it runs again', async ({ window }) => {
  const analysis = card(window, 'Technical analysis')
  await expect(analysis).toContainText('Ready')
  await expect(analysis).toContainText(/Next, every 1 min0\d:\d\d/)
  await expect(analysis).toContainText('Runs4,338')
  const output = analysis.getByRole('listitem').filter({ hasText: 'BTC/USDT' })
  await expect(output).toContainText(/Long71 %\d+ (s|min)Trend up, momentum rising\./)
  await expect(output.getByRole('meter')).toHaveAttribute('aria-valuenow', '71')
  await expect(card(window, 'Regime detection')).toContainText('Breakout potential, neutral43 %')
  await expect(card(window, 'Trading decision').getByRole('img', { name: /^XRP\/USDT, voices/ })).toHaveAccessibleName(
    'XRP/USDT, voices: Technical analysis short, 60 %; Regime detection short, 15 %; Sentiment neutral, 25 %',
  )
})

test('an agent is run now with the key on its card, and with its button', async ({ window, engine }) => {
  await window.keyboard.press('j')
  await expect(card(window, 'Technical analysis')).toBeFocused()
  await window.keyboard.press('j')
  await window.keyboard.press('n')
  await expect(window.getByText('The fixture heard agent.run.')).toBeVisible()
  await window.getByRole('button', { name: 'Run now (sentiment)' }).click()
  await expect.poll(() => heardOf(engine, 'agent.run')).toEqual([{ name: 'regime_detection' }, { name: 'sentiment' }])
  // What was clicked has the cursor.
  await window.keyboard.press('k')
  await expect(card(window, 'Regime detection')).toBeFocused()
})

test('Enter opens and closes the values and the history of the card', async ({ window, engine }) => {
  const analysis = details(window, 'Technical analysis')
  expect(heardOf(engine, 'agent.history')).toEqual([])
  await window.keyboard.press('j')
  await window.keyboard.press('Enter')
  const values = analysis.getByRole('group', { name: 'Values it used, by pair' })
  await expect(values.getByRole('row', { name: /^EMA fast/ })).toHaveText('EMA fast46,231.80.5976120.0000129264')
  await expect(values.getByRole('row', { name: /^MACD histogram/ })).toContainText('−0.0000000124')
  const history = analysis.getByRole('group', { name: /^What it said that was news/ })
  await expect(history.getByRole('row')).toHaveCount(41)
  await expect(history.getByRole('row').nth(1)).toContainText('14:37BTC/USDTLongTrend up, momentum rising.45 %<1 ms')
  expect(heardOf(engine, 'agent.history')).toEqual([{ name: 'technical_analysis', limit: 50 }])
  await window.keyboard.press('Enter')
  await expect(values).toBeHidden()
})

test('who counted how much in a decision stands in a table', async ({ window }) => {
  await card(window, 'Trading decision').getByRole('button', { name: 'Values and history' }).click()
  const decision = details(window, 'Trading decision')
  const voices = decision.getByRole('group', { name: 'What each voice counted for' })
  await expect(voices.getByRole('row', { name: /^BTC\/USDT Technical analysis/ })).toContainText('Long71 %60 %')
  await expect(decision.getByRole('row', { name: /^target/ })).toContainText('46,595.7——')
})

test('models that were asked stand with what they answered, as text, and what they cost', async ({
  window,
  engine,
}) => {
  await expect(card(window, 'Trading decision')).toContainText('USD today0.0308')
  await expect(card(window, 'Technical analysis')).not.toContainText('USD today')
  await card(window, 'Trading decision').getByRole('button', { name: 'Values and history' }).click()
  const calls = details(window, 'Trading decision').getByRole('group', { name: 'Models it asked, newest first' })
  await expect(calls.getByRole('row', { name: /llama/ })).toContainText('llm/timeout: llama gave no answer within 30 s')
  await expect(calls.getByRole('row', { name: /llama/ })).toContainText('30.0 s—')
  const answered = calls.getByRole('row', { name: /Claude/ })
  await expect(answered).toContainText('4.8 s0.006188')
  await answered.getByText('Answer').click()
  await expect(answered.getByText('<script>document.title')).toBeVisible()
  expect(heardOf(engine, 'agent.calls')).toEqual([{ name: 'trading_decision', limit: 50 }])
  await card(window, 'Technical analysis').getByRole('button', { name: 'Values and history' }).click()
  await expect(details(window, 'Technical analysis')).not.toContainText('Models it asked')
})

test('headlines are shown as text with source and age, whatever is written in them', async ({ window }) => {
  const sentiment = card(window, 'Sentiment')
  await expect(sentiment).toContainText('Decrypt could not be reached')
  await sentiment.getByRole('button', { name: 'Values and history' }).click()
  const read = details(window, 'Sentiment').getByRole('group', { name: 'What it read, newest first' })
  const hostile = read.getByRole('row', { name: /XRP slides/ })
  await expect(hostile).toContainText(
    /1[67] minCoinDeskXRP\/USDT, XRP\/BTCXRP slides as <img src=x onerror="document\.title='owned'"> <b>large holders<\/b>/,
  )
  await expect(hostile).toContainText('−0.50')
  await expect(read.locator('img, b')).toHaveCount(0)
  // What is about the whole market counts for every pair and stands there once.
  await expect(read.getByRole('row', { name: /index 61/ })).toContainText('fear greedall pairs')
  await expect(read.getByRole('row')).toHaveCount(7)
  await expect(window).toHaveTitle(/TripleGain/)
})

test('calibration is asked for the agent, the pair and the regime that are chosen', async ({ window, engine }) => {
  const calibration = panel(window, 'Calibration')
  const asked = () => heardOf(engine, 'agent.calibration').at(-1)
  await expect.poll(asked).toEqual({ name: 'technical_analysis', symbol: null, regime: null })
  await calibration.getByRole('combobox', { name: 'Pair' }).selectOption('XRP/USDT')
  await calibration.getByRole('combobox', { name: 'Regime' }).selectOption('Choppy')
  await expect.poll(asked).toEqual({ name: 'technical_analysis', symbol: 'XRP/USDT', regime: 'choppy' })
  await calibration.getByRole('combobox', { name: 'Agent' }).selectOption('Trading decision')
  await expect.poll(asked).toEqual({ name: 'trading_decision', symbol: 'XRP/USDT', regime: 'choppy' })
  await expect(card(window, 'Trading decision')).toHaveAttribute('aria-current', 'true')
  // A model of the panel is held against what came as an agent is.
  await calibration.getByRole('combobox', { name: 'Agent' }).selectOption('DeepSeek')
  await expect.poll(asked).toEqual({ name: 'model deepseek', symbol: 'XRP/USDT', regime: 'choppy' })
  await expect(calibration.getByRole('combobox', { name: 'Regime' }).getByRole('option')).toHaveCount(8)

  const hour = calibration.getByRole('region', { name: 'After 1 h' })
  await expect(hour).toContainText('Scored616Waiting4Hit rate54 %Brier score0.238')
  await expect(hour.locator('.recharts-scatter-symbol')).toHaveCount(7)
  // For those who do not see the curve.
  const table = hour.getByRole('table', { name: 'Confidence said and what came of it, after 1 h' })
  await expect(table.getByRole('row', { name: /^20 – 30 %/ })).toHaveText('20 – 30 %25 %26 %18')
})

test('before anything is scored it says what will appear, and when', async ({ window, engine }) => {
  engine.answer('agent.calibration', {
    curves: [1, 4, 24].map((hours) => ({
      horizonMs: hours * 3_600_000,
      scored: 0,
      waiting: 3,
      hitRate: null,
      brier: null,
      bins: [],
    })),
  })
  engine.answer('agent.history', { outputs: [] })
  await window.reload()
  await expect(panel(window, 'Calibration')).toContainText('the curves appear 1 h after the first. 3 wait now.')
  await window.keyboard.press('Enter')
  await expect(details(window, 'Technical analysis')).toContainText('Nothing yet')
})

test('prices and candles have an age, and what is too old says so', async ({ window, engine }) => {
  engine.push({ agents: troubledAgents })
  const market = panel(window, 'Market data')
  await expect(market.getByRole('row', { name: /^BTC\/USDT/ })).toContainText(/BTC\/USDT\d+ s stale/)
  await expect(market.getByRole('row', { name: /^XRP\/USDT \d/ })).toContainText('4 min overdue2 min7 min37 min2 h14 h')
  await expect(market.getByRole('row', { name: /^XRP\/BTC/ })).not.toContainText('stale')
  await expect(market.getByRole('list', { name: 'XRP/USDT: problems' })).toContainText('2 told of twice.')
  await expect(market.getByRole('columnheader')).toHaveText(['Pair', 'Price', '1m', '5m', '15m', '1h', '4h', '1d'])
})

test('a breaker that tripped says what it holds up and until when', async ({ window, engine }) => {
  const breakers = panel(window, 'Circuit breakers')
  await expect(breakers).toContainText('none tripped')
  engine.push({ agents: troubledAgents })
  await expect(breakers).toContainText('2 tripped')
  await expect(breakers.getByRole('listitem').first()).toHaveText(
    'Loss of the dayTripped−5.42 % of −5 %No new trades until Tuesday 00:00 UTC.Since 2026-03-02 12:37:20',
  )
  await expect(breakers.getByRole('listitem').nth(1)).toContainText('Near')
  await expect(breakers.getByRole('meter', { name: 'Loss of the week' })).toHaveAttribute('aria-valuenow', '81')
})

test('an agent that failed, one that is off and one that is asked say so, with the reason', async ({
  window,
  engine,
}) => {
  engine.push({ agents: troubledAgents })
  const failed = card(window, 'Sentiment')
  await expect(failed).toContainText('Failed')
  await expect(failed.getByRole('status')).toContainText('The model answered with 503 Service Unavailable')
  const off = card(window, 'Regime detection')
  await expect(off).toContainText(/Off.*set enabled: true under regime_detection in agents\.yaml/)
  await expect(off.getByRole('button', { name: 'Run now (regime detection)' })).toBeDisabled()
  await off.click()
  await window.keyboard.press('n')
  await expect(card(window, 'Trading decision')).toContainText('Asking')
  expect(heardOf(engine, 'agent.run')).toEqual([])
})

test('before it speaks it says how many candles it has seen of those it needs', async ({ window, engine }) => {
  engine.push({ agents: startingAgents })
  const analysis = card(window, 'Technical analysis')
  await expect(analysis).toContainText('Warming up')
  await expect(analysis.getByRole('listitem').filter({ hasText: 'XRP/BTC' })).toContainText('96 of 400 candles')
  await expect(analysis.getByRole('meter', { name: 'XRP/BTC: warm-up' })).toHaveAttribute('aria-valuenow', '24')
  await expect(card(window, 'Regime detection')).toContainText(/Waiting.*its first run comes in 0\d:\d\d/)
  await expect(card(window, 'Sentiment')).toContainText('It is being asked for the first time')
  await expect(card(window, 'Trading decision')).toContainText(/Silent.*with nothing to say/)
  await expect(panel(window, 'Market data').getByRole('row', { name: /^XRP\/BTC/ })).toContainText('none yet———')
})

test('with all agents off the room says so, and how they are switched on', async ({ window, engine }) => {
  engine.push({ agents: noAgents })
  const none = window.getByRole('region', { name: 'No agents' })
  await expect(none).toContainText('The agents are switched off')
  await expect(none).toContainText('enabled: true in agents.yaml')
  await expect(panel(window, 'Market data')).toContainText('BTC/USDT')
  await expect(window.getByRole('article')).toHaveCount(0)
})

test('cards stand in two columns, in three where there is room, and never scroll sideways', async ({ window }) => {
  const columns = async (): Promise<number> => {
    const boxes = await Promise.all((await window.getByRole('article').all()).map((each) => each.boundingBox()))
    return new Set(boxes.map((box) => box?.x)).size
  }
  expect(await columns()).toBe(2)
  await window.setViewportSize({ width: 1920, height: 1080 })
  expect(await columns()).toBe(3)
  await window.setViewportSize({ width: 900, height: 700 })
  expect(await columns()).toBe(1)
  // Nor is there anything below the frame that the page itself could be scrolled to.
  expect(await window.evaluate('document.documentElement.scrollHeight <= window.innerHeight')).toBe(true)
  expect(
    await window.evaluate('document.querySelector("main").scrollWidth <= document.querySelector("main").clientWidth'),
  ).toBe(true)
})

test('what is opened stands right below the row of its card, and leaves no gap above it', async ({ window }) => {
  const top = async (title: string): Promise<number> => (await card(window, title).boundingBox())?.y ?? Number.NaN
  await window.keyboard.press('Enter')
  const opened = await details(window, 'Technical analysis').boundingBox()
  expect(await top('Regime detection')).toBe(await top('Technical analysis'))
  expect(opened?.y).toBeGreaterThan(await top('Regime detection'))
  expect(opened?.y).toBeLessThan(await top('Sentiment'))
})

test('a trade that was refused says why, and opens to what each rule said of it', async ({ window }) => {
  const refused = panel(window, 'Refused by the risk engine')
  await expect(refused.getByRole('listitem')).toHaveCount(3)
  await refused.locator('summary').filter({ hasText: 'Positions per symbol' }).click()
  const rules = refused.getByLabel('What each risk rule said of BTC/USDT')
  await expect(rules).toContainText('2 on BTC/USDT, at most 2.')
})

test('nothing here is an amount but what a refused trade would have been: the rest is the same with amounts hidden', async ({
  window,
}) => {
  await window.keyboard.press('h')
  await expect(window.locator('.agents-top')).not.toContainText('hidden')
  await expect(window.locator('.agent-cards')).not.toContainText('hidden')
  await expect(panel(window, 'Refused by the risk engine')).not.toContainText('1.4 XRP')
  await expect(panel(window, 'Circuit breakers')).toContainText('−1.20 %')
})

test('the palette runs an agent from anywhere', async ({ window, engine }) => {
  await window.keyboard.press('1')
  await window.keyboard.press('Control+k')
  await window.keyboard.type('run sentiment')
  await window.keyboard.press('Enter')
  await expect.poll(() => heardOf(engine, 'agent.run')).toEqual([{ name: 'sentiment' }])
})

test.describe('in a market that is replayed faster than it can be drawn', () => {
  test.use({ first: { ...fixtureView(), status: { ...fixtureView().status, speed: 100_000 } } })

  test('the room is drawn all the same', async ({ window }) => {
    await expect(panel(window, 'Calibration').getByRole('region', { name: 'After 24 h' })).toBeVisible()
    await expect(card(window, 'Technical analysis')).toContainText(/\d d ago/)
  })
})

test('the room passes axe in both themes and is photographed', async ({ window, engine }) => {
  test.setTimeout(180_000)
  for (const theme of ['dark', 'light'] as const) {
    if (theme === 'light') await window.keyboard.press('t')
    engine.push({ agents })
    await lookAt(window, 'fixture-agents', theme)
    await panel(window, 'Calibration').scrollIntoViewIfNeeded()
    await lookAt(window, 'fixture-agents-end', theme)
    for (const [title, name] of [
      ['Technical analysis', 'values'],
      ['Sentiment', 'sources'],
      ['Trading decision', 'voices'],
    ] as const) {
      await card(window, title).getByRole('button', { name: 'Values and history' }).click()
      const opened = details(window, title)
      await expect(opened.getByRole('group', { name: /^What it said that was news/ })).toBeInViewport()
      await lookAt(window, `fixture-agents-${name}`, theme)
      await opened.getByRole('button', { name: 'Close' }).click()
      await expect(opened).toBeHidden()
    }
    await window.evaluate("document.querySelector('main').scrollTo(0, 0)")
    engine.push({ agents: startingAgents })
    await expect(card(window, 'Technical analysis')).toContainText('Warming up')
    await lookAt(window, 'fixture-agents-starting', theme)
    engine.push({ agents: troubledAgents })
    await expect(card(window, 'Sentiment')).toContainText('Failed')
    await lookAt(window, 'fixture-agents-failing', theme)
    engine.push({ agents: noAgents })
    await expect(window.getByRole('article')).toHaveCount(0)
    await lookAt(window, 'fixture-agents-off', theme)
  }
})

test('models stand with their state, their last answer and the budget, and are tested with a button', async ({
  window,
  engine,
}) => {
  const models = panel(window, 'Models')
  await expect(models).toContainText('0.0328 of 1 USD today, at most 0.3 USD for one decision')
  await expect(models.getByRole('row', { name: /Claude/ })).toContainText(
    /claude-sonnet-5-5-20260115Ready2 h ago, Conflictanswered3\.4 s0\.004211/,
  )
  engine.answer('models.test', { model: 'deepseek-flash-0923', latencyMs: 812, costUsd: '0.000021' })
  await models.getByRole('button', { name: 'Test DeepSeek' }).click()
  await expect(window.getByText('DeepSeek answers: deepseek-flash-0923, in 0.8 s, for 0.000021 USD.')).toBeVisible()
  expect(heardOf(engine, 'models.test')).toEqual([{ provider: 'deepseek' }])
})

test('a model without a key says which one it needs; a provider that keeps failing says so at the top', async ({
  window,
  engine,
}) => {
  engine.push({ ...fixtureView(), agents: startingAgents })
  const models = panel(window, 'Models')
  await expect(models.getByRole('row', { name: /Claude/ })).toContainText('Set ANTHROPIC_API_KEY in the environment')
  await expect(models.getByRole('button')).toHaveCount(0)
  const { status } = fixtureView()
  const levelBecause = 'REDUCED: models failed again and again; switched off: optional models.'
  engine.push({ ...fixtureView(), agents: troubledAgents, status: { ...status, level: 'REDUCED', levelBecause } })
  await expect(models.getByRole('row', { name: /DeepSeek/ })).toContainText('Left alone')
  await expect(window.getByRole('banner')).toContainText(levelBecause)
})
