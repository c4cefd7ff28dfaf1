import type { ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'
import type { Reply } from './faults.ts'

const PAGE = '<!DOCTYPE html><html><head><title>Kraken</title></head><body><h1>Be right back</h1></body></html>'

function bodyOf(answer: Answer, warnings: readonly string[] = []): string {
  return JSON.stringify(answer.ok ? { error: warnings, result: answer.result } : { error: [answer.error] })
}

/** Sends the answer, or what a fault makes of it. `answer` is null where there is none. */
export function send(response: ServerResponse, answer: Answer | null, reply: Reply): void {
  const { socket } = response
  if (socket === null || socket.destroyed) return // the caller has gone
  const body = spoiled(answer, reply)
  switch (reply.kind) {
    case 'drop':
      break
    case 'reset':
      socket.resetAndDestroy()
      break
    case 'status':
      response.writeHead(reply.status, { 'content-type': 'text/html' }).end(body)
      break
    case 'reset-in-body':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      response.write(body.slice(0, body.length / 2), () => socket.destroy())
      break
    default:
      sendWhole(response, body)
  }
}

function spoiled(answer: Answer | null, reply: Reply): string {
  switch (reply.kind) {
    case 'status':
      return reply.body ?? PAGE
    case 'body':
      return reply.body
    case 'error':
      return bodyOf({ ok: false, error: reply.error })
  }
  if (answer === null) return ''
  switch (reply.kind) {
    case 'warning':
      return bodyOf(answer, [reply.text])
    case 'without-txid':
      return bodyOf(withoutTxid(answer))
    case 'cut':
      return bodyOf(answer).slice(0, bodyOf(answer).length / 2)
    default:
      return bodyOf(answer)
  }
}

function sendWhole(response: ServerResponse, body: string): void {
  response.writeHead(200, {
    'content-type': body.startsWith('<') ? 'text/html' : 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

function withoutTxid(answer: Answer): Answer {
  if (!answer.ok || typeof answer.result !== 'object' || answer.result === null) return answer
  return { ok: true, result: Object.fromEntries(Object.entries(answer.result).filter(([name]) => name !== 'txid')) }
}
