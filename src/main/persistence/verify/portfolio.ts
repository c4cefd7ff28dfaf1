import { type Asset, type PositionId, quoteOf } from '../../../shared/ids.ts'
import { type Decimal, toText, ZERO } from '../../../shared/money.ts'
import { shareEntry } from '../../domain/bag-share.ts'
import { Balances, classificationEntry, type LedgerEntry, movementEntry } from '../../domain/ledger.ts'
import { gainedBy } from '../../domain/movement.ts'
import type { BagShare } from '../../ports.ts'
import { type Records, type Report, report, textOf } from './check.ts'

type Problems = (readonly [string, string])[]

const MOVEMENTS: readonly LedgerEntry['kind'][] = ['deposit', 'withdrawal', 'reward']

/**
 * Every deposit, withdrawal and reward is booked once as what it is, and once more when its sleeve was decided; what
 * waits is what is unclassified.
 */
export function checkMovements({ movements, entries }: Records): Report {
  const problems: Problems = []
  const told = grouped(entries.filter(({ entry }) => MOVEMENTS.includes(entry.kind)))
  const decided = grouped(entries.filter(({ entry }) => entry.kind === 'classification'))
  const waiting = new Map<Asset, Decimal>()
  for (const movement of movements) {
    const row = `movements ${movement.id}`
    const { sleeve } = movement
    const gained = gainedBy(movement)
    problems.push(...bookedOnce(row, movementEntry(movement, null), told.get(movement.id) ?? []))
    const expected =
      sleeve === null
        ? null
        : classificationEntry({ ...movement, gained }, sleeve, movement.at, {
            bookedBy: movement.decidedBy === 'trader' ? 'trader' : 'engine',
            reason: movement.reason,
          })
    problems.push(...bookedOnce(row, expected, decided.get(movement.id) ?? []))
    if (sleeve === null) waiting.set(movement.asset, (waiting.get(movement.asset) ?? ZERO).plus(gained))
    told.delete(movement.id)
    decided.delete(movement.id)
  }
  for (const { seq, entry } of [...told.values(), ...decided.values()].flat()) {
    problems.push([`ledger_entries ${seq}`, `books the movement ${entry.reference}, which does not exist`])
  }
  const balances = balancesOf(entries)
  for (const asset of new Set([...waiting.keys(), ...assetsOf(entries)])) {
    const [is, should] = [balances.of('unclassified', asset), waiting.get(asset) ?? ZERO]
    if (!is.eq(should))
      problems.push([`unclassified ${asset}`, `is ${toText(is)}, what waits comes to ${toText(should)}`])
  }
  return report('movements', `${movements.length} deposits, withdrawals and rewards, each with its entries`, problems)
}

/**
 * Shares of profits are booked as they were computed, each once; the savings are those shares less what was bought for
 * them; and nothing leaves a bag but at the trader's word.
 */
export function checkBags(records: Records): Report {
  const { bagShares, entries } = records
  const problems: Problems = [...shareProblems(records), ...entries.flatMap(takenFromBag)]
  const balances = balancesOf(entries)
  for (const [asset, expected] of expectedSavings(records)) {
    const saved = balances.of('savings', asset)
    if (saved.lt(ZERO)) problems.push([`savings ${asset}`, `is ${toText(saved)}, expected 0 or more`])
    if (!saved.eq(expected)) {
      problems.push([`savings ${asset}`, `is ${toText(saved)}, shares less purchases come to ${toText(expected)}`])
    }
  }
  for (const asset of assetsOf(entries)) {
    const [spot, earning] = [balances.of('spot', asset), balances.of('earning', asset)]
    if (!spot.eq(earning.neg())) {
      problems.push([`earning ${asset}`, `is ${toText(earning)}, and ${toText(spot)} left spot for it`])
    }
  }
  return report(
    'bags',
    `${bagShares.length} parts of profits saved for the bags, nothing taken from a bag but by the trader`,
    problems,
  )
}

