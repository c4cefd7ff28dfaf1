import { describe, expect, it } from 'vitest'
import { alertOf } from '../../../src/main/api/alert-view.ts'
import type { Message } from '../../../src/main/bus/topics.ts'
import type { CorrelationId, MessageId } from '../../../src/shared/ids.ts'
import { epochMs } from '../../../src/shared/time.ts'

const alarm = (code: string): Message<'risk_alerts'> => ({
  id: 'msg_1' as MessageId,
  topic: 'risk_alerts',
  source: 'test',
  priority: 'HIGH',
  timestamp: epochMs(1_000),
  payload: { code, text: 'Something happened.' },
  correlationId: 'cor_1' as CorrelationId,
  causationId: null,
  ttlMs: Number.POSITIVE_INFINITY,
})

describe('an alarm', () => {
  it.each(['agent/failed', 'breaker/day'])('of %s leads to the agents, who are shown with what stops them', (code) => {
    expect(alertOf(alarm(code))).toMatchObject({ level: 'urgent', link: { room: 'agents', id: null } })
  })

  it('of anything else leads to its story in the journal', () => {
    expect(alertOf(alarm('order/external'))?.link).toEqual({ room: 'journal', id: 'cor_1' })
  })
})
