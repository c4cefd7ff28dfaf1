import type { Asset } from '../../shared/ids.ts'
import { type Amount, type Decimal, toText, ZERO } from '../../shared/money.ts'
import { DAY, type EpochMs, isoTime } from '../../shared/time.ts'
import { flowOf, type Part, worthOf, worthOfTrade } from '../domain/entry-flow.ts'
import type { LedgerEntry } from '../domain/ledger.ts'
import type { LotMethod } from '../domain/lot-order.ts'
import { type Gain, gainOf } from '../domain/lots.ts'
import type { Cell } from './csv.ts'

/** Names as in the forms that gains are declared on (IRS Form 8949 and the tools that fill it in). */
export const GAIN_COLUMNS: readonly string[] = [
  'Asset',
  'Amount',
  'Date Acquired',
  'Date Sold',
  'Proceeds',
  'Cost Basis',
  'Gain/Loss',
  'Currency',
  'Days Held',
  'Method',
  'TxHash',
]

/** Names of the universal file of Koinly, which other tax tools read too. */
export const ENTRY_COLUMNS: readonly string[] = [
  'Date',
  'Sent Amount',
  'Sent Currency',
  'Received Amount',
  'Received Currency',
  'Fee Amount',
  'Fee Currency',
  'Net Worth Amount',
  'Net Worth Currency',
  'Label',
  'Description',
  'TxHash',
]

const textOf = (value: Decimal | null): string => (value === null ? '' : toText(value))
export const daysHeld = (from: EpochMs, to: EpochMs): number => Math.max(0, Math.floor((to - from) / DAY))

/** One row per part of a lot. What nobody knows is empty. */
export function gainRow(gain: Gain, quote: Asset, method: LotMethod): Cell[] {
  return [
    { text: gain.asset },
    toText(gain.amount),
    isoTime(gain.acquiredAt),
    isoTime(gain.disposedAt),
    textOf(gain.proceeds),
    textOf(gain.cost),
    textOf(gainOf(gain)),
    { text: quote },
    String(daysHeld(gain.acquiredAt, gain.disposedAt)),
    method,
    { text: gain.reference },
  ]
}

type Row = {
  readonly received?: Part
  readonly sent?: Part
  readonly fee?: Part | undefined
  readonly worth: Decimal | null
  /** In Koinly's words. */
  readonly label: '' | 'reward' | 'realized gain' | 'cost'
}

/**
 * What an entry brought and took: one row for a trade, one per asset for anything else. What only went from one sleeve
 * or place to another has no row: to a tax office nothing moved. Over all rows received − sent − fee is what is owned.
 */
export function entryRows(entry: LedgerEntry, quote: Asset): Cell[][] {
  const { received, sent, fees } = flowOf(entry)
  const [bought, ...alsoBought] = received
  const [sold, ...alsoSold] = sent
  const rows: Row[] = []
  const worth = (part: Part): Decimal | null => worthOf(entry, quote, part)
  const isOneForAnother = alsoBought.length + alsoSold.length === 0 && entry.kind === 'fill'
  const extra = [...fees]
  if (isOneForAnother && bought !== undefined && sold !== undefined) {
    const fee = extra[0]?.amount.gt(ZERO) ? extra.shift() : undefined
    rows.push({ received: bought, sent: sold, fee, worth: worthOfTrade(entry, quote, bought, sold), label: '' })
  } else {
    const label = labelOf(entry)
    rows.push(...received.map((part) => ({ received: part, worth: worth(part), label })))
    rows.push(...sent.map((part) => ({ sent: part, worth: worth(part), label })))
  }
  for (const { asset, amount } of extra) {
    const part = { asset, amount: amount.abs() as Amount }
    const side = amount.gt(ZERO) ? { sent: part, label: 'cost' as const } : { received: part, label: 'reward' as const }
    rows.push({ ...side, worth: worth(part) })
  }
  return rows.map((row) => cellsOf(entry, quote, row))
}

function labelOf({ kind }: LedgerEntry): Row['label'] {
  if (kind === 'reward') return 'reward'
  // A fill of one side is one on margin: only what closing brought changes hands.
  return kind === 'fill' ? 'realized gain' : ''
}

const cellsOf = (entry: LedgerEntry, quote: Asset, { received, sent, fee, worth, label }: Row): Cell[] => [
  isoTime(entry.at),
  ...partCells(sent),
  ...partCells(received),
  ...partCells(fee),
  textOf(worth),
  { text: worth === null ? '' : quote },
  label,
  { text: entry.reason === null ? entry.kind : `${entry.kind}: ${entry.reason}` },
  { text: entry.reference },
]

const partCells = (part: Part | undefined): Cell[] =>
  part === undefined ? ['', ''] : [toText(part.amount), { text: part.asset }]
