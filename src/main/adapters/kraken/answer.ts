import { z } from 'zod'
import type { TransportFault } from './outcome.ts'

/** What came over the wire; `body` is null where it broke off. */
export type RawAnswer = { readonly status: number; readonly body: string | null }

export type Answer =
  | { readonly kind: 'result'; readonly result: unknown; readonly warnings: readonly string[] }
  /** With whatever stood beside the errors. */
  | { readonly kind: 'errors'; readonly errors: readonly string[]; readonly result: unknown }
  | { readonly kind: 'fault'; readonly fault: TransportFault }

const Envelope = z.object({ error: z.array(z.string()), result: z.unknown().optional() })

/** Never throws: whatever a server, a proxy or a broken line can send is one of the three. */
export function readAnswer({ status, body }: RawAnswer): Answer {
  if (body === null) return fault('reset_in_body')
  const parsed = parse(body.trim())
  const envelope = parsed.ok ? Envelope.safeParse(parsed.value) : null
  if (envelope?.success === true) {
    const { error, result } = envelope.data
    const errors = error.filter((text) => !text.startsWith('W'))
    if (errors.length > 0) return { kind: 'errors', errors, result }
    if (typeof result === 'object' && result !== null) return { kind: 'result', result, warnings: error }
  }
  if (status === 429) return fault('too_many_requests')
  if (status >= 500) return fault('server_error')
  if (status < 200 || status >= 300) return fault('other_status')
  if (!parsed.ok) return fault(parsed.fault)
  if (parsed.value === null) return fault('null_body')
  return fault(Array.isArray(parsed.value) ? 'array_body' : 'incomplete')
}

const fault = (what: TransportFault): Answer => ({ kind: 'fault', fault: what })

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly fault: TransportFault }

function parse(text: string): Parsed {
  if (text === '') return { ok: false, fault: 'empty_body' }
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, fault: text.startsWith('<') ? 'html_page' : 'cut_json' }
  }
}
