import type { TradedPair } from '../../shared/ids.ts'
import { decimal, sum, toText } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import type { AgentCall, AgentCallStore } from '../ports.ts'
import { insertInto, type Sql } from './columns.ts'

type Row = {
  readonly agent: string
  readonly symbol: string | null
  readonly at: number
  readonly name: string
  readonly model: string | null
  readonly prompt_hash: string
  readonly input_tokens: number | null
  readonly output_tokens: number | null
  readonly cost_usd: string | null
  readonly latency_ms: number
  readonly outcome: string
  readonly answer: string | null
}
const COLUMNS = [
  'agent',
  'symbol',
  'at',
  'name',
  'model',
  'prompt_hash',
  'input_tokens',
  'output_tokens',
  'cost_usd',
  'latency_ms',
  'outcome',
  'answer',
] as const

export function createAgentCallStore(sql: Sql): AgentCallStore {
  const insert = sql.prepare(insertInto('agent_calls', COLUMNS))
  const recent = sql.prepare<[string, number], Row>(
    `SELECT ${COLUMNS.join(', ')} FROM agent_calls WHERE agent = ? ORDER BY seq DESC LIMIT ?`,
  )
  const costs = sql
    .prepare<[string, number], string>(
      'SELECT cost_usd FROM agent_calls WHERE agent = ? AND at >= ? AND cost_usd IS NOT NULL',
    )
    .pluck()
  const any = sql.prepare<[string], number>('SELECT 1 FROM agent_calls WHERE agent = ? LIMIT 1').pluck()
  return {
    add(call) {
      insert.run(
        call.agent,
        call.symbol,
        call.at,
        call.name,
        call.model,
        call.promptHash,
        call.inputTokens,
        call.outputTokens,
        call.costUsd,
        call.latencyMs,
        call.outcome,
        call.answer,
      )
    },
    recent: (agent, limit) => recent.all(agent, limit).map(callOf),
    costSince: (agent, time) =>
      any.get(agent) === undefined ? null : toText(sum(costs.all(agent, time).map((text) => decimal(text)))),
  }
}

const callOf = (row: Row): AgentCall => ({
  agent: row.agent,
  symbol: row.symbol as TradedPair | null,
  at: epochMs(row.at),
  name: row.name,
  model: row.model,
  promptHash: row.prompt_hash,
  inputTokens: row.input_tokens,
  outputTokens: row.output_tokens,
  costUsd: row.cost_usd,
  latencyMs: row.latency_ms,
  outcome: row.outcome,
  answer: row.answer,
})
