import { fail, ok, type Result } from '../../../shared/result.ts'
import type { KrakenClient } from './client.ts'

export type KeyInfo = {
  readonly permissions: readonly string[]
  /** Kraken's name of the account; null where it tells none. */
  readonly account: string | null
}

/** As GetApiKeyInfo spells them; `withdraw-funds`, `add-withdraw-address`, … are refused by the word. */
const NEEDED = {
  'query-funds': 'query funds',
  'query-open-trades': 'query open orders & trades',
  'query-closed-trades': 'query closed orders & trades',
  'query-ledger': 'query ledger entries',
  'modify-trades': 'create & modify orders',
  'close-trades': 'cancel & close orders',
} as const

/**
 * Whether a key may trade and may not withdraw. Errors `live/key-may-withdraw`, `live/key-cannot-trade` (it names what is
 * missing), `live/key-refused` and `live/key-unchecked` when Kraken could not be asked.
 */
export async function checkKey(client: KrakenClient): Promise<Result<KeyInfo>> {
  const info = await client.ask('GetApiKeyInfo')
  if (!info.ok) {
    const isRefused = /EAPI:Invalid (key|signature)|EGeneral:Permission denied/.test(info.error.message)
    return fail(
      isRefused ? 'live/key-refused' : 'live/key-unchecked',
      `The key could not be checked. ${info.error.message}`,
    )
  }
  const { permissions, iban } = info.value
  if (permissions.some((permission) => permission.includes('withdraw'))) {
    return fail('live/key-may-withdraw', 'This key may withdraw. Make one on Kraken that may not, and use that.')
  }
  const missing = Object.entries(NEEDED).filter(([permission]) => !permissions.includes(permission))
  if (missing.length > 0) {
    return fail(
      'live/key-cannot-trade',
      `This key lacks the permission to ${missing.map(([, words]) => words).join(', ')}.`,
    )
  }
  return ok({ permissions, account: iban ?? null })
}
