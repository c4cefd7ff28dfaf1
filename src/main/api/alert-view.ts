import type { AlertView } from '../../shared/contract/views.ts'
import type { Message } from '../bus/topics.ts'
import { summaryOf, toPlain } from './summary.ts'

/** What deserves a toast: decisions that wait, fills, ends of plans, halts and risk. Null for everything else. */
export function alertOf(message: Message): AlertView | null {
  const level = levelOf(message)
  if (level === null) return null
  return {
    id: message.id,
    at: message.timestamp,
    level,
    text: summaryOf(message.topic, toPlain(message.payload)),
    link: linkOf(message),
  }
}

function levelOf(message: Message): AlertView['level'] | null {
  switch (message.topic) {
    case 'risk_alerts':
      return 'urgent'
    case 'proposals': {
      const { kind, proposal } = (message as Message<'proposals'>).payload
      if (kind === 'proposed') return 'info'
      if (kind === 'finished') return proposal.status === 'completed' ? 'info' : 'warning'
      return kind === 'closed' && proposal.status !== 'rejected' ? 'warning' : null
    }
    case 'conflicts': {
      const { kind } = (message as Message<'conflicts'>).payload
      return kind === 'asking' ? null : 'info'
    }
    case 'execution_events':
      return (message as Message<'execution_events'>).payload.kind === 'fill' ? 'info' : null
    case 'system_events': {
      if ((message as Message<'system_events'>).payload.kind !== 'coordinator') return null
      return message.priority === 'URGENT' ? 'urgent' : 'warning'
    }
    default:
      return null
  }
}

function linkOf(message: Message): AlertView['link'] {
  switch (message.topic) {
    case 'proposals':
      return { room: 'decisions', id: (message as Message<'proposals'>).payload.proposal.id }
    case 'conflicts':
      return { room: 'decisions', id: (message as Message<'conflicts'>).payload.conflict.id }
    case 'execution_events':
      return { room: 'orders', id: (message as Message<'execution_events'>).payload.order.id }
    case 'risk_alerts': {
      const isOfAgents = /^(agent|breaker)\//.test((message as Message<'risk_alerts'>).payload.code)
      return isOfAgents ? { room: 'agents', id: null } : { room: 'journal', id: message.correlationId }
    }
    default:
      return null
  }
}
