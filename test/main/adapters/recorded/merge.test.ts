import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CandleReader } from '../../../../src/main/adapters/recorded/candle-file.ts'
import { createCandleMerge } from '../../../../src/main/adapters/recorded/merge.ts'
import { pair } from '../../../../src/shared/ids.ts'

/** Hands out candles that open at `times`, a few at a time, as from a file whose arrays are reused. */
function readerOf(times: readonly number[], blockRows: number): CandleReader {
  const column = () => new Float64Array(blockRows)
  const block = { time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() }
  let next = 0
  return {
    async nextBlock() {
      const part = times.slice(next, next + blockRows)
      if (part.length === 0) return null
      for (const [i, time] of part.entries()) {
        block.time[i] = time
        for (const [k, cells] of [block.open, block.high, block.low, block.close, block.volume].entries())
          cells[i] = next + i + k / 10
      }
      next += part.length
      return { length: part.length, ...block }
    },
    close() {},
  }
}

const symbols = ['BTC/USDT', 'XRP/USDT', 'XRP/BTC'].map(pair)

it('takes every candle once, in order of close time and then of the files, whatever their intervals and gaps', async () => {
  const recording = fc.record({
    interval: fc.constantFrom(15, 60, 240),
    slots: fc.uniqueArray(fc.nat(60), { maxLength: 40 }),
    blockRows: fc.integer({ min: 1, max: 7 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(recording, { minLength: 0, maxLength: 3 }), async (recordings) => {
      const opens = recordings.map(({ interval, slots }) => [...slots].sort((a, b) => a - b).map((n) => n * interval))
      const merge = createCandleMerge(
        recordings.map(({ interval, blockRows }, i) => ({
          symbol: symbols[i] as (typeof symbols)[number],
          intervalMs: interval,
          reader: readerOf(opens[i] ?? [], blockRows),
        })),
      )
      const taken: number[][] = []
      const stepTimes: number[] = []
      while (await merge.refill()) {
        while (merge.hasStep()) {
          const time = merge.stepTime()
          stepTimes.push(time)
          merge.takeStep((source, ...cells) => taken.push([time, source, ...cells]))
        }
      }
      const expected = recordings
        .flatMap(({ interval }, source) =>
          (opens[source] ?? []).map((open, n) => [open + interval, source, n, n + 0.1, n + 0.2, n + 0.3, n + 0.4]),
        )
        .sort((a, b) => (a[0] as number) - (b[0] as number) || (a[1] as number) - (b[1] as number))
      expect(taken).toEqual(expected)
      expect(stepTimes).toEqual([...new Set(stepTimes)])
      expect(merge.hasStep()).toBe(false)
    }),
  )
})
