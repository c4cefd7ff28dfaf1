/** Replaces secrets in a text by `…`. */
export type Redact = (text: string) => string

/** Keys, signatures and socket tokens are longer than anything a message of ours or Kraken's needs to say. */
const LONG_RUN = /[A-Za-z0-9+/=_%-]{40,}/g
const LONGEST_TEXT = 300

/** Knows the given secrets in plain, base64, hexadecimal and URL form, and takes every long run of such letters for one. */
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
  return (text) =>
    forms
      .reduce((clean, form) => clean.replaceAll(form, '…'), text)
      .replace(LONG_RUN, '…')
      .slice(0, LONGEST_TEXT)
}
