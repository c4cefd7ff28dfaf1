import { isFinal, type Order } from '../../src/main/domain/order.ts'
import { verifyDatabase } from '../../src/main/persistence/verify-checks.ts'
import type { OrderId, ProposalId } from '../../src/shared/ids.ts'
import { type Amount, sum, toText, ZERO } from '../../src/shared/money.ts'
import type { EpochMs } from '../../src/shared/time.ts'
import { openDesk, type SubmissionDesk } from './submission-desk.ts'

export type SubmissionReport = {
  readonly submissions: number
  /** Submissions whose outcome was not known at first. */
  readonly unknown: number
  /** Orders that the exchange accepted twice, or legs traded beyond what was approved. */
  readonly duplicates: number
  /** Orders of which exchange and database do not say the same. */
  readonly lost: number
  /** The longest that an order stayed in doubt after its deadline, ms. */
  readonly slowestMs: number
  readonly findings: readonly string[]
}

/** Proposals under way at the same time: a rebalance and a tactical trade. */
const AT_ONCE = 2
/** A database is looked at whole at its end: a new one now and then keeps that from growing. */
const PER_DATABASE = 2_000

/** Submits again and again through a line of which 30 % of the writes and of the reads go wrong, on a simulated clock. */
export async function submitRepeatedly(
  submissions: number,
  seed: number,
  onProgress: (done: number) => void = () => {},
): Promise<SubmissionReport> {
  const total = { submissions: 0, unknown: 0, duplicates: 0, lost: 0, slowestMs: 0 }
  const findings: string[] = []
  for (let number = 0; total.submissions < submissions; number++) {
    const report = await submitToOneDesk(Math.min(PER_DATABASE, submissions - total.submissions), seed + number)
    total.submissions += report.submissions
    total.unknown += report.unknown
    total.duplicates += report.duplicates
    total.lost += report.lost
    total.slowestMs = Math.max(total.slowestMs, report.slowestMs)
    findings.push(...report.findings)
    onProgress(total.submissions)
  }
  return { ...total, findings }
}

async function submitToOneDesk(submissions: number, seed: number): Promise<SubmissionReport> {
  const doubts = watchDoubts()
  const desk = openDesk(seed, doubts.see)
  while (desk.sent() < submissions || desk.isBusy()) {
    if (desk.sent() < submissions) desk.keepUnderWay(AT_ONCE)
    await desk.passOn()
  }
  const orders = desk.stores.orders.recent(Number.MAX_SAFE_INTEGER)
  const duplicates = [...acceptedTwice(desk), ...legsBeyond(desk, orders)]
  const lost = (await Promise.all(orders.map((order) => differenceOf(order, desk)))).flat()
  const balances = await desk.paper.balances()
  const held = new Map(balances.ok ? [...balances.value].map(([asset, { spot }]) => [asset, spot] as const) : [])
  const report: SubmissionReport = {
    submissions: desk.sent(),
    unknown: doubts.count(),
    duplicates: duplicates.length,
    lost: lost.length,
    slowestMs: doubts.slowestMs(),
    findings: [
      ...duplicates,
      ...lost,
      ...desk.problems,
      ...verifyDatabase(desk.database, { exchangeBalances: held }).map((finding) => JSON.stringify(finding)),
      ...doubts.open().map((id) => `${id} stayed in doubt`),
    ],
  }
  await desk.close()
  return report
}

/** How long each order that was in doubt stayed so after its deadline. */
function watchDoubts() {
  const inDoubt = new Set<OrderId>()
  let count = 0
  let slowestMs = 0
  return {
    see(order: Order, at: EpochMs) {
      if (order.inDoubt && !inDoubt.has(order.id)) {
        inDoubt.add(order.id)
        count++
      } else if (!order.inDoubt && inDoubt.delete(order.id)) slowestMs = Math.max(slowestMs, at - order.deadline)
    },
    count: () => count,
    slowestMs: () => slowestMs,
    open: () => [...inDoubt],
  }
}

const acceptedTwice = ({ accepted }: SubmissionDesk): string[] =>
  [...accepted].flatMap(([id, times]) => (times === 1 ? [] : [`${id} was accepted ${times} times`]))

/** Each order is at the exchange when it was accepted and not when it was not, and filled there as it is here. */
async function differenceOf(order: Order, { paper, accepted }: SubmissionDesk): Promise<string[]> {
  if (!isFinal(order.status) || order.inDoubt) return [`${order.id} is not settled`]
  const isThere = accepted.has(order.clientOrderId)
  if (isThere === (order.status === 'rejected')) {
    return [`${order.id} is ${order.status} here, ${isThere ? 'accepted' : 'never seen'} at the exchange`]
  }
  if (!isThere) return []
  const found = await paper.find(order.clientOrderId)
  const traded = found.ok && found.value !== 'never-seen' ? sum(found.value.fills.map(({ amount }) => amount)) : ZERO
  return traded.eq(order.filled)
    ? []
    : [`${order.id} filled ${toText(order.filled)} here, ${toText(traded)} at the exchange`]
}

function legsBeyond({ stores }: SubmissionDesk, orders: readonly Order[]): string[] {
  const traded = new Map<ProposalId, Amount>()
  for (const { receipt, filled } of orders) {
    if (receipt.kind !== 'proposal_leg') continue
    traded.set(receipt.proposalId, (traded.get(receipt.proposalId) ?? ZERO).plus(filled) as Amount)
  }
  return [...traded].flatMap(([id, total]) => {
    const leg = stores.proposals.get(id)?.legs[0]
    return leg !== undefined && total.lte(leg.amount)
      ? []
      : [`${id}: ${toText(total)} traded, beyond what was approved`]
  })
}