/** Every position's parts have their one entry, with exactly the lines that follow from them. */
function shareProblems({ bagShares, entries, positions }: Records): Problems {
  const problems: Problems = []
  const booked = grouped(entries.filter(({ entry }) => entry.kind === 'bag' && entry.bookedBy === 'engine'))
  const parts = new Map<PositionId, BagShare[]>()
  for (const share of bagShares) parts.set(share.positionId, [...(parts.get(share.positionId) ?? []), share])
  for (const position of positions) {
    const shares = parts.get(position.id) ?? []
    const reference = `share ${position.id}`
    const expected = shares.length === 0 ? null : shareEntry(position, shares, position.openedAt)
    problems.push(...bookedOnce(`bag_shares ${reference}`, expected, booked.get(reference) ?? []))
    booked.delete(reference)
    parts.delete(position.id)
  }
  for (const positionId of parts.keys()) {
    problems.push([`bag_shares ${positionId}`, 'is of a position that does not exist'])
  }
  for (const { seq, entry } of [...booked.values()].flat()) {
    problems.push([`ledger_entries ${seq}`, `books ${entry.reference}, which is the share of no position`])
  }
  return problems
}

/** Sales never reach into a bag: what leaves one is a release, or a withdrawal that the trader took out of it. */
function takenFromBag({ seq, entry }: Numbered): Problems {
  const isTheTraders = entry.bookedBy === 'trader' && (entry.kind === 'bag' || entry.kind === 'classification')
  const balances = balancesOf([{ seq, entry }])
  return [...assetsOf([{ seq, entry }])].flatMap((asset): Problems => {
    const change = balances.of('hodl', asset)
    if (isTheTraders || !change.lt(ZERO)) return []
    return [[`ledger_entries ${seq}`, `takes ${toText(change.abs())} ${asset} from a bag, which only the trader may`]]
  })
}

/** By asset, in the quote of the trades that were shared: the quote's own part is in its bag at once. */
function expectedSavings({ bagShares, positions, entries }: Records): ReadonlyMap<Asset, Decimal> {
  const saved = new Map<Asset, Decimal>([...assetsOf(entries)].map((asset) => [asset, ZERO]))
  const quotes = new Map(positions.map(({ id, symbol }) => [id, quoteOf(symbol)]))
  for (const { positionId, asset, amount } of bagShares) {
    const quote = quotes.get(positionId)
    if (quote !== undefined && asset !== quote) saved.set(quote, (saved.get(quote) ?? ZERO).plus(amount))
  }
  for (const { entry } of entries) {
    if (entry.kind !== 'fill') continue
    for (const { account, asset, amount } of entry.lines) {
      if (account === 'savings') saved.set(asset, (saved.get(asset) ?? ZERO).plus(amount))
    }
  }
  return saved
}

type Numbered = Records['entries'][number]

function grouped(entries: readonly Numbered[]): Map<string, Numbered[]> {
  const byReference = new Map<string, Numbered[]>()
  for (const each of entries) {
    byReference.set(each.entry.reference, [...(byReference.get(each.entry.reference) ?? []), each])
  }
  return byReference
}

/** @param expected null where there must be none. */
function bookedOnce(row: string, expected: LedgerEntry | null, found: readonly Numbered[]): Problems {
  const texts = found.map(({ entry }) => bookingText(entry))
  const wanted = expected === null ? [] : [bookingText(expected)]
  return texts.join() === wanted.join()
    ? []
    : [[row, `is booked as [${texts.join(' and ')}], expected [${wanted.join()}]`]]
}

/** In whose name, too. */
const bookingText = (entry: LedgerEntry): string =>
  `${entry.kind} ${textOf(entry)} by the ${entry.bookedBy}${entry.reason === null ? '' : `: ${entry.reason}`}`

function balancesOf(entries: readonly Numbered[]): Balances {
  const balances = new Balances()
  for (const { entry } of entries) balances.apply(entry)
  return balances
}

const assetsOf = (entries: readonly Numbered[]): ReadonlySet<Asset> =>
  new Set(entries.flatMap(({ entry }) => entry.lines.map(({ asset }) => asset)))
