import type { Asset } from '../../../shared/ids.ts'
import { type Amount, type Decimal, toText, ZERO } from '../../../shared/money.ts'
import { Balances, checkBalanced, fillEntry, type LedgerEntry, marginFillEntry, SLEEVES } from '../../domain/ledger.ts'
import { type Records, type Report, report, textOf } from './check.ts'
import { rebuild } from './positions.ts'

type Problems = (readonly [string, string])[]

export function checkLedger({ entries }: Records): Report {
  const problems: Problems = []
  const sums = new Map<Asset, Decimal>()
  for (const { seq, entry } of entries) {
    const balanced = checkBalanced(entry)
    if (!balanced.ok) problems.push([`ledger_entries ${seq}`, `${balanced.error.message}, expected 0`])
    for (const line of entry.lines) sums.set(line.asset, (sums.get(line.asset) ?? ZERO).plus(line.amount))
    if (entry.kind === 'correction' && (entry.bookedBy !== 'trader' || (entry.reason ?? '').trim() === '')) {
      problems.push([`ledger_entries ${seq}`, 'is a correction without a reason or without a person'])
    }
  }
  for (const [asset, total] of sums) {
    if (!total.eq(ZERO)) problems.push([`ledger_lines ${asset}`, `sum to ${toText(total)} in all, expected 0`])
  }
  const assets = [...sums.keys()]
  const summary = assets.length === 0 ? 'sums are zero' : `sums are zero for ${assets.join(', ')}`
  return report('ledger', `${entries.length} entries, ${summary}`, problems)
}

/** No sleeve owes anything; where the exchange's own balances are given, the sleeves come to them. */
export function checkSleeves({ entries }: Records, exchangeBalances?: ReadonlyMap<Asset, Amount>): Report {
  const problems: Problems = []
  const balances = new Balances()
  const assets = new Set<Asset>(exchangeBalances?.keys())
  for (const { entry } of entries) {
    balances.apply(entry)
    for (const line of entry.lines) assets.add(line.asset)
  }
  for (const asset of assets) {
    for (const sleeve of SLEEVES) {
      const held = balances.of(sleeve, asset)
      if (held.lt(ZERO)) problems.push([`${sleeve} ${asset}`, `is ${toText(held)}, expected 0 or more`])
    }
    const owned = balances.owned(asset)
    const there = exchangeBalances?.get(asset) ?? ZERO
    if (exchangeBalances !== undefined && !owned.eq(there)) {
      problems.push([`sleeves ${asset}`, `come to ${toText(owned)}, the exchange has ${toText(there)}`])
    }
  }
  const held = [...assets].map((asset) => `${toText(balances.owned(asset))} ${asset}`).join(', ')
  const compared = exchangeBalances === undefined ? '' : ', as at the exchange'
  return report('sleeves', `${held === '' ? 'nothing held' : held}${compared}, no sleeve below zero`, problems)
}

/** Every fill is booked once, in the sleeve of its order, with exactly the lines that follow from it. */
export function checkBookings(records: Records): Report {
  const { entries, fills, orders } = records
  const { gross } = rebuild(records)
  const problems: Problems = []
  const booked = new Map<string, LedgerEntry>()
  for (const { seq, entry } of entries) {
    if (entry.kind !== 'fill') continue
    if (booked.has(entry.reference)) problems.push([`ledger_entries ${seq}`, `books trade ${entry.reference} again`])
    booked.set(entry.reference, entry)
  }
  for (const fill of fills) {
    const row = `fills ${fill.tradeId}`
    const entry = booked.get(fill.tradeId)
    booked.delete(fill.tradeId)
    if (entry === undefined) {
      problems.push([row, 'has no ledger entry'])
      continue
    }
    const order = orders.get(fill.orderId)
    if (order === undefined) continue // found by the orders check
    const expected =
      order.leverage > 1
        ? marginFillEntry(fill, order.sleeve, gross.get(fill.tradeId) ?? ZERO)
        : fillEntry(fill, order.sleeve)
    if (textOf(entry) !== textOf(expected)) {
      problems.push([row, `is booked as [${textOf(entry)}], expected [${textOf(expected)}]`])
    }
  }
  for (const reference of booked.keys())
    problems.push([`ledger_entries ${reference}`, 'books a fill that does not exist'])
  return report('bookings', `${fills.length} fills, each with its one ledger entry in its order's sleeve`, problems)
}
