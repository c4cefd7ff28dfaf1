import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/main/config.ts'
import { CANARIES, canary } from './canaries.ts'
import { Searcher } from './searcher.ts'

const SHIPPED = join(import.meta.dirname, '..', '..', 'config')
const dir = mkdtempSync(join(tmpdir(), 'secrets-settings-'))
beforeEach(() => cpSync(SHIPPED, dir, { recursive: true }))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const PASTED = CANARIES.pastedIntoSettings
const PASSWORD = CANARIES.passwordInUrl
const searcher = new Searcher([canary('pastedIntoSettings'), canary('passwordInUrl'), canary('deepseekKey')])

/** Puts lines in the place of the first that begins so. */
function replaceLine(file: string, key: string, by: string): number {
  const path = join(dir, `${file}.yaml`)
  const lines = readFileSync(path, 'utf8').split('\n')
  const index = lines.findIndex((line) => line.startsWith(`${key}:`))
  if (index < 0) throw new Error(`${file}.yaml has no line ${key}`)
  lines.splice(index, 1, ...by.split('\n'))
  writeFileSync(path, lines.join('\n'))
  return index + 1
}

function complaint(overrides: readonly string[] = []): string {
  const loaded = loadSettings(dir, overrides)
  return loaded.ok ? '' : loaded.error.message
}
const leaksIn = (text: string) => searcher.leaksIn([{ where: text, bytes: Buffer.from(text) }])

describe('a secret pasted into the settings by mistake', () => {
  it.each([
    ['as a setting', 'portfolio', 'quote', `quote: USDT\n${PASTED}: 5`],
    ['as a setting without a value', 'portfolio', 'quote', `quote: USDT\n${PASTED}`],
    ['as a setting in a section', 'portfolio', '  slices', `  slices: 1\n  ${PASTED}: 5`],
    ['as a setting of letters only', 'portfolio', '  slices', `  slices: 1\n  ${CANARIES.deepseekKey}: 5`],
    ['twice', 'portfolio', 'quote', `quote: USDT\n${PASTED}: 5\n${PASTED}: 6`],
    ['for a number', 'portfolio', '  slices', `  slices: ${PASTED}`],
    ['for a choice', 'portfolio', '  order_type', `  order_type: ${PASTED}`],
    ['for a yes or no', 'orchestration', '  portfolio_check_on_start', `  portfolio_check_on_start: ${PASTED}`],
    ['for an address', 'execution', '  rest_url', `  rest_url: ${PASTED}`],
    ['for an asset', 'portfolio', 'quote', `quote: ${PASTED}`],
    ['among the assets', 'portfolio', '  BTC', `  ${PASTED}: 1`],
    ['among the markets', 'execution', '  XRP/BTC', `  ${PASTED}:`],
    ['among the markets, in capitals', 'execution', '  XRP/BTC', `  ${PASTED.toUpperCase()}/BTC:`],
    ['in an unclosed quotation', 'portfolio', 'quote', `quote: "${PASTED}`],
    ['behind a quotation', 'portfolio', 'quote', `quote: "USDT" ${PASTED}`],
    ['behind a bracket', 'portfolio', 'quote', `quote: ] ${PASTED}`],
    ['in an unclosed list', 'portfolio', 'quote', `quote: [${PASTED}`],
    ['as a reference', 'portfolio', 'quote', `quote: *${PASTED}`],
    ['as a mark', 'portfolio', 'quote', `quote: &${PASTED} &b USDT`],
    ['as an unknown tag', 'portfolio', 'quote', `quote: !a!${PASTED} USDT`],
    ['as a directive', 'portfolio', 'quote', `---\n%${PASTED}\n---\nquote: USDT`],
    ['behind the sign of a text', 'portfolio', 'quote', `quote: |${PASTED}`],
    ['behind a tabulator', 'portfolio', 'quote', `quote: USDT\n\t${PASTED}: 1`],
    ['in a strange escape', 'portfolio', 'quote', `quote: "\\x${PASTED}"`],
    ['in a list', 'portfolio', 'quote', `quote: USDT\n- ${PASTED}`],
    ['in another document', 'portfolio', 'quote', `quote: USDT\n---\n${PASTED}`],
    ['over two lines', 'portfolio', 'quote', `quote: USDT\n${PASTED}\n  ${PASTED}: 1`],
    ['with a sign that begins nothing', 'portfolio', 'quote', `quote: @${PASTED}`],
  ] as const)('is not quoted when it stands there %s', (_, file, key, by) => {
    replaceLine(file, key, by)
    const said = complaint()
    expect(said).not.toBe('')
    expect(leaksIn(said)).toEqual([])
  })

  it.each([
    `${PASTED}`,
    `kraken_key=${PASTED}`,
    `execution.kraken.secret=${PASTED}`,
    `execution.${PASTED}=1`,
    `execution.kraken.timeout_ms=${PASTED}`,
    `portfolio.quote.name=${PASTED}`,
    `portfolio.targets.${PASTED}=1`,
    `execution.kraken.rest_url=http://trader:${PASSWORD}@127.0.0.1`,
    `rest_url=http://trader:${PASSWORD}@127.0.0.1`,
  ])('is not quoted from the command line: %#', (override) => {
    const said = complaint([override])
    expect(said).not.toBe('')
    expect(leaksIn(said)).toEqual([])
  })
})

describe('a password in an address', () => {
  it.each([
    ['execution', '  rest_url', 'https'],
    ['execution', '  ws_url', 'wss'],
    ['execution', '  ws_auth_url', 'wss'],
    ['agents', '  base_url', 'https'],
  ] as const)('is refused in %s.yaml%s, before anything could quote it', (file, key, protocol) => {
    const line = replaceLine(file, key, `${key}: ${protocol}://trader:${PASSWORD}@127.0.0.1:1/v2`)
    const said = complaint()
    expect(said).toContain(`${file}.yaml:${line}`)
    expect(leaksIn(said)).toEqual([])
  })
})
