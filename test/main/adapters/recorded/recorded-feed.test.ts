import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import {
  createRecordedFeed,
  firstCloseOf,
  inspectRecordings,
  type Recording,
} from '../../../../src/main/adapters/recorded/recorded-feed.ts'
import { createSimulatedClock } from '../../../../src/main/adapters/system/clock.ts'
import type { ClosedCandle, Tick } from '../../../../src/main/domain/market.ts'
import type { FeedListener, FeedStatus } from '../../../../src/main/ports.ts'
import { pair } from '../../../../src/shared/ids.ts'
import { HOUR } from '../../../../src/shared/time.ts'

const folder = mkdtempSync(join(tmpdir(), 'recorded-'))
afterAll(() => rmSync(folder, { recursive: true }))

const START = 1_600_560_000

function record(name: string, symbol: string, hours: readonly number[]) {
  const file = join(folder, name)
  const rows = hours.map((n) => `${START + n * 3600},10,12,9,${10 + n / 100},5`)
  writeFileSync(file, `time,open,high,low,close,volume\n${rows.join('\n')}\n`)
  return { symbol: pair(symbol), file }
}

async function recordings(...files: ReturnType<typeof record>[]): Promise<readonly Recording[]> {
  const result = await inspectRecordings(files)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

function createListener() {
  const heard = { ticks: [] as Tick[], candles: [] as ClosedCandle[], statuses: [] as FeedStatus[] }
  const listener: FeedListener = {
    prices: (ticks) => heard.ticks.push(...ticks),
    candles: (closed) => heard.candles.push(...closed),
    status: (status) => heard.statuses.push(status),
  }
  return { heard, listener }
}

async function waitUntil(isDone: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000 && !isDone(); i++) await setImmediate()
  expect(isDone()).toBe(true)
}

it('plays each close at its moment as price and candle, and says when the recording has ended', async () => {
  const played = await recordings(record('btc.csv', 'BTC/USDT', [0, 1, 2]), record('xrp.csv', 'XRP/USDT', [1, 2, 4]))
  const start = firstCloseOf(played)
  expect(start).toBe((START + 3600) * 1000)
  const clock = createSimulatedClock(start)
  const { heard, listener } = createListener()
  const feed = createRecordedFeed(clock, played)
  expect(feed.symbols).toEqual(['BTC/USDT', 'XRP/USDT'])
  feed.start(listener)
  for (const ticks of [1, 3, 5, 6]) {
    await waitUntil(() => clock.nextDue() < Number.POSITIVE_INFINITY)
    clock.advanceTo(clock.nextDue() as typeof start)
    clock.runDue()
    expect(heard.ticks.length).toBe(ticks)
  }
  await waitUntil(() => heard.statuses.length === 2)
  feed.stop()

  const at = (n: number) => (START + (n + 1) * 3600) * 1000
  expect(heard.ticks.map(({ symbol, at, last }) => [symbol, at, last])).toEqual([
    ['BTC/USDT', at(0), 10],
    ['BTC/USDT', at(1), 10.01],
    ['XRP/USDT', at(1), 10.01],
    ['BTC/USDT', at(2), 10.02],
    ['XRP/USDT', at(2), 10.02],
    ['XRP/USDT', at(4), 10.04],
  ])
  expect(heard.ticks.every(({ bid, ask, last }) => bid === last && ask === last)).toBe(true)
  expect(heard.candles[0]).toEqual({
    symbol: 'BTC/USDT',
    candle: { openTime: START * 1000, intervalMs: HOUR, open: 10, high: 12, low: 9, close: 10, volume: 5 },
  })
  expect(heard.candles.length).toBe(6)
  const source = 'recorded BTC/USDT from btc.csv, XRP/USDT from xrp.csv'
  expect(heard.statuses).toEqual([
    { connected: true, source, isSimulated: false, problem: null },
    { connected: false, source, isSimulated: false, problem: 'the recording has ended' },
  ])
})

it('says nothing more once it is stopped', async () => {
  const played = await recordings(record('stopped.csv', 'BTC/USDT', [0, 1, 2]))
  const clock = createSimulatedClock(firstCloseOf(played))
  const { heard, listener } = createListener()
  const feed = createRecordedFeed(clock, played)
  feed.start(listener)
  await waitUntil(() => clock.nextDue() < Number.POSITIVE_INFINITY)
  clock.runDue()
  feed.stop()
  clock.advanceTo((clock.now() + 10 * HOUR) as ReturnType<typeof clock.now>)
  await setImmediate()
  expect(heard.ticks.length).toBe(1)
  expect(heard.statuses.length).toBe(1)
})

it('shows as a problem that the file changed since it was inspected', async () => {
  const file = record('changed.csv', 'BTC/USDT', [0, 1, 2])
  const played = await recordings(file)
  truncateSync(file.file, 50)
  const { heard, listener } = createListener()
  createRecordedFeed(createSimulatedClock(firstCloseOf(played)), played).start(listener)
  await waitUntil(() => heard.statuses.length === 2)
  expect(heard.statuses[1]).toMatchObject({ connected: false, problem: expect.stringContaining('changed.csv, line 2') })
})

it('refuses recordings with the first fault of any file', async () => {
  const bad = { symbol: pair('XRP/USDT'), file: join(folder, 'none.csv') }
  const result = await inspectRecordings([record('fine.csv', 'BTC/USDT', [0, 1]), bad])
  expect(result).toMatchObject({ ok: false, error: { code: 'candles/unreadable', file: 'none.csv' } })
})
