import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/*
 * DeepSeek and Claude on the loopback interface: POST /chat/completions and POST /v1/messages, each answering from a
 * script of its own, one reply per request.
 */

export type Provider = 'deepseek' | 'claude'
export type LlmRequest = {
  readonly provider: Provider
  readonly headers: IncomingHttpHeaders
  readonly body: Readonly<Record<string, unknown>>
  /** Everything the model was told. */
  readonly prompt: string
}
export type Reply = (exchange: {
  readonly provider: Provider
  readonly request: LlmRequest
  readonly response: ServerResponse
  /** Never when the server has closed by then. */
  readonly later: (ms: number, task: () => void) => void
}) => void

export type LlmServer = {
  readonly url: string
  readonly requests: readonly LlmRequest[]
  /** Adds to what this provider answers; a request that finds nothing left is answered 500. */
  script(provider: Provider, ...replies: readonly Reply[]): void
  /** Resolves when this many requests have arrived in all. */
  asked(count: number): Promise<void>
  close(): Promise<void>
}

export async function startLlmServer(): Promise<LlmServer> {
  const requests: LlmRequest[] = []
  const scripts: Record<Provider, Reply[]> = { deepseek: [], claude: [] }
  const timers = new Set<NodeJS.Timeout>()
  let waiting: { readonly count: number; readonly tell: () => void }[] = []

  const server = createServer(async (incoming, response) => {
    const provider = PROVIDER_OF[incoming.url ?? '']
    if (incoming.method !== 'POST' || provider === undefined) {
      response.writeHead(404).end()
      return
    }
    const body = JSON.parse(await textOf(incoming)) as Record<string, unknown>
    const request = { provider, headers: incoming.headers, body, prompt: promptOf(body) }
    requests.push(request)
    const due = waiting.filter(({ count }) => count <= requests.length)
    waiting = waiting.filter((entry) => !due.includes(entry))
    const reply = scripts[provider].shift() ?? status(500, 'nothing is scripted')
    reply({
      provider,
      request,
      response,
      later(ms, task) {
        const timer = setTimeout(() => {
          timers.delete(timer)
          task()
        }, ms)
        timers.add(timer)
      },
    })
    for (const { tell } of due) tell()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script: (provider, ...replies) => void scripts[provider].push(...replies),
    asked: (count) =>
      new Promise((tell) => {
        if (requests.length >= count) tell()
        else waiting.push({ count, tell })
      }),
    close() {
      for (const timer of timers) clearTimeout(timer)
      server.closeAllConnections()
      return new Promise((closed) => server.close(() => closed()))
    },
  }
}

const PROVIDER_OF: Readonly<Record<string, Provider>> = { '/chat/completions': 'deepseek', '/v1/messages': 'claude' }

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function promptOf(body: Readonly<Record<string, unknown>>): string {
  const messages = (body.messages ?? []) as readonly { readonly content: string }[]
  return [body.system ?? '', ...messages.map(({ content }) => content)].join('\n')
}

/** Who answers, as the server names it: not quite the name that was asked for. */
export const ANSWERING_MODEL: Readonly<Record<Provider, string>> = {
  deepseek: 'deepseek-flash-0923',
  claude: 'claude-sonnet-5-5-20260115',
}
/** Every answer's. */
const TOKENS = { input: 1_000, output: 200 }

type Finish = 'stop' | 'length' | 'refusal'
const FINISH = {
  deepseek: { stop: 'stop', length: 'length', refusal: 'content_filter' },
  claude: { stop: 'end_turn', length: 'max_tokens', refusal: 'refusal' },
} as const

/** A well-formed completion that says `text`. Claude thinks aloud first. */
export const says =
  (text: string, finish: Finish = 'stop'): Reply =>
  ({ provider, response }) => {
    const model = ANSWERING_MODEL[provider]
    const completion =
      provider === 'deepseek'
        ? {
            id: 'chatcmpl-1',
            object: 'chat.completion',
            created: 1,
            model,
            choices: [
              {
                index: 0,
                finish_reason: FINISH.deepseek[finish],
                message: { role: 'assistant', content: text, reasoning_content: 'Let me think.' },
              },
            ],
            usage: {
              prompt_tokens: TOKENS.input,
              completion_tokens: TOKENS.output,
              total_tokens: TOKENS.input + TOKENS.output,
            },
          }
        : {
            id: 'msg_1',
            type: 'message',
            role: 'assistant',
            model,
            content: [
              { type: 'thinking', thinking: 'Let me think. {"option": "proceed"}', signature: 's' },
              { type: 'text', text },
            ],
            stop_reason: FINISH.claude[finish],
            stop_sequence: null,
            usage: { input_tokens: TOKENS.input, output_tokens: TOKENS.output },
          }
    json(response, 200, completion)
  }

export type Said = { readonly option: string; readonly confidence: number; readonly reasons: string }
const SOUND: Said = { option: 'half_size', confidence: 0.7, reasons: 'The signal is strong but the market is choppy.' }

export const right = (said: Partial<Said> = {}): Reply => says(JSON.stringify({ ...SOUND, ...said }))
export const fencedRight = (said: Partial<Said> = {}): Reply =>
  says(`\`\`\`json\n${JSON.stringify({ ...SOUND, ...said })}\n\`\`\``)
export const unknownOption = (): Reply => right({ option: 'double_size' })
export const inventedNumbers = (): Reply => right({ reasons: 'Resistance at 61,250 makes this a bad entry.' })
export const inProse = (): Reply => says(`Sure! Here is my answer: ${JSON.stringify(SOUND)} Good luck!`)
export const malformed = (): Reply => says('{"option": "half_size", confidence: 0.7,}')
export const blank = (): Reply => says('  \n ')
export const cutOff = (): Reply => says('{"option": "half_size", "confidence": 0.7, "reas', 'length')
export const declined = (): Reply => says('', 'refusal')

/** The answer comes after `ms`. */
export const slow =
  (ms: number, reply: Reply): Reply =>
  (exchange) =>
    exchange.later(ms, () => reply(exchange))
/** Never answers. */
export const hangs = (): Reply => () => {}
/** Headers and the beginning of a body, then nothing. */
export const stalls = (): Reply => (exchange) => {
  exchange.response.writeHead(200, { 'content-type': 'application/json' })
  exchange.response.write('{"id": "half')
}
/** A body that goes on and on, a little at a time. */
export const drips = (): Reply => (exchange) => {
  exchange.response.writeHead(200, { 'content-type': 'application/json' })
  const drip = (): void => {
    exchange.response.write(' ')
    exchange.later(15, drip)
  }
  drip()
}
/** Says of itself that it is complete, and is not. */
export const brokenBody =
  (): Reply =>
  ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"id": "half')
  }
