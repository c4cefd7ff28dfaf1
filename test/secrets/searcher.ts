import type { Canary } from './canaries.ts'
import { type Form, formsOf } from './forms.ts'

export type Exhibit = { readonly where: string; readonly bytes: Buffer }
export type Finding = { readonly secret: string; readonly form: string; readonly at: number }

/** So many characters of a secret in a row give it away, wherever it was cut. */
const PIECE = 12
/** What is public in front of a secret. */
const PUBLIC = /^sk-(?:ant-(?:api03|oat01)-|proj-|admin-)?/

type Sought = { readonly secret: string; readonly form: string }
type Mark = { readonly text: string; readonly of: Sought }

/** Finds every piece of every secret in every form, in one pass over the bytes. */
export class Searcher {
  private readonly marks = new Map<string, Mark[]>()
  /** By the first four bytes of a mark: rules out nearly every place. */
  private readonly beginnings = new Uint8Array(1 << 20)

  constructor(secrets: readonly Canary[]) {
    for (const { name, text } of secrets) this.add(name, text)
  }

  add(name: string, secret: string): void {
    const own = secret.replace(PUBLIC, '')
    if (own.length < PIECE) throw new Error(`${name} is too short to be searched for`)
    for (const form of formsOf(own)) this.addForm(name, form)
  }

  /** One line for each secret in each exhibit; [] is what everybody hopes for. */
  leaksIn(exhibits: readonly Exhibit[]): readonly string[] {
    return exhibits.flatMap((exhibit) => {
      const bySecret = Map.groupBy(this.findingsIn(exhibit), ({ secret }) => secret)
      return [...bySecret].map(([secret, findings]) => {
        const forms = findings.map(({ form }) => form).join(', ')
        return `${secret} in ${exhibit.where} (${forms})`
      })
    })
  }

  /** Each secret in each form once, at its first place. */
  findingsIn({ bytes }: Exhibit): readonly Finding[] {
    const found = new Map<Sought, number>()
    const text = bytes.toString('latin1')
    for (let at = 0; at + PIECE <= bytes.length; at++) {
      if (this.beginnings[beginningAt(bytes, at)] === 0) continue
      for (const mark of this.marks.get(text.slice(at, at + PIECE)) ?? []) {
        if (!found.has(mark.of) && text.startsWith(mark.text, at)) found.set(mark.of, at)
      }
    }
    return [...found].map(([{ secret, form }, at]) => ({ secret, form, at }))
  }

  private addForm(secret: string, { name: form, text, unit }: Form): void {
    const of = { secret, form }
    const length = Math.round(PIECE * unit)
    for (let at = 0; at + length <= text.length; at++) {
      const mark = { text: text.slice(at, at + length), of }
      const key = mark.text.slice(0, PIECE)
      const others = this.marks.get(key)
      if (others === undefined) this.marks.set(key, [mark])
      else others.push(mark)
      this.beginnings[beginningAt(Buffer.from(key, 'latin1'), 0)] = 1
    }
  }
}

const beginningAt = (bytes: Buffer, at: number): number =>
  (Math.imul(bytes.readInt32LE(at), 0x9e3779b1) >>> 12) & 0xfffff
