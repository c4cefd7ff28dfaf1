import { existsSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { type Outcome, outcomeOfError, outcomeOfErrors } from '../../../../src/main/adapters/kraken/outcome.ts'
import type { Refused } from '../../../../src/main/ports.ts'
import type { Fault } from '../../../servers/kraken/faults.ts'
import { sharedFile } from '../../../support/shared-data.ts'
import { type Bench, startBench } from './kraken-bench.ts'

const FILE = sharedFile('oracles', 'kraken-error-taxonomy.json')
const isThere = existsSync(FILE)
if (!isThere) console.warn(`SKIPPED: the table of Kraken’s errors is not at ${FILE}`)

type Verdict =
  | 'accepted'
  | 'definitive_reject'
  | 'stop_trading'
  | 'not_accepted_throttle'
  | 'ambiguous_reconcile'
  | 'not_found_probe'
type Taxonomy = {
  readonly api_errors: readonly { readonly error: string; readonly outcome: Verdict }[]
  readonly transport: readonly { readonly fault: string; readonly outcome: Verdict }[]
}
const taxonomy: Taxonomy = isThere ? JSON.parse(readFileSync(FILE, 'utf8')) : { api_errors: [], transport: [] }

const IN_OUR_WORDS: Readonly<Record<Verdict, Outcome>> = {
  accepted: 'accepted',
  definitive_reject: 'refused',
  stop_trading: 'halt',
  not_accepted_throttle: 'not_accepted',
  ambiguous_reconcile: 'unknown',
  not_found_probe: 'not_found',
}

const now = (reply: Fault['reply']): Fault => ({ accept: 'now', reply, replyAfterMs: 0 })
const page = (status: number): Fault => now({ kind: 'status', status })
const body = (text: string): Fault => now({ kind: 'body', body: text })
/** The server's switch for each of the table's faults. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'HTTP 200 HTML page': body('<html><body>Just a moment</body></html>'),
  'HTTP 200 empty body': body(''),
  'HTTP 200 truncated JSON': now({ kind: 'cut' }),
  'HTTP 200 {"error":[],"result":{}}': body('{"error":[],"result":{}}'),
  'HTTP 200 null': body('null'),
  'HTTP 200 []': body('[]'),
  'HTTP 502': page(502),
  'HTTP 520': page(520),
  'HTTP 403 HTML': page(403),
  'HTTP 429': { accept: 'never', reply: { kind: 'status', status: 429 }, replyAfterMs: 0 },
  'connection reset before reply': now({ kind: 'reset' }),
  'connection reset mid-body': now({ kind: 'reset-in-body' }),
  'no reply until timeout': now({ kind: 'drop' }),
  '200 with txid AND "W..." warning in error[]': now({ kind: 'warning', text: 'WOrder:Something to know' }),
}

describe.skipIf(!isThere)('the table of what Kraken’s answers mean', () => {
  it('has all 59 entries', () => {
    expect([taxonomy.api_errors.length, taxonomy.transport.length]).toEqual([45, 14])
    expect(taxonomy.transport.map(({ fault }) => fault).toSorted()).toEqual(Object.keys(FAULTS).toSorted())
  })

  it.each(taxonomy.api_errors)('takes $error for $outcome', ({ error, outcome }) => {
    expect(outcomeOfError(error)).toBe(IN_OUR_WORDS[outcome])
  })

  const benches: Bench[] = []
  afterAll(async () => {
    for (const bench of benches) await bench.close()
  })
  it.each(taxonomy.transport)('takes an order answered by $fault for $outcome', async ({ fault, outcome }) => {
    const bench = await startBench({ timeoutMs: 300 })
    benches.push(bench)
    const intent = bench.intent()
    // For good, so that a second attempt would meet the same.
    bench.server.faults.add({ faults: [FAULTS[fault] as Fault], endpoints: ['AddOrder'] })
    const answer = await bench.exchange.submit(intent)
    const kind = answer.ok ? 'accepted' : answer.error.kind
    expect(kind satisfies Outcome | Refused['kind']).toBe(IN_OUR_WORDS[outcome])
    const isRetried = kind === 'not_accepted'
    expect(bench.server.requests.timesSent(intent.clientOrderId) > 1).toBe(isRetried)
  })
})

describe('an error that is not in the table', () => {
  it.each([
    'EService:Throttled: 1795435200',
    'EOrder:Something new',
    'EFunding:No',
    'EAPI:Unheard of',
    'EDatabase:Internal error',
    '',
  ])('leaves the outcome open: %j', (error) => expect(outcomeOfError(error)).toBe('unknown'))

  it('means what its listed beginning means, when that ends where a word ends', () => {
    expect(outcomeOfError('EOrder:Insufficient funds (insufficient user funds)')).toBe('refused')
    expect(outcomeOfError('EGeneral:Invalid arguments:price')).toBe('refused')
    expect(outcomeOfError('EAPI:Invalid keyring')).toBe('unknown')
  })

  it('that says that the order’s name is taken leaves open whether the order that took it is ours', () => {
    expect(outcomeOfError('EGeneral:Invalid arguments:cl_ord_id not unique')).toBe('unknown')
  })

  it('outweighs another that would prove something', () => {
    expect(outcomeOfErrors(['EOrder:Insufficient funds', 'EService:Unavailable'])).toBe('unknown')
    expect(outcomeOfErrors(['EOrder:Insufficient funds', 'EAPI:Invalid key'])).toBe('halt')
    expect(outcomeOfErrors(['EAPI:Rate limit exceeded', 'EOrder:Insufficient funds'])).toBe('not_accepted')
  })
})
