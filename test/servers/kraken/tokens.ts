import { createHash } from 'node:crypto'
import type { Clock } from '../../../src/main/ports.ts'
import { after, type EpochMs } from '../../../src/shared/time.ts'
import { TOKEN_LIFE_S } from './rest-account.ts'

/** What opens the account's channels: handed out over REST, good for a quarter of an hour until it is used. */
export class Tokens {
  private readonly expiries = new Map<string, EpochMs>()
  private readonly clock: Clock
  private count = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  issue(key: string): string {
    const text = createHash('sha256')
      .update(`${key} ${this.clock.now()} ${++this.count}`)
      .digest('base64')
      .slice(0, 43)
    this.expiries.set(text, after(this.clock.now(), TOKEN_LIFE_S * 1_000))
    return text
  }

  isGood(token: string | undefined): boolean {
    return token !== undefined && (this.expiries.get(token) ?? 0) >= this.clock.now()
  }

  /** As if the quarter of an hour were over. */
  expireAll(): void {
    this.expiries.clear()
  }
}
