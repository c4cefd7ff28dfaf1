import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClaude } from '../../../../src/main/adapters/claude/claude.ts'
import { createDeepSeek } from '../../../../src/main/adapters/deepseek/deepseek.ts'
import { createOpenAiCompatible } from '../../../../src/main/adapters/deepseek/openai-compatible.ts'
import type { ProviderTerms } from '../../../../src/main/domain/resolution-provider.ts'
import type { Llm } from '../../../../src/main/ports.ts'
import { decimal } from '../../../../src/shared/money.ts'
import * as replies from '../../../servers/llm/replies.ts'
import { type LlmServer, startLlmServer } from '../../../servers/llm/server.ts'

const KEY = 'sk-canary-7f3a9b1c5d2e8f60'
const prompt = { system: 'Answer in JSON.', user: 'The case.' }

let server: LlmServer
beforeEach(async () => {
  server = await startLlmServer()
})
afterEach(() => server.close())

const terms = (change: Partial<ProviderTerms> = {}): ProviderTerms => ({
  apiKey: KEY,
  baseUrl: server.url,
  model: 'asked-for',
  timeLimitMs: 5_000,
  maxOutputTokens: 900,
  usdPerMillionInput: decimal('3'),
  usdPerMillionOutput: decimal('15'),
  ...change,
})
const never = () => new AbortController().signal

