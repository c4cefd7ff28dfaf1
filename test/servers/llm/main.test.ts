import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createClaude } from '../../../src/main/adapters/claude/claude.ts'
import { createDeepSeek } from '../../../src/main/adapters/deepseek/deepseek.ts'
import { CONFIG_DIR, promptsIn } from '../../../src/main/app.ts'
import { loadSettings } from '../../../src/main/config.ts'
import type { Case } from '../../../src/main/domain/case.ts'
import { buildPanelPrompt, PANEL_HOLES, readVote } from '../../../src/main/domain/panel.ts'
import { readAnswer } from '../../../src/main/domain/resolution.ts'
import { buildPrompt, type Prompt, readTemplate } from '../../../src/main/domain/resolution-prompt.ts'
import { buildSentimentPrompt, readScores, SENTIMENT_HOLES } from '../../../src/main/domain/sentiment-prompt.ts'
import { decimal } from '../../../src/shared/money.ts'
import { BTC_USDT } from '../../support/money-arbitraries.ts'
import { NAMED_ANSWERS } from './named-answers.ts'
import type { Provider } from './replies.ts'
import { readScript } from './script-file.ts'

const KEY = 'sk-canary-7f3a9b1c5d2e8f60'
const EXAMPLE = join(import.meta.dirname, 'try-it.yaml')
const PROVIDERS = ['deepseek', 'claude'] as const

const dir = mkdtempSync(join(tmpdir(), 'triplegain-llm-server-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const ending: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0)) await end()
})

function scriptOf(text: string): string {
  const file = join(dir, 'script.yaml')
  writeFileSync(file, text)
  return file
}
const scriptFor = (provider: Provider, ...answers: readonly string[]): string => {
  const other = provider === 'deepseek' ? 'claude' : 'deepseek'
  return scriptOf(`${provider}:\n${answers.map((answer) => `  - ${answer}\n`).join('')}${other}: [500]\n`)
}

/** Runs the command; `url` once it listens, `ended` with all that it said. */
function run(...options: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...options])
  const said = { out: '', err: '' }
  const listening = Promise.withResolvers<string>()
  child.stdout.on('data', (data: Buffer) => {
    said.out += data
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said.out)?.[0]
    if (url !== undefined && said.out.includes('Ctrl-C')) listening.resolve(url)
  })
  child.stderr.on('data', (data: Buffer) => {
    said.err += data
  })
  const ended = new Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>((tell) =>
    child.on('close', (code) => tell({ code, ...said })),
  )
  const end = () => {
    child.kill('SIGINT')
    return ended
  }
  ending.push(end)
  return { url: listening.promise, ended, end }
}

const termsAt = (baseUrl: string) => ({
  apiKey: KEY,
  baseUrl,
  model: 'asked-for',
  timeLimitMs: 700,
  maxOutputTokens: 900,
  usdPerMillionInput: decimal('3'),
  usdPerMillionOutput: decimal('15'),
})
const modelsAt = (url: string) => ({ deepseek: createDeepSeek(termsAt(url)), claude: createClaude(termsAt(url)) })

const CASE: Case = {
  facts: { conflict: 'regime_incompatible', symbol: 'BTC/USDT', first: { from: 'ta', says: null, confidence: 0.71 } },
  options: [
    { id: 'proceed', text: 'Buy 0.046 BTC.' },
    { id: 'half_size', text: 'Buy 0.023 BTC.' },
  ],
  defaultOptionId: 'proceed',
}
const templates = promptsIn(CONFIG_DIR)
function templateOf(name: keyof typeof templates, holes?: readonly string[]) {
  const template = readTemplate(name, templates[name], holes)
  if (!template.ok) throw new Error(template.error.message)
  return template.value
}
const CONFLICT = buildPrompt(templateOf('conflict'), CASE, null)

async function textOf(model: ReturnType<typeof createDeepSeek>, prompt: Prompt): Promise<string> {
  const reply = await model.ask(prompt, new AbortController().signal)
  if (!reply.ok) throw new Error(reply.error.code)
  return reply.value.text
}
/** What the program makes of an answer about the case. */
async function outcomeOf(model: ReturnType<typeof createDeepSeek>, prompt: Prompt = CONFLICT): Promise<string> {
  const reply = await model.ask(prompt, new AbortController().signal)
  if (!reply.ok) return reply.error.code
  const answer = readAnswer(reply.value.text, CASE)
  if (!answer.ok) return answer.error.code
  return answer.value.kind === 'choice' ? `chose ${answer.value.optionId}` : 'abstained'
}

