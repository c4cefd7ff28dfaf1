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
  const length = Math.min(PIECE, secret.length)
  if (length === 0) return text
  const pieces = new Set(Array.from({ length: secret.length - length + 1 }, (_, at) => secret.slice(at, at + length)))
  let clean = ''
  let hiddenUntil = -1
  for (let at = 0; at < text.length; at++) {
    if (pieces.has(text.slice(at, at + length))) {
      if (at > hiddenUntil) clean += '[key]'
      hiddenUntil = at + length
    }
    if (at >= hiddenUntil) clean += text[at]
  }
  return clean.replace(SECRET_SHAPED, '[key]')
}
