import { describe, expect, it } from 'vitest'
import { createPaperExchange } from '../../../../src/main/adapters/paper/paper-exchange.ts'
import { createSimulatedClock } from '../../../../src/main/adapters/system/clock.ts'
import type { GatedIntent } from '../../../../src/main/domain/gate.ts'
import { amount, fraction, price, toText } from '../../../../src/shared/money.ts'
import { type EpochMs, epochMs, MINUTE } from '../../../../src/shared/time.ts'
import { BTC, BTC_USDT, rulesOf, USDT, XRP } from '../../../support/money-arbitraries.ts'
import { intentOf, NOON } from '../../../support/trading-builders.ts'

/** 2 BTC and 300 USDT; BTC costs 100. */
function openPaper() {
  const clock = createSimulatedClock(NOON)
  const exchange = createPaperExchange({
    file: ':memory:',
    clock,
    rules: () => rulesOf(BTC_USDT),
    tickOf: () => ({ symbol: BTC_USDT, at: clock.now(), bid: 99, ask: 101, last: 100 }),
    slippage: fraction('0'),
    opening: new Map([
      [BTC, amount('2')],
      [USDT, amount('300')],
    ]),
  })
  return {
    clock,
    exchange,
    async told(since: EpochMs): Promise<string[]> {
      const answer = await exchange.movements(since)
      if (!answer.ok) throw new Error(answer.error.message)
      return answer.value.movements.map(
        ({ id, kind, amount: units, asset }) => `${id}: ${kind} ${toText(units)} ${asset}`,
      )
    },
    async held(): Promise<string[]> {
      const answer = await exchange.balances()
      if (!answer.ok) throw new Error(answer.error.message)
      return [...answer.value].map(([asset, { spot, earn }]) => `${asset} ${toText(spot)} + ${toText(earn)}`)
    },
  }
}

describe('what a person does to the paper account', () => {
  it('changes its balances, and is told of from when it happened on, oldest first', async () => {
    const { exchange, clock, told, held } = openPaper()
    const steps = [
      ['deposit', XRP, '10'],
      ['withdrawal', USDT, '100'],
      ['to_earning', BTC, '0.5'],
      ['reward', BTC, '0.01'],
      ['from_earning', BTC, '0.2'],
    ] as const
    for (const [kind, asset, units] of steps) {
      clock.advanceTo(epochMs(clock.now() + MINUTE))
      expect(exchange.move(kind, asset, amount(units)).ok).toBe(true)
    }
    expect(await held()).toEqual(['BTC 1.71 + 0.3', 'USDT 200 + 0', 'XRP 10 + 0'])
    expect(await told(NOON)).toEqual(
      steps.map(([kind, asset, units], index) => `paper-movement-${index + 1}: ${kind} ${units} ${asset}`),
    )
    expect(await told(epochMs(NOON + 4 * MINUTE))).toEqual([
      'paper-movement-4: reward 0.01 BTC',
      'paper-movement-5: from_earning 0.2 BTC',
    ])
  })

  it('cannot take what an open order holds, what earns, or nothing', async () => {
    const { exchange, told } = openPaper()
    await exchange.submit(intentOf({ amount: amount('2'), limitPrice: price('90') }) as GatedIntent)
    exchange.move('to_earning', BTC, amount('1.5'))
    expect(exchange.move('withdrawal', USDT, amount('200'))).toMatchObject({ ok: false })
    expect(exchange.move('withdrawal', BTC, amount('1'))).toMatchObject({ ok: false })
    expect(exchange.move('from_earning', BTC, amount('1.6'))).toMatchObject({ ok: false })
    expect(exchange.move('deposit', BTC, amount('0'))).toMatchObject({ ok: false })
    expect(await told(NOON)).toHaveLength(1)
  })
})
