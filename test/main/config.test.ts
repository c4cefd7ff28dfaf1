import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { CONFIG_NAMES, loadSettings } from '../../src/main/config.ts'
import { toText, ZERO } from '../../src/shared/money.ts'
import { BTC, BTC_USDT } from '../support/money-arbitraries.ts'
import { settingNames, unreadSettings } from '../support/unread-settings.ts'

const SHIPPED = fileURLToPath(new URL('../../config', import.meta.url))
const ENGINE = fileURLToPath(new URL('../../src/main', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'triplegain-config-'))

beforeEach(() => cpSync(SHIPPED, dir, { recursive: true }))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

type File = 'orchestration' | 'portfolio' | 'execution' | 'risk' | 'agents'

/** Replaces the first line with this indented key, whatever its value, by others; answers with the line's number. */
function replaceLine(file: File, key: string, by: string): number {
  const path = join(dir, `${file}.yaml`)
  const lines = readFileSync(path, 'utf8').split('\n')
  const index = lines.findIndex((line) => line.startsWith(`${key}:`))
  if (index < 0) throw new Error(`${file}.yaml has no line ${JSON.stringify(key)}`)
  lines.splice(index, 1, ...by.split('\n'))
  writeFileSync(path, lines.join('\n'))
  return index + 1
}

function problems(overrides: readonly string[] = []): string[] {
  const result = loadSettings(dir, overrides)
  if (result.ok) return []
  expect(result.error.code).toBe('config/invalid')
  return result.error.message.split('\n').slice(1)
}

describe('the configuration as shipped', () => {
  it('can be used', () => {
    expect(problems()).toEqual([])
  })

  it('is thirds of three assets in paper mode, decided by the trader', () => {
    const result = loadSettings(dir)
    if (!result.ok) throw new Error(result.error.message)
    const { portfolio, execution } = result.value
    expect(portfolio.targets).toEqual({ BTC: 1, XRP: 1, USDT: 1 })
    expect(toText(portfolio.rebalancing.threshold)).toBe('5')
    expect(portfolio.approval).toMatchObject({ rebalance: 'manual', tactical: 'manual' })
    expect(execution.mode).toBe('paper')
  })

  it('keeps every digit of a decimal, because no float comes between the file and the setting', () => {
    replaceLine('portfolio', '    BTC', '    BTC: 0.123456789012345')
    const result = loadSettings(dir)
    expect(result.ok && toText(result.value.portfolio.paper.bags[BTC] ?? ZERO)).toBe('0.123456789012345')
  })

  it('cannot be changed by anybody once it is read', () => {
    const result = loadSettings(dir)
    if (!result.ok) throw new Error(result.error.message)
    const { portfolio } = result.value
    expect(() => Object.assign(portfolio.rebalancing, { slices: 2 })).toThrow(TypeError)
    expect(() => Object.assign(portfolio.targets, { BTC: 2 })).toThrow(TypeError)
  })
})

/** A wrong key takes the place of this one. */
const NAMED_OTHERWISE: Record<string, string> = { '  btc': '  BTC', '  XRPBTC': '  XRP/BTC' }
const THRESHOLD = '  threshold'
const NUMBER_EXPECTED = 'expected a plain number such as 0.5'

