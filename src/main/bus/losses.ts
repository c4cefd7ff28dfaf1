import type { DeadLetterReason } from './subscriber.ts'
import type { Message } from './topics.ts'

type Loss = {
  readonly message: Message
  /** Published while a loss was being reported. */
  readonly isReport: boolean
  readonly subscriber: string
  readonly reason: DeadLetterReason
}

/**
 * Dead letters between the moment they happen and the moment it is safe to tell: the listeners may publish, so they are
 * told one after the other, never from within each other, and not while queues are being written.
 */
export function createLosses(
  onDeadLetter: (message: Message, subscriber: string, reason: DeadLetterReason) => void,
  onOverflow: (message: Message, subscriber: string) => void,
) {
  const untold: Loss[] = []
  let current: Loss | null = null

  return {
    add: (loss: Loss): void => {
      untold.push(loss)
    },
    untold: (): number => untold.length,
    isTelling: (): boolean => current !== null,
    /** What is published now would report the loss of a report: followed on, that might never end. */
    isTellingOfReport: (): boolean => current?.isReport === true,
    tell(): void {
      if (current !== null) return
      for (current = untold.shift() ?? null; current !== null; current = untold.shift() ?? null) {
        const { message, subscriber, reason } = current
        try {
          onDeadLetter(message, subscriber, reason)
          if (reason === 'queue full') onOverflow(message, subscriber)
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
  }
}
