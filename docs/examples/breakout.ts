import { z } from 'zod'
import { type Agent, agentKind, intervalsFrom, timeframeMinutes } from '../../src/main/agents/agent.ts'
import type { Candle } from '../../src/main/domain/market.ts'
import type { Bias, Opinion } from '../../src/main/domain/signal.ts'
import { period, share } from '../../src/shared/setting.ts'
import { MINUTE } from '../../src/shared/time.ts'

/** Long above the highest high of the candles before, short below their lowest low. Source: Donchian's channel. */
export const kind = agentKind({
  title: 'Breakout',
  topic: 'opinions',
  settings: z.strictObject({ timeframe_minutes: timeframeMinutes, candles: period, confidence: share }),
  make({ timeframe_minutes, candles, confidence }, { baseIntervalMs }): Agent<Opinion> {
    const [intervalMs = baseIntervalMs] = intervalsFrom([timeframe_minutes * MINUTE], baseIntervalMs)
    const charts = new Map<string, readonly Candle[]>()
    const published = new Map<string, Bias>()
    return {
      needs: [{ intervalMs, count: candles + 1 }],
      observe(symbol, candle) {
        if (candle.intervalMs !== intervalMs) return
        charts.set(symbol, [...(charts.get(symbol) ?? []), candle].slice(-(candles + 1)))
      },
      forget: () => charts.clear(),
      seen: (symbol) => charts.get(symbol)?.length ?? 0,
      run({ symbol, now: at }) {
        const before = charts.get(symbol)?.slice(0, candles) ?? []
        const close = charts.get(symbol)?.[candles]?.close
        if (close === undefined) return null
        const high = Math.max(...before.map((candle) => candle.high))
        const low = Math.min(...before.map((candle) => candle.low))
        const bias = close > high ? 'long' : close < low ? 'short' : 'neutral'
        const isNews = published.get(symbol) !== bias
        published.set(symbol, bias)
        const reason = `The close of ${close} held against ${low} to ${high}.`
        const sure = bias === 'neutral' ? 0 : confidence
        return { symbol, at, bias, confidence: sure, reason, indicators: { high, low }, isNews }
      },
    }
  },
})
