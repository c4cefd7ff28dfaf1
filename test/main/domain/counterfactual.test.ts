import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConflictOption } from '../../../src/main/domain/conflict.ts'
import { positionOptions, signalOptions } from '../../../src/main/domain/conflict-options.ts'
import {
  type Counterfactual,
  ended,
  heldFrom,
  isOver,
  KEPT,
  scoresOf,
  TIGHTENED,
  type VirtualTrade,
  withPrice,
} from '../../../src/main/domain/counterfactual.ts'
import type { ConflictId } from '../../../src/shared/ids.ts'
import { amount, decimal, fromFloat, type Price, price } from '../../../src/shared/money.ts'
import { epochMs } from '../../../src/shared/time.ts'
import { BTC_USDT, XRP_USDT } from '../../support/money-arbitraries.ts'
import { aFind } from './conflict-case.ts'

const FEE = decimal('0.004')
const aTrade = (change: Partial<VirtualTrade> = {}): VirtualTrade => ({
  key: BTC_USDT,
  symbol: BTC_USDT,
  side: 'long',
  amount: amount('0.1'),
  entry: price('50000'),
  stop: price('49000'),
  target: price('52000'),
  entryFee: FEE,
  exitFee: FEE,
  exit: null,
  ...change,
})
const following = (...atOnce: readonly VirtualTrade[]): Counterfactual => ({
  conflictId: 'cfl_1' as ConflictId,
  until: epochMs(0),
  atOnce,
  afterWait: null,
})
const { stake } = aFind()
if (stake.kind !== 'signals' || stake.signals[0] === undefined) throw new Error('a signal is at stake')
const OPTIONS = signalOptions(stake.signals[0], 'the next regime')
const earned = (
  followed: Counterfactual,
  options: readonly ConflictOption[] = OPTIONS,
): Record<string, string | null> =>
  Object.fromEntries([...scoresOf(followed, options)].map(([id, value]) => [id, value?.toFixed() ?? null]))
const at = (followed: Counterfactual, ...prices: readonly number[]): Counterfactual =>
  prices.reduce((state, each) => withPrice(state, BTC_USDT, fromFloat(each) as Price), followed)

describe('what each answer would have earned', () => {
  it('is the way to the target or the stop, fees of both ends paid, as large as the option', () => {
    const followed = following(aTrade())
    // 0.1 × (52,000 − 50,000) − 0.004 × 0.1 × (50,000 + 52,000)
    expect(earned(at(followed, 51_000, 52_000, 40_000))).toEqual({
      abort: '0',
      wait: null,
      half_size: '79.6',
      proceed: '159.2',
    })
    // A price that jumps past the stop is what is had.
    expect(earned(at(followed, 48_500, 60_000)).proceed).toBe('-189.4')
  })

  it('of a short is the other way round', () => {
    const short = aTrade({ side: 'short', stop: price('51000'), target: price('48000') })
    expect(earned(at(following(short), 47_000)).proceed).toBe('261.2')
    expect(earned(at(following(short), 51_000)).proceed).toBe('-140.4')
  })

  it('is not known while a trade is open, and counts at the last price once the day is over', () => {
    const open = at(following(aTrade()), 51_000)
    expect(earned(open).proceed).toBeNull()
    expect(earned(ended(open, () => price('51000'))).proceed).toBe('59.6')
    expect(earned(ended(open, () => null)).proceed).toBeNull()
  })

  it('is nothing where the limits would have left nothing', () => {
    expect(earned(following())).toEqual({ abort: '0', wait: null, half_size: '0', proceed: '0' })
  })

  it('of a wait is that of the option it would have ended with, from then on', () => {
    const waited: Counterfactual = {
      ...at(following(aTrade()), 52_000),
      afterWait: { optionId: 'proceed', trades: [aTrade({ entry: price('51000'), exit: price('50000') })] },
    }
    expect(earned(waited)).toMatchObject({ wait: '-140.4', proceed: '159.2' })
    expect(earned({ ...waited, afterWait: { optionId: 'abort', trades: [] } }).wait).toBe('0')
  })

  it('of a position is what comes of it from now: kept, with a closer stop, or sold', () => {
    const position = { symbol: BTC_USDT, side: 'long', amount: amount('0.1'), target: price('52000') } as const
    const trades = [
      heldFrom(KEPT, position, price('49000'), price('50000'), FEE),
      heldFrom(TIGHTENED, position, price('49500'), price('50000'), FEE),
    ]
    const options = positionOptions(BTC_USDT, price('49500'))
    // Its closer stop is hit at 49,400, the other one is not: it reaches the target.
    expect(earned(at(following(...trades), 49_400, 52_000), options)).toEqual({
      keep: '179.2',
      wait: null,
      tighten_stop: '-79.76',
      close_half: '79.6',
      close: '-20',
    })
  })
})

describe('following the trades', () => {
  const prices = fc.array(fc.integer({ min: 40_000, max: 60_000 }), { maxLength: 12 })

  it('ends each at the first price that reaches an exit, and looks at no other market', () => {
    fc.assert(
      fc.property(prices, (seen) => {
        const followed = at(following(aTrade(), aTrade({ key: XRP_USDT, symbol: XRP_USDT })), ...seen)
        const first = seen.find((each) => each <= 49_000 || each >= 52_000)
        expect(followed.atOnce.map(({ exit }) => exit?.toFixed())).toEqual([first?.toString(), undefined])
      }),
      { numRuns: 200, seed: 6 },
    )
  })

  it('an option of part of the size earns that part, whatever happens', () => {
    fc.assert(
      fc.property(prices, fc.integer({ min: 40_000, max: 60_000 }), (seen, last) => {
        const scores = scoresOf(
          ended(at(following(aTrade()), ...seen), () => fromFloat(last) as Price),
          OPTIONS,
        )
        expect(scores.get('half_size')?.times(decimal('2')).toFixed()).toBe(scores.get('proceed')?.toFixed())
        expect(scores.get('abort')?.toFixed()).toBe('0')
      }),
      { numRuns: 200, seed: 6 },
    )
  })

  it('is over when all trades are and nobody would wait any longer', () => {
    const done = following(aTrade({ exit: price('52000') }))
    expect(isOver(done)).toBe(false)
    expect(isOver({ ...done, afterWait: { optionId: 'abort', trades: [] } })).toBe(true)
    expect(isOver({ ...done, afterWait: { optionId: 'proceed', trades: [aTrade()] } })).toBe(false)
    expect(isOver({ ...following(aTrade()), afterWait: { optionId: 'abort', trades: [] } })).toBe(false)
  })
})
