import type { Asset, PositionId } from '../../shared/ids.ts'
import { type Amount, amount, sum } from '../../shared/money.ts'
import { epochMs } from '../../shared/time.ts'
import type { BagShare, BagShareStore } from '../ports.ts'
import { decoded, exactText, insertInto, type Sql, type Value } from './columns.ts'

export type BagShareRow = {
  readonly position_id: string
  readonly asset: string
  readonly amount: string
  readonly at: number
}

export const bagShareFromRow = (row: BagShareRow): BagShare =>
  decoded('bag_shares', `${row.position_id} ${row.asset}`, () => ({
    positionId: row.position_id as PositionId,
    asset: row.asset as Asset,
    amount: amount(row.amount),
    at: epochMs(row.at),
  }))

export function createBagShareStore(sql: Sql): BagShareStore {
  const insert = sql.prepare(
    `${insertInto('bag_shares', ['position_id', 'asset', 'amount', 'at'])} ON CONFLICT (position_id, asset) DO NOTHING`,
  )
  const all = (where: string) => sql.prepare<Value[], BagShareRow>(`SELECT * FROM bag_shares ${where}`)
  const ofPosition = all('WHERE position_id = ? ORDER BY asset')
  const ofAsset = all('WHERE asset = ?')
  return {
    add: (share) => insert.run(share.positionId, share.asset, exactText(share.amount), share.at).changes === 1,
    ofPosition: (id) => ofPosition.all(id).map(bagShareFromRow),
    total: (asset) => sum(ofAsset.all(asset).map((row) => bagShareFromRow(row).amount)) as Amount,
  }
}
