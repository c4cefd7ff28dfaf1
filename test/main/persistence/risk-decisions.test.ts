import { describe, expect, it } from 'vitest'
import { createStores } from '../../../src/main/persistence/stores.ts'
import type { RecordedRiskDecision } from '../../../src/main/ports.ts'
import type { CorrelationId, ProposalId } from '../../../src/shared/ids.ts'
import { amount } from '../../../src/shared/money.ts'
import { aProposal, at, BTC_USDT, openMemory } from './builders.ts'

const refused: RecordedRiskDecision = {
  at: at(1),
  symbol: BTC_USDT,
  correlationId: 'cor_1' as CorrelationId,
  allowed: null,
  rules: [
    { rule: 'breakers', outcome: 'refused', text: 'Trading has lost 5 % today.' },
    { rule: 'sizing', outcome: 'cut', text: '× 0.5 for confidence “as ever”.' },
  ],
}
const allowed: RecordedRiskDecision = {
  ...refused,
  at: at(2),
  allowed: {
    proposalId: 'prp_1' as ProposalId,
    amount: amount('0.0123456789012345678901234567890123456789'),
    ownAmount: amount('0.04'),
  },
  rules: [],
}

describe('what the risk engine said', () => {
  it('comes back as it was, newest first, and with its proposal', () => {
    const database = openMemory()
    const { riskDecisions, proposals } = createStores(database)
    proposals.insert(aProposal({ id: 'prp_1' as ProposalId }))
    riskDecisions.add(refused)
    riskDecisions.add(allowed)
    expect(riskDecisions.recent(9)).toEqual([allowed, refused])
    expect(riskDecisions.recent(1)).toEqual([allowed])
    expect(riskDecisions.ofProposal('prp_1' as ProposalId)).toEqual(allowed)
    expect(riskDecisions.ofProposal('prp_2' as ProposalId)).toBeNull()
    database.close()
  })

  it('belongs to a proposal that exists', () => {
    const database = openMemory()
    const { riskDecisions } = createStores(database)
    expect(() => riskDecisions.add(allowed)).toThrow('FOREIGN KEY')
    database.close()
  })
})
