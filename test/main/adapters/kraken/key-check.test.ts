import { afterEach, describe, expect, it } from 'vitest'
import { TRADING_PERMISSIONS } from '../../../servers/kraken/keys.ts'
import { type Bench, startBench } from './kraken-bench.ts'

let bench: Bench
afterEach(() => bench?.close())

describe('a key for live trading', () => {
  it('may trade and may not withdraw', async () => {
    bench = await startBench()
    expect(await bench.kraken.checkKey()).toMatchObject({ ok: true, value: { account: 'AA88 N84G WOAK NMOI' } })
  })

  it('that may withdraw is refused', async () => {
    bench = await startBench()
    bench.server.setPermissions([...TRADING_PERMISSIONS, 'withdraw-funds'])
    expect(await bench.kraken.checkKey()).toMatchObject({ ok: false, error: { code: 'live/key-may-withdraw' } })
  })

  it.each([
    'query-funds',
    'query-open-trades',
    'query-closed-trades',
    'query-ledger',
    'modify-trades',
    'close-trades',
  ] as const)('that may not %s is refused', async (missing) => {
    bench = await startBench()
    bench.server.setPermissions(TRADING_PERMISSIONS.filter((permission) => permission !== missing))
    expect(await bench.kraken.checkKey()).toMatchObject({ ok: false, error: { code: 'live/key-cannot-trade' } })
  })

  it('that Kraken does not know is told from one that could not be checked', async () => {
    bench = await startBench({ timeoutMs: 100 })
    const says = (error: string) => ({ accept: 'never', reply: { kind: 'error', error } }) as const
    bench.server.faults.next(says('EAPI:Invalid key'), 'GetApiKeyInfo')
    expect(await bench.kraken.checkKey()).toMatchObject({ ok: false, error: { code: 'live/key-refused' } })
    bench.server.faults.add({ faults: [{ ...says('EService:Unavailable'), replyAfterMs: 0 }] })
    expect(await bench.kraken.checkKey()).toMatchObject({ ok: false, error: { code: 'live/key-unchecked' } })
  })
})
