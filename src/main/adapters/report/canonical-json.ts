import { createHash } from 'node:crypto'

/**
 * One text for one value: keys sorted, no spaces, numbers as RFC 8785 (JCS) writes them. Properties that are undefined
 * are left out.
 *
 * @throws on what has no single text: NaN, Infinity, and objects of a class (decimals must be text already).
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    case 'number':
      if (!Number.isFinite(value)) throw new Error(`no canonical text for ${value}`)
      return JSON.stringify(value)
    case 'object':
      if (value === null) return 'null'
      if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`
      return canonicalObject(value)
    default:
      throw new Error(`no canonical text for a ${typeof value}`)
  }
}

function canonicalObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    throw new Error(`no canonical text for a ${value.constructor.name}`)
  const record = value as Readonly<Record<string, unknown>>
  const members: string[] = []
  for (const key of Object.keys(record).sort())
    if (record[key] !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(record[key])}`)
  return `{${members.join()}}`
}

/** SHA-256 over a sequence of records, one line `["kind",record]` each, without keeping them. */
export type Digest = {
  add(kind: string, record: object): void
  /** Hexadecimal, of what was added until now. */
  hex(): string
}

export function createDigest(): Digest {
  const hash = createHash('sha256')
  return {
    add(kind, record) {
      hash.update(`${canonicalJson([kind, record])}\n`)
    },
    hex: () => hash.copy().digest('hex'),
  }
}
