import { expect, it } from 'vitest'
import { Calibration } from '../../../src/main/agents/calibration.ts'
import type { Voice } from '../../../src/main/domain/signal.ts'
import { createStores } from '../../../src/main/persistence/stores.ts'
import { epochMs, HOUR, MINUTE } from '../../../src/shared/time.ts'
import { signalOf } from '../../support/signal-builders.ts'
import { openMemory } from '../persistence/builders.ts'
import { BTC_USDT } from './candles.ts'

const NOON = 1_767_268_800_000
const voice = (name: string, bias: Voice['bias'], confidence: number): Voice => ({
  name,
  bias,
  confidence,
  weight: 0.1,
})

function aDesk() {
  let price = 100
  const calibration = new Calibration({
    store: createStores(openMemory()).forecasts,
    priceOf: () => price,
    regimeOf: () => null,
  })
  const afterAnHour = (agent: string) => {
    const curve = calibration.curves({ agent, symbol: null, regime: null }).find(({ horizonMs }) => horizonMs === HOUR)
    return curve && { waiting: curve.waiting, scored: curve.scored, hitRate: curve.hitRate }
  }
  return {
    calibration,
    afterAnHour,
    /** The price of a candle that closes then. */
    close(at: number, to: number) {
      price = to
      const candle = {
        openTime: epochMs(at - MINUTE),
        intervalMs: MINUTE,
        open: to,
        high: to,
        low: to,
        close: to,
        volume: 1,
      }
      calibration.onCandles([{ symbol: BTC_USDT, candle }])
    },
  }
}

it('holds each model of a panel against what came, by its own name, beside the decision it voted on', () => {
  const { calibration, afterAnHour, close } = aDesk()
  const voices = [
    voice('technical_analysis', 'long', 0.8),
    voice('model up', 'long', 0.7),
    voice('model down', 'short', 0.6),
    voice('model unsure', 'neutral', 0.9),
  ]
  calibration.onSaid('trading_decision', signalOf({ at: epochMs(NOON), voices }))
  close(NOON + HOUR, 101)
  expect(afterAnHour('model up')).toEqual({ waiting: 0, scored: 1, hitRate: 1 })
  expect(afterAnHour('model down')).toEqual({ waiting: 0, scored: 1, hitRate: 0 })
  expect(afterAnHour('trading_decision')).toEqual({ waiting: 0, scored: 1, hitRate: 1 })
  // Agents are scored when they speak, not again when they are voted with.
  expect(calibration.agents()).toEqual(['model down', 'model up', 'trading_decision'])
})

it('holds models against what came though the decision is the one before: each time they were asked anew', () => {
  const { calibration, afterAnHour, close } = aDesk()
  for (const hour of [0, 1, 2]) {
    const voices = [voice('model up', 'long', 0.7)]
    const isNews = hour === 0
    calibration.onSaid('trading_decision', signalOf({ at: epochMs(NOON + hour * HOUR), isNews, voices }))
  }
  expect(afterAnHour('model up')).toEqual({ waiting: 3, scored: 0, hitRate: null })
  expect(afterAnHour('trading_decision')).toEqual({ waiting: 1, scored: 0, hitRate: null })
  close(NOON + HOUR, 101)
  expect(afterAnHour('model up')).toEqual({ waiting: 2, scored: 1, hitRate: 1 })
})
