import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Agent } from '../../../src/main/agents/agent.ts'
import { RegimeDetection } from '../../../src/main/agents/kinds/regime-detection.ts'
import { TechnicalAnalysis } from '../../../src/main/agents/kinds/technical-analysis.ts'
import type { RegimeOutput, TaOutput } from '../../../src/main/domain/signal.ts'
import { MINUTE } from '../../../src/shared/time.ts'
import { market, play, said, still, XRP_USDT } from './candles.ts'
import { REGIME_SETTINGS, TA_SETTINGS } from './settings.ts'

type Analyst = Agent<TaOutput | RegimeOutput>
const analysts: [string, () => Analyst][] = [
  ['technical analysis', () => new TechnicalAnalysis(TA_SETTINGS, MINUTE)],
  ['regime detection', () => new RegimeDetection(REGIME_SETTINGS, MINUTE)],
  [
    'technical analysis with short periods',
    () =>
      new TechnicalAnalysis(
        { ...TA_SETTINGS, emaSlow: 12, emaBase: 20, macdSlow: 15, macdFast: 7, macdSignal: 3 },
        MINUTE,
      ),
  ],
]
const RUNS = { seed: 20_261_123, numRuns: 150 }

describe.each(analysts)('%s, whatever the market does', (_, create) => {
  it('answers with finite numbers only, and a confidence from 0 to 1', () => {
    let spoken = 0
    fc.assert(
      fc.property(market, (candles) => {
        for (const output of play(create(), candles)) {
          if (output === null) continue
          spoken++
          const { indicators, confidence } = output
          if (!(confidence >= 0 && confidence <= 1)) throw new Error(`confidence ${confidence}`)
          for (const [name, value] of Object.entries(indicators)) {
            if (!Number.isFinite(value)) throw new Error(`${name} is ${value}`)
          }
        }
      }),
      RUNS,
    )
    expect(spoken).toBeGreaterThan(2_000)
  })

  it('says the same bytes about the same candles', () => {
    fc.assert(
      fc.property(market, (candles) => {
        expect(JSON.stringify(play(create(), candles))).toBe(JSON.stringify(play(create(), candles)))
      }),
      { ...RUNS, numRuns: 40 },
    )
  })

  it('knows nothing of the candles to come, nor of another market', () => {
    fc.assert(
      fc.property(market, market, market, (past, future, elsewhere) => {
        const alone = play(create(), past)
        const agent = create()
        const together = past.map((candle, i) => {
          const other = elsewhere[i]
          if (other !== undefined) play(agent, [other], XRP_USDT)
          return play(agent, [candle])[0]
        })
        expect(JSON.stringify(together)).toBe(JSON.stringify(alone))
        expect(JSON.stringify(play(create(), [...past, ...future]).slice(0, past.length))).toBe(JSON.stringify(alone))
      }),
      { ...RUNS, numRuns: 40 },
    )
  })

  it('is silent until it has warmed up, and says so', () => {
    const agent = create()
    const warmUp = agent.needs[0]?.count ?? 0
    const outputs = play(agent, still(warmUp))
    expect(outputs.slice(0, -1).every((output) => output === null)).toBe(true)
    expect(outputs.at(-1)).not.toBeNull()
    expect(agent.seen(outputs.at(-1)?.symbol ?? XRP_USDT)).toBe(warmUp)
    expect(agent.seen(XRP_USDT)).toBe(0)
    expect(said(agent, XRP_USDT, outputs.at(-1)?.at as TaOutput['at'])).toBeNull()
  })
})