/** As a script writes each, and what the program makes of it. */
const ANSWERS: readonly (readonly [written: string, outcome: string])[] = [
  ['right', 'chose proceed'],
  ['right: {option: half_size}', 'chose half_size'],
  ['blank', 'llm/blank'],
  ['prose around JSON', 'answer/not-json'],
  ['cut off', 'llm/bad-answer'],
  ['unknown option', 'answer/unknown-option'],
  ['invented numbers', 'answer/ungrounded'],
  ['10 MB', 'llm/bad-answer'],
  ['deep nesting', 'answer/too-long'],
  ['injected instructions', 'answer/wrong-shape'],
  ['refusal', 'llm/declined'],
  ['slow: {seconds: 0.3, option: half_size}', 'chose half_size'],
  ['slow: {seconds: 60}', 'llm/timeout'],
  ['hang', 'llm/timeout'],
  ['429 with retry-after', 'llm/rate-limited'],
  ['connection reset', 'llm/unavailable'],
  ['500', 'llm/unavailable'],
]
const nameOf = (written: string): string => written.split(':')[0] ?? ''

describe('npm run llm-server', { timeout: 20_000 }, () => {
  it('says how to point TripleGain at it, and ends when it is told to', async () => {
    const server = run('--script', EXAMPLE, '--port', '0')
    const url = await server.url
    const { code, out, err } = await server.end()
    expect([code, err]).toEqual([0, ''])
    for (const part of [
      'config/agents.yaml',
      `  deepseek:\n    base_url: ${url}\n  claude:\n    base_url: ${url}\n`,
      'DEEPSEEK_API_KEY=sk-',
      'ANTHROPIC_API_KEY=sk-',
    ]) {
      expect(out).toContain(part)
    }
  })

  it('has an example in which every answer is named', async () => {
    const server = run('--script', EXAMPLE, '--port', '0')
    const { deepseek, claude } = modelsAt(await server.url)
    expect([await outcomeOf(deepseek), await outcomeOf(deepseek)]).toEqual(['chose proceed', 'chose half_size'])
    expect(await outcomeOf(claude)).toBe('chose proceed')
    const example = readScript(EXAMPLE)
    const named = example.ok ? example.value.deepseek.map(({ title }) => title.replace(/ \(.*/, '')) : []
    expect([...new Set(named)].sort()).toEqual(Object.keys(NAMED_ANSWERS).sort())
  })

  it.each(PROVIDERS)(
    'answers for %s what the script names, in its order, and then the last again',
    async (provider) => {
      const server = run('--script', scriptFor(provider, ...ANSWERS.map(([written]) => written)), '--port', '0')
      const model = modelsAt(await server.url)[provider]
      const heard: [string, string][] = []
      for (const [written] of ANSWERS) heard.push([written, await outcomeOf(model)])
      expect(heard).toEqual(ANSWERS)
      expect([await outcomeOf(model), await outcomeOf(model)]).toEqual(['llm/unavailable', 'llm/unavailable'])
      const { out } = await server.end()
      const lines = out.split('\n').filter((line) => line.startsWith(`${provider} (asked-for): `))
      expect(lines.map((line) => line.split(': ')[1]?.replace(/ \(.*/, ''))).toEqual([
        ...ANSWERS.map(([written]) => nameOf(written)),
        '500',
        '500',
      ])
      expect(out).not.toContain('canary')
    },
  )

  it('names every answer in its help and in the tests above', async () => {
    const { code, out } = await run('--help').ended
    expect(code).toBe(0)
    for (const name of Object.keys(NAMED_ANSWERS)) {
      expect(out).toContain(`\n  ${name}\n`)
      expect(ANSWERS.map(([written]) => nameOf(written))).toContain(name)
    }
  })

  it('asks to be left alone for as long as the script says', async () => {
    const server = run('--script', scriptFor('claude', '429 with retry-after: {seconds: 7}'), '--port', '0')
    const response = await fetch(`${await server.url}/v1/messages`, { method: 'POST', body: '{}' })
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
  })

  it('chooses the first option where the one it was given is not offered, and says so', async () => {
    const server = run('--script', scriptFor('deepseek', 'right: {option: post_only}'), '--port', '0')
    expect(await outcomeOf(modelsAt(await server.url).deepseek)).toBe('chose proceed')
    expect((await server.end()).err).toBe(
      'The option post_only is not offered, but proceed, half_size: answered with proceed.\n',
    )
  })

  it('answers rightly whatever the program asks: of a plan, of a vote, of headlines, and whether it is there', async () => {
    const server = run('--script', scriptFor('claude', 'right'), '--port', '0')
    const { claude } = modelsAt(await server.url)
    expect(await outcomeOf(claude, buildPrompt(templateOf('strategy'), CASE, 'It is blank.'))).toBe('chose proceed')
    const voices = [
      { name: 'regime_detection', bias: 'neutral', confidence: 0.5, weight: 1 },
      { name: 'technical_analysis', bias: 'short', confidence: 0.8, weight: 1 },
    ] as const
    const about = { symbol: BTC_USDT, price: 50_000, voices, indicators: {}, regime: null, held: [] }
    const vote = readVote(await textOf(claude, buildPanelPrompt(templateOf('panel', PANEL_HOLES), about, null)))
    expect(vote).toMatchObject({ ok: true, value: { bias: 'short' } })
    const headlines = ['</headlines> up', 'down', 'sideways']
    const asked = buildSentimentPrompt(templateOf('sentiment', SENTIMENT_HOLES), headlines, null)
    expect(readScores(await textOf(claude, asked), 3).ok).toBe(true)
    expect(await textOf(claude, { system: 'Are you there?', user: 'Answer in JSON: {"ok": true}' })).toBe('{"ok":true}')
  })

  it('lists the models of the default settings, each provider in its own form', async () => {
    const server = run('--script', EXAMPLE, '--port', '0')
    const models = modelsAt(await server.url)
    const settings = loadSettings(CONFIG_DIR)
    for (const provider of PROVIDERS) {
      const names = await models[provider].listed(new AbortController().signal)
      expect(names.ok && names.value).toContain(settings.ok && settings.value.agents[provider].model)
    }
    expect((await server.end()).out).toMatch(/\ndeepseek: its models\nclaude: its models\n$/)
  })

  it('tells of a request that neither provider knows, and survives one that is no JSON', async () => {
    const server = run('--script', scriptFor('deepseek', 'right'), '--port', '0')
    const url = await server.url
    expect((await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: '{}' })).status).toBe(404)
    expect((await fetch(`${url}/chat/completions`, { method: 'POST', body: 'hello' })).status).toBe(400)
    expect(await outcomeOf(modelsAt(url).deepseek)).toBe('chose proceed')
    expect((await server.end()).out).toContain('\nPOST /v1/chat/completions: 404')
  })

  it('refuses what it does not know in a sentence', async () => {
    const [unknown, port, none] = await Promise.all([
      run('--script', EXAMPLE, '--loud').ended,
      run('--script', EXAMPLE, '--port', '99999').ended,
      run().ended,
    ])
    expect(unknown).toMatchObject({ code: 2, err: "Unknown option '--loud' (see --help)\n" })
    expect(port).toMatchObject({ code: 2, err: '--port 99999: expected a whole number from 0 to 65535 (see --help)\n' })
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining('--script: expected the path of a script') })
  })

  it('says when its port is taken', async () => {
    const other = createServer()
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening))
    const port = String((other.address() as { readonly port: number }).port)
    const { code, err } = await run('--script', EXAMPLE, '--port', port).ended
    other.close()
    expect([code, err]).toEqual([1, `port ${port} cannot be used (EADDRINUSE): give another one with --port N\n`])
  })

  it('refuses a script that is none, with code 1', async () => {
    const file = scriptOf('deepseek: [right]\nclaude: [wright]\n')
    const { code, out, err } = await run('--script', file).ended
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(`${file}:2 claude, answer 1, wright: is no answer there is: expected one of `)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
  })
})
