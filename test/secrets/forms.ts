/** One way in which a secret may stand somewhere. */
export type Form = {
  readonly name: string
  readonly text: string
  /** Characters of it that stand for one of the secret's, at least. */
  readonly unit: number
}

const each = (text: string, write: (character: string) => string): string => Array.from(text, write).join('')
const code = (character: string): string => character.charCodeAt(0).toString(16).padStart(2, '0')
const ENTITIES: Readonly<Record<string, string>> = { '+': '&#43;', '/': '&#x2F;', '=': '&#61;', '-': '&#45;' }

/**
 * A secret in plain, reversed, base64 (at each of the three places where it may begin in a longer text), hexadecimal,
 * URL, JSON and HTML form, and in sixteen bits; and what it stands for where it is base64 itself.
 */
export function formsOf(secret: string): readonly Form[] {
  const bytes = Buffer.from(secret)
  const url = encodeURIComponent(secret)
  const forms: Form[] = [
    { name: 'plain', text: secret, unit: 1 },
    { name: 'reversed', text: Array.from(secret).reverse().join(''), unit: 1 },
    { name: 'URL', text: url, unit: 1 },
    { name: 'URL in lower case', text: url.replaceAll(/%../g, (part) => part.toLowerCase()), unit: 1 },
    { name: 'URL twice', text: encodeURIComponent(url), unit: 1 },
    { name: 'URL throughout', text: each(secret, (character) => `%${code(character)}`), unit: 3 },
    {
      name: 'URL throughout in capitals',
      text: each(secret, (character) => `%${code(character).toUpperCase()}`),
      unit: 3,
    },
    { name: 'JSON', text: JSON.stringify(secret).slice(1, -1), unit: 1 },
    { name: 'JSON with slashes escaped', text: secret.replaceAll('/', '\\/'), unit: 1 },
    { name: 'JSON in JSON', text: JSON.stringify(secret.replaceAll('/', '\\/')).slice(1, -1), unit: 1 },
    { name: 'JSON in code units', text: each(secret, (character) => `\\u00${code(character)}`), unit: 6 },
    { name: 'HTML', text: each(secret, (character) => ENTITIES[character] ?? character), unit: 1 },
    { name: 'UTF-16', text: Buffer.from(secret, 'utf16le').toString('latin1'), unit: 2 },
    ...encodings('', bytes),
  ]
  const decoded = Buffer.from(secret, 'base64')
  if (decoded.length >= 32 && decoded.toString('base64') === secret) {
    forms.push({ name: 'its bytes', text: decoded.toString('latin1'), unit: 1 }, ...encodings('its bytes in ', decoded))
  }
  const seen = new Set<string>()
  return forms.filter(({ text }) => !seen.has(text) && seen.add(text))
}

function encodings(prefix: string, bytes: Buffer): Form[] {
  const hex = bytes.toString('hex')
  return [
    { name: `${prefix}hexadecimal`, text: hex, unit: 2 },
    { name: `${prefix}hexadecimal in capitals`, text: hex.toUpperCase(), unit: 2 },
    ...[0, 1, 2].flatMap((offset): Form[] => {
      const inside = base64Inside(bytes, offset)
      const url = inside.replaceAll('+', '-').replaceAll('/', '_')
      return [
        { name: `${prefix}base64, ${offset} on`, text: inside, unit: 4 / 3 },
        { name: `${prefix}base64url, ${offset} on`, text: url, unit: 4 / 3 },
        { name: `${prefix}base64 in a URL, ${offset} on`, text: encodeURIComponent(inside), unit: 4 / 3 },
      ]
    }),
  ]
}

/** The letters that are the same whatever stands before and after, `offset` bytes (modulo 3) into a longer text. */
function base64Inside(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
  const first = Math.ceil((offset * 8) / 6)
  const last = Math.floor(((offset + bytes.length) * 8) / 6)
  return text.slice(first, last)
}
