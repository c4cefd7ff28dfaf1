import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  latencyOf,
  score,
  span,
  took,
  valueName,
  valueText,
  voiceName,
  widthName,
} from '../../src/renderer/rooms/agents/agent-words.ts'
import { isOverdue, widthsOf } from '../../src/renderer/rooms/agents/market-words.ts'
import { problemsOf, sourceItems, valueRows, voiceShares } from '../../src/renderer/rooms/agents/said.ts'
import { KEY_OF, parseHash, ROOMS } from '../../src/renderer/stores/address.ts'
import type { AgentSaidView } from '../../src/shared/contract/views.ts'
import { DAY, HOUR, MINUTE } from '../../src/shared/time.ts'

const NOW = Date.UTC(2026, 2, 2, 14, 37, 20)

const said = (symbol: string, over: Partial<AgentSaidView> = {}): AgentSaidView => ({
  symbol,
  at: NOW,
  latencyMs: 1,
  word: 'long',
  bias: 'long',
  confidence: 0.6,
  text: 'Trend up.',
  values: [],
  voices: [],
  items: [],
  problems: [],
  ...over,
})
const item = (text: string, minutesAgo: number) => ({ source: 'feed', text, at: NOW - minutesAgo * MINUTE, score: 0.5 })

describe('words of the agents', () => {
  it('writes the names of values as traders do', () => {
    expect(valueName('emaFast')).toBe('EMA fast')
    expect(valueName('macdHistogram')).toBe('MACD histogram')
    expect(valueName('plusDi')).toBe('+DI')
    expect(valueName('volatility_percentile')).toBe('volatility percentile')
    expect(valueName('vwap')).toBe('VWAP')
  })
  it('groups thousands, keeps small prices whole and leaves what is no plain number as it came', () => {
    expect(valueText('46231.8')).toBe('46,231.8')
    expect(valueText('-0.0000000124')).toBe('−0.0000000124')
    expect(valueText('1e-13')).toBe('1e-13')
    expect(valueText('above the cloud')).toBe('above the cloud')
  })
  it('does not claim that something took no time', () => {
    expect(took(0.04)).toBe('<1 ms')
    expect(took(12.4)).toBe('12 ms')
    expect(took(1_400)).toBe('1.4 s')
    expect(latencyOf([])).toBe('—')
    expect(latencyOf([said('A/B', { latencyMs: 3 }), said('C/D', { latencyMs: 41 })])).toBe('41 ms')
  })
  it('names times as they are spoken and candles as charts do', () => {
    expect([MINUTE, 30 * MINUTE, HOUR, 4 * HOUR, DAY, 2 * DAY].map(span)).toEqual([
      '1 min',
      '30 min',
      '1 h',
      '4 h',
      '24 h',
      '2 d',
    ])
    expect([MINUTE, 15 * MINUTE, 4 * HOUR, DAY].map(widthName)).toEqual(['1m', '15m', '4h', '1d'])
  })
  it('names voices, and models among them as they are written', () => {
    expect(voiceName('technical_analysis')).toBe('Technical analysis')
    expect(voiceName('model deepseek')).toBe('DeepSeek')
  })
  it('gives a score its sign, and none to what rounds to nothing', () => {
    expect(score(0.5)).toBe('+0.50')
    expect(score(-1)).toBe('−1.00')
    expect(score(-0.004)).toBe('0.00')
  })
})

describe('what agents said of several symbols', () => {
  it('stands side by side, with a gap where one of them has no such value', () => {
    const rows = valueRows([
      said('BTC/USDT', {
        values: [
          { name: 'entry', value: '1' },
          { name: 'stop', value: '2' },
        ],
      }),
      said('XRP/USDT', {
        values: [
          { name: 'atr', value: '3' },
          { name: 'entry', value: '4' },
        ],
      }),
    ])
    expect(rows).toEqual([
      { name: 'entry', values: ['1', '4'] },
      { name: 'stop', values: ['2', null] },
      { name: 'atr', values: [null, '3'] },
    ])
  })
  it('names a headline once, newest first, and every symbol that it counted for', () => {
    const market = item('Fed speaks', 90)
    const bitcoin = item('Miners sell', 5)
    const items = sourceItems([said('BTC/USDT', { items: [bitcoin, market] }), said('XRP/USDT', { items: [market] })])
    expect(items.map(({ text, symbols }) => [text, symbols])).toEqual([
      ['Miners sell', ['BTC/USDT']],
      ['Fed speaks', ['BTC/USDT', 'XRP/USDT']],
    ])
  })
  it('keeps headlines apart that only look alike', () => {
    const items = sourceItems([said('BTC/USDT', { items: [item('Fed speaks', 5), item('Fed speaks', 6)] })])
    expect(items).toHaveLength(2)
  })
  it('names what could not be reached once, however many symbols wanted it', () => {
    const problems = ['The feed is down.']
    expect(problemsOf([said('BTC/USDT', { problems }), said('XRP/USDT', { problems })])).toEqual(problems)
  })
  it('shares a decision out among its voices, whatever their weights sum to', () => {
    const weight = fc.double({ min: 0.01, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 6 }), (weights) => {
        const voices = weights.map((each, i) => ({ name: `v${i}`, bias: 'long' as const, confidence: 1, weight: each }))
        const shares = voiceShares(voices).map(({ share }) => share)
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
      }),
    )
    expect(voiceShares([{ name: 'v', bias: 'long', confidence: 1, weight: 0 }])[0]?.share).toBe(0)
  })
})

describe('market data', () => {
  const market = (widths: number[]) => ({
    symbol: 'BTC/USDT',
    at: NOW,
    isFresh: true,
    candles: widths.map((intervalMs) => ({ intervalMs, closedAt: NOW })),
    problems: [],
  })
  it('has a column for every width that any symbol has, finest first', () => {
    expect(widthsOf([market([HOUR]), market([MINUTE, HOUR])])).toEqual([MINUTE, HOUR])
    expect(widthsOf([market([])]).map(widthName)).toEqual(['1m', '5m', '15m', '1h', '4h', '1d'])
  })
  it('calls a candle overdue when another of its width should have closed since', () => {
    const closedAt = NOW
    expect(isOverdue({ intervalMs: MINUTE, closedAt }, NOW + 2 * MINUTE - 1)).toBe(false)
    expect(isOverdue({ intervalMs: MINUTE, closedAt }, NOW + 2 * MINUTE)).toBe(true)
  })
})

describe('rooms', () => {
  it('are each reached by a key of their own', () => {
    expect(new Set(ROOMS.map((room) => KEY_OF[room])).size).toBe(ROOMS.length)
    expect(parseHash('#/agents/sentiment')).toEqual({ room: 'agents', id: 'sentiment' })
  })
})
