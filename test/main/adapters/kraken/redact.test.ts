import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor } from '../../../../src/main/adapters/kraken/redact.ts'

const KEY = '4/SDrDBcOOPnm3nPlNfEMMJDeRcIVqPz+QhRxIodyZbI9po/aVRiHsgX'
const SECRET = Buffer.from('the canary secret of this test, which opens nothing').toString('base64')

describe('texts about Kraken', () => {
  it('never show a key or a secret, in plain, base64, hexadecimal or URL form', () => {
    const redact = createRedactor([KEY, SECRET, 'short-secret'])
    const forms = [KEY, SECRET, 'short-secret'].flatMap((secret) => [
      secret,
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('hex'),
      encodeURIComponent(secret),
    ])
    fc.assert(
      fc.property(fc.constantFrom(...forms), fc.string(), fc.string(), (form, before, after) => {
        expect(redact(`${before} ${form} ${after}`)).not.toContain(form)
      }),
    )
  })

  it('never show what only looks like one: a signature, a token of the socket', () => {
    const redact = createRedactor([])
    const signature = Buffer.alloc(64, 7).toString('base64')
    expect(redact(`API-Sign: ${signature}, token xeAQ/RCChBYNVh53sTv1yZ5H4wIbwDF20PiHtTF+4UI`)).toBe(
      'API-Sign: …, token …',
    )
  })

  it('still say what Kraken said, with the names of orders', () => {
    const text = 'EOrder:Insufficient funds (OUF4EM-FRGI2-MQMWZD, 0123456789abcdef0123456789abcdef)'
    expect(createRedactor([KEY])(text)).toBe(text)
  })
})
