import { createRequire } from 'node:module'
import type { backtest, IBar, IStrategy } from 'grademark'
import type { ParsedCandle } from './candles.ts'
import { FAST, MovingAverage, SLOW } from './moving-average.ts'

type Frame = Parameters<typeof backtest<Bar, Bar, unknown, number>>[1]
type Bar = IBar & { readonly quick: number; readonly steady: number }

/** Enters and leaves where two moving averages cross; they are part of the input, so that only its loop is timed. */
const STRATEGY: IStrategy<Bar> = {
  entryRule(enterPosition, { bar }) {
    if (bar.quick > bar.steady) enterPosition()
  },
  exitRule(exitPosition, { bar }) {
    if (bar.quick < bar.steady) exitPosition()
  },
}

/** `grademark` over candles in memory, one symbol after the other. */
export function openGrademark(candles: readonly (readonly ParsedCandle[])[]): { candlesPerSecond(): number } {
  const require = createRequire(import.meta.url)
  const grademark = require('grademark') as { backtest: typeof backtest }
  // data-forge is grademark's peer, not ours: its own copy is taken.
  const { DataFrame } = createRequire(require.resolve('grademark'))('data-forge') as {
    DataFrame: new (bars: readonly Bar[]) => Frame
  }
  const frames = candles.map((own) => new DataFrame(barsOf(own)))
  const count = candles.reduce((total, own) => total + own.length, 0)
  return {
    candlesPerSecond() {
      const startedAt = performance.now()
      const trades = frames.map((frame) => grademark.backtest(STRATEGY, frame).length)
      const ms = performance.now() - startedAt
      if (trades.some((made) => made === 0)) throw new Error('grademark did not trade')
      return (count / ms) * 1_000
    },
  }
}

function barsOf(candles: readonly ParsedCandle[]): Bar[] {
  const fast = new MovingAverage(FAST)
  const slow = new MovingAverage(SLOW)
  return candles.map(({ openTime, open, high, low, close, volume }) => ({
    time: new Date(openTime),
    open,
    high,
    low,
    close,
    volume,
    quick: fast.add(close),
    steady: slow.add(close),
  }))
}
