import type { ConflictId, TradedPair } from '../../shared/ids.ts'
import { amount, decimal, money, price } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import type { Counterfactual, VirtualTrade } from '../domain/counterfactual.ts'
import type { ConflictScoreStore, Transact } from '../ports.ts'
import { decoded, exactText, insertInto, oneOf, type Sql, shownText } from './columns.ts'
import { type Fields, fieldsOf, itemsOf, listOf, textIn, textOrNullIn } from './json.ts'

type FollowedRow = {
  readonly conflict_id: string
  readonly until: number
  readonly at_once: string
  readonly after_wait: string | null
}
type ScoreRow = { readonly option_id: string; readonly earned: string | null }

const SIDES = ['long', 'short'] as const

const tradeFields = ({ key, symbol, side, ...numbers }: VirtualTrade): Fields => ({
  key,
  symbol,
  side,
  amount: exactText(numbers.amount),
  entry: exactText(numbers.entry),
  stop: exactText(numbers.stop),
  target: exactText(numbers.target),
  entryFee: exactText(numbers.entryFee),
  exitFee: exactText(numbers.exitFee),
  exit: numbers.exit === null ? null : exactText(numbers.exit),
})

function tradeIn(fields: Fields): VirtualTrade {
  const exit = textOrNullIn(fields, 'exit')
  return {
    key: textIn(fields, 'key'),
    symbol: textIn(fields, 'symbol') as TradedPair,
    side: oneOf(SIDES, fields.side),
    amount: amount(textIn(fields, 'amount')),
    entry: price(textIn(fields, 'entry')),
    stop: price(textIn(fields, 'stop')),
    target: price(textIn(fields, 'target')),
    entryFee: decimal(textIn(fields, 'entryFee')),
    exitFee: decimal(textIn(fields, 'exitFee')),
    exit: exit === null ? null : price(exit),
  }
}

function afterWaitFromJson(text: string): Counterfactual['afterWait'] {
  const fields = fieldsOf(JSON.parse(text), 'after_wait')
  return { optionId: textIn(fields, 'optionId'), trades: itemsOf(fields.trades, 'trades', tradeIn) }
}

const followedFromRow = (row: FollowedRow): Counterfactual =>
  decoded('counterfactuals', row.conflict_id, () => ({
    conflictId: row.conflict_id as ConflictId,
    until: epochMs(row.until),
    atOnce: listOf(row.at_once, 'at_once', tradeIn),
    afterWait: row.after_wait === null ? null : afterWaitFromJson(row.after_wait),
  }))

export function createConflictScoreStore(sql: Sql, transact: Transact): ConflictScoreStore {
  const follow = sql.prepare(
    `INSERT INTO counterfactuals (conflict_id, until, at_once, after_wait) VALUES (?, ?, ?, ?)
     ON CONFLICT (conflict_id) DO UPDATE SET at_once = excluded.at_once, after_wait = excluded.after_wait`,
  )
  const followed = sql.prepare<[], FollowedRow>(
    'SELECT * FROM counterfactuals WHERE scored_at IS NULL ORDER BY until, conflict_id',
  )
  const end = sql.prepare('UPDATE counterfactuals SET scored_at = ? WHERE conflict_id = ? AND scored_at IS NULL')
  const insert = sql.prepare(insertInto('conflict_scores', ['conflict_id', 'option_id', 'earned']))
  const ofConflict = sql.prepare<[string], ScoreRow>(
    'SELECT option_id, earned FROM conflict_scores WHERE conflict_id = ? ORDER BY option_id',
  )
  const scored = sql
    .prepare<[], string>(
      'SELECT conflict_id FROM counterfactuals WHERE scored_at IS NOT NULL ORDER BY scored_at, conflict_id',
    )
    .pluck()
  return {
    follow({ conflictId, until, atOnce, afterWait }) {
      const later =
        afterWait === null ? null : { optionId: afterWait.optionId, trades: afterWait.trades.map(tradeFields) }
      const text = later === null ? null : JSON.stringify(later)
      follow.run([conflictId, until, JSON.stringify(atOnce.map(tradeFields)), text])
    },
    followed: () => followed.all().map(followedFromRow),
    score: (id, scores, at) =>
      transact(() => {
        if (end.run([at, id]).changes !== 1) throw new Error(`conflict ${id} is not followed, or is scored already`)
        for (const [optionId, earned] of scores) insert.run([id, optionId, earned === null ? null : shownText(earned)])
      }),
    of(id) {
      const rows = ofConflict.all(id)
      if (rows.length === 0) return null
      return new Map(
        rows.map(({ option_id, earned }) => [
          option_id,
          decoded('conflict_scores', id, () => (earned === null ? null : money(earned))),
        ]),
      )
    },
    scored: () => scored.all() as ConflictId[],
  }
}
