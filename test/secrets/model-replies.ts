import type { ServerResponse } from 'node:http'
import { ANSWERING_MODEL, type Reply, right, says } from '../servers/llm/replies.ts'
import { formsOf } from './forms.ts'

/*
 * What a provider, a proxy before it, or a model that was talked into it could send back of the key it was given.
 */

const keyOf: (exchange: Parameters<Reply>[0]) => string = ({ request }) =>
  String(request.headers.authorization ?? request.headers['x-api-key']).replace('Bearer ', '')
const inEveryForm = (key: string): string =>
  formsOf(key)
    .map(({ text }) => text)
    .join(' ')

const replying =
  (write: (key: string, response: ServerResponse, exchange: Parameters<Reply>[0]) => void): Reply =>
  (exchange) =>
    write(keyOf(exchange), exchange.response, exchange)

const json = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
const problem = (message: string): object => ({ type: 'error', error: { type: 'api_error', message } })

/** Refuses, and quotes the key in body and headers. */
export const refusesWithKey = (status: number): Reply =>
  replying((key, response) =>
    json(response, status, problem(`Incorrect key: ${inEveryForm(key)}`), {
      'x-request-id': key,
      'www-authenticate': key,
    }),
  )

/** A proxy's page with what it was sent. */
export const pageOfHeaders = (status: number): Reply =>
  replying((key, response, { request }) => {
    const page = `<html><body><h1>${key}</h1><pre>${JSON.stringify(request.headers)}</pre>${inEveryForm(key)}</body></html>`
    response.writeHead(status, { 'content-type': 'text/html' }).end(page)
  })

/** An answer that decides, with the key among its reasons. */
export const reasonsWithKey = (): Reply => (exchange) =>
  right({ option: 'abort', reasons: `I was sent ${inEveryForm(keyOf(exchange))}` })(exchange)

/** Reasons written letter by letter, as JSON may. */
export const reasonsInCodeUnits = (): Reply => (exchange) => {
  const units = formsOf(keyOf(exchange)).find(({ name }) => name === 'JSON in code units')?.text ?? ''
  says(`{"option": "abort", "confidence": 0.7, "reasons": "I was sent ${units}"}`)(exchange)
}

/** Chooses the key, in one of its forms, where an option is asked for: the model is shown what was wrong with it. */
export const optionIsKey =
  (form: string): Reply =>
  (exchange) =>
    right({ option: formsOf(keyOf(exchange)).find(({ name }) => name === form)?.text ?? form })(exchange)

/** Not JSON but the key. */
export const nothingButKey =
  (form: string): Reply =>
  (exchange) =>
    says(formsOf(keyOf(exchange)).find(({ name }) => name === form)?.text ?? form)(exchange)

/** The key where the model's name belongs. */
export const modelIsKey = (form: string): Reply =>
  replying((key, response, { provider }) => {
    const text = '{"option": "abort", "confidence": 0.7, "reasons": "It is late."}'
    const model = formsOf(key).find(({ name }) => name === form)?.text ?? ANSWERING_MODEL[provider]
    json(response, 200, {
      model,
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }],
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1, prompt_tokens: 1, completion_tokens: 1 },
    })
  })

/** A list of models in which every name is the key, in one of its forms. */
export const modelsAreKey = (): Reply =>
  replying((key, response) => json(response, 200, { data: formsOf(key).map(({ text }) => ({ id: text })) }))

/** Ends in the middle of the key. */
export const brokenAtKey = (): Reply =>
  replying((key, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(`{"id": "${key}", "key": "${key.slice(0, 20)}`)
  })