describe.each([
  ['deepseek', createDeepSeek],
  ['claude', createClaude],
] as const)('%s', (provider, create) => {
  const asking = (change: Partial<ProviderTerms> = {}): Llm => create(terms(change))
  const codeAfter = async (reply: replies.Reply, change: Partial<ProviderTerms> = {}): Promise<string> => {
    server.script(provider, reply)
    const answer = await asking(change).ask(prompt, never())
    expect(JSON.stringify(answer)).not.toContain('canary')
    return answer.ok ? 'ok' : answer.error.code
  }

  it('hands back the text of the answer, who answered, and what it cost', async () => {
    server.script(provider, replies.says('{"option": "wait"}'))
    expect(await asking().ask(prompt, never())).toEqual({
      ok: true,
      value: {
        text: '{"option": "wait"}',
        model: replies.ANSWERING_MODEL[provider],
        inputTokens: 1_000,
        outputTokens: 200,
        costUsd: '0.006',
      },
    })
  })

  it.each([
    ['blank', replies.blank, 'llm/blank'],
    ['cut off', replies.cutOff, 'llm/bad-answer'],
    ['declined', replies.declined, 'llm/declined'],
    ['a page of HTML', replies.html, 'llm/bad-answer'],
    ['half a body', replies.brokenBody, 'llm/bad-answer'],
    ['429', replies.rateLimited, 'llm/rate-limited'],
    ['400', () => replies.status(400, 'no such model'), 'llm/refused'],
    ['401', () => replies.echoesHeaders(401), 'llm/refused'],
    ['500', () => replies.status(500, 'sorry'), 'llm/unavailable'],
    ['502 in HTML', () => replies.html(502), 'llm/unavailable'],
    ['a reset connection', replies.resets, 'llm/unavailable'],
    ['without end', () => replies.says('x'.repeat(3_000_000)), 'llm/bad-answer'],
  ])('calls an answer that is %s by its name, and asks once only', async (_, reply, code) => {
    expect(await codeAfter(reply())).toBe(code)
    expect(server.requests).toHaveLength(1)
  })

  it.each([
    ['null', null],
    ['a number', 7],
    ['an empty object', {}],
    ['empty lists', { choices: [], content: [] }],
    ['lists of nothing', { choices: [null], content: [null] }],
    ['texts that are none', { choices: [{ message: { content: 7 } }], content: [{ type: 'text', text: 7 }] }],
    ['a message without content', { choices: [{ message: {} }], content: [{}], usage: 7, model: 7 }],
  ])('survives %s where a completion should be', async (_, body) => {
    const code = await codeAfter(({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    expect(['llm/bad-answer', 'llm/blank']).toContain(code)
  })

  it.each([
    ['does not answer', replies.hangs],
    ['stops in the middle of its body', replies.stalls],
    ['sends a body without end', replies.drips],
  ])('is given up on after its time limit when it %s', async (_, reply) => {
    expect(await codeAfter(reply(), { timeLimitMs: 80 })).toBe('llm/timeout')
  })

  it('is given up on at once when the question is called off', async () => {
    server.script(provider, replies.hangs())
    const off = new AbortController()
    const answer = asking().ask(prompt, off.signal)
    await server.asked(1)
    off.abort()
    expect(await answer).toMatchObject({ ok: false, error: { code: 'llm/timeout' } })
  })

  it('cannot be reached where nobody listens', async () => {
    const answer = await asking({ baseUrl: 'http://127.0.0.1:1' }).ask(prompt, never())
    expect(answer).toMatchObject({ ok: false, error: { code: 'llm/unavailable' } })
  })

  it('never gets the key into an answer or an error, though it is sent', async () => {
    expect(await codeAfter(replies.echoesHeaders(400))).toBe('llm/refused')
    expect(await codeAfter(replies.echoesHeaders(500))).toBe('llm/unavailable')
    expect(await codeAfter(replies.repeatsKey())).toBe('ok')
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`)
  })
})

describe('anybody else who speaks like OpenAI', () => {
  const local = (change: Partial<ProviderTerms> = {}) => createOpenAiCompatible('Local', terms(change))

  it('is called by its own name in what went wrong', async () => {
    server.script('deepseek', replies.html(), replies.status(500, 'sorry'), replies.declined())
    const messages: string[] = []
    for (let asked = 0; asked < 3; asked++) {
      const answer = await local().ask(prompt, never())
      if (!answer.ok) messages.push(answer.error.message)
    }
    expect(messages).toEqual([
      'Local sent something that is not a completion.',
      'Local is not available (HTTP 500): sorry',
      'Local declined to answer.',
    ])
  })

  it('is sent no key where it needs none, whatever the environment holds for OpenAI', async () => {
    const held = { OPENAI_API_KEY: KEY, OPENAI_ADMIN_KEY: KEY, OPENAI_CUSTOM_HEADERS: `x-gateway: ${KEY}` }
    Object.assign(process.env, held)
    try {
      server.script('deepseek', replies.right())
      expect(await local({ apiKey: '' }).ask(prompt, never())).toMatchObject({ ok: true })
    } finally {
      for (const name of Object.keys(held)) delete process.env[name]
    }
    const [request] = server.requests
    expect(request?.headers.authorization).toBeUndefined()
    expect(JSON.stringify(request?.headers)).not.toContain('canary')
  })

  it('never gets its key into an answer or an error', async () => {
    server.script('deepseek', replies.echoesHeaders(400), replies.echoesHeaders(401), replies.repeatsKey())
    for (let asked = 0; asked < 3; asked++) {
      expect(JSON.stringify(await local().ask(prompt, never()))).not.toContain('canary')
    }
    expect(server.requests[2]?.headers.authorization).toBe(`Bearer ${KEY}`)
  })
})

describe('what is sent', () => {
  it('is a JSON-mode completion to DeepSeek, without what the environment holds for OpenAI', async () => {
    process.env.OPENAI_ORG_ID = 'org-of-someone'
    try {
      server.script('deepseek', replies.right())
      await createDeepSeek(terms()).ask(prompt, never())
    } finally {
      delete process.env.OPENAI_ORG_ID
    }
    const [request] = server.requests
    expect(request?.body).toEqual({
      model: 'asked-for',
      max_tokens: 900,
      response_format: { type: 'json_object' },
      messages: [
        { role: 'system', content: 'Answer in JSON.' },
        { role: 'user', content: 'The case.' },
      ],
    })
    expect(request?.headers['openai-organization']).toBeUndefined()
  })

  it('is a message with a schema to Claude, and nothing that it answers with 400', async () => {
    server.script('claude', replies.right())
    await createClaude(terms()).ask(prompt, never())
    const body = server.requests[0]?.body
    expect(Object.keys(body ?? {}).sort()).toEqual(['max_tokens', 'messages', 'model', 'output_config', 'system'])
    expect(body).toMatchObject({
      model: 'asked-for',
      max_tokens: 900,
      system: 'Answer in JSON.',
      messages: [{ role: 'user', content: 'The case.' }],
      output_config: { format: { type: 'json_schema', schema: { additionalProperties: false } } },
    })
  })
})
