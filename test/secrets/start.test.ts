import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createClaude } from '../../src/main/adapters/claude/claude.ts'
import { createDeepSeek } from '../../src/main/adapters/deepseek/deepseek.ts'
import { LIVE_PHRASE } from '../../src/main/safety/live-phrase.ts'
import { decimal } from '../../src/shared/money.ts'
import { writeMadeUpCandles } from '../support/made-up-candles.ts'
import { ALL_CANARIES, CANARIES } from './canaries.ts'
import { errorWith, errorWithHeaders } from './kraken-echoes.ts'
import { openKraken } from './live-day.ts'
import { Product, type Run } from './product.ts'
import { Searcher } from './searcher.ts'
import { Window } from './window.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
function newProduct(): Product {
  const product = new Product()
  closing.push(() => product.remove())
  return product
}
const searcher = new Searcher(ALL_CANARIES)
const leaksIn = (text: string) => searcher.leaksIn([{ where: text, bytes: Buffer.from(text) }])

/** A start in live mode that fails: what is printed, and the page that says why. */
async function refusal(
  product: Product,
  env: Record<string, string> = {},
  phrase: string = LIVE_PHRASE,
): Promise<{ readonly page: string; readonly ended: Run; readonly leaks: readonly string[] }> {
  const args = ['--data-dir', product.dataDir, '--market', 'kraken', `--confirm-live=${phrase}`]
  const serve = product.start('serve', args, env)
  const window = await Window.at(await serve.address())
  const page = await window.page()
  const ended = await serve.end()
  product.keepFiles('afterwards')
  return { page, ended, leaks: searcher.leaksIn([...product.exhibits(), ...window.exhibits()]) }
}

describe('a start that fails', { timeout: 60_000 }, () => {
  it('because Kraken refuses the key, in words that hold it', async () => {
    const product = newProduct()
    const kraken = await openKraken(product)
    closing.push(() => kraken.close())
    kraken.answer('GetApiKeyInfo', errorWith('EAPI:Invalid key'))
    const first = await refusal(product)
    expect(first.page).toContain('EAPI:Invalid key')
    expect(first.leaks).toEqual([])
    kraken.answer('GetApiKeyInfo', errorWithHeaders('EAPI:Invalid signature'))
    const second = await refusal(product)
    expect(second.page).toContain('EAPI:Invalid signature')
    expect(second.leaks).toEqual([])
  })

  it.each([
    ['of the wrong form', { KRAKEN_API_SECRET: CANARIES.krakenMalformed }],
    ['that no header takes', { KRAKEN_API_KEY: `${CANARIES.krakenKey}\nX-Header: 1` }],
  ])('because of a key or secret %s', async (_, env) => {
    const product = newProduct()
    const kraken = await openKraken(product)
    closing.push(() => kraken.close())
    const { page, leaks } = await refusal(product, env)
    expect(page).toContain('is not as Kraken shows it')
    expect(leaks).toEqual([])
    for (const sent of kraken.sent) expect(leaksIn(sent)).toEqual([])
  })

  it('because the phrase is another secret', async () => {
    const product = newProduct()
    product.set(['execution', 'mode', 'live'])
    const { page, leaks } = await refusal(product, {}, CANARIES.typedAsPhrase)
    expect(page).toContain('Live mode: real money')
    expect(leaks).toEqual([])
  })

  it('because of what is in its settings', async () => {
    const product = newProduct()
    product.set(
      ['execution', '  rest_url', `https://trader:${CANARIES.passwordInUrl}@127.0.0.1`],
      ['portfolio', '  slices', CANARIES.pastedIntoSettings],
      ['risk', 'max_positions', `5\n${CANARIES.pastedIntoSettings}: 5`],
    )
    const { page, ended, leaks } = await refusal(product)
    expect(page).toContain('execution.yaml')
    expect(ended.err).toContain('risk.yaml')
    expect(leaks).toEqual([])
  })

  it('because the file of nonces is damaged', async () => {
    const product = newProduct()
    const kraken = await openKraken(product)
    closing.push(() => kraken.close())
    const folder = join(product.stateDir, 'triplegain')
    mkdirSync(folder, { recursive: true })
    const digest = createHash('sha256').update(CANARIES.krakenKey).digest('hex')
    writeFileSync(join(folder, `nonce-${digest}`), 'nothing')
    const { page, leaks } = await refusal(product)
    expect(page).toContain('holds no number')
    expect(leaks).toEqual([])
  })
})

describe('a model whose key no header takes', () => {
  it.each([
    ['deepseek', createDeepSeek, CANARIES.deepseekKey],
    ['claude', createClaude, CANARIES.claudeKey],
  ] as const)('is not asked, and %s says so without the key', async (_, create, key) => {
    const terms = { baseUrl: 'http://127.0.0.1:9', model: 'm', timeLimitMs: 1_000, maxOutputTokens: 16 }
    const prices = { usdPerMillionInput: decimal('1'), usdPerMillionOutput: decimal('1') }
    for (const apiKey of [`${key}\nX-Header: 1`, `${key}☠`, ` ${key}`]) {
      const llm = create({ ...terms, ...prices, apiKey })
      const answer = await llm.ask({ system: 's', user: 'u' }, new AbortController().signal)
      const list = await llm.listed(new AbortController().signal)
      expect([answer.ok, list.ok]).toEqual([false, false])
      expect(leaksIn(JSON.stringify([answer, list]))).toEqual([])
    }
  })
})

describe('the other programs', { timeout: 60_000 }, () => {
  it('leave no secret of the environment in a replay’s report, or in what they print', async () => {
    const product = newProduct()
    const files = writeMadeUpCandles(200, 5)
    const candles = Object.entries(files).flatMap(([symbol, file]) => ['--candles', `${symbol}=${file}`])
    for (const file of Object.values(files)) closing.push(() => rmSync(dirname(file), { recursive: true, force: true }))
    const out = join(product.dir, 'report')
    const replay = await product.start('replay', [...candles, '--out', out]).ended
    expect(replay.err).toBe('')
    expect(replay.code).toBe(0)
    await product.start('replay', ['--help']).ended
    await product.start('serve', ['--help']).ended
    await product.start('kill', ['--data-dir', product.dataDir]).ended
    await product.start('verify', ['--data-dir', product.dataDir]).ended
    product.keepFiles('afterwards')
    const exhibits = product.exhibits()
    expect(exhibits.some(({ where }) => where.startsWith('report/report.html'))).toBe(true)
    expect(searcher.leaksIn(exhibits)).toEqual([])
  })
})