describe('a setting that cannot be used is refused with file, line and what was expected', () => {
  it.each([
    ['1,5', NUMBER_EXPECTED],
    ['NaN', NUMBER_EXPECTED],
    ['.inf', NUMBER_EXPECTED],
    ['-.inf', NUMBER_EXPECTED],
    ['Infinity', NUMBER_EXPECTED],
    ['1e21', NUMBER_EXPECTED],
    ['1_000', NUMBER_EXPECTED],
    ['0x10', NUMBER_EXPECTED],
    ['five', NUMBER_EXPECTED],
    ['5 pp', NUMBER_EXPECTED],
    ['', NUMBER_EXPECTED],
    ['~', NUMBER_EXPECTED],
    ['9999999999999999', NUMBER_EXPECTED],
    ['[5]', 'expected a number'],
    ['{a: 5}', 'expected a number'],
    ['-1', 'expected a number from 0.01 to 100'],
    ['0', 'expected a number from 0.01 to 100'],
    ['100.000001', 'expected a number from 0.01 to 100'],
  ])('a threshold of %j', (value, expected) => {
    const line = replaceLine('portfolio', THRESHOLD, `  threshold: ${value}`)
    const found = problems()
    expect(found[0]).toContain(`portfolio.yaml:${line} rebalancing.threshold: ${expected}`)
    for (const problem of found) expect(problem).toContain(`portfolio.yaml:${line} rebalancing.threshold:`)
  })

  it('minus zero, which is no amount that anybody means', () => {
    const line = replaceLine('portfolio', '    BTC', '    BTC: -0')
    expect(problems().join()).toContain(`portfolio.yaml:${line} paper.bags.BTC: expected`)
  })

  it.each<[File, string, string]>([
    ['portfolio', '  order_type: stop', 'rebalancing.order_type: expected limit, market or post_only'],
    ['portfolio', '  tactical: yes', 'approval.tactical: Invalid option: expected one of "manual"|"auto"'],
    ['portfolio', '  slices: 1.5', 'rebalancing.slices: expected a whole number'],
    ['portfolio', '  slices: 0', 'rebalancing.slices: expected a number from 1 to 100'],
    ['portfolio', '  BTC: -1', 'targets.BTC: expected a number from 0 to 1000'],
    ['portfolio', '  BTC: 0.333', 'targets.BTC: expected a whole number'],
    ['portfolio', '  btc: 1', 'targets.btc: expected an asset such as BTC'],
    ['portfolio', 'quote: dollars', 'quote: expected an asset such as BTC'],
    ['execution', 'mode: real', 'mode: expected paper or live'],
    ['execution', '  XRPBTC:', 'markets.XRPBTC: expected a pair such as BTC/USDT'],
    ['execution', '  deadline_ms: 499', 'orders.deadline_ms: expected a number from 500 to 60000'],
    ['execution', '  deadline_ms: 60001', 'orders.deadline_ms: expected a number from 500 to 60000'],
    ['execution', '    lot: 0', 'markets.BTC/USDT.lot: expected a number from 0.000000000001 to 1000000000000'],
    ['execution', '  rest_url: api.kraken.com', 'kraken.rest_url: expected a URL such as https://api.kraken.com'],
    [
      'execution',
      '  rest_url: http://api.kraken.com',
      'kraken.rest_url: expected https or wss, because a key is sent there (without TLS only to this machine)',
    ],
    [
      'agents',
      '    timeframe_minutes: 30',
      'agents.regime_detection.timeframe_minutes: expected one of 1, 5, 15, 60, 240, 1440: candles of other widths are not made',
    ],
    ['orchestration', '  portfolio_check_on_start: yes', 'schedule.portfolio_check_on_start: expected true or false'],
    ['risk', 'risk_per_trade_percent: 2.01', 'risk_per_trade_percent: expected a number from 0.01 to 2'],
    ['risk', 'reward_to_risk: 1.49', 'reward_to_risk: expected a number from 1.5 to 10'],
    ['risk', '    BTC/USDT: 5.1', 'stop.max_percent_by_symbol.BTC/USDT: expected a number from 0.5 to 5'],
    ['agents', '    ema_fast: 21', 'agents.technical_analysis.ema_fast: expected the averages from fast to slow'],
    ['agents', '    enabled: yes', 'agents.technical_analysis.enabled: expected true or false'],
    ['agents', '    every_minutes: 0', 'agents.technical_analysis.every_minutes: expected a number from 1 to 1440'],
  ])('%s.yaml with %j', (file, by, expected) => {
    const key = by.slice(0, by.indexOf(':'))
    const line = replaceLine(file, NAMED_OTHERWISE[key] ?? key, by)
    expect(problems()).toContain(`${file}.yaml:${line} ${expected}`)
  })

  it.each<[File, string, string]>([
    [
      'agents',
      '      trend_weight: 0.5',
      'agents.technical_analysis.bias: expected trend_weight, momentum_weight, strength_weight and confirmation_weight to sum to 1',
    ],
    ['agents', '      quiet_up_to: 0.9', 'agents.regime_detection.rules: expected quiet_up_to below volatile_from'],
  ])('%s.yaml with %j, at what holds it and the others of its rule', (file, by, expected) => {
    replaceLine(file, by.slice(0, by.indexOf(':')), by)
    const holder = expected.slice(expected.lastIndexOf('.', expected.indexOf(':')) + 1, expected.indexOf(':'))
    const line =
      readFileSync(join(dir, `${file}.yaml`), 'utf8')
        .split('\n')
        .indexOf(`    ${holder}:`) + 1
    expect(problems()).toEqual([`${file}.yaml:${line} ${expected}`])
  })

  it('a key that is no setting, beside the one that is missing for it', () => {
    const line = replaceLine('portfolio', THRESHOLD, '  treshold_pp: 5')
    const found = problems()
    expect(found).toContain(`portfolio.yaml:${line} rebalancing.treshold_pp: is not a setting`)
    expect(found.some((problem) => problem.includes('rebalancing.threshold: expected a number'))).toBe(true)
  })

  it('a section that is no setting, at the top of a file', () => {
    const line = replaceLine('portfolio', 'quote', 'quote: USDT\nmargin: 5') + 1
    expect(problems()).toEqual([`portfolio.yaml:${line} margin: is not a setting`])
  })

  it('a key that stands twice, of which only one could count', () => {
    const line = replaceLine('portfolio', 'quote', 'quote: USDT\nquote: BTC') + 1
    expect(problems()[0]).toMatch(new RegExp(`^portfolio\\.yaml:${line} .*unique`))
  })

  it.each([
    ['an unclosed quotation', 'quote: "USDT'],
    ['a second document', '---\nquote: USDT\n---\nquote: BTC'],
    ['a reference to nothing', 'quote: *usdt'],
  ])('a file that is not one YAML document: %s', (_, by) => {
    replaceLine('portfolio', 'quote', by)
    expect(problems()[0]).toMatch(/^portfolio\.yaml:\d+ /)
  })

  it.each(CONFIG_NAMES)('a missing %s.yaml', (name) => {
    rmSync(join(dir, `${name}.yaml`))
    expect(problems()).toEqual([`${name}.yaml: cannot be read (ENOENT)`])
  })

  it.each([
    ['an empty file', ''],
    ['a list', '- 1\n'],
    ['a word', 'settings\n'],
  ])('%s instead of settings', (_, content) => {
    writeFileSync(join(dir, 'risk.yaml'), content)
    expect(problems()[0]).toMatch(/^risk\.yaml:1 /)
  })

  it('a quote asset that is not among the targets', () => {
    replaceLine('portfolio', 'quote', 'quote: EUR')
    expect(problems()).toEqual(['portfolio.yaml:7 targets: expected the quote asset among the targets'])
  })

  it('targets that are all nothing', () => {
    for (const asset of ['BTC', 'XRP', 'USDT']) replaceLine('portfolio', `  ${asset}`, `  ${asset}: 0`)
    expect(problems()).toEqual(['portfolio.yaml:7 targets: expected at least one target above 0'])
  })

  it('a target without a market against the quote', () => {
    replaceLine('portfolio', '  BTC', '  BTC: 1\n  ETH: 1')
    expect(problems()).toEqual([
      'execution.yaml markets: expected a market ETH/USDT, because ETH is a target',
      'execution.yaml simulated_market.start_prices: expected a price of ETH/USDT',
    ])
  })

  it('a stop whose least distance is above its largest on some market', () => {
    replaceLine('risk', '    BTC/USDT', '    BTC/USDT: 0.6')
    replaceLine('risk', '  min_percent', '  min_percent: 0.7')
    expect(problems()).toEqual([
      expect.stringMatching(
        /^risk\.yaml:\d+ stop\.max_percent_by_symbol\.BTC\/USDT: expected no less than min_percent$/,
      ),
    ])
  })

  it('a market of an asset that is no target', () => {
    replaceLine('execution', '  XRP/BTC', '  XRP/ETH:')
    expect(problems()).toEqual([
      'execution.yaml markets.XRP/ETH: expected both assets among the targets of portfolio.yaml',
    ])
  })

  it('paper money in an asset that is no target', () => {
    replaceLine('portfolio', '    XRP', '    ETH: 500')
    expect(problems()).toEqual(['portfolio.yaml paper.ETH: expected one of the targets'])
  })

  it('every problem of every file at once', () => {
    replaceLine('portfolio', '  slices', '  slices: 0')
    replaceLine('risk', 'max_positions', 'max_positions: 6')
    expect(problems().map((problem) => problem.split(':')[0])).toEqual(['portfolio.yaml', 'risk.yaml'])
  })
})

