import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClaude } from '../../../src/main/adapters/claude/claude.ts'
import { createDeepSeek } from '../../../src/main/adapters/deepseek/deepseek.ts'
import { checkModelNames } from '../../../src/main/coordinator/model-names.ts'
import { decimal } from '../../../src/shared/money.ts'
import * as replies from '../../servers/llm/replies.ts'
import { type LlmServer, startLlmServer } from '../../servers/llm/server.ts'

const KEY = 'sk-canary-7f3a9b1c5d2e8f60'
const RIGHT = { deepseek: 'deepseek-flash', claude: 'claude-sonnet-5-5' }

let server: LlmServer
beforeEach(async () => {
  server = await startLlmServer()
})
afterEach(() => server.close())

/** What the trader is told, with the real SDKs. */
async function told(
  change: { readonly deepseek?: string; readonly claude?: string; readonly mayAsk?: boolean } = {},
  signal = new AbortController().signal,
): Promise<readonly string[]> {
  const terms = (model: string) => ({
    apiKey: KEY,
    baseUrl: server.url,
    model,
    timeLimitMs: 300,
    maxOutputTokens: 900,
    usdPerMillionInput: decimal('3'),
    usdPerMillionOutput: decimal('15'),
  })
  const texts: string[] = []
  const models = [
    createDeepSeek(terms(change.deepseek ?? RIGHT.deepseek)),
    createClaude(terms(change.claude ?? RIGHT.claude)),
  ]
  await checkModelNames(models, { mayAsk: () => change.mayAsk ?? true, tell: (text) => void texts.push(text) }, signal)
  return texts
}
const asked = (): readonly string[] => server.listings.map(({ provider }) => provider).sort()

describe('the models of the settings', () => {
  it('are looked for once in the list of each provider, and nothing is said where they are in it', async () => {
    expect(await told()).toEqual([])
    expect(asked()).toEqual(['claude', 'deepseek'])
  })

  it('are named with what there is instead and the setting to correct, where a list is without them', async () => {
    expect(await told({ deepseek: 'deepseek-flsh' })).toEqual([
      'The model deepseek-flsh is not among those that DeepSeek lists (deepseek-flash, deepseek-v4-pro): ' +
        'correct deepseek.model in config/agents.yaml and start again.',
    ])
    server.scriptList('claude', replies.listsModels(['a', 'b', 'c', 'd', 'e', 'f', 'g']))
    expect(await told()).toEqual([
      'The model claude-sonnet-5-5 is not among those that Claude lists (a, b, c, d, e and 2 more): ' +
        'correct claude.model in config/agents.yaml and start again.',
    ])
  })

  it('are also those that are listed with their date, but not those whose name only begins like theirs', async () => {
    server.scriptList('claude', replies.listsModels(['claude-sonnet-5-5-20260115']))
    expect(await told()).toEqual([])
    server.scriptList('claude', replies.listsModels(['claude-sonnet-5-5-mini', 'claude-sonnet-5-50']))
    expect(await told()).toHaveLength(1)
  })

  it.each([
    ['is refused', () => replies.status(401, 'no')],
    ['fails', () => replies.status(500, 'sorry')],
    ['is too many requests', () => replies.rateLimited()],
    ['is a page of HTML', () => replies.html()],
    ['is no list', () => replies.says('hello')],
    ['is empty', () => replies.listsModels([])],
    ['breaks off', replies.brokenBody],
    ['is reset', replies.resets],
    ['never comes', replies.hangs],
    ['stops half-way', replies.stalls],
    ['has no end', replies.drips],
  ])('are not spoken of where a list %s', async (_, reply) => {
    server.scriptList('deepseek', reply())
    server.scriptList('claude', reply())
    expect(await told({ deepseek: 'wrong', claude: 'wrong' })).toEqual([])
    expect(asked()).toEqual(['claude', 'deepseek'])
  })

  it('are not looked for while nobody may be asked', async () => {
    expect(await told({ deepseek: 'wrong', mayAsk: false })).toEqual([])
    expect(server.listings).toEqual([])
  })

  it('are not spoken of any more once the program is closing', async () => {
    const closing = new AbortController()
    server.scriptList('deepseek', (exchange) => {
      replies.listsModels(['other'])(exchange)
      closing.abort()
    })
    server.scriptList('claude', replies.hangs())
    expect(await told({ deepseek: 'wrong', claude: 'wrong' }, closing.signal)).toEqual([])
  })

  it('are shown without the key, though a list quotes it', async () => {
    server.scriptList('deepseek', replies.listsModels([KEY, `model of ${KEY.slice(3)}\nand more`]))
    const [text = ''] = await told()
    expect(text).toContain('lists ([key], model of [key] and more)')
    expect(text).not.toContain('canary')
  })
})
