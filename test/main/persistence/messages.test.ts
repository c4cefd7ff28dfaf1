import { describe, expect, it } from 'vitest'
import { createStores } from '../../../src/main/persistence/stores.ts'
import type { MessageId } from '../../../src/shared/ids.ts'
import { amount } from '../../../src/shared/money.ts'
import { regimeOf } from '../../support/signal-builders.ts'
import { aMessage, aNote } from './audit-builders.ts'
import { anOrder, aProposal, at, BTC_USDT, openMemory } from './builders.ts'

function aWorld() {
  const db = openMemory()
  const stores = createStores(db)
  stores.proposals.insert(aProposal())
  return { db, stores }
}

describe('messages', () => {
  it('are written in batches, with decimals as plain text, and never market data', () => {
    const { db, stores } = aWorld()
    const count = () => db.sql.prepare('SELECT count(*) FROM messages').pluck().get()
    const tiny = anOrder({ amount: amount('0.00000001') })
    stores.messages.append(aMessage(1, 'execution_events', { kind: 'order', order: tiny }))
    stores.messages.append(aMessage(2, 'market_data', { kind: 'prices', ticks: [] }))
    expect(count()).toBe(0)
    stores.messages.flush()
    expect(count()).toBe(1)
    const [row] = stores.journal.search({ text: null, topic: null, beforeSeq: null, limit: 9 })
    expect(JSON.parse(row?.payload ?? '').order).toMatchObject({ amount: '0.00000001', limitPrice: '50250' })
  })

  it('are written when there are 2,000, where nobody asks for it', () => {
    const { db, stores } = aWorld()
    for (let n = 0; n < 2_001; n++) stores.messages.append(aNote(n))
    expect(db.sql.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(2_000)
  })

  it('are not lost with a transaction that fails', () => {
    const { stores } = aWorld()
    expect(() =>
      stores.transact(() => {
        for (let n = 0; n < 700; n++) stores.messages.append(aNote(n))
        stores.messages.flush()
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(stores.journal.search({ text: null, topic: null, beforeSeq: null, limit: 999 })).toHaveLength(700)
  })

  it('are searched by word, topic and page, and traced by decision', () => {
    const { stores } = aWorld()
    for (let n = 0; n < 10; n++) {
      const topic = n % 2 === 0 ? 'system_events' : 'risk_alerts'
      const payload = { kind: 'k', code: 'c', text: n === 3 ? '100 % sure_thing' : 'nothing' }
      stores.messages.append(aMessage(n, topic, payload, n % 3 === 0 ? 'cor_x' : null))
    }
    const ids = (text: string | null, topic: string | null, beforeSeq: number | null = null, limit = 99) =>
      stores.journal.search({ text, topic, beforeSeq, limit }).map((row) => row.id)
    expect(ids(null, 'risk_alerts', null, 2)).toEqual(['msg_9', 'msg_7'])
    expect(ids(null, null, 3)).toEqual(['msg_1', 'msg_0'])
    expect(ids('100 % SURE_', null)).toEqual(['msg_3'])
    expect(ids('%', null)).toEqual(['msg_3'])
    expect(ids('msg_4', 'system_events')).toEqual(['msg_4'])
    expect(ids('cor_x', null)).toEqual(['msg_9', 'msg_6', 'msg_3', 'msg_0'])
    expect(stores.journal.trace('cor_x').map((row) => row.id)).toEqual(['msg_0', 'msg_3', 'msg_6', 'msg_9'])
    expect(stores.journal.trace(`' OR 1=1 --`)).toEqual([])
  })

  it('keep the dead with who did not take them and why', () => {
    const { stores } = aWorld()
    stores.messages.deadLetter(aMessage(1, 'market_data', { kind: 'prices', ticks: [] }), 'tracker', 'expired')
    expect(stores.journal.deadLetters(5)).toMatchObject([
      { id: 'msg_1', topic: 'market_data', subscriber: 'tracker', reason: 'expired', at: at(1) },
    ])
  })

  it('of agents are kept with what they rest on', () => {
    const { db, stores } = aWorld()
    const regime = regimeOf()
    stores.agentOutputs.add('regime_detection', 'msg_7' as MessageId, regime, ['msg_6' as MessageId], 0.25)
    const row = db.sql.prepare('SELECT agent, message_id, symbol, input_ids, latency_ms FROM agent_outputs').raw().get()
    expect(row).toEqual(['regime_detection', 'msg_7', BTC_USDT, '["msg_6"]', 0.25])
  })
})
