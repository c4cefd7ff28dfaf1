import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type LlmRequest, listsModels, MODELS, type Provider, type Reply, status } from './replies.ts'

/*
 * DeepSeek and Claude on the loopback interface: POST /chat/completions and POST /v1/messages, each answering from a
 * script of its own, one reply per request; GET /models and GET /v1/models with the names of their models.
 */

export type LlmServer = {
  readonly url: string
  /** For completions, in the order in which they came. */
  readonly requests: readonly LlmRequest[]
  /** For a list of models, likewise. */
  readonly listings: readonly LlmRequest[]
  /** Adds to what this provider answers; a request that finds nothing left is answered 500. */
  script(provider: Provider, ...replies: readonly Reply[]): void
  /** What this provider answers from now on when it is asked which models it has. */
  scriptList(provider: Provider, reply: Reply): void
  /** Resolves when this many requests have arrived in all. */
  asked(count: number): Promise<void>
  close(): Promise<void>
}

type Options = {
  /** 0, the default, for any free one. */
  readonly port?: number
  /** What a provider answers whose script is at its end. */
  readonly whenOut?: (provider: Provider) => Reply
  /** Hears of a request that neither provider knows. */
  readonly onStray?: (request: string) => void
}

/** @throws when the port is taken. */
export async function startLlmServer(options: Options = {}): Promise<LlmServer> {
  const { port = 0, whenOut = () => status(500, 'nothing is scripted'), onStray = () => {} } = options
  const requests: LlmRequest[] = []
  const listings: LlmRequest[] = []
  const scripts: Record<Provider, Reply[]> = { deepseek: [], claude: [] }
  const lists: Record<Provider, Reply> = { deepseek: listsModels(MODELS.deepseek), claude: listsModels(MODELS.claude) }
  const timers = new Set<NodeJS.Timeout>()
  let waiting: { readonly count: number; readonly tell: () => void }[] = []

  const later = (ms: number, task: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      task()
    }, ms)
    timers.add(timer)
  }
  const server = createServer(async (incoming, response) => {
    const what = `${incoming.method} ${incoming.url?.split('?')[0]}`
    const route = ROUTES[what]
    if (route === undefined) {
      onStray(what)
      response.writeHead(404).end()
      return
    }
    const { provider, wants } = route
    const text = await textOf(incoming)
    // Who asked has given up.
    if (text === null) return
    const body = wants === 'answer' ? bodyOf(text) : {}
    const request = { provider, headers: incoming.headers, body: body ?? {}, prompt: promptOf(body ?? {}) }
    const exchange = { provider, request, response, later }
    if (body === null) return status(400, 'expected a JSON object')(exchange)
    if (wants === 'list') {
      listings.push(request)
      return lists[provider](exchange)
    }
    requests.push(request)
    const due = waiting.filter(({ count }) => count <= requests.length)
    waiting = waiting.filter((entry) => !due.includes(entry))
    const reply = scripts[provider].shift() ?? whenOut(provider)
    reply(exchange)
    for (const { tell } of due) tell()
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', listening)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    listings,
    script: (provider, ...replies) => void scripts[provider].push(...replies),
    scriptList(provider, reply) {
      lists[provider] = reply
    },
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

const ROUTES: Readonly<Record<string, { readonly provider: Provider; readonly wants: 'answer' | 'list' }>> = {
  'POST /chat/completions': { provider: 'deepseek', wants: 'answer' },
  'POST /v1/messages': { provider: 'claude', wants: 'answer' },
  'GET /models': { provider: 'deepseek', wants: 'list' },
  'GET /v1/models': { provider: 'claude', wants: 'list' },
}

/** Null where the connection breaks before all of it has come. */
async function textOf(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
  } catch {
    return null
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Null where it is not a JSON object. */
function bodyOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function promptOf(body: Readonly<Record<string, unknown>>): string {
  const messages = (body.messages ?? []) as readonly { readonly content: string }[]
  return [body.system ?? '', ...messages.map(({ content }) => content)].join('\n')
}
