import { join } from 'node:path'
import { type Decimal, toText, ZERO } from '../shared/money.ts'
import { isoTime } from '../shared/time.ts'
import type { Recording } from './adapters/recorded/recorded-feed.ts'
import { createDigest } from './adapters/report/canonical-json.ts'
import { createCsvWriter } from './adapters/report/csv-writer.ts'
import type { AloneReport, Report } from './adapters/report/report-data.ts'
import { VERSION } from './app.ts'
import { OWNED_ACCOUNTS } from './domain/ledger.ts'
import { averagePrice, originOf } from './domain/order.ts'
import type { Stores } from './ports.ts'
import type { ReplayOptions, ReplayResult } from './replay-run.ts'

/** More rows than any replay makes: the stores' "recent" queries want a bound. */
const ALL = 100_000_000

/** Writes orders.csv, fills.csv and ledger.csv and answers with the digest over decisions, orders, fills and ledger. */
export function writeTables(stores: Stores, dir: string): string {
  const digest = createDigest()
  for (const proposal of stores.proposals.recent(ALL).toReversed()) digest.add('proposal', plain(proposal))
  for (const conflict of stores.conflicts.recent(ALL).toReversed()) {
    digest.add('conflict', plain(conflict))
    const scores = stores.conflictScores.of(conflict.id) ?? new Map()
    digest.add('scores', plain({ id: conflict.id, ...Object.fromEntries(scores) }))
  }

  const orders = createCsvWriter(join(dir, 'orders.csv'), [
    'time',
    'id',
    'client_order_id',
    'symbol',
    'side',
    'type',
    'amount',
    'limit_price',
    'filled',
    'average_price',
    'status',
    'sleeve',
    'origin',
    'reason',
  ])
  for (const order of stores.orders.recent(ALL).toReversed()) {
    digest.add('order', plain(order))
    const average = averagePrice(order)
    const origin = originOf(order.receipt)
    orders.write([
      isoTime(order.createdAt),
      order.id,
      order.clientOrderId,
      order.symbol,
      order.side,
      order.type,
      toText(order.amount),
      toText(order.limitPrice),
      toText(order.filled),
      average === null ? null : toText(average),
      order.status,
      order.sleeve,
      origin,
      order.reason,
    ])
  }
  orders.close()

  const fills = createCsvWriter(join(dir, 'fills.csv'), [
    'time',
    'trade_id',
    'order_id',
    'symbol',
    'side',
    'amount',
    'price',
    'fee',
    'fee_asset',
  ])
  for (const fill of stores.fills.recent(ALL).toReversed()) {
    digest.add('fill', plain(fill))
    fills.write([
      isoTime(fill.at),
      fill.tradeId,
      fill.orderId,
      fill.symbol,
      fill.side,
      toText(fill.amount),
      toText(fill.price),
      toText(fill.fee),
      fill.feeAsset,
    ])
  }
  fills.close()

  const ledger = createCsvWriter(join(dir, 'ledger.csv'), [
    'entry',
    'time',
    'kind',
    'reference',
    'account',
    'asset',
    'amount',
  ])
  let number = 0
  for (const entry of stores.ledger.all()) {
    number++
    digest.add('ledger', plain(entry))
    for (const line of entry.lines) {
      ledger.write([
        number,
        isoTime(entry.at),
        entry.kind,
        entry.reference,
        line.account,
        line.asset,
        toText(line.amount),
      ])
    }
  }
  ledger.close()
  return digest.hex()
}

export function buildReport(
  options: Pick<ReplayOptions, 'settings' | 'seed'>,
  recordings: readonly Recording[],
  result: ReplayResult,
  digest: string,
  wallSeconds: number,
  alone: ReplayResult | null,
): Report {
  return {
    engineVersion: VERSION,
    inputs: recordings.map(({ symbol, info }) => ({
      symbol,
      name: info.name,
      sha256: info.sha256,
      rows: info.rows,
      intervalMs: info.intervalMs,
      gaps: info.gaps,
    })),
    settings: flatten(options.settings),
    seed: options.seed,
    checks: result.checks,
    rebalances: result.rebalances.map(({ at, ...rebalance }) => ({ time: isoTime(at), ...rebalance })),
    agentRuns: result.agentRuns,
    conflicts: result.conflicts,
    tactical: result.tactical,
    rebalancingAlone: alone === null ? null : aloneReport(alone),
    orders: result.stores.orders.recent(ALL).length,
    fills: result.stores.fills.recent(ALL).length,
    fees: toText(result.fees),
    feesByAsset: Object.fromEntries([...result.feesByAsset].map(([asset, fee]) => [asset, toText(fee)])),
    finalHoldings: Object.fromEntries(
      result.holdings.map((held) => [
        held.asset,
        Object.fromEntries(OWNED_ACCOUNTS.map((account) => [account, toText(held[account])])),
      ]),
    ),
    finalEquity: result.finalEquity === null ? null : toText(result.finalEquity),
    holdEquity: result.holdEquity === null ? null : toText(result.holdEquity),
    maxDrawdown: toText(result.maxDrawdown.round(18)),
    ledgerBalanced: result.ledgerBalanced,
    auditHead: headOf(result.stores),
    digest,
    wallSeconds: Math.round(wallSeconds * 1_000) / 1_000,
    candlesPerSecond: Math.round(result.candles / Math.max(result.seconds, 1e-9)),
  }
}

function headOf({ journal }: Stores): Report['auditHead'] {
  const { seq, hash } = journal.head()
  return { seq, hash }
}

const aloneReport = (result: ReplayResult): AloneReport => ({
  finalEquity: result.finalEquity === null ? null : toText(result.finalEquity),
  maxDrawdown: toText(result.maxDrawdown.round(18)),
  rebalances: result.rebalances.length,
  fees: toText(result.fees),
})

const DecimalClass = ZERO.constructor as new () => unknown
const isDecimal = (value: unknown): value is Decimal => value instanceof DecimalClass

/** The same value with decimals as text. */
function plain(value: object): object {
  const convert = (part: unknown): unknown => {
    if (isDecimal(part)) return toText(part)
    if (Array.isArray(part)) return part.map(convert)
    if (part === null || typeof part !== 'object') return part
    return Object.fromEntries(Object.entries(part).map(([key, child]) => [key, convert(child)]))
  }
  return convert(value) as object
}

/** Settings by dotted name, decimals as text. */
function flatten(settings: object): Record<string, unknown> {
  const flat: Record<string, unknown> = {}
  const walk = (value: unknown, path: string): void => {
    if (value !== null && typeof value === 'object' && !isDecimal(value) && !Array.isArray(value)) {
      for (const [key, child] of Object.entries(value)) walk(child, path === '' ? key : `${path}.${key}`)
      return
    }
    flat[path] = isDecimal(value) ? toText(value) : value
  }
  walk(settings, '')
  return flat
}