describe('a setting given on the command line', () => {
  it('takes the place of the file’s, and the last one counts', () => {
    const result = loadSettings(dir, ['portfolio.rebalancing.threshold=3', 'portfolio.rebalancing.threshold=2.5'])
    expect(result.ok && toText(result.value.portfolio.rebalancing.threshold)).toBe('2.5')
  })

  it('may be one of a single market', () => {
    const result = loadSettings(dir, ['execution.markets.BTC/USDT.tick=0.01'])
    expect(result.ok && toText(result.value.execution.markets[BTC_USDT]?.tick ?? ZERO)).toBe('0.01')
  })

  it.each(['threshold=3', 'portfolio', 'portfolio=3', 'prices.x=1', '=', ''])('is refused as %j', (override) => {
    expect(problems([override])).toEqual([
      `--set ${override}: expected file.key=value, such as portfolio.rebalancing.threshold=3`,
    ])
  })

  it.each([
    ['portfolio.rebalancing.threshold=0', '--set portfolio.rebalancing.threshold: expected a number from 0.01 to 100'],
    [
      'portfolio.rebalancing.order_type=',
      '--set portfolio.rebalancing.order_type: expected limit, market or post_only',
    ],
    ['portfolio.rebalancing.treshold_pp=3', '--set portfolio.rebalancing.treshold_pp: is not a setting'],
    [
      'portfolio.rebalancing.threshold=1,5',
      '--set portfolio.rebalancing.threshold: expected a plain number such as 0.5',
    ],
  ])('is refused as %s, and says that it did not come from a file', (override, expected) => {
    expect(problems([override])[0]).toContain(expected)
  })

  it('is refused, not thrown back, when it goes deeper than there are settings', () => {
    expect(problems(['portfolio.quote.name=USDT'])[0]).toContain('--set')
  })
})

