import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/main/config.ts'

const SHIPPED = fileURLToPath(new URL('../../config', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'triplegain-risk-'))
beforeEach(() => cpSync(SHIPPED, dir, { recursive: true }))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** What is wrong with risk.yaml when the first line with this indented key has this value; with the key's line as L. */
function problemsWith(key: string, value: string): string[] {
  const path = join(dir, 'risk.yaml')
  const lines = readFileSync(path, 'utf8').split('\n')
  const index = lines.findIndex((line) => line.startsWith(`${key}:`))
  if (index < 0) throw new Error(`risk.yaml has no line ${JSON.stringify(key)}`)
  lines[index] = `${key}: ${value}`
  writeFileSync(path, lines.join('\n'))
  const result = loadSettings(dir)
  if (result.ok) return []
  return result.error.message
    .split('\n')
    .slice(1)
    .map((problem) => problem.replace(`risk.yaml:${index + 1} `, 'risk.yaml:L '))
}

const outside = (low: string, high: string) => `expected a number from ${low} to ${high}`

describe('limits of the risk engine', () => {
  it.each([
    ['minimum_confidence', 'minimum_confidence', '0.49', '0.5', '0.5', '1'],
    ['risk_per_trade_percent', 'risk_per_trade_percent', '2.01', '2', '0.01', '2'],
    ['risk_per_trade_percent', 'risk_per_trade_percent', '0', '0.01', '0.01', '2'],
    ['max_position_percent', 'max_position_percent', '20.5', '20', '0.1', '20'],
    ['max_exposure_percent', 'max_exposure_percent', '81', '80', '0.1', '80'],
    ['max_positions_per_symbol', 'max_positions_per_symbol', '3', '1', '1', '2'],
    ['max_positions', 'max_positions', '6', '5', '1', '5'],
    ['reward_to_risk', 'reward_to_risk', '1.49', '1.5', '1.5', '10'],
    ['  atr_multiple', 'stop.atr_multiple', '0', '10', '0.1', '10'],
    ['  min_percent', 'stop.min_percent', '0.49', '0.5', '0.5', '5'],
    ['  max_percent', 'stop.max_percent', '5.1', '5', '0.5', '5'],
    ['    BTC/USDT', 'stop.max_percent_by_symbol.BTC/USDT', '6', '3', '0.5', '5'],
    ['  leverage', 'margin.leverage', '6', '5', '2', '5'],
    ['  day_loss_percent', 'breakers.day_loss_percent', '5.01', '4', '0.1', '5'],
    ['  day_loss_percent', 'breakers.day_loss_percent', '0', '0.1', '0.1', '5'],
    ['  week_loss_percent', 'breakers.week_loss_percent', '11', '9', '0.1', '10'],
    ['  drawdown_percent', 'breakers.drawdown_percent', '25', '20', '0.1', '20'],
    ['  losses_in_a_row', 'breakers.losses_in_a_row', '6', '3', '1', '5'],
    ['  pause_minutes', 'breakers.pause_minutes', '29', '30', '30', '10080'],
  ])(
    '%s: outside its bounds it is refused with file, line and what was expected',
    (key, name, bad, good, low, high) => {
      expect(problemsWith(key, bad)).toEqual([`risk.yaml:L ${name}: ${outside(low, high)}`])
      expect(problemsWith(key, good)).toEqual([])
    },
  )

  it.each([
    ['minimum_confidence', 'high'],
    ['risk_per_trade_percent', '1,5'],
    ['risk_per_trade_percent', '-1'],
    ['max_positions', '2.5'],
    ['  day_loss_percent', '.nan'],
    ['  drawdown_percent', '.inf'],
    ['  pause_minutes', '~'],
  ])('%s cannot be %s', (key, value) => {
    expect(problemsWith(key, value)).toHaveLength(1)
  })

  it.each([
    ['  - losses', '6', 'after_losses: expected more losses from step to step'],
    ['    minimum_confidence', '0.85', 'after_losses: expected no less confidence from step to step'],
    ['  - from', '0.75', 'confidence_tiers: expected a higher confidence from tier to tier'],
    ['    size', '0.8', 'confidence_tiers: expected no smaller size from tier to tier'],
  ])('are in order: %s cannot be %s', (key, value, problem) => {
    const [found, ...others] = problemsWith(key, value)
    expect(others).toEqual([])
    expect(found).toMatch(/^risk\.yaml:\d+ /)
    expect(found).toContain(problem)
  })

  it.each([
    ['  - losses', '4', 'after_losses: expected a confidence of at least 0.70 after 3 losses'],
    ['    minimum_confidence', '0.69', 'after_losses: expected a confidence of at least 0.70 after 3 losses'],
    ['    BTC/USDT', '3.1', 'stop.max_percent_by_symbol.BTC/USDT: expected a stop at most 3 from the entry on BTC'],
    ['  min_percent', '3.5', 'stop.max_percent_by_symbol.BTC/USDT: expected no less than min_percent'],
  ])('are not loosened: %s cannot be %s', (key, value, problem) => {
    const [found] = problemsWith(key, value)
    expect(found).toMatch(/^risk\.yaml:(\d+|L) /)
    expect(found).toContain(problem)
  })

  it('are not loosened by leaving them out', () => {
    const path = join(dir, 'risk.yaml')
    const shipped = readFileSync(path, 'utf8')
    const without = shipped
      .replace(/^after_losses:\n( {2}.*\n)+/m, 'after_losses: []\n')
      .replace(/^ {2}max_percent_by_symbol:\n( {4}.*\n)+/m, '  max_percent_by_symbol: {}\n')
    writeFileSync(path, without)
    const result = loadSettings(dir)
    expect(result.ok ? [] : result.error.message.split('\n').slice(1)).toEqual([
      expect.stringMatching(/^risk\.yaml:\d+ after_losses: expected a confidence of at least 0\.70 after 3 losses$/),
      expect.stringMatching(/^risk\.yaml:\d+ after_losses: expected a confidence of at least 0\.80 after 5 losses$/),
      expect.stringMatching(
        /^risk\.yaml:\d+ stop\.max_percent_by_symbol: expected a stop at most 3 from the entry on BTC$/,
      ),
    ])
  })
})