export const html =
  (code = 200): Reply =>
  ({ response }) => {
    response.writeHead(code, { 'content-type': 'text/html' }).end('<html><body>Bad gateway</body></html>')
  }
export const rateLimited =
  (retryAfterSeconds = 30): Reply =>
  ({ provider, response }) =>
    json(response, 429, problem(provider, 'rate_limit_error', 'slow down'), {
      'retry-after': String(retryAfterSeconds),
    })
export const status =
  (code: number, message: string): Reply =>
  ({ provider, response }) =>
    json(response, code, problem(provider, 'api_error', message))
/** Refuses and quotes every header it was sent, in full and in part. */
export const echoesHeaders =
  (code: number): Reply =>
  ({ provider, request, response }) => {
    const key = String(request.headers.authorization ?? '').replace('Bearer ', '')
    const message = `bad request: ${JSON.stringify(request.headers)} key ends in ${key.slice(-12)}`
    json(response, code, problem(provider, 'invalid_request_error', message))
  }
/** Answers with the key it was sent among its reasons. */
export const repeatsKey =
  (said: Partial<Said> = {}): Reply =>
  (exchange) => {
    const key = String(exchange.request.headers.authorization ?? exchange.request.headers['x-api-key'])
    right({ ...said, reasons: `I was sent ${key}.` })(exchange)
  }
export const resets =
  (): Reply =>
  ({ response }) => {
    response.socket?.resetAndDestroy()
  }

const problem = (provider: Provider, type: string, message: string): object =>
  provider === 'deepseek'
    ? { error: { message, type, param: null, code: null } }
    : { type: 'error', error: { type, message }, request_id: 'req_1' }

function json(response: ServerResponse, code: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
