import { z } from 'zod'
import { createRandom } from '../../../src/main/adapters/generated/price-walk.ts'

/** Replies that are made from the true one; the others say nothing about it. */
const TRUE_REPLIES = ['normal', 'cut', 'reset-in-body', 'without-txid', 'warning'] as const

const reply = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('normal') }),
  /** The body ends in the middle; the transfer does not look broken. */
  z.strictObject({ kind: z.literal('cut') }),
  /** The line goes dead in the middle of the body. */
  z.strictObject({ kind: z.literal('reset-in-body') }),
  /** `txid` is left out of the result. */
  z.strictObject({ kind: z.literal('without-txid') }),
  /** A `W…` in the error list beside the result. */
  z.strictObject({ kind: z.literal('warning'), text: z.string().startsWith('W').default('WGeneral:Danger') }),
  /** No answer ever, the line stays open. */
  z.strictObject({ kind: z.literal('drop') }),
  /** The line goes dead before any byte. */
  z.strictObject({ kind: z.literal('reset') }),
  /** An HTTP status with a page of HTML, unless another body is given. */
  z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
    body: z.string().optional(),
  }),
  /** 200 with exactly this text. */
  z.strictObject({ kind: z.literal('body'), body: z.string() }),
  /** 200 with `{"error":["…"]}`. */
  z.strictObject({ kind: z.literal('error'), error: z.string().min(1) }),
])
export type Reply = z.infer<typeof reply>

const ms = z.number().int().nonnegative()
const accept = z.union([
  /** Takes effect at once. */
  z.literal('now'),
  /** Never arrives where it would take effect; its nonce is not used up. */
  z.literal('never'),
  /** Is let in at once, nonce used up, and takes effect later: deadlines are for this. */
  z.strictObject({ afterMs: ms }),
])
export const Fault = z
  .strictObject({ accept, reply, replyAfterMs: ms.default(0) })
  .refine((fault) => fault.accept !== 'never' || !(TRUE_REPLIES as readonly string[]).includes(fault.reply.kind), {
    message: 'what was never accepted has no true answer to make this reply from',
  })
export type Fault = z.infer<typeof Fault>

export const FaultRule = z.strictObject({
  /** One of them is drawn each time. */
  faults: z.array(Fault).min(1),
  /** Last parts of paths, e.g. `AddOrder`; all of them when left out. */
  endpoints: z.array(z.string()).optional(),
  /** Only calls that have all of these parameters, e.g. `{ type: 'buy' }`. */
  params: z.record(z.string(), z.string()).default({}),
  /** How many calls it meets; without end when left out. */
  times: z.number().int().positive().optional(),
  /** Of each call, from 0 to 1. */
  probability: z.number().min(0).max(1).default(1),
})
export type FaultRule = z.input<typeof FaultRule>

type Active = z.infer<typeof FaultRule> & { left: number }

/** What goes wrong, by rule; the first rule that meets a call decides. */
export class Faults {
  private rules: Active[] = []
  private random: () => number

  constructor(seed: number) {
    this.random = createRandom(seed)
  }

  /** Removes the rule again. */
  add(given: FaultRule): () => void {
    const read = FaultRule.parse(given)
    const rule = { ...read, left: read.times ?? Number.POSITIVE_INFINITY }
    this.rules.push(rule)
    return () => {
      this.rules = this.rules.filter((each) => each !== rule)
    }
  }

  /** The next call (of this endpoint) goes wrong like this. */
  next(fault: z.input<typeof Fault>, ...endpoints: string[]): void {
    this.add({ faults: [fault], times: 1, ...(endpoints.length > 0 ? { endpoints } : {}) })
  }

  /** The draws start again, from this seed. */
  reseed(seed: number): void {
    this.random = createRandom(seed)
  }

  clear(): void {
    this.rules = []
  }

  take(endpoint: string, params: Readonly<Record<string, unknown>> = {}): Fault | null {
    for (const rule of this.rules) {
      if (rule.endpoints !== undefined && !rule.endpoints.includes(endpoint)) continue
      if (Object.entries(rule.params).some(([name, value]) => params[name] !== value)) continue
      if (rule.probability < 1 && this.random() >= rule.probability) continue
      rule.left--
      if (rule.left <= 0) this.rules = this.rules.filter((each) => each !== rule)
      const { faults } = rule
      return faults[faults.length === 1 ? 0 : Math.floor(this.random() * faults.length)] ?? null
    }
    return null
  }
}

const HTML = '<html><body><h1>Kraken is taking a short break</h1></body></html>'
const bodies = ['', HTML, '{}', 'null', '[]', '{"error":[],"result":{}}', '{"error":[],"resu'].map(
  (body): Reply => ({ kind: 'body', body }),
)
const statuses = [403, 502, 503, 520].map((status): Reply => ({ kind: 'status', status }))
const SILENT: readonly Reply[] = [...bodies, ...statuses, { kind: 'reset' }]

/**
 * Everything after which nobody can know whether it took effect: for soaks. Those that only a client's time-out ends are
 * not among them; add `drop` where the time-out is short.
 *
 * @param lateMs how late those take effect that are accepted late.
 */
export const unknowableFaults = (lateMs: number): Fault[] => [
  ...SILENT.flatMap((each): Fault[] => [
    { accept: 'now', reply: each, replyAfterMs: 0 },
    { accept: 'never', reply: each, replyAfterMs: 0 },
    { accept: { afterMs: lateMs }, reply: each, replyAfterMs: 0 },
  ]),
  ...(['cut', 'reset-in-body', 'without-txid'] as const).map(
    (kind): Fault => ({ accept: 'now', reply: { kind }, replyAfterMs: 0 }),
  ),
]
