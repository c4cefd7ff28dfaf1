import type { CorrelationId, ProposalId, TradedPair } from '../../shared/ids.ts'
import { amount } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import type { RuleOutcome } from '../domain/risk-rules.ts'
import type { RecordedRiskDecision, RiskDecisionStore } from '../ports.ts'
import { decoded, exactText, insertInto, type Sql } from './columns.ts'

type Row = {
  readonly seq: number
  readonly at: number
  readonly symbol: string
  readonly correlation_id: string
  readonly proposal_id: string | null
  readonly amount: string | null
  readonly own_amount: string | null
  readonly rules: string
}
const COLUMNS = ['at', 'symbol', 'correlation_id', 'proposal_id', 'amount', 'own_amount', 'rules']

export function createRiskDecisionStore(sql: Sql): RiskDecisionStore {
  const insert = sql.prepare(insertInto('risk_decisions', COLUMNS))
  const ofProposal = sql.prepare<[string], Row>('SELECT * FROM risk_decisions WHERE proposal_id = ?')
  const refused = sql.prepare<[number], Row>(
    'SELECT * FROM risk_decisions WHERE proposal_id IS NULL ORDER BY seq DESC LIMIT ?',
  )
  const recent = sql.prepare<[number], Row>('SELECT * FROM risk_decisions ORDER BY seq DESC LIMIT ?')
  return {
    add({ at, symbol, correlationId, allowed, rules }) {
      const [size, own] = allowed === null ? [null, null] : [exactText(allowed.amount), exactText(allowed.ownAmount)]
      insert.run(at, symbol, correlationId, allowed?.proposalId ?? null, size, own, JSON.stringify(rules))
    },
    ofProposal(id) {
      const row = ofProposal.get(id)
      return row === undefined ? null : decisionOf(row)
    },
    refused: (limit) => refused.all(limit).map(decisionOf),
    recent: (limit) => recent.all(limit).map(decisionOf),
  }
}

const decisionOf = (row: Row): RecordedRiskDecision =>
  decoded('risk_decisions', String(row.seq), () => ({
    at: epochMs(row.at),
    symbol: row.symbol as TradedPair,
    correlationId: row.correlation_id as CorrelationId,
    allowed:
      row.proposal_id === null || row.amount === null || row.own_amount === null
        ? null
        : { proposalId: row.proposal_id as ProposalId, amount: amount(row.amount), ownAmount: amount(row.own_amount) },
    rules: JSON.parse(row.rules) as RuleOutcome[],
  }))
