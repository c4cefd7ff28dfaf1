import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import type { Order } from '../../../src/main/domain/order.ts'
import { verifyDatabase } from '../../../src/main/persistence/verify-checks.ts'
import type { Asset } from '../../../src/shared/ids.ts'
import { sum, toText } from '../../../src/shared/money.ts'
import { BTC, USDT, XRP } from '../../support/money-arbitraries.ts'
import { type Bench, isInOrder, positionOf, trade } from './trade-bench.ts'

const folders: string[] = []
export const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'triplegain-bags-'))
  folders.push(dir)
  return dir
}
afterAll(() => {
  for (const dir of folders) rmSync(dir, { recursive: true, force: true })
})

/** All of a profit of 59.4872 USDT goes to the bags: 19.83 each, enough for BTC and not for XRP. */
export const ALL = 'portfolio.bags.profit_share_percent=100'
export const AT_TARGET = { 'BTC/USDT': 51_700 }

/** A trade on BTC that reaches its target at 51,700, with a profit of 59.4872. */
export async function gain(bench: Bench): Promise<void> {
  await trade(bench)
  await bench.pass(2_000, 1_000, AT_TARGET)
  expect(toText(positionOf(bench).realized)).toBe('59.4872')
}

export const saved = (bench: Bench, asset: Asset): string => toText(bench.engine.executor.savingsOf(asset).saved)
export const heldBack = (bench: Bench, asset: Asset): string | null =>
  bench.engine.executor.savingsOf(asset).heldBackBecause
export const held = (bench: Bench, account: 'core' | 'hodl' | 'savings', asset: Asset): string =>
  toText(bench.engine.books.of(account, asset))
export const purchases = (bench: Bench): readonly Order[] =>
  bench.stores.orders.recent(100).filter(({ receipt }) => receipt.kind === 'bag_purchase')
export const bagEntries = (bench: Bench): string[] =>
  bench.stores.ledger
    .recent(100)
    .filter(({ kind }) => kind === 'bag')
    .map(({ reference, lines }) =>
      [reference, ...lines.map((line) => `${line.account} ${toText(line.amount)} ${line.asset}`)].join(', '),
    )

/** The ledger agrees with the exchange, and what is saved per asset is what the savings account holds. */
export async function agrees(bench: Bench): Promise<void> {
  expect(await isInOrder(bench)).toBe(true)
  const perAsset = [BTC, XRP, USDT].map((asset) => bench.engine.executor.savingsOf(asset).saved)
  expect(toText(sum(perAsset))).toBe(held(bench, 'savings', USDT))
  expect(verifyDatabase(bench.database)).toEqual([])
}
