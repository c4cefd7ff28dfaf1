import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../../src/main/ports.ts'
import type { Result } from '../../../src/shared/result.ts'
import { type Answer, type Params, refuse } from './answer.ts'
import type { Admitted, Call } from './api.ts'
import type { Fault, Faults } from './faults.ts'
import { send } from './reply.ts'
import type { RequestLog, RequestRecord } from './request-log.ts'
import type { Later } from './timers.ts'

type Deps = {
  readonly clock: Clock
  readonly later: Later
  readonly admit: (call: Call) => Result<Admitted, string>
  readonly faults: Faults
  readonly log: RequestLog
  /** Anything but Kraken's own paths; false when it is not for it either. */
  readonly elsewhere: (path: string, method: string, body: string, response: ServerResponse) => boolean
}

const NO_FAULT: Pick<Fault, 'accept' | 'reply' | 'replyAfterMs'> = {
  accept: 'now',
  reply: { kind: 'normal' },
  replyAfterMs: 0,
}
const NEEDS_ANSWER = new Set(['normal', 'cut', 'reset-in-body', 'without-txid', 'warning'])

/** One request: let in or not, taken effect or not, answered or not. These are three different things. */
export function createHttpHandler({ clock, later, admit, faults, log, elsewhere }: Deps) {
  function handle(incoming: IncomingMessage, body: string, response: ServerResponse): void {
    const { path, query } = split(incoming.url ?? '/')
    const { method = 'GET' } = incoming
    if (!path.startsWith('/0/')) {
      if (!elsewhere(path, method, body, response)) response.writeHead(404).end()
      return
    }
    const params = { ...paramsIn(query, false), ...paramsIn(body, isJson(incoming)) }
    const name = path.slice(path.lastIndexOf('/') + 1)
    const { 'api-key': apiKey, 'api-sign': apiSign } = incoming.headers
    const call: Call = { method, path, name, params, body, apiKey: one(apiKey), apiSign: one(apiSign) }
    const fault = faults.take(name, params)
    const record = log.start({ path, name, params, at: clock.now(), fault })
    answerTo(call, fault ?? NO_FAULT, record, response)
  }

  function answerTo(call: Call, fault: Fault, record: RequestRecord, response: ServerResponse): void {
    const answer = (given: Answer | null): void => later(fault.replyAfterMs, () => send(response, given, fault.reply))
    const settle = (given: Answer): void => {
      record.outcome = given.ok ? 'accepted' : 'refused'
      record.error = given.ok ? null : given.error
    }
    if (fault.accept === 'never') {
      record.outcome = 'lost'
      answer(null)
      return
    }
    const admitted = admit(call)
    if (!admitted.ok) {
      const refused = refuse(admitted.error)
      settle(refused)
      answer(refused)
      return
    }
    const takeEffect = (): Answer => {
      const given = admitted.value()
      settle(given)
      return given
    }
    if (fault.accept === 'now') {
      answer(takeEffect())
      return
    }
    const isAwaited = NEEDS_ANSWER.has(fault.reply.kind)
    later(fault.accept.afterMs, () => {
      const given = takeEffect()
      if (isAwaited) answer(given)
    })
    if (!isAwaited) answer(null)
  }

  return (incoming: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => handle(incoming, Buffer.concat(chunks).toString(), response))
    // A caller that dies in the middle of its request was never heard.
    incoming.on('error', () => response.destroy())
  }
}

const one = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header)
const isJson = (incoming: IncomingMessage): boolean => incoming.headers['content-type']?.includes('json') === true

function split(url: string): { readonly path: string; readonly query: string } {
  const mark = url.indexOf('?')
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) }
}

/** `a[0]=…` for lists, as ccxt writes them in a form. What is not JSON has no parameters. */
function paramsIn(text: string, asJson: boolean): Params {
  if (text === '') return {}
  if (!asJson) return Object.fromEntries(new URLSearchParams(text))
  try {
    const read: unknown = JSON.parse(text)
    if (typeof read !== 'object' || read === null) return {}
    return Object.fromEntries(
      Object.entries(read).flatMap(([name, value]) =>
        Array.isArray(value) ? value.map((each, i) => [`${name}[${i}]`, String(each)]) : [[name, String(value)]],
      ),
    )
  } catch {
    return {}
  }
}
