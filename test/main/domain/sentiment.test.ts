import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NewsItem } from '../../../src/main/domain/headline.ts'
import { moodOf, type SentimentSettings } from '../../../src/main/domain/sentiment.ts'
import { type Asset, asset, pair } from '../../../src/shared/ids.ts'
import { DAY, epochMs, HOUR } from '../../../src/shared/time.ts'

const NOW = epochMs(Date.UTC(2024, 2, 5, 12))
const BTC = pair('BTC/USDT')
const SETTINGS: SentimentSettings = {
  index: { share: 0.4, halfLifeMs: DAY, fullCount: 1 },
  headlines: { share: 0.6, halfLifeMs: 6 * HOUR, fullCount: 4 },
  maxAgeMs: 2 * DAY,
  neutralBelow: 0.15,
  fullScore: 0.5,
  quote: asset('USDT'),
}
const index = (value: number, ageMs = 0, source = 'index'): NewsItem => ({
  source,
  text: `index ${value}`,
  at: epochMs(NOW - ageMs),
  value,
  assets: [],
})
const headline = (text: string, ageMs = 0, assets: readonly Asset[] = []): NewsItem => ({
  source: 'paper',
  text,
  at: epochMs(NOW - ageMs),
  value: null,
  assets,
})
const mood = (items: readonly NewsItem[], symbol = BTC, settings = SETTINGS) => moodOf(items, symbol, NOW, settings)
/** Different headlines that all say the same: up by 0.5 each, or down. */
const rising = (count: number, ageMs = 0) =>
  Array.from({ length: count }, (_, n) => headline(`Price rises ${n}`, ageMs))
const falling = (count: number, ageMs = 0) =>
  Array.from({ length: count }, (_, n) => headline(`Price falls ${n}`, ageMs))

describe('the mood', () => {
  it('is neutral without any confidence when nothing is known', () => {
    expect(mood([])).toEqual({ bias: 'neutral', confidence: 0, score: 0, items: [] })
    expect(mood([headline('Senator speaks')])).toEqual({ bias: 'neutral', confidence: 0, score: 0, items: [] })
  })

  it('is certain when index and headlines are fresh, plenty, and of one mind', () => {
    const { bias, confidence, score } = mood([index(75), ...rising(4)])
    expect(bias).toBe('long')
    expect(score).toBeCloseTo(0.5, 12)
    expect(confidence).toBeCloseTo(1, 12)
    expect(mood([index(25), ...falling(4)])).toMatchObject({ bias: 'short', confidence: expect.closeTo(1, 12) })
  })

  it('cannot be more confident than the share of the kind that there is', () => {
    expect(mood([index(100)])).toMatchObject({ bias: 'long', score: 1, confidence: expect.closeTo(0.4, 12) })
    expect(mood(rising(10)).confidence).toBeCloseTo(0.6, 12)
    expect(mood(rising(2)).confidence).toBeCloseTo(0.3, 12)
  })

  it('weighs index against headlines by their shares', () => {
    // (0.4·(−0.5) + 0.6·0.5) ÷ 1 = 0.1; agreement 0.1 ÷ 0.5.
    const { bias, score, confidence } = mood([index(25), ...rising(4)])
    expect(score).toBeCloseTo(0.1, 12)
    expect(confidence).toBeCloseTo((0.1 / 0.5) * (0.1 / 0.5), 12)
    expect(bias).toBe('neutral')
  })

  it('loses confidence when the headlines contradict each other', () => {
    // mean (3·0.5 − 0.5) ÷ 4 = 0.25, half of a full mood; agreement one half.
    expect(mood([...rising(3), ...falling(1)])).toMatchObject({
      bias: 'long',
      score: expect.closeTo(0.25, 12),
      confidence: expect.closeTo(0.6 * 0.5 * 0.5, 12),
    })
    expect(mood([...rising(2), ...falling(2)])).toMatchObject({ bias: 'neutral', score: 0, confidence: 0 })
  })

  it('counts an item half after its half-life, and not at all when it is too old', () => {
    expect(mood(rising(4, 6 * HOUR)).confidence).toBeCloseTo(0.3, 12)
    expect(mood([...falling(1, 6 * HOUR), ...rising(1)]).score).toBeCloseTo(0.5 / 3, 12)
    expect(mood([index(100, 2 * DAY - 1)]).confidence).toBeGreaterThan(0)
    expect(mood([index(100, 2 * DAY)]).confidence).toBe(0)
  })

  it('takes the newest value of an index only', () => {
    expect(mood([index(90, DAY), index(20, 0), index(95, 2 * HOUR)])).toMatchObject({
      score: -0.6,
      items: [{ text: 'index 20' }],
    })
    expect(mood([index(90, 0, 'one'), index(10, 0, 'other')]).score).toBe(0)
  })

  it('counts a headline once, however many repeat it', () => {
    const copies = [headline('Price rises!', HOUR), headline('PRICE RISES', 0), headline('Price  rises', 0)]
    expect(mood(copies).items).toEqual([{ source: 'paper', text: 'Price rises!', at: NOW - HOUR, score: 0.5 }])
  })

  it('is about the asset or the whole market, and the market only where prices are in its quote', () => {
    const [btc, xrp] = [asset('BTC'), asset('XRP')]
    const items = [
      headline('Bitcoin crashes', 0, [btc]),
      headline('XRP soars', 0, [xrp]),
      headline('Market falls'),
      index(90),
    ]
    const texts = (symbol: string) => mood(items, pair(symbol)).items.map(({ text }) => text)
    expect(texts('BTC/USDT')).toEqual(['index 90', 'Bitcoin crashes', 'Market falls'])
    expect(texts('XRP/USDT')).toEqual(['index 90', 'Market falls', 'XRP soars'])
    expect(texts('XRP/BTC')).toEqual(['XRP soars'])
  })

  it('names what it was made of, the newest first and not more than twenty', () => {
    const items = Array.from({ length: 30 }, (_, n) => headline(`Price rises ${n}`, n * 1_000))
    expect(mood(items).items.map(({ at }) => NOW - at)).toEqual(Array.from({ length: 20 }, (_, n) => n * 1_000))
  })

  it('takes scores from somebody else where there is somebody', () => {
    expect(moodOf([headline('Senator speaks')], BTC, NOW, SETTINGS, () => -0.8).score).toBeCloseTo(-0.8, 12)
  })
})

