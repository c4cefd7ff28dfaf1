import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Asset, TradedPair } from '../shared/ids.ts'
import { type Amount, minOf, ZERO } from '../shared/money.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { after, MINUTE } from '../shared/time.ts'
import type { Kraken } from './adapters/kraken/kraken.ts'
import { openNonceFile } from './adapters/kraken/nonce-file.ts'
import { takeKeyLock, userStateDir } from './adapters/system/key-lock.ts'
import type { Settings } from './config.ts'
import { marketsOf, type Opening } from './engine.ts'
import type { Account } from './paper-account.ts'
import type { Cancel, Clock } from './ports.ts'
import { checkLivePhrase } from './safety/live-phrase.ts'

export type LiveOptions = {
  readonly dataDir: string
  readonly market: string
  readonly confirmLive: string | null
  readonly env: Readonly<Record<string, string | undefined>>
  readonly settings: Settings
  readonly clock: Clock
}

/**
 * Whether live mode may start at all, before anything is opened or asked.
 *
 * Errors: `live/market`, `live/no-key`, `live/key-malformed`, `live/not-confirmed`.
 */
export function mayGoLive({
  market,
  env,
  confirmLive,
}: Pick<LiveOptions, 'market' | 'env' | 'confirmLive'>): Result<null> {
  if (market !== 'kraken') {
    return fail('live/market', 'Real money trades at real prices only: start with --market kraken, or set mode: paper.')
  }
  if (!env.KRAKEN_API_KEY || !env.KRAKEN_API_SECRET) {
    return fail(
      'live/no-key',
      'Live mode needs a key: set KRAKEN_API_KEY and KRAKEN_API_SECRET in the environment, or set mode: paper in execution.yaml.',
    )
  }
  const isWhole = /^\S+$/.test(env.KRAKEN_API_KEY) && /^[A-Za-z0-9+/]+={0,2}$/.test(env.KRAKEN_API_SECRET)
  if (!isWhole) {
    return fail(
      'live/key-malformed',
      'KRAKEN_API_KEY or KRAKEN_API_SECRET is not as Kraken shows it: copy both again, without blanks or line ends.',
    )
  }
  return checkLivePhrase(confirmLive)
}

/** Markets close, rules and fees change: they are read again this often. */
const REFRESH_MARKETS_MS = 10 * MINUTE

/**
 * The account at Kraken: one instance per key, a key that may trade and not withdraw, and every market that the targets
 * need.
 *
 * Errors: `live/key-in-use`, `live/key-lock-unavailable`, `live/nonce-damaged`, those of `checkKey`, `live/markets`, `live/clock`,
 * `exchange/…` when Kraken cannot be asked.
 */
export async function openLiveAccount(options: LiveOptions): Promise<Result<Account>> {
  const { env, settings, clock, dataDir } = options
  const [key, secret] = [env.KRAKEN_API_KEY ?? '', env.KRAKEN_API_SECRET ?? '']
  const stateDir = userStateDir({ platform: process.platform, env, home: homedir() })
  const lock = takeKeyLock(stateDir, key, { pid: process.pid, startedAt: clock.now(), dataDir })
  if (!lock.ok) return lock
  const nonces = openNonceFile(join(stateDir, `nonce-${createHash('sha256').update(key).digest('hex')}`))
  if (!nonces.ok) {
    lock.value.release()
    return nonces
  }

  let mayOpen = (): boolean => false
  const { kraken: terms } = settings.execution
  const configured = marketsOf(settings)
  const { createKraken } = await import('./adapters/kraken/kraken.ts')
  const kraken = createKraken({
    clock,
    key,
    secret,
    restUrl: terms.rest_url,
    wsUrl: terms.ws_url,
    wsAuthUrl: terms.ws_auth_url,
    timeoutMs: terms.timeout_ms,
    tier: terms.tier,
    margin: settings.risk.margin.enabled,
    nonces: nonces.value,
    symbols: configured.symbols,
    halfSpread: (symbol) => configured.rules(symbol)?.halfSpread ?? ZERO,
    mayOpen: () => mayOpen(),
  })
  let stopRefreshing: Cancel = () => {}
  let isClosed = false
  const refreshLater = (): void => {
    if (isClosed) return
    stopRefreshing = clock.at(after(clock.now(), REFRESH_MARKETS_MS), () => {
      // What was known stays where Kraken does not answer.
      void kraken.markets.refresh().finally(refreshLater)
    })
  }
  const opening = await openingOf(kraken, settings)
  if (!opening.ok) {
    await kraken.exchange.close()
    lock.value.release()
    return opening
  }
  return ok({
    markets: kraken.markets,
    opening: opening.value,
    exchange: (market) => {
      mayOpen = market.mayOpen
      kraken.exchange.start()
      refreshLater()
      return kraken.exchange
    },
    onPrices: null,
    async close(exchange, done) {
      isClosed = true
      stopRefreshing()
      // First, because what is out may take long: its outcome is unknown, and the next start asks.
      await exchange.close()
      await done
      lock.value.release()
    },
  })
}

/** Key, clock, markets; and what the account holds, all of it core's but for the bags of portfolio.yaml. */
async function openingOf(kraken: Kraken, settings: Settings): Promise<Result<Opening>> {
  const key = await kraken.checkKey()
  if (!key.ok) return key
  const inTime = await kraken.checkClock()
  if (!inTime.ok) return inTime
  const refreshed = await kraken.markets.refresh()
  if (!refreshed.ok) return refreshed
  const { targets, quote, live } = settings.portfolio
  const assets = Object.keys(targets) as Asset[]
  const needed = assets.filter((asset) => asset !== quote).map((asset) => `${asset}/${quote}` as TradedPair)
  const missing = needed.filter((symbol) => kraken.markets.rules(symbol) === null)
  if (missing.length > 0) {
    const why = kraken.markets.problems().join('; ')
    return fail('live/markets', `${why}. Choose other targets or another quote in portfolio.yaml, or try again later.`)
  }
  const balances = await kraken.exchange.balances()
  if (!balances.ok) return balances
  return ok(
    assets.map((asset) => {
      const { spot, earn } = balances.value.get(asset) ?? { spot: ZERO, earn: ZERO }
      const total = spot.plus(earn) as Amount
      const hodl = minOf(live.bags[asset] ?? ZERO, total)
      return { asset, core: total.minus(hodl) as Amount, hodl }
    }),
  )
}
