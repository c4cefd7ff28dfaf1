import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AGENT_KINDS } from '../../src/main/agent-kinds.ts'
import { loadSettings } from '../../src/main/config.ts'

const ROOT = join(import.meta.dirname, '../..')
const KINDS = join(ROOT, 'src/main/agents/kinds')
const FILES = readdirSync(KINDS)
const NAMES = FILES.map((file) => file.replace('.ts', '').replaceAll('-', '_'))

const folder = mkdtempSync(join(tmpdir(), 'triplegain-kinds-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a program says that knows nothing of bundlers. */
function inPlainNode(script: string): unknown {
  const file = join(folder, 'script.mjs')
  writeFileSync(file, script)
  return JSON.parse(execFileSync(process.execPath, [file], { encoding: 'utf8' }))
}
const moduleOf = (root: string, file: string): string => JSON.stringify(pathToFileURL(join(root, file)).href)

describe('every file of agents/kinds is found', () => {
  it('by the tests, under its own name', () => {
    expect(FILES.length).toBeGreaterThan(3)
    expect([...AGENT_KINDS.keys()].toSorted()).toEqual(NAMES.toSorted())
  })

  it('in plain Node', () => {
    const found = inPlainNode(
      `const { AGENT_KINDS } = await import(${moduleOf(ROOT, 'src/main/agent-kinds.ts')})
       console.log(JSON.stringify([...AGENT_KINDS].map(([name, { title }]) => [name, title]).sort()))`,
    )
    expect(found).toEqual([...AGENT_KINDS].map(([name, { title }]) => [name, title]).toSorted())
  })

  it('in the built app', () => {
    const out = join(folder, 'out')
    const builder = join(dirname(createRequire(import.meta.url).resolve('electron-vite/package.json')), 'bin')
    const built = spawnSync(
      process.execPath,
      [join(builder, 'electron-vite.js'), 'build', '--logLevel', 'error', '--outDir', out],
      { cwd: ROOT, encoding: 'utf8' },
    )
    expect(built.status, built.stderr).toBe(0)
    const bundle = readFileSync(join(out, 'main/index.js'), 'utf8')
    for (const file of FILES) expect(bundle).toContain(`"./agents/kinds/${file}":`)
    for (const { title } of AGENT_KINDS.values()) expect(bundle).toContain(`title: "${title}"`)
  })
})

describe('another agent', () => {
  const copy = join(folder, 'another')
  const SCHEDULE = {
    enabled: true,
    every_minutes: 5,
    offset_seconds: 0,
    on_start: false,
    at_once: 2,
    time_limit_seconds: 5,
  }
  const BLOCK = `  breakout:\n${Object.entries(SCHEDULE)
    .map(([key, value]) => `    ${key}: ${value}\n`)
    .join('')}`
  const OWN = '    timeframe_minutes: 15\n    candles: 20\n    confidence: 0.6\n'

  beforeAll(() => {
    cpSync(join(ROOT, 'src'), join(copy, 'src'), { recursive: true, filter: (path) => !path.includes('renderer') })
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'dir')
    cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'))
    const example = readFileSync(join(ROOT, 'docs/examples/breakout.ts'), 'utf8')
      .replaceAll("'../../src/main/agents/", "'../")
      .replaceAll("'../../src/main/", "'../../")
      .replaceAll("'../../src/shared/", "'../../../shared/")
    writeFileSync(join(copy, 'src/main/agents/kinds/breakout.ts'), example)
    // What lies about in such a folder is no agent.
    writeFileSync(join(copy, 'src/main/agents/kinds/.DS_Store'), '')
  })

  const settingsWith = (block: string) => {
    const config = join(copy, 'config')
    cpSync(join(ROOT, 'config'), config, { recursive: true })
    const yaml = readFileSync(join(config, 'agents.yaml'), 'utf8')
    const withBlock = yaml
      .replace('\nagents:\n', `\nagents:\n${block}`)
      .replace('\n    weights:\n', '\n    weights:\n      breakout: 0.2\n')
    writeFileSync(join(config, 'agents.yaml'), withBlock)
    return inPlainNode(
      `const { loadSettings } = await import(${moduleOf(copy, 'src/main/config.ts')})
       const loaded = loadSettings(${JSON.stringify(config)})
       const { breakout, trading_decision } = loaded.value?.agents.agents ?? {}
       console.log(JSON.stringify(loaded.ok ? { breakout, reads: trading_decision.reads } : loaded.error.message))`,
    )
  }

  it('is one file and its block: nothing else is touched', () => {
    expect(settingsWith(BLOCK + OWN)).toEqual({
      breakout: { ...SCHEDULE, reads: [], asksForMs: 0 },
      reads: expect.arrayContaining(['breakout', 'technical_analysis']),
    })
  })

  it('needs that block, and what belongs into it', () => {
    expect(settingsWith('')).toMatch(/agents\.yaml:\d+ agents\.breakout: /)
    expect(settingsWith(`${BLOCK}${OWN}    colour: red\n`)).toMatch(/agents\.yaml:\d+ agents\.breakout\.colour: is not/)
  })
})

describe('a block of agents.yaml that cannot be used is refused with file, line and what was expected', () => {
  const dir = join(folder, 'config')
  const lineOf = (path: string): number => {
    const lines = readFileSync(join(dir, 'agents.yaml'), 'utf8').split('\n')
    let line = -1
    for (const [depth, key] of path.split('.').entries()) {
      line = lines.findIndex((text, i) => i > line && text.startsWith(`${'  '.repeat(depth)}${key}:`))
    }
    return line + 1
  }
  /** The problems with one change made to the file as it is shipped. */
  const problemsWith = (from: string, to: string): readonly string[] => {
    cpSync(join(ROOT, 'config'), dir, { recursive: true })
    const yaml = readFileSync(join(dir, 'agents.yaml'), 'utf8')
    expect(yaml.split(from).length, `it has ${JSON.stringify(from)}`).toBeGreaterThan(1)
    writeFileSync(join(dir, 'agents.yaml'), yaml.replace(from, to))
    const loaded = loadSettings(dir)
    return loaded.ok ? [] : loaded.error.message.split('\n').slice(1)
  }
  const REGIME = '  regime_detection:\n    enabled: true\n    every_minutes: 5\n'
  const DECISION = '  trading_decision:\n    enabled: true\n'

  it.each<[string, string, string, string, string]>([
    [
      'an unknown key',
      REGIME,
      `${REGIME}    colour: red\n`,
      'agents.regime_detection.colour',
      'agents.regime_detection.colour: is not a setting',
    ],
    [
      'a common key that is missing',
      REGIME,
      '  regime_detection:\n    enabled: true\n',
      'agents.regime_detection',
      'agents.regime_detection.every_minutes: expected a number',
    ],
    [
      'an own key that is missing',
      '    slope_ema: 50\n',
      '',
      'agents.regime_detection',
      'agents.regime_detection.slope_ema: expected a number',
    ],
    [
      'a common key that is wrong',
      REGIME,
      REGIME.replace('5', '1441'),
      'agents.regime_detection.every_minutes',
      'agents.regime_detection.every_minutes: expected a number from 1 to 1440',
    ],
    [
      'an offset as long as the interval',
      `${REGIME}    offset_seconds: 0\n`,
      `${REGIME}    offset_seconds: 300\n`,
      'agents.regime_detection.offset_seconds',
      'agents.regime_detection.offset_seconds: expected less than the interval',
    ],
    [
      'an agent that there is not',
      DECISION,
      `  oracle:\n    enabled: true\n${DECISION}`,
      'agents.oracle',
      'agents.oracle: is not a setting',
    ],
    [
      'a weight for an agent that there is not',
      '      sentiment: 0.25\n',
      '      sentimnet: 0.25\n',
      'agents.trading_decision',
      'agents.trading_decision: expected agents that exist, found sentimnet',
    ],
    [
      'a decision that listens to itself',
      '      sentiment: 0.25\n',
      '      trading_decision: 0.25\n',
      'agents',
      'agents: Agents listen in a circle: trading_decision → trading_decision.',
    ],
    [
      'a decision that buys the opposite before it closes',
      '    close_from: 0.60\n',
      '    close_from: 0.61\n',
      'agents.trading_decision.close_from',
      'agents.trading_decision.close_from: expected close_from not above act_from: what is held is closed before the opposite is bought',
    ],
    [
      'a decision without technical analysis',
      '      technical_analysis: 0.6\n',
      '      technical_analysis: 0\n',
      'agents.trading_decision.weights',
      'agents.trading_decision.weights: expected a weight above 0 for technical_analysis, which knows the price',
    ],
  ])('%s', (_, from, to, path, expected) => {
    const problems = problemsWith(from, to)
    expect(problems).toEqual([`agents.yaml:${lineOf(path)} ${expected}`])
  })

  it('one that is no list of keys, and one that is missing altogether', () => {
    expect(problemsWith(DECISION, '  trading_decision: true\n  ignored:\n').join()).toContain('agents.trading_decision')
    expect(problemsWith(DECISION, '  somebody_else:\n    enabled: true\n').join()).toContain('agents.trading_decision')
  })

  it('none of them as it is shipped', () => {
    expect(problemsWith(DECISION, DECISION)).toEqual([])
  })
})
