import { decimal, money } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import type { EquityPoint, EquityStore } from '../ports.ts'
import { decoded, insertInto, type Sql, shownText } from './columns.ts'

type EquityRow = {
  readonly seq: number
  readonly at: number
  readonly equity: string
  readonly hold_equity: string | null
  readonly peak: string
  readonly flows: string | null
  readonly drift_pp: string
}

const pointFromRow = (row: EquityRow): EquityPoint =>
  decoded('equity_snapshots', String(row.seq), () => ({
    at: epochMs(row.at),
    equity: money(row.equity),
    holdEquity: row.hold_equity === null ? null : money(row.hold_equity),
    peak: money(row.peak),
    flows: row.flows === null ? null : money(row.flows),
    driftPp: row.drift_pp,
  }))

export function createEquityStore(sql: Sql): EquityStore {
  const insert = sql.prepare(
    insertInto('equity_snapshots', ['at', 'equity', 'hold_equity', 'peak', 'flows', 'drift_pp']),
  )
  const one = <P extends unknown[]>(where: string) =>
    sql.prepare<P, EquityRow>(`SELECT * FROM equity_snapshots ${where} LIMIT 1`)
  const first = one<[]>('ORDER BY seq')
  const last = one<[]>('ORDER BY seq DESC')
  const before = one<[number]>('WHERE at < ? ORDER BY at DESC, seq DESC')
  const firstSince = one<[number]>('WHERE at >= ? ORDER BY at, seq')
  const atOrAfterSeq = one<[number]>('WHERE seq >= ? ORDER BY seq')
  const between = sql.prepare<[number, number], EquityRow>(
    'SELECT * FROM equity_snapshots WHERE seq >= ? AND at >= ? ORDER BY seq',
  )
  const pointOrNull = (row: EquityRow | undefined): EquityPoint | null => (row === undefined ? null : pointFromRow(row))
  return {
    add(point) {
      insert.run(
        point.at,
        shownText(point.equity),
        point.holdEquity === null ? null : shownText(point.holdEquity),
        shownText(point.peak),
        point.flows === null ? null : shownText(point.flows),
        shownText(decimal(point.driftPp)),
      )
    },
    first: () => pointOrNull(first.get()),
    last: () => pointOrNull(last.get()),
    before: (time) => pointOrNull(before.get(time)),
    since(time, limit) {
      const from = firstSince.get(time)
      const to = last.get()
      if (from === undefined || to === undefined || limit < 1) return []
      const count = to.seq - from.seq + 1
      if (count <= limit) return between.all(from.seq, time).map(pointFromRow)
      // Rows are numbered without gaps, so equal steps of seq are equal steps of time, found without reading the rest.
      const points: EquityPoint[] = []
      for (let i = 0; i < limit; i++) {
        const seq = limit === 1 ? to.seq : from.seq + Math.floor((i * (count - 1)) / (limit - 1))
        const row = atOrAfterSeq.get(seq)
        if (row !== undefined && row.at >= time) points.push(pointFromRow(row))
      }
      return points
    },
  }
}
