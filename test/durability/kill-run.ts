import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import SqliteDatabase from 'better-sqlite3'
import { createRandom } from '../../src/main/adapters/generated/price-walk.ts'
import { MIGRATIONS_DIR } from '../../src/main/app.ts'
import { openDatabase } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import { verifyDatabase } from '../../src/main/persistence/verify-checks.ts'
import { amount, ZERO } from '../../src/shared/money.ts'
import { epochMs } from '../../src/shared/time.ts'

export type KillReport = {
  readonly kills: number
  readonly orders: number
  readonly fills: number
  /** Killed while an order was written down but its fate not yet known. */
  readonly ambiguous: number
  readonly duplicates: number
  /** Orders or trades of the exchange that a restarted engine does not know. */
  readonly lost: number
  readonly findings: readonly string[]
}

const CHILD = fileURLToPath(new URL('./engine-child.ts', import.meta.url))
const LONGEST_LIFE_MS = 500
const START_LIMIT_MS = 60_000

/** A folder is looked at whole after every kill: a new one now and then keeps that from growing. */
const KILLS_PER_FOLDER = 100

/**
 * Kills the engine's process with SIGKILL at random moments, again and again over the same data, and looks after each
 * kill: the database verifies; every order at the exchange was written down before; no leg was traded beyond its
 * amount. After each restart the ledger must agree with the exchange's balances.
 */
export async function killRepeatedly(
  kills: number,
  seed: number,
  onKill: (done: number) => void = () => {},
): Promise<KillReport> {
  const reports: KillReport[] = []
  for (let done = 0; done < kills; done += KILLS_PER_FOLDER) {
    const count = Math.min(KILLS_PER_FOLDER, kills - done)
    reports.push(await killInOneFolder(count, seed + done, (more) => onKill(done + more)))
  }
  const total = (of: (report: KillReport) => number): number => reports.reduce((sum, report) => sum + of(report), 0)
  return {
    kills: total((report) => report.kills),
    orders: total((report) => report.orders),
    fills: total((report) => report.fills),
    ambiguous: total((report) => report.ambiguous),
    duplicates: total((report) => report.duplicates),
    lost: total((report) => report.lost),
    findings: reports.flatMap((report) => report.findings),
  }
}

async function killInOneFolder(kills: number, seed: number, onKill: (done: number) => void): Promise<KillReport> {
  const dir = mkdtempSync(join(tmpdir(), 'triplegain-kill-'))
  const random = createRandom(seed)
  const findings: string[] = []
  const totals = { duplicates: 0, lost: 0, ambiguous: 0, orders: 0, fills: 0 }
  try {
    for (let kill = 0; kill < kills; kill++) {
      const { child, exchange, text } = await startChild(dir, seed + kill)
      if (exchange !== 'ok') {
        totals.lost++
        findings.push(`after kill ${kill}: ${text}`)
      }
      await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_LIFE_MS))
      child.kill('SIGKILL')
      await once(child, 'exit')
      const found = inspect(dir)
      findings.push(...found.findings.map((finding) => `after kill ${kill + 1}: ${finding}`))
      totals.duplicates = Math.max(totals.duplicates, found.duplicates)
      totals.lost += found.lost
      totals.ambiguous += found.ambiguous
      totals.orders = found.orders
      totals.fills = found.fills
      onKill(kill + 1)
    }
    // The last kill is looked at after a restart too.
    const { child, exchange, text } = await startChild(dir, seed + kills)
    if (exchange !== 'ok') findings.push(`after the last kill: ${text}`)
    child.kill('SIGKILL')
    await once(child, 'exit')
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  return { kills, findings, ...totals }
}

async function startChild(dir: string, seed: number): Promise<{ child: ChildProcess; exchange: string; text: string }> {
  const child = spawn(process.execPath, [CHILD, dir, String(seed)], { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const ready = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => line.startsWith('READY ') && resolve(line.slice('READY '.length)))
    child.once('exit', (code) => reject(new Error(`the engine ended with ${code} before it was ready:\n${errors}`)))
    setTimeout(() => reject(new Error(`the engine was not ready in time:\n${errors}`)), START_LIMIT_MS).unref()
  })
  const { exchange, text } = JSON.parse(await ready) as { exchange: string; text: string }
  return { child, exchange, text }
}

/** Looks at copies, as they were at the moment of the kill. */
function inspect(dir: string) {
  const copy = mkdtempSync(join(tmpdir(), 'triplegain-killed-'))
  try {
    for (const file of readdirSync(dir)) cpSync(join(dir, file), join(copy, file))
    const opened = openDatabase(join(copy, 'paper-simulated.db'), { migrationsDir: MIGRATIONS_DIR, now: epochMs(0) })
    if (!opened.ok)
      return { findings: [opened.error.message], duplicates: 0, lost: 0, ambiguous: 0, orders: 0, fills: 0 }
    const findings = verifyDatabase(opened.value).map((finding) => JSON.stringify(finding))
    const stores = createStores(opened.value)
    const exchange = new SqliteDatabase(join(copy, 'exchange-paper-simulated.db'))
    const sent = exchange.prepare('SELECT exchange_id, client_order_id FROM orders').all() as SentRow[]
    const trades = exchange.prepare('SELECT exchange_id, amount FROM trades').all() as TradeRow[]
    exchange.close()
    const tradedBy = new Map<number, typeof ZERO>()
    for (const trade of trades) {
      tradedBy.set(
        trade.exchange_id,
        (tradedBy.get(trade.exchange_id) ?? ZERO).plus(amount(trade.amount)) as typeof ZERO,
      )
    }
    let lost = 0
    const tradedByLeg = new Map<string, typeof ZERO>()
    for (const { client_order_id: clientOrderId, exchange_id: exchangeId } of sent) {
      const order = stores.orders.byClientOrderId(clientOrderId as never)
      if (order === null) {
        lost++
        findings.push(`the exchange has ${clientOrderId}, which was never written down`)
      } else if (order.receipt.kind === 'proposal_leg') {
        const leg = `${order.receipt.proposalId} ${order.receipt.leg}`
        tradedByLeg.set(leg, (tradedByLeg.get(leg) ?? ZERO).plus(tradedBy.get(exchangeId) ?? ZERO) as typeof ZERO)
      }
    }
    let duplicates = 0
    for (const [leg, traded] of tradedByLeg) {
      const [id, index] = leg.split(' ')
      const approved = stores.proposals.get(id as never)?.legs[Number(index)]
      if (approved === undefined || traded.gt(approved.amount)) {
        duplicates++
        findings.push(`leg ${leg}: ${traded.toFixed()} traded, ${approved?.amount.toFixed() ?? 'nothing'} approved`)
      }
    }
    const ambiguous = stores.orders.live().filter((order) => order.status === 'pending').length
    opened.value.close()
    return { findings, duplicates, lost, ambiguous, orders: sent.length, fills: trades.length }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

type SentRow = { readonly exchange_id: number; readonly client_order_id: string }
type TradeRow = { readonly exchange_id: number; readonly amount: string }
