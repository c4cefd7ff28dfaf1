import { withoutSecret } from '../../domain/resolution-text.ts'

/** Replaces secrets in a text by `…` or `[key]`. */
export type Redact = (text: string) => string

/**
 * Keys, signatures and socket tokens are longer than anything a message of ours or Kraken's needs to say, also with
 * some of their letters escaped for JSON, a URL or HTML.
 */
const LONG_RUN = /[A-Za-z0-9+/=_%\\&#;-]{40,}/g
/** Invisible ones, among which letters are not found again. */
const INVISIBLE = /\p{C}/gu
const USER_IN_URL = /\/\/[^\s/?#]*@/g
const LONGEST_TEXT = 300

/**
 * Knows the given secrets in plain, base64, hexadecimal and URL form, and pieces of these; takes every long run of such
 * letters for one; leaves out name and password of an address. One line of at most 300 characters.
 */
export function createRedactor(secrets: readonly string[]): Redact {
  const forms = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => {
      const bytes = Buffer.from(secret)
      const hex = bytes.toString('hex')
      return [
        secret,
        bytes.toString('base64'),
        bytes.toString('base64url'),
        hex,
        hex.toUpperCase(),
        encodeURIComponent(secret),
      ]
    })
  return (text) => {
    // Runs first: pieces taken out of one would leave the rest of it too short.
    const clean = text.replace(INVISIBLE, '').replace(LONG_RUN, '…').replace(USER_IN_URL, '//…@')
    return forms.reduce(withoutSecret, clean).slice(0, LONGEST_TEXT)
  }
}
