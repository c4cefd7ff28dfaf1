import { Asset } from '../../../shared/ids.ts'
import { type Amount, amount, toText, ZERO } from '../../../shared/money.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { type EpochMs, epochMs } from '../../../shared/time.ts'
import type { Movement } from '../../ports.ts'
import { RawLedgerRow } from './messages.ts'

/*
 * One row of Kraken's ledger as a movement. A row changes one balance by its amount less its fee. Names of assets with a
 * suffix (`XBT.F`, `.S`, `.M`, `.B`, `.P`) are the part of an asset that earns.
 * Source: support.kraken.com, "How to interpret Ledger history fields".
 */

/** Orders tell of these, and of margin's interest, with their fills. */
const TRADES: ReadonlySet<string> = new Set(['trade', 'margin', 'margin trade', 'rollover', 'settled'])
/** Between spot and earning, under the names of the old and of the present programme; two rows, one of either place. */
const BETWEEN_PLACES: ReadonlySet<string> = new Set([
  'transfer spottostaking',
  'transfer stakingfromspot',
  'transfer stakingtospot',
  'transfer spotfromstaking',
  'earn allocation',
  'earn deallocation',
  'earn autoallocation',
  'earn migration',
])
const REWARDS: ReadonlySet<string> = new Set([
  'earn reward',
  'earn bonus_reward',
  'staking',
  'dividend',
  'credit',
  'reward',
  'invite bonus',
])
/** From and to other wallets of the same person, airdrops, and what failed and came back. */
const IN_AND_OUT: ReadonlySet<string> = new Set([
  'deposit',
  'withdrawal',
  'transfer',
  'transfer spotfromfutures',
  'transfer spottofutures',
])

const LONGEST_ID = 64

/**
 * Null for a row that is no movement: trades, and the spot side of what goes to earning, whose other row tells of it.
 *
 * Error `exchange/unread-row`: a row of a kind or form that nobody here knows; what it moved stays a difference.
 */
export function readMovement(id: string, row: unknown, codeOf: (asset: string) => string): Result<Movement | null> {
  if (id === '' || id.length > LONGEST_ID) return fail('exchange/unread-row', `${id.slice(0, LONGEST_ID)} (no id)`)
  const parsed = RawLedgerRow.safeParse(row)
  if (!parsed.success) {
    const where = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
    return fail('exchange/unread-row', `${id} (${where})`)
  }
  const { type, subtype, time, fee } = parsed.data
  if (TRADES.has(type)) return ok(null)
  const [code = '', ...suffix] = codeOf(parsed.data.asset).split('.')
  const asset = Asset.safeParse(code)
  const change = amount(parsed.data.amount).minus(amount(fee)) as Amount
  const kind = kindOf(`${type} ${subtype}`.trim(), change, suffix.length > 0)
  if (kind === 'other-side') return ok(null)
  if (kind === null || !asset.success || change.eq(ZERO)) {
    return fail(
      'exchange/unread-row',
      `${id} (${`${type} ${subtype}`.trim()} of ${toText(change)} ${parsed.data.asset})`,
    )
  }
  return ok({ id, kind, asset: asset.data, amount: change.abs() as Amount, at: timeOf(time) })
}

function kindOf(name: string, change: Amount, isEarning: boolean): Movement['kind'] | 'other-side' | null {
  const isGain = change.gt(ZERO)
  if (BETWEEN_PLACES.has(name)) {
    if (!isEarning) return 'other-side'
    return isGain ? 'to_earning' : 'from_earning'
  }
  // A withdrawal that failed comes back under its old name: what counts is the direction.
  if (IN_AND_OUT.has(name)) return isGain ? 'deposit' : 'withdrawal'
  if (REWARDS.has(name) || name.startsWith('staking ')) return isGain ? 'reward' : 'withdrawal'
  return null
}

/** Kraken counts in seconds with a fraction. */
const timeOf = (seconds: number): EpochMs => epochMs(Math.floor(seconds * 1_000))
