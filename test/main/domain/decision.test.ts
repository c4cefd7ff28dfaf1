import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consensusFactor } from '../../../src/main/domain/consensus.ts'
import { biasOfRegime, type Decision, type DecisionSettings, decide } from '../../../src/main/domain/decision.ts'
import type { Bias, Regime, Voice } from '../../../src/main/domain/signal.ts'
import { CURVE, curves } from './consensus-case.ts'

const SETTINGS: DecisionSettings = { actFrom: 0.6, closeFrom: 0.5, consensus: CURVE }
const RUNS = { seed: 20_261_123, numRuns: 2_000 }

const voice = (bias: Bias, confidence: number, weight = 1, name = 'somebody'): Voice => ({
  name,
  bias,
  confidence,
  weight,
})
const long = (confidence: number, weight = 1) => voice('long', confidence, weight)
const short = (confidence: number, weight = 1) => voice('short', confidence, weight)
const neutral = (confidence: number, weight = 1) => voice('neutral', confidence, weight)

const brief = ({ action, bias, confidence }: Decision) => [action, bias, Number(confidence.toFixed(12))]

describe('several voices together', () => {
  it.each<[string, Voice[], (string | number)[]]>([
    ['nobody', [], ['HOLD', 'neutral', 0]],
    ['one, who keeps his own confidence', [long(0.8)], ['BUY', 'long', 0.8]],
    ['one, whatever he weighs', [short(0.8, 0.01)], ['SELL', 'short', 0.8]],
    ['two who agree: between theirs, by weight', [long(0.9, 3), long(0.5, 1)], ['BUY', 'long', 0.8]],
    ['two who agree, one too little', [long(0.6), long(0.5)], ['HOLD', 'long', 0.55]],
    [
      'an objection: (0.6 × 0.9 − 0.25 × 0.4) ÷ 0.85',
      [long(0.9, 0.6), short(0.4, 0.25)],
      ['HOLD', 'long', 0.517647058824],
    ],
    ['an objection that weighs more', [long(0.9, 0.2), short(0.6, 0.8)], ['HOLD', 'short', 0.3]],
    ['an undecided one: 0.9 × 0.75', [long(0.9), neutral(0.1)], ['BUY', 'long', 0.675]],
    ['an undecided one, however sure of it', [long(0.9), neutral(1)], ['BUY', 'long', 0.675]],
    [
      'two undecided beside it, one against it: 0.4 × 0.5',
      [long(0.9), short(0.1), neutral(1), neutral(1)],
      ['HOLD', 'long', 0.2],
    ],
    ['none but undecided', [neutral(1), neutral(0.5)], ['HOLD', 'neutral', 0]],
    ['two who cancel each other', [long(0.7), short(0.7)], ['HOLD', 'neutral', 0]],
    ['one without confidence, who has not spoken', [long(0.8), short(0, 100), neutral(0, 100)], ['BUY', 'long', 0.8]],
    ['one without weight, who does not count', [long(0.8), short(1, 0), neutral(1, 0)], ['BUY', 'long', 0.8]],
  ])('%s', (_, voices, expected) => {
    expect(brief(decide(voices, [], SETTINGS))).toEqual(expected)
  })

  it('say in one sentence what was decided and who said what', () => {
    const voices = [voice('long', 0.9, 3, 'technical_analysis'), voice('short', 0.2, 1, 'sentiment')]
    expect(decide(voices, [], SETTINGS).reason).toBe(
      'BUY: long with confidence 0.63 (technical_analysis long 0.90, sentiment short 0.20).',
    )
    expect(decide([voice('neutral', 0.5)], [], SETTINGS).reason).toBe('HOLD: no direction (somebody neutral 0.50).')
    expect(decide([], [], SETTINGS).reason).toBe('HOLD: nobody has spoken.')
  })

  it('are kept with the parts that they had in it', () => {
    const { voices } = decide([long(0.9, 6), neutral(0.5, 2), short(0, 5)], [], SETTINGS)
    expect(voices).toEqual([long(0.9, 0.75), neutral(0.5, 0.25)])
  })
})

describe('the action', () => {
  const below = (value: number): number => value - Number.EPSILON / 2

  it.each<[string, Voice, ('long' | 'short')[], string]>([
    ['from act_from on is a purchase', long(0.6), [], 'BUY'],
    ['from act_from on is a sale', short(0.6), [], 'SELL'],
    ['just below it waits', long(below(0.6)), [], 'HOLD'],
    ['just below it waits, on the other side too', short(below(0.6)), [], 'HOLD'],
    ['from close_from on closes what points the other way', short(0.5), ['long'], 'CLOSE'],
    ['from close_from on closes a short position too', long(0.5), ['short'], 'CLOSE'],
    ['just below it leaves that alone', short(below(0.5)), ['long'], 'HOLD'],
    ['leaves alone what points the same way', short(0.5), ['short'], 'HOLD'],
    ['adds to what points the same way', short(0.6), ['short'], 'SELL'],
    ['closes before it turns', short(1), ['long'], 'CLOSE'],
    ['closes one of two that face each other', long(1), ['long', 'short'], 'CLOSE'],
  ])('%s', (_, only, held, expected) => {
    expect(decide([only], held, SETTINGS).action).toBe(expected)
  })

  it('is the same whether one says it or many of any weight', () => {
    const weights = fc.array(fc.double({ min: 1e-3, max: 100, noNaN: true }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(weights, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, confidence) => {
        const exact = { ...SETTINGS, actFrom: confidence, closeFrom: confidence }
        const voices = all.map((weight) => short(confidence, weight))
        expect(decide(voices, [], exact)).toMatchObject({ action: 'SELL', confidence })
        expect(decide(voices, ['long'], exact)).toMatchObject({ action: 'CLOSE', confidence })
      }),
      RUNS,
    )
  })

  it('waits when nobody points anywhere, whatever is held and however little it takes', () => {
    const eager = { ...SETTINGS, actFrom: 0, closeFrom: 0 }
    expect(decide([neutral(1)], ['long'], eager)).toMatchObject({ action: 'HOLD', bias: 'neutral', confidence: 0 })
  })
})

