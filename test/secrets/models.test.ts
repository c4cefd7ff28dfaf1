import { afterEach, describe, expect, it } from 'vitest'
import type { Reply } from '../servers/llm/replies.ts'
import { type LlmServer, startLlmServer } from '../servers/llm/server.ts'
import { ALL_CANARIES, CANARIES } from './canaries.ts'
import * as replies from './model-replies.ts'
import { Product } from './product.ts'
import { type Exhibit, Searcher } from './searcher.ts'
import { Window } from './window.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const SCRIPT: readonly Reply[] = [
  replies.refusesWithKey(401),
  replies.refusesWithKey(400),
  replies.refusesWithKey(429),
  replies.pageOfHeaders(502),
  replies.pageOfHeaders(200),
  // Each of these is asked once more, and told what was wrong.
  replies.optionIsKey('plain'),
  replies.optionIsKey('hexadecimal'),
  replies.optionIsKey('base64, 0 on'),
  replies.optionIsKey('base64url, 1 on'),
  replies.nothingButKey('reversed'),
  replies.nothingButKey('URL throughout'),
  replies.brokenAtKey(),
  replies.brokenAtKey(),
  replies.modelIsKey('plain'),
  replies.modelIsKey('hexadecimal in capitals'),
  replies.modelIsKey('base64, 2 on'),
  replies.reasonsWithKey(),
  replies.reasonsInCodeUnits(),
]
const OWN_KEY = { deepseek: CANARIES.deepseekKey, claude: CANARIES.claudeKey }

/** A market that is called choppy whatever it does, so that every opinion is a conflict. */
function makeConflicts(product: Product, llm: LlmServer): void {
  // The provider's, which stands at the margin; not that of the panel.
  product.change('config/agents.yaml', /^ {2}base_url: https:\/\/api\.deepseek\.com$/m, `  base_url: ${llm.url}`)
  product.change('config/agents.yaml', 'https://api.anthropic.com', llm.url)
  // The decision, each minute.
  product.change('config/agents.yaml', 'every_minutes: 60', 'every_minutes: 1')
  product.set(
    ['risk', 'minimum_confidence', '0.5'],
    ['portfolio', '  threshold', '100'],
    ['agents', '      neutral_below', '0'],
    ['agents', '    act_from', '0'],
    ['agents', '    close_from', '0'],
    ['agents', '      choppy_from', '0'],
    ['agents', '      trend_adx', '98'],
    ['agents', '      full_trend_adx', '99'],
    ['agents', '      volatile_from', '1'],
    ['agents', '      quiet_up_to', '0'],
  )
}

/** Everything that was sent to the models but for the one header that has to hold the key. */
function sentToModels(llm: LlmServer): Exhibit[] {
  return [...llm.requests, ...llm.listings].map(({ provider, headers: { authorization, ...headers }, body }, index) => {
    const own = authorization === `Bearer ${OWN_KEY[provider]}` ? 'its own key' : authorization
    const bytes = Buffer.from(JSON.stringify({ authorization: own, headers, body }))
    return { where: `request ${index} to ${provider}`, bytes }
  })
}

/** A trade without a conflict would wait for the trader, and the market with it. */
async function rejectTradesUntil(window: Window, isEnough: () => boolean): Promise<void> {
  while (!isEnough()) {
    const { view } = await window.ask('view.snapshot', {})
    for (const { id } of view.decisions.proposals.filter(({ status }) => status === 'pending')) {
      await window.call('proposal.reject', { id, reason: 'only conflicts are of interest' })
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A stretch of conflicts, in which both providers say everything they should not. */
async function run(
  prepare: (product: Product) => void = () => {},
): Promise<{ readonly leaks: readonly string[]; readonly llm: LlmServer }> {
  const product = new Product()
  prepare(product)
  const llm = await startLlmServer()
  closing.push(
    () => llm.close(),
    () => product.remove(),
  )
  makeConflicts(product, llm)
  llm.scriptList('deepseek', replies.modelsAreKey())
  llm.scriptList('claude', replies.modelsAreKey())
  llm.script('deepseek', ...SCRIPT)
  llm.script('claude', ...SCRIPT)
  const serve = product.start('serve', ['--data-dir', product.dataDir, '--speed', '2000', '--seed', '3'])
  const window = await Window.at(await serve.address())
  closing.push(() => window.close())
  await window.open()
  const timesAsked = (name: string): number => llm.requests.filter(({ provider }) => provider === name).length
  await rejectTradesUntil(window, () => ['deepseek', 'claude'].every((name) => timesAsked(name) >= SCRIPT.length))
  await window.ask('stop.kill', { reason: 'seen enough', flatten: false })
  const { view } = await window.ask('view.snapshot', {})
  expect(view.decisions.conflicts.length).toBeGreaterThan(0)
  for (const topic of [null, 'conflicts']) {
    await window.ask('journal.search', { text: null, topic, beforeSeq: null, limit: 200 })
  }
  await window.ask('journal.deadLetters', { limit: 200 })
  product.keepFiles('while it ran')
  await serve.end()
  product.keepFiles('afterwards')
  const searcher = new Searcher(ALL_CANARIES)
  const exhibits = [...product.exhibits(), ...window.exhibits(), ...sentToModels(llm)]
  return { leaks: searcher.leaksIn(exhibits), llm }
}

describe('a provider of models that quotes its key', { timeout: 60_000 }, () => {
  it('is heard, and the key is nowhere: not in what is printed, stored, shown, or sent in another place', async () => {
    const { leaks, llm } = await run()
    expect(leaks).toEqual([])
    expect(llm.listings).toHaveLength(2)
    for (const { provider, headers } of [...llm.requests, ...llm.listings]) {
      expect(headers.authorization).toBe(`Bearer ${OWN_KEY[provider]}`)
    }
  })

  it('would be found out if its words were taken as they come, or the environment’s headers were sent', async () => {
    const { leaks } = await run((product) => {
      for (const name of ['claude/claude', 'deepseek/openai-compatible']) {
        const adapter = `src/main/adapters/${name}.ts`
        product.change(adapter, /delete process\.env\.\w+/, '')
        product.change(adapter, /withoutSecret\(text, apiKey\).*/, 'text')
      }
    })
    for (const where of [
      // DeepSeek was sent OpenAI's key in place of its own, and repeats that.
      'openaiKey in request',
      'openaiKey in data/paper-simulated.db-wal while it ran',
      'openaiKey in data/paper-simulated.db afterwards',
      'openaiKey in what the window was sent',
      'claudeKey in data/paper-simulated.db-wal while it ran',
      'claudeKey in data/paper-simulated.db afterwards',
      'claudeKey in what the window was sent',
      'openaiHeader in request',
      'claudeHeader in request',
      'claudeToken in request',
    ]) {
      expect(
        leaks.some((leak) => leak.startsWith(where)),
        where,
      ).toBe(true)
    }
  })
})
