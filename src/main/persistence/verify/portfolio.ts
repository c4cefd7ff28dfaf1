import type { Asset } from '../../../shared/ids.ts'
import { type Decimal, toText, ZERO } from '../../../shared/money.ts'
import { Balances, classificationEntry, type LedgerEntry, movementEntry } from '../../domain/ledger.ts'
import { gainedBy } from '../../domain/movement.ts'
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
        : classificationEntry({ ...movement, gained }, sleeve, movement.at, { bookedBy: 'engine', reason: null })
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

/** Shares of profits are booked as they were computed, savings never owe, and only the trader takes from a bag. */
export function checkBags({ bagShares, entries }: Records): Report {
  const problems: Problems = []
  const shares = new Map<string, Decimal>()
  for (const { positionId, amount } of bagShares) {
    shares.set(`share ${positionId}`, (shares.get(`share ${positionId}`) ?? ZERO).plus(amount))
  }
  for (const { seq, entry } of entries) {
    if (entry.bookedBy === 'engine') {
      for (const { account, asset, amount } of entry.lines) {
        if (account === 'hodl' && amount.lt(ZERO)) {
          problems.push([
            `ledger_entries ${seq}`,
            `takes ${toText(amount.abs())} ${asset} from a bag, which only the trader may`,
          ])
        }
      }
    }
    if (entry.kind !== 'bag' || entry.bookedBy !== 'engine') continue
    const booked = entry.lines.find(({ account }) => account === 'tactical')?.amount ?? ZERO
    const share = shares.get(entry.reference)
    shares.delete(entry.reference)
    if (share === undefined)
      problems.push([`ledger_entries ${seq}`, `books ${entry.reference}, which is no share, or booked already`])
    else if (!booked.eq(share.neg())) {
      problems.push([`ledger_entries ${seq}`, `books ${toText(booked.neg())}, its parts come to ${toText(share)}`])
    }
  }
  for (const [reference, share] of shares) {
    if (share.gt(ZERO)) problems.push([`bag_shares ${reference}`, `of ${toText(share)} is not booked`])
  }
  const balances = balancesOf(entries)
  for (const asset of assetsOf(entries)) {
    const saved = balances.of('savings', asset)
    if (saved.lt(ZERO)) problems.push([`savings ${asset}`, `is ${toText(saved)}, expected 0 or more`])
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
  const texts = found.map(({ entry }) => `${entry.kind} ${textOf(entry)}`)
  const wanted = expected === null ? [] : [`${expected.kind} ${textOf(expected)}`]
  return texts.join() === wanted.join()
    ? []
    : [[row, `is booked as [${texts.join(' and ')}], expected [${wanted.join()}]`]]
}

function balancesOf(entries: readonly Numbered[]): Balances {
  const balances = new Balances()
  for (const { entry } of entries) balances.apply(entry)
  return balances
}

const assetsOf = (entries: readonly Numbered[]): ReadonlySet<Asset> =>
  new Set(entries.flatMap(({ entry }) => entry.lines.map(({ asset }) => asset)))