describe('a setting that no code reads', () => {
  const yamls = readdirSync(SHIPPED)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(join(SHIPPED, name), 'utf8'))
  const sources = readdirSync(ENGINE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/^config(-schema)?\.ts$/.test(name))
    .map((name) => readFileSync(join(ENGINE, name), 'utf8'))

  it('does not exist: each is read somewhere outside the loader', () => {
    expect(unreadSettings(yamls, sources)).toEqual([])
  })

  it('would be found, even if comments and texts spoke of it', () => {
    const planted = 'gate:\n  planted_limit: 5\n  planted_map:\n    BTC/USDT: 1\n'
    const talk = [
      '// planted_limit is obeyed',
      "const text = 'planted_limit'",
      '/* x.planted_map */',
      'planted_limit()',
    ]
    expect(unreadSettings([planted], talk)).toEqual(['planted_limit', 'planted_map'])
    expect(unreadSettings([planted], ['gate.planted_limit', 'const { planted_map } = gate'])).toEqual([])
    const added = unreadSettings([...yamls, planted], sources).slice(unreadSettings(yamls, sources).length)
    expect(added).toEqual(['planted_limit', 'planted_map'])
  })

  it('is looked for under every name there is, but for those of assets and pairs', () => {
    const names = yamls.flatMap(settingNames)
    expect(names).toContain('collar_percent')
    expect(names).toContain('targets')
    expect(names).toContain('lot')
    expect(names.filter((name) => /[A-Z]/.test(name))).toEqual([])
  })
})
