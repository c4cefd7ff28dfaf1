import { CANARIES } from './canaries.ts'
import { formsOf } from './forms.ts'
import type { Answer, Overheard } from './kraken-proxy.ts'

/*
 * What Kraken, or whatever stands before it, could send back of the key, the secret and the signature.
 */

const inEveryForm = (secret: string): string =>
  formsOf(secret)
    .map(({ text }) => text)
    .join(' ')

/** The signature too: whoever has it could send the same request again. */
function everything({ headers, body }: Overheard): string {
  const signature = String(headers['api-sign'] ?? '')
  const secrets = [CANARIES.krakenSecret, CANARIES.krakenKey, ...(signature === '' ? [] : [signature])]
  return `${secrets.map(inEveryForm).join(' ')} ${body} ends in ${CANARIES.krakenKey.slice(-13)}`
}

/** Kraken's own error with all of it behind. */
export const errorWith =
  (error: string) =>
  (overheard: Overheard): Answer => ({
    status: 200,
    type: 'application/json',
    body: JSON.stringify({ error: [`${error}:${everything(overheard)}`] }),
  })

/** The headers as they came, in one text. */
export const errorWithHeaders =
  (error: string) =>
  ({ headers }: Overheard): Answer => ({
    status: 200,
    type: 'application/json',
    body: JSON.stringify({ error: [`${error}:${JSON.stringify(headers).replaceAll('/', '\\/')}`] }),
  })

/** A proxy's page about the request. */
export const pageWith =
  (status: number) =>
  (overheard: Overheard): Answer => ({
    status,
    type: 'text/html',
    body: `${everything(overheard)}<html><pre>${JSON.stringify(overheard.headers)}</pre></html>`,
  })

/** An answer whose names are what should be nowhere. */
export const resultNamed = (overheard: Overheard): Answer => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify({ error: [], result: { [everything(overheard)]: { balance: 'none' } } }),
})

/** Ends in the middle. */
export const cutShort = (overheard: Overheard): Answer => ({
  status: 200,
  type: 'application/json',
  body: `{"error":["EGeneral:${everything(overheard).slice(0, 150)}`,
})
