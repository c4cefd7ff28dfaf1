import type { CorrelationId } from '../../shared/ids.ts'
import { type Decimal, decimal, sum } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import type { LlmCall, LlmCallEnd, LlmCallRow, LlmCallStore } from '../ports.ts'
import { decoded, insertInto, oneOf, type Sql, updateOf, type Value } from './columns.ts'

type Row = {
  readonly id: string
  readonly purpose: string
  readonly decision_id: string | null
  readonly correlation_id: string | null
  readonly provider: string
  readonly model_asked: string
  readonly template_hash: string | null
  readonly prompt_hash: string
  readonly request: string
  readonly attempt: number
  readonly started_at: number
  readonly paid_at: number
  readonly reserved_usd: string
  readonly outcome: string | null
  readonly settled_usd: string | null
  readonly answer: string | null
  readonly model_answered: string | null
  readonly input_tokens: number | null
  readonly output_tokens: number | null
  readonly latency_ms: number | null
}
type CostRow = { readonly provider: string; readonly cost: string }

const PURPOSES = ['conflict', 'strategy', 'agent', 'test'] as const
const ASKED = [
  'id',
  'purpose',
  'decision_id',
  'correlation_id',
  'provider',
  'model_asked',
  'template_hash',
  'prompt_hash',
  'request',
  'attempt',
  'started_at',
  'paid_at',
  'reserved_usd',
] as const
const ENDED = [
  'outcome',
  'settled_usd',
  'answer',
  'model_answered',
  'input_tokens',
  'output_tokens',
  'latency_ms',
] as const

const askedValues = (call: LlmCall): Value[] => [
  call.id,
  call.purpose,
  call.decisionId,
  call.correlationId,
  call.provider,
  call.modelAsked,
  call.templateHash,
  call.promptHash,
  call.request,
  call.attempt,
  call.startedAt,
  call.paidAt,
  call.reservedUsd,
]
const endedValues = (end: LlmCallEnd): Value[] => [
  end.outcome,
  end.settledUsd,
  end.answer,
  end.modelAnswered,
  end.inputTokens,
  end.outputTokens,
  end.latencyMs,
]

const callOf = (row: Row): LlmCallRow =>
  decoded('llm_calls', row.id, () => ({
    id: row.id,
    purpose: oneOf(PURPOSES, row.purpose),
    decisionId: row.decision_id,
    correlationId: row.correlation_id as CorrelationId | null,
    provider: row.provider,
    modelAsked: row.model_asked,
    templateHash: row.template_hash,
    promptHash: row.prompt_hash,
    request: row.request,
    attempt: row.attempt,
    startedAt: epochMs(row.started_at),
    paidAt: epochMs(row.paid_at),
    reservedUsd: row.reserved_usd,
    end:
      row.outcome === null
        ? null
        : {
            outcome: row.outcome,
            settledUsd: row.settled_usd ?? row.reserved_usd,
            answer: row.answer,
            modelAnswered: row.model_answered,
            inputTokens: row.input_tokens,
            outputTokens: row.output_tokens,
            latencyMs: row.latency_ms ?? 0,
          },
  }))

export function createLlmCallStore(sql: Sql): LlmCallStore {
  const insert = sql.prepare(insertInto('llm_calls', ASKED))
  const close = sql.prepare(`${updateOf('llm_calls', ENDED, 'id')} AND outcome IS NULL`)
  const interrupt = sql.prepare<[string]>(
    'UPDATE llm_calls SET outcome = ?, settled_usd = reserved_usd WHERE outcome IS NULL',
  )
  const costs = (where: string) =>
    sql.prepare<[Value], CostRow>(
      `SELECT provider, coalesce(settled_usd, reserved_usd) AS cost FROM llm_calls WHERE ${where}`,
    )
  const [since, ofOne] = [costs('paid_at >= ?'), costs('decision_id = ?')]
  const ofDecision = sql.prepare<[string], Row>('SELECT * FROM llm_calls WHERE decision_id = ? ORDER BY seq')
  const last = sql.prepare<[string], Row>('SELECT * FROM llm_calls WHERE provider = ? ORDER BY seq DESC LIMIT 1')
  const total = (rows: readonly CostRow[]): Decimal => sum(rows.map(({ cost }) => decimal(cost)))
  return {
    add(call) {
      insert.run(askedValues(call))
    },
    close(id, end) {
      if (close.run([...endedValues(end), id]).changes !== 1) throw new Error(`the question ${id} is not out`)
    },
    interrupt(outcome) {
      interrupt.run(outcome)
    },
    spentSince: (time) => total(since.all(time)),
    spentOn: (decisionId) => total(ofOne.all(decisionId)),
    spentOnBy(decisionId) {
      const by = new Map<string, Decimal>()
      for (const { provider, cost } of ofOne.all(decisionId)) {
        by.set(provider, (by.get(provider) ?? decimal('0')).plus(decimal(cost)))
      }
      return by
    },
    ofDecision: (decisionId) => ofDecision.all(decisionId).map(callOf),
    last(provider) {
      const row = last.get(provider)
      return row === undefined ? null : callOf(row)
    },
  }
}
