import type { Message, Topic, Topics } from '../../../src/main/bus/topics.ts'
import type { CorrelationId, MessageId } from '../../../src/shared/ids.ts'
import { at } from './builders.ts'

export const aMessage = <T extends Topic>(
  n: number,
  topic: T,
  payload: Topics[T],
  correlationId: string | null = null,
): Message<Topic> =>
  ({
    id: `msg_${n}` as MessageId,
    topic,
    source: 'tests',
    priority: 'NORMAL',
    timestamp: at(n),
    payload,
    correlationId: correlationId as CorrelationId | null,
    causationId: null,
    ttlMs: Number.POSITIVE_INFINITY,
  }) satisfies Message<T> as Message<Topic>

/** Something that happened, with a text of its own. */
export const aNote = (n: number, text = `happened ${n}`): Message<Topic> =>
  aMessage(n, 'system_events', { kind: 'note', text }, n % 3 === 0 ? 'cor_1' : null)
