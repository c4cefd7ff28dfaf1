/*
 * Text from outside (a model's answer, a provider's error) before it is stored, shown or fed back.
 */

/** One line without control, format or lone surrogate characters, at most `limit` characters of it. */
export function oneLine(text: string, limit: number): string {
  const line = text
    .slice(0, limit * 4)
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .trim()
  const characters = Array.from(line)
  return characters.length <= limit ? line : `${characters.slice(0, limit - 1).join('')}…`
}

const SECRET_SHAPED = /\bsk-[\w-]{4,}|\bbearer\s+[^\s"']+/gi
/** Pieces of a secret as long as this are taken out too: providers quote keys in part. */
const PIECE = 8

/** `text` with `secret`, pieces of it, and whatever looks like a key or a bearer token replaced by `[key]`. */
export function withoutSecret(text: string, secret: string): string {
  if (secret === '') return text
  let clean = text.replaceAll(secret, '[key]')
  for (let start = 0; start + PIECE <= secret.length; start++) {
    clean = clean.replaceAll(secret.slice(start, start + PIECE), '[key]')
  }
  return clean.replace(SECRET_SHAPED, '[key]')
}
