import type { MessageStore, Stores } from '../ports.ts'
import type { Bus, PublishOptions } from './bus.ts'
import type { Message, Topic, Topics } from './topics.ts'

/** Says something of what is being saved: heard by everybody once that is certain, and by nobody if it is undone. */
export type Announce = <T extends Topic>(topic: T, payload: Topics[T], options: PublishOptions) => void

export type Outbox = {
  /**
   * Runs work as one transaction and writes what it announces to the audit within it, so that neither is kept without
   * the other. Inside another transaction it is kept or undone with that one, and everything below waits for its end.
   *
   * @param beforeSending after the commit, before anybody hears of it: what listeners may ask for is brought up to date.
   */
  transact<T>(work: (announce: Announce) => T, beforeSending?: (result: T) => void): T
}

export type OutboxStores = Pick<Stores, 'transact' | 'afterCommit'> & {
  readonly messages: Pick<MessageStore, 'record'>
}

/** Where orders, fills, proposals, conflicts and positions are saved and told of. */
export function createOutbox(deps: {
  readonly bus: Pick<Bus, 'compose' | 'send'>
  readonly stores: OutboxStores
}): Outbox {
  const { bus, stores } = deps
  return {
    transact<T>(work: (announce: Announce) => T, beforeSending?: (result: T) => void): T {
      return stores.transact(() => {
        const messages: Message<Topic>[] = []
        const result = work((topic, payload, options) => {
          const message = bus.compose(topic, payload, options) as Message<Topic>
          stores.messages.record(message)
          messages.push(message)
        })
        stores.afterCommit(() => {
          beforeSending?.(result)
          for (const message of messages) bus.send(message)
        })
        return result
      })
    },
  }
}
