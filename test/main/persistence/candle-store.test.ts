import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Candle } from '../../../src/main/domain/market.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import { verifyDatabase } from '../../../src/main/persistence/verify-checks.ts'
import { epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'
import { BTC_USDT, XRP_USDT } from '../../support/money-arbitraries.ts'
import { inFolder, MIGRATIONS, openMemory, openOrThrow } from './builders.ts'

const minute = (i: number, more: Partial<Candle> = {}): Candle => ({
  openTime: epochMs(i * MINUTE),
  intervalMs: MINUTE,
  open: 0.1 + 0.2,
  high: 1.5,
  low: 1e-8,
  close: 1.25,
  volume: 2_543_716_698.49,
  ...more,
})
const NEVER = epochMs(1e13)

describe('candles on file', () => {
  it('come back as they went, to the last bit, over a restart', () => {
    inFolder((folder) => {
      const file = join(folder, 'live-kraken.db')
      const first = openOrThrow(file)
      const { candles } = createStores(first)
      candles.add(BTC_USDT, minute(1))
      candles.add(BTC_USDT, minute(2, { missing: 3 }))
      candles.add(XRP_USDT, minute(2, { close: 1 }))
      candles.add(BTC_USDT, { ...minute(0), intervalMs: HOUR })
      candles.flush()
      first.close()

      const second = openOrThrow(file)
      const again = createStores(second).candles
      expect(again.last(BTC_USDT, MINUTE, 10, NEVER)).toEqual([minute(1), minute(2, { missing: 3 })])
      expect(again.last(XRP_USDT, MINUTE, 10, NEVER)).toEqual([minute(2, { close: 1 })])
      expect(again.last(BTC_USDT, HOUR, 10, NEVER)).toHaveLength(1)
      expect(verifyDatabase(second)).toEqual([])
      second.close()
    })
  })

  it('are those that had closed by then, the newest so many, oldest first', () => {
    const { candles } = createStores(openMemory())
    for (const i of [3, 1, 2, 0]) candles.add(BTC_USDT, minute(i))
    const opens = (count: number, time: number) =>
      candles.last(BTC_USDT, MINUTE, count, epochMs(time)).map(({ openTime }) => openTime / MINUTE)
    expect(opens(2, 4 * MINUTE)).toEqual([2, 3])
    expect(opens(2, 4 * MINUTE - 1)).toEqual([1, 2])
    expect(opens(9, 0)).toEqual([])
  })

  it('are replaced by what is told of the same interval later', () => {
    const { candles } = createStores(openMemory())
    candles.add(BTC_USDT, minute(1, { missing: 2 }))
    candles.flush()
    candles.add(BTC_USDT, minute(1, { close: 1 }))
    expect(candles.last(BTC_USDT, MINUTE, 10, NEVER)).toEqual([minute(1, { close: 1 })])
  })

  it('are written together, and never inside somebody else’s transaction', () => {
    const database = openMemory()
    const stores = createStores(database)
    const written = (): unknown => database.sql.prepare('SELECT count(*) FROM candles').pluck().get()
    stores.candles.add(BTC_USDT, minute(1))
    stores.candles.add(BTC_USDT, minute(2))
    expect(written()).toBe(0)
    stores.transact(() => stores.candles.flush())
    expect(written()).toBe(0)
    stores.candles.flush()
    expect(written()).toBe(2)
  })

  it('are so many of each symbol and width, and no more', () => {
    const database = openMemory()
    const { candles } = createStores(database, 100)
    for (let i = 0; i < 350; i++) {
      candles.add(BTC_USDT, minute(i * 3))
      candles.add(XRP_USDT, minute(i))
      if (i < 50) candles.add(BTC_USDT, { ...minute(i * 60), intervalMs: HOUR })
      if (i % 40 === 0) candles.flush()
    }
    candles.flush()
    const kept = candles.last(BTC_USDT, MINUTE, 1_000, NEVER)
    expect(kept.map(({ openTime }) => openTime / MINUTE)).toEqual(Array.from({ length: 100 }, (_, i) => (250 + i) * 3))
    expect(candles.last(XRP_USDT, MINUTE, 1_000, NEVER)).toHaveLength(100)
    expect(candles.last(BTC_USDT, HOUR, 1_000, NEVER)).toHaveLength(50)
  })

  it.each([
    ['off the grid', { openTime: epochMs(MINUTE + 1) }],
    ['with a low above its open', { low: 1.4 }],
    ['with a high below its close', { high: 1.1 }],
    ['without a price', { low: 0 }],
    ['with a negative volume', { volume: -1 }],
  ])('cannot be %s', (_, wrong) => {
    const { candles } = createStores(openMemory())
    candles.add(BTC_USDT, minute(1, wrong))
    expect(() => candles.flush()).toThrow('CHECK constraint failed')
  })

  it('have a place in a database from before there were any', () => {
    inFolder((folder) => {
      const older = join(folder, 'migrations')
      for (const name of readdirSync(MIGRATIONS).filter((name) => name < '005')) {
        cpSync(join(MIGRATIONS, name), join(older, name))
      }
      const file = join(folder, 'live-kraken.db')
      openOrThrow(file, older).close()
      const database = openOrThrow(file)
      const { candles } = createStores(database)
      candles.add(BTC_USDT, minute(1))
      expect(candles.last(BTC_USDT, MINUTE, 10, NEVER)).toEqual([minute(1)])
      expect(verifyDatabase(database)).toEqual([])
      database.close()
    })
  })
})
