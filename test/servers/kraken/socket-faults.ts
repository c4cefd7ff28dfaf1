import { z } from 'zod'
import { createRandom } from '../../../src/main/adapters/generated/price-walk.ts'

export const SocketFault = z.enum([
  /** The message is not sent. */
  'lose',
  /** It is sent twice. */
  'duplicate',
  /** It is sent after the one that follows it. */
  'reorder',
])
export type SocketFault = z.infer<typeof SocketFault>

type Rule = { readonly fault: SocketFault; readonly channel: string | null; left: number; readonly probability: number }

/** What goes wrong on the way to the sockets. Acknowledgements, heartbeats and pongs are only ever silenced. */
export class SocketFaults {
  /** Nothing at all is sent, while the line stays open. */
  isSilent = false
  /** All that happens to the account in one turn goes out as one message: its readers look at the first item only. */
  batchesExecutions = false
  private rules: Rule[] = []
  private readonly random: () => number

  constructor(seed: number) {
    this.random = createRandom(seed)
  }

  /** The next so many messages, of one channel when named. */
  next(fault: SocketFault, times = 1, channel: string | null = null): void {
    this.rules.push({ fault, channel, left: times, probability: 1 })
  }

  /** Each message with this probability, until cleared. */
  randomly(fault: SocketFault, probability: number, channel: string | null = null): void {
    this.rules.push({ fault, channel, left: Number.POSITIVE_INFINITY, probability })
  }

  clear(): void {
    this.isSilent = false
    this.batchesExecutions = false
    this.rules = []
  }

  take(channel: string): SocketFault | null {
    for (const rule of this.rules) {
      if (rule.channel !== null && rule.channel !== channel) continue
      if (rule.probability < 1 && this.random() >= rule.probability) continue
      rule.left--
      if (rule.left <= 0) this.rules = this.rules.filter((each) => each !== rule)
      return rule.fault
    }
    return null
  }
}
