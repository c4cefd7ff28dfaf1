import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { RegimeDetection } from '../../../src/main/agents/kinds/regime-detection.ts'
import { TechnicalAnalysis } from '../../../src/main/agents/kinds/technical-analysis.ts'
import type { Candle } from '../../../src/main/domain/market.ts'
import { epochMs, HOUR } from '../../../src/shared/time.ts'
import { play } from './candles.ts'
import { REGIME_SETTINGS, TA_SETTINGS } from './settings.ts'

const FOLDER = fileURLToPath(new URL('../../../../shared/data/', import.meta.url))
const FILES = ['binance_BTCUSDT_1h', 'binance_XRPUSDT_1h', 'binance_XRPBTC_1h', 'kraken_BTCUSD_1h', 'kraken_XRPUSD_1h']
const isThere = FILES.every((file) => existsSync(`${FOLDER}${file}.csv.gz`))
if (!isThere) console.warn(`SKIPPED: there are no recorded candles in ${FOLDER}; the analysts are NOT tried on them`)

const read = (file: string): Candle[] =>
  gunzipSync(readFileSync(`${FOLDER}${file}.csv.gz`))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [time = 0, open = 0, high = 0, low = 0, close = 0, volume = 0] = line.split(',').map(Number)
      return { openTime: epochMs(time * 1000), intervalMs: HOUR, open, high, low, close, volume }
    })

describe.skipIf(!isThere).each(FILES)('on the hourly candles of %s', (file) => {
  const candles = isThere ? read(file) : []

  it('technical analysis is confident enough to act on 5 to 15 % of them, both ways', () => {
    const outputs = play(new TechnicalAnalysis(TA_SETTINGS, HOUR), candles).filter((output) => output !== null)
    const confident = outputs.filter((output) => output.confidence >= TA_SETTINGS.actionableConfidence)
    expect(confident.length / outputs.length).toBeGreaterThan(0.05)
    expect(confident.length / outputs.length).toBeLessThan(0.15)
    for (const bias of ['long', 'short']) {
      const share = confident.filter((output) => output.bias === bias).length / confident.length
      expect(share, bias).toBeGreaterThan(0.3)
    }
  })

  it('regime detection finds all seven regimes, none in more than half of them, and changes its mind seldom', () => {
    const outputs = play(new RegimeDetection(REGIME_SETTINGS, HOUR), candles).filter((output) => output !== null)
    const counts = new Map<string, number>()
    for (const { regime } of outputs) counts.set(regime, (counts.get(regime) ?? 0) + 1)
    expect(counts.size).toBe(7)
    for (const [regime, count] of counts) {
      expect(count / outputs.length, regime).toBeGreaterThan(0.01)
      expect(count / outputs.length, regime).toBeLessThan(0.5)
    }
    expect(outputs.filter((output) => output.isNews).length / outputs.length).toBeLessThan(0.1)
  })
})
