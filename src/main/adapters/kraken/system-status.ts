import { after } from '../../../shared/time.ts'
import type { Cancel, Clock, ExchangeHealth } from '../../ports.ts'
import type { KrakenClient } from './client.ts'

export type SystemStatus = {
  current(): ExchangeHealth['system']
  /** The socket tells of changes as they happen. */
  set(system: ExchangeHealth['system']): void
  start(): void
  stop(): void
}

const ASK_EVERY_MS = 30_000

/** Whether Kraken takes orders at all. Taken for `online` until it says otherwise. */
export function createSystemStatus(client: KrakenClient, clock: Clock): SystemStatus {
  let system: ExchangeHealth['system'] = 'online'
  let cancelTimer: Cancel = () => {}
  let isStopped = false

  async function ask(): Promise<void> {
    const answer = await client.askPublic('SystemStatus')
    if (isStopped) return
    if (answer.ok) system = answer.value.status
    cancelTimer = clock.at(after(clock.now(), ASK_EVERY_MS), () => void ask())
  }

  return {
    current: () => system,
    set(next) {
      system = next
    },
    start: () => void ask(),
    stop() {
      isStopped = true
      cancelTimer()
    },
  }
}