const anyItem = fc.record({
  source: fc.constantFrom('a', 'b', 'c'),
  text: fc.constantFrom(
    'Price rises',
    'Price falls',
    'Bitcoin soars',
    'crash',
    'all time high',
    'nothing',
    'Not a crash?',
  ),
  at: fc.integer({ min: -3 * DAY, max: DAY }).map((offset) => epochMs(NOW + offset)),
  value: fc.option(fc.integer({ min: 0, max: 100 })),
  assets: fc.constantFrom([], [asset('BTC')], [asset('XRP')]),
})

describe('any mood', () => {
  it('is within its bounds, with a bias that follows its score', () => {
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 30 }), (items) => {
        const { bias, score, confidence } = mood(items)
        expect(Math.abs(score)).toBeLessThanOrEqual(1)
        expect(confidence >= 0 && confidence <= 1).toBe(true)
        expect(bias).toBe(Math.abs(score) < 0.15 ? 'neutral' : score > 0 ? 'long' : 'short')
      }),
      { seed: 31, numRuns: 1_000 },
    )
  })

  it('does not change with what is published later', () => {
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 30 }), (items) => {
        expect(mood(items)).toEqual(mood(items.filter(({ at }) => at <= NOW)))
      }),
      { seed: 32, numRuns: 500 },
    )
  })

  it('is the opposite when every item says the opposite', () => {
    const opposite = (item: NewsItem): NewsItem => ({ ...item, value: item.value === null ? null : 100 - item.value })
    const score = (sign: number) => (text: string) => (text === 'nothing' ? null : sign * (text.length / 20))
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 20 }), (items) => {
        const up = moodOf(items, BTC, NOW, SETTINGS, score(1))
        const down = moodOf(items.map(opposite), BTC, NOW, SETTINGS, score(-1))
        expect(down.score).toBeCloseTo(-up.score, 12)
        expect(down.confidence).toBeCloseTo(up.confidence, 12)
      }),
      { seed: 33, numRuns: 500 },
    )
  })
})
