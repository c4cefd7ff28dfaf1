import { afterEach, describe, expect, it } from 'vitest'
import { type Reply, says } from '../servers/llm/replies.ts'
import { type LlmServer, startLlmServer } from '../servers/llm/server.ts'
import { ALL_CANARIES, CANARIES } from './canaries.ts'
import { formsOf } from './forms.ts'
import * as replies from './model-replies.ts'
import { Product } from './product.ts'
import { type Exhibit, Searcher } from './searcher.ts'
import { Window } from './window.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const OWN = `Bearer ${CANARIES.deepseekKey}`
/** A vote that counts, with the key it was sent, in one of its forms, for a reason. */
const voteWithKey =
  (form: string): Reply =>
  (exchange) => {
    const key = CANARIES.deepseekKey
    const reason = formsOf(key).find(({ name }) => name === form)?.text ?? key
    says(JSON.stringify({ bias: 'long', confidence: 0.7, reason: reason.slice(0, 300) }))(exchange)
  }
const SCRIPT: readonly Reply[] = [
  voteWithKey('plain'),
  voteWithKey('hexadecimal'),
  voteWithKey('base64, 0 on'),
  replies.refusesWithKey(401),
  replies.refusesWithKey(400),
  replies.pageOfHeaders(502),
  replies.pageOfHeaders(200),
  replies.nothingButKey('plain'),
  replies.nothingButKey('reversed'),
  replies.modelIsKey('plain'),
  replies.modelIsKey('base64, 2 on'),
  replies.brokenAtKey(),
]

/** A panel of one model with a key and one without, and a market in which somebody always points somewhere. */
function makePanel(product: Product, llm: LlmServer): void {
  product.change('config/agents.yaml', 'http://127.0.0.1:11434/v1', llm.url)
  product.change('config/agents.yaml', 'base_url: https://api.deepseek.com', `base_url: ${llm.url}`)
  product.change('config/agents.yaml', '    panel:\n      enabled: false', '    panel:\n      enabled: true')
  // Nobody settles conflicts: what is asked is the panel's.
  product.change(
    'config/agents.yaml',
    /^ {2}base_url: https:\/\/api\.deepseek\.com$/m,
    '  base_url: http://127.0.0.1:1',
  )
  product.change('config/agents.yaml', 'https://api.anthropic.com', 'http://127.0.0.1:1')
  product.set(
    ['portfolio', '  threshold', '100'],
    ['agents', '    act_from', '1'],
    ['agents', '      neutral_below', '0.001'],
    // Most of their answers are failures: they are asked all the same.
    ['agents', '  failures_in_a_row', '100'],
    ['orchestration', '  failures_to_rise', '100'],
  )
}

async function run(
  prepare: (product: Product) => void = () => {},
): Promise<{ readonly leaks: readonly string[]; readonly llm: LlmServer; readonly outcomes: readonly string[] }> {
  const product = new Product()
  prepare(product)
  const llm = await startLlmServer()
  closing.push(
    () => llm.close(),
    () => product.remove(),
  )
  makePanel(product, llm)
  // Both models draw from one script, each answer twice.
  llm.script('deepseek', ...SCRIPT.flatMap((reply) => [reply, reply]))
  const serve = product.start('serve', ['--data-dir', product.dataDir, '--speed', '2000', '--seed', '3'])
  const window = await Window.at(await serve.address())
  closing.push(() => window.close())
  await window.open()
  await llm.asked(SCRIPT.length * 2)
  await window.ask('stop.kill', { reason: 'seen enough', flatten: false })
  await window.ask('view.snapshot', {})
  await window.ask('agent.history', { name: 'trading_decision', limit: 200 })
  const { calls } = await window.ask('agent.calls', { name: 'trading_decision', limit: 200 })
  await window.ask('journal.search', { text: null, topic: null, beforeSeq: null, limit: 200 })
  product.keepFiles('while it ran')
  await serve.end()
  product.keepFiles('afterwards')
  const exhibits = [...product.exhibits(), ...window.exhibits(), ...sentToModels(llm)]
  return { leaks: new Searcher(ALL_CANARIES).leaksIn(exhibits), llm, outcomes: calls.map(({ outcome }) => outcome) }
}

/** Everything that was sent to the models but for the one header that has to hold the key. */
function sentToModels(llm: LlmServer): Exhibit[] {
  return llm.requests.map(({ headers: { authorization, ...headers }, body }, index) => {
    const own = authorization === OWN ? 'its own key' : authorization
    return { where: `request ${index}`, bytes: Buffer.from(JSON.stringify({ authorization: own, headers, body })) }
  })
}

describe('a panel whose models quote their keys', { timeout: 60_000 }, () => {
  it('votes, and the key is nowhere; a model that needs none is sent none', async () => {
    const { leaks, llm, outcomes } = await run()
    expect(leaks).toEqual([])
    expect(new Set(llm.requests.map(({ headers }) => headers.authorization))).toEqual(new Set([OWN, undefined]))
    expect(outcomes).toContain('used')
    expect(outcomes.length).toBeGreaterThanOrEqual(SCRIPT.length)
  })

  it('would be found out if their words were recorded as they come', async () => {
    const { leaks } = await run((product) => {
      product.change('src/main/adapters/deepseek/openai-compatible.ts', /withoutSecret\(text, apiKey\).*/, 'text')
    })
    for (const where of ['data/paper-simulated.db afterwards', 'what the window was sent']) {
      expect(leaks.some((leak) => leak.startsWith(`deepseekKey in ${where}`))).toBe(true)
    }
  })
})
