import { afterEach, describe, expect, it } from 'vitest'
import type { MovementHistory } from '../../../../src/main/ports.ts'
import { amount, toText } from '../../../../src/shared/money.ts'
import { epochMs, HOUR, MINUTE } from '../../../../src/shared/time.ts'
import { createManualClock } from '../../../support/manual-clock.ts'
import { BTC_USDT } from '../../../support/money-arbitraries.ts'
import { NOON } from '../../../support/trading-builders.ts'
import { type Bench, startBench } from './kraken-bench.ts'

let bench: Bench
afterEach(() => bench.close())

async function asked(since: number): Promise<MovementHistory> {
  const answer = await bench.exchange.movements(epochMs(since))
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.value
}
const told = async (since: number): Promise<string[]> =>
  (await asked(since)).movements.map(({ kind, amount: units, asset }) => `${kind} ${toText(units)} ${asset}`)

describe('movements on Kraken', () => {
  it('are deposits, withdrawals with their fee, rewards less Kraken’s share, and ways to earning and back', async () => {
    const clock = createManualClock(NOON)
    bench = await startBench({ clock })
    const { server } = bench
    const steps = [
      () => server.transfer('BTC', amount('0.5')),
      () => server.transfer('USDT', amount('-1000'), amount('2.5')),
      () => server.moveToEarn('BTC', amount('0.4')),
      () => server.reward('BTC.F', amount('0.01'), amount('0.002')),
      () => server.moveToEarn('BTC', amount('-0.1')),
    ]
    for (const step of steps) {
      clock.advance(MINUTE)
      step()
    }
    const history = await asked(NOON)
    expect(history.unread).toEqual([])
    expect(history.movements.map(({ at }) => (at - NOON) / MINUTE)).toEqual([1, 2, 3, 4, 5])
    expect(await told(NOON)).toEqual([
      'deposit 0.5 BTC',
      'withdrawal 1002.5 USDT',
      'to_earning 0.4 BTC',
      'reward 0.008 BTC',
      'from_earning 0.1 BTC',
    ])
  })

  it('have the same id however often they are asked for, and none is told of from before', async () => {
    const clock = createManualClock(NOON)
    bench = await startBench({ clock })
    bench.server.transfer('BTC', amount('0.5'))
    clock.advance(HOUR)
    bench.server.transfer('BTC', amount('0.6'))
    const all = await asked(NOON)
    expect(all.movements).toHaveLength(2)
    expect(await asked(NOON)).toEqual(all)
    expect((await asked(NOON + HOUR)).movements).toEqual(all.movements.slice(1))
    expect((await asked(NOON + HOUR + 1)).movements).toEqual([])
  })

  it('are all found among more than a page of trades and of others', async () => {
    const clock = createManualClock(NOON)
    bench = await startBench({ clock })
    for (let move = 0; move < 60; move++) {
      clock.advance(MINUTE)
      bench.server.transfer('XRP', amount(String(move + 1)))
      bench.server.venue.place(purchase)
    }
    const found = await told(NOON)
    expect(found).toEqual(Array.from({ length: 60 }, (_, move) => `deposit ${move + 1} XRP`))
    expect(bench.server.requests.all('Ledgers').map(({ params }) => params.ofs)).toEqual(['0', '50', '100', '150'])
  })

  it('that come while page after page is read push the others on, and none is lost or told of twice', async () => {
    const clock = createManualClock(NOON)
    bench = await startBench({ clock })
    for (let move = 0; move < 60; move++) bench.server.transfer('XRP', amount(String(move + 1)))
    bench.server.faults.next({ accept: 'now', reply: { kind: 'normal' }, replyAfterMs: 150 }, 'Ledgers')
    const reading = told(NOON)
    await new Promise((resolve) => setTimeout(resolve, 60))
    for (let move = 60; move < 65; move++) bench.server.transfer('XRP', amount(String(move + 1)))
    const found = await reading
    expect(new Set(found).size).toBe(found.length)
    for (let move = 0; move < 60; move++) expect(found).toContain(`deposit ${move + 1} XRP`)
  })

  it('of a kind that nobody knows are told of in words, and do not hide the others', async () => {
    bench = await startBench()
    bench.server.addLedgerRows({ assetCode: 'BTC', amount: amount('-0.3'), type: 'adjustment' })
    bench.server.transfer('USDT', amount('9'))
    const history = await asked(0)
    expect(history.movements.map(({ asset }) => asset)).toEqual(['USDT'])
    expect(history.unread).toEqual([expect.stringMatching(/^L.*\(adjustment of -0\.3 XXBT\)$/)])
  })

  it('are not known while Kraken does not answer, or answers something else', async () => {
    bench = await startBench({ timeoutMs: 100 })
    for (const fault of [
      { accept: 'never', reply: { kind: 'error', error: 'EGeneral:Permission denied' } },
      { accept: 'now', reply: { kind: 'drop' } },
    ] as const) {
      bench.server.faults.add({ faults: [fault], endpoints: ['Ledgers'] })
      expect(await bench.exchange.movements(NOON)).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
      bench.server.faults.clear()
    }
  })
})

const purchase = {
  clientOrderId: null,
  symbol: BTC_USDT,
  side: 'buy',
  type: 'market',
  amount: amount('0.001'),
  limitPrice: null,
  trigger: null,
  timeInForce: 'GTC',
  postOnly: false,
  leverage: 1,
  reduceOnly: false,
  deadline: null,
} as const