describe('whatever the voices', () => {
  const share = fc.oneof(fc.double({ min: 1e-9, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 0.6, 1))
  const anyBias = fc.constantFrom<Bias>('long', 'short', 'neutral')
  const anyVoice = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    bias: anyBias,
    confidence: share,
    weight: fc.oneof(fc.double({ min: 1e-9, max: 100, noNaN: true }), fc.constantFrom(0, 1)),
  })
  const voices = fc.array(anyVoice, { maxLength: 7 })
  const held = fc.subarray<'long' | 'short'>(['long', 'short'])
  const settings = fc.record({ actFrom: share, closeFrom: share, consensus: curves })
  const mirrored: Record<Bias, Bias> = { long: 'short', short: 'long', neutral: 'neutral' }
  const opposite = { BUY: 'SELL', SELL: 'BUY', HOLD: 'HOLD', CLOSE: 'CLOSE' } as const

  it('the confidence is a part of one, and never above that of the strongest voice on the winning side', () => {
    let decided = 0
    fc.assert(
      fc.property(voices, held, settings, (given, positions, rules) => {
        const { bias, confidence } = decide(given, positions, rules)
        const strongest = Math.max(0, ...given.filter((each) => each.bias === bias).map((each) => each.confidence))
        expect(confidence).toBeGreaterThanOrEqual(0)
        expect(confidence).toBeLessThanOrEqual(bias === 'neutral' ? 0 : strongest)
        if (bias !== 'neutral') decided++
      }),
      RUNS,
    )
    expect(decided).toBeGreaterThan(RUNS.numRuns / 2)
  })

  it('it is the weighted vote of the guide, reckoned in another way', () => {
    fc.assert(
      fc.property(voices, settings, (given, rules) => {
        const { bias, confidence } = decide(given, [], rules)
        const counted = given.filter((each) => each.confidence !== 0 && each.weight !== 0)
        const sum = (of: (each: Voice) => number) => counted.reduce((total, each) => total + of(each), 0)
        const sign = { long: 1, short: -1, neutral: 0 }
        const directed = sum((each) => Math.abs(sign[each.bias]) * each.weight)
        const undecided = sum((each) => (each.bias === 'neutral' ? each.weight : 0))
        const leading = sum((each) => (each.bias === bias ? each.weight : 0))
        const net = sum((each) => sign[each.bias] * each.weight * each.confidence)
        const united = directed === 0 ? 0 : net / directed
        const expected =
          bias === 'neutral' ? united : united * consensusFactor(leading / (leading + undecided), rules.consensus)
        expect(sign[bias] * confidence).toBeCloseTo(expected, 10)
      }),
      RUNS,
    )
  })

  it('the mirror image is decided as the mirror image', () => {
    fc.assert(
      fc.property(voices, held, settings, (given, positions, rules) => {
        const image = decide(
          given.map((each) => ({ ...each, bias: mirrored[each.bias] })),
          positions.map((each) => (each === 'long' ? 'short' : 'long')),
          rules,
        )
        const { action, bias, confidence } = decide(given, positions, rules)
        expect([image.action, image.bias, image.confidence]).toEqual([opposite[action], mirrored[bias], confidence])
      }),
      RUNS,
    )
  })

  it('those who are silent change nothing', () => {
    fc.assert(
      fc.property(voices, fc.array(anyVoice, { maxLength: 3 }), held, settings, (given, silent, positions, rules) => {
        const mute = silent.map((each, i) => (i % 2 === 0 ? { ...each, confidence: 0 } : { ...each, weight: 0 }))
        expect(decide([...given, ...mute], positions, rules)).toEqual(decide(given, positions, rules))
      }),
      RUNS,
    )
  })

  it('who objects, and who objects more loudly, never makes the others surer', () => {
    const sign = { long: 1, short: -1, neutral: 0 }
    let objections = 0
    fc.assert(
      fc.property(voices, anyVoice, share, held, settings, (given, objector, louder, positions, rules) => {
        const [low, high] = [objector.confidence, louder].toSorted((a, b) => a - b) as [number, number]
        const [before, after] = [low, high].map((confidence) =>
          decide([...given, { ...objector, bias: 'short', confidence }], positions, rules),
        ) as [Decision, Decision]
        if (before.bias !== 'long') return
        objections++
        expect(sign[after.bias] * after.confidence).toBeLessThanOrEqual(before.confidence)
      }),
      RUNS,
    )
    expect(objections).toBeGreaterThan(RUNS.numRuns / 4)
  })
})

it.each<[Regime, Bias]>([
  ['trending_bull', 'long'],
  ['volatile_bull', 'long'],
  ['trending_bear', 'short'],
  ['volatile_bear', 'short'],
  ['ranging', 'neutral'],
  ['choppy', 'neutral'],
  ['breakout_potential', 'neutral'],
])('a market that is %s points %s', (regime, bias) => {
  expect(biasOfRegime(regime)).toBe(bias)
})
