import type { AfterCommit, Transact } from '../ports.ts'
import type { Sql } from './columns.ts'

export type Transactions = {
  /** Inside another transaction work joins that one, and is kept or undone with it. */
  readonly transact: Transact
  readonly afterCommit: AfterCommit
  /** Runs work when the transaction it is asked for in has been undone; never outside one. */
  readonly afterRollback: (work: () => void) => void
}

/** Work as one transaction, and what waits for its end. */
export function createTransactions(sql: Sql): Transactions {
  const run = sql.transaction((work: () => unknown) => work())
  let committed: (() => void)[] = []
  let undone: (() => void)[] = []

  function outermost<T>(work: () => T): T {
    let result: T
    try {
      result = run(work) as T
    } catch (error) {
      settle('undone')
      throw error
    }
    settle('committed')
    return result
  }

  /** What is run may begin a transaction of its own: that one starts with nothing waiting. */
  function settle(end: 'committed' | 'undone'): void {
    const due = end === 'committed' ? committed : undone
    committed = []
    undone = []
    for (const work of due) work()
  }

  return {
    transact: (work) => (sql.inTransaction ? work() : outermost(work)),
    afterCommit(work) {
      if (sql.inTransaction) committed.push(work)
      else work()
    },
    afterRollback(work) {
      undone.push(work)
    },
  }
}
