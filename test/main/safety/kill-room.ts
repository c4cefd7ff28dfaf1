import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { createFileSentinel } from '../../../src/main/adapters/system/sentinel.ts'
import type { Clock, StateStore } from '../../../src/main/ports.ts'
import { KillSwitch } from '../../../src/main/safety/kill-switch.ts'
import { ClientOrderId } from '../../../src/shared/ids.ts'
import { type Failure, fail, ok, type Result } from '../../../src/shared/result.ts'

export const entry = (n: number): ClientOrderId => ClientOrderId.parse(n.toString(16).padStart(32, '0'))

/** How the exchange answers the cancel of one order. */
type Answer = 'cancelled' | 'not-open' | 'refused' | 'hangs' | 'throws'

/** Everything the kill switch touches: a real file, a real database file that can be locked, an exchange that may hang. */
export class KillRoom {
  readonly folder = mkdtempSync(join(tmpdir(), 'kill-'))
  readonly mark = join(this.folder, 'live-kraken.kill')
  readonly database = join(this.folder, 'live-kraken.db')
  /** What happened, in order. */
  readonly happened: string[] = []
  readonly log: string[] = []
  /** Our entry orders that may be open, as the executor keeps them in memory. */
  readonly open = new Set<ClientOrderId>()
  readonly answers = new Map<ClientOrderId, Answer>()
  areServicesBroken = false
  halted: string | null = null
  closing = 0
  readonly state: StateStore
  private readonly ours: BetterSqlite3.Database
  private readonly theirs: BetterSqlite3.Database
  private readonly switches: KillSwitch[] = []

  constructor() {
    this.ours = new BetterSqlite3(this.database, { timeout: 100 })
    this.ours.exec('CREATE TABLE state (name TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT')
    this.theirs = new BetterSqlite3(this.database, { timeout: 0 })
    const get = this.ours.prepare<[string], { json: string }>('SELECT json FROM state WHERE name = ?')
    const set = this.ours.prepare('INSERT OR REPLACE INTO state VALUES (?, ?)')
    this.state = {
      get: (name) => get.get(name)?.json ?? null,
      set: (name, json) => void set.run(name, json),
    }
  }

  /** As at a start of the program: nothing but file and database is known. */
  start(clock: Clock): KillSwitch {
    const sentinel = createFileSentinel(this.mark)
    const killSwitch = new KillSwitch({
      clock,
      sentinel: {
        ...sentinel,
        raise: (kill) => {
          this.happened.push('mark')
          return sentinel.raise(kill)
        },
      },
      state: this.state,
      log: { info: () => {}, error: (text) => void this.log.push(text) },
      openEntries: () => {
        if (this.areServicesBroken) throw new Error('a bug in the executor')
        return [...this.open]
      },
      cancel: (id) => this.cancel(id),
      abortQuestions: () => {
        this.happened.push('abort')
        if (this.areServicesBroken) throw new Error('a bug in the coordinator')
      },
      halt: (reason) => {
        this.state.set('coordinator', JSON.stringify({ state: 'HALTED', reason }))
        this.happened.push('halt')
        this.halted = reason
      },
      closePositions: () => {
        this.state.set('closing', 'true')
        this.happened.push('close positions')
        this.closing += 1
      },
    })
    this.switches.push(killSwitch)
    return killSwitch
  }

  lock(): void {
    this.theirs.exec('BEGIN EXCLUSIVE')
  }
  unlock(): void {
    if (this.theirs.inTransaction) this.theirs.exec('ROLLBACK')
  }

  cancels(id: ClientOrderId): number {
    return this.happened.filter((what) => what === `cancel ${id}`).length
  }

  remove(): void {
    for (const killSwitch of this.switches) killSwitch.close()
    this.unlock()
    this.theirs.close()
    this.ours.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private cancel(id: ClientOrderId): Promise<Result<'cancelled' | 'not-open', Failure>> {
    this.happened.push(`cancel ${id}`)
    switch (this.answers.get(id) ?? 'cancelled') {
      case 'cancelled':
        this.open.delete(id)
        return Promise.resolve(ok('cancelled'))
      case 'not-open':
        return Promise.resolve(ok('not-open'))
      case 'refused':
        return Promise.resolve(fail('kraken/unreachable', 'no answer'))
      case 'hangs':
        return new Promise(() => {})
      case 'throws':
        throw new Error('a bug in the adapter')
    }
  }
}
