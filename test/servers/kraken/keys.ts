import { createHash } from 'node:crypto'
import { err, ok, type Result } from '../../../src/shared/result.ts'
import type { DeskStore } from './desk-store.ts'
import { isSignedWith } from './signatures.ts'

/** As Kraken spells them in GetApiKeyInfo. */
export const PERMISSIONS = [
  'query-funds',
  'query-open-trades',
  'query-closed-trades',
  'modify-trades',
  'close-trades',
  'query-ledger',
  'create-ws-token',
  'deposit-funds',
  'withdraw-funds',
] as const
export type KrakenPermission = (typeof PERMISSIONS)[number]

/** What a bot needs and no more: everything but moving money in or out. */
export const TRADING_PERMISSIONS: readonly KrakenPermission[] = PERMISSIONS.filter(
  (permission) => !permission.endsWith('-funds') || permission === 'query-funds',
)

export type ApiKey = {
  readonly key: string
  /** Base64. */
  readonly secret: string
  readonly permissions: readonly KrakenPermission[]
}

/** A key that is the same for the same name, so that it still opens the account after a restart. */
export function apiKeyNamed(name: string, permissions: readonly KrakenPermission[] = TRADING_PERMISSIONS): ApiKey {
  const bytes = (of: string) => createHash('sha512').update(`${of} of ${name}, a key that opens nothing real`).digest()
  return {
    key: bytes('key').subarray(0, 42).toString('base64'),
    secret: bytes('secret').toString('base64'),
    permissions,
  }
}

type Signed = {
  readonly path: string
  readonly body: string
  readonly nonce: string | undefined
  readonly key: string | undefined
  readonly signature: string | undefined
}

/** Who may call: key, signature and a nonce that rises with every call of a key. */
export class Keys {
  private readonly keys = new Map<string, ApiKey>()
  private readonly nonces: Map<string, bigint>
  private readonly store: DeskStore

  constructor(keys: readonly ApiKey[], store: DeskStore) {
    this.store = store
    this.nonces = new Map(store.nonces())
    for (const key of keys) this.keys.set(key.key, key)
  }

  /** Takes the nonce: it is used up even if the call is refused afterwards. */
  admit({ path, body, nonce = '', key = '', signature = '' }: Signed): Result<ApiKey, string> {
    const known = this.keys.get(key)
    if (known === undefined) return err('EAPI:Invalid key')
    if (!isSignedWith(known.secret, path, nonce, body, signature)) return err('EAPI:Invalid signature')
    if (!/^\d{1,20}$/.test(nonce) || BigInt(nonce) <= this.lastNonce(key)) return err('EAPI:Invalid nonce')
    this.nonces.set(key, BigInt(nonce))
    this.store.saveNonce(key, BigInt(nonce))
    return ok(known)
  }

  lastNonce(key: string): bigint {
    return this.nonces.get(key) ?? -1n
  }

  setPermissions(key: string, permissions: readonly KrakenPermission[]): void {
    const known = this.keys.get(key)
    if (known === undefined) throw new Error(`there is no key ${key}`)
    this.keys.set(key, { ...known, permissions })
  }
}
