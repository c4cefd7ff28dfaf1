import { isFinal, type Order } from '../../src/main/domain/order.ts'
import type { Position } from '../../src/main/domain/position.ts'
import type { Engine } from '../../src/main/engine.ts'
import type { Stores } from '../../src/main/ports.ts'
import type { TradedPair } from '../../src/shared/ids.ts'
import { decimal, floorToStep, fromFloat, type Price } from '../../src/shared/money.ts'
import { Crashed } from './crash-life.ts'
import type { CrashMarket } from './crash-market.ts'
import { BTC_USDT, XRP_USDT } from './money-arbitraries.ts'
import { decided, signalOf } from './signal-builders.ts'

export type Loaded = {
  readonly engine: Engine
  readonly stores: Stores
  readonly market: CrashMarket & { deposit(assetCode: string, units: string): void }
  readonly random: () => number
}

type Action = { readonly name: string; readonly weight: number; readonly run: (loaded: Loaded) => void }

/** What a busy day brings, several times a minute. */
const ACTIONS: readonly Action[] = [
  { name: 'rebalance', weight: 4, run: ({ engine }) => void engine.rebalancer.force() },
  { name: 'enter', weight: 4, run: enter },
  { name: 'close', weight: 2, run: close },
  { name: 'modify', weight: 3, run: modify },
  { name: 'cancel', weight: 1, run: cancel },
  { name: 'reconcile', weight: 1, run: ({ engine }) => actQuietly(engine.executor.reconcile()) },
  { name: 'jump', weight: 2, run: jump },
  { name: 'kill', weight: 0.5, run: kill },
  { name: 'nothing', weight: 3, run: () => {} },
]
const TOTAL = ACTIONS.reduce((total, { weight }) => total + weight, 0)

/** One thing that happens, and what waits for a decision is approved. */
export function actOnce(loaded: Loaded): void {
  if (resumeSometimes(loaded)) return
  let dice = loaded.random() * TOTAL
  for (const action of ACTIONS) {
    dice -= action.weight
    if (dice >= 0) continue
    action.run(loaded)
    break
  }
  approveAll(loaded)
}

export function approveAll({ engine, stores }: Loaded): void {
  for (const { id, hash } of stores.proposals.withStatus('pending')) engine.approval.approve(id, hash)
}

/** Nobody waits for the answer: the engine may be dead before it comes. */
export function actQuietly(answer: Promise<unknown>): void {
  answer.catch((error: unknown) => {
    if (!(error instanceof Crashed)) throw error
  })
}

export const pick = <T>(random: () => number, from: readonly T[]): T | undefined =>
  from[Math.floor(random() * from.length)]
export const symbolOf = (random: () => number): TradedPair => (random() < 0.5 ? BTC_USDT : XRP_USDT)

export function enter({ engine, random }: Loaded): void {
  const symbol = symbolOf(random)
  const tick = engine.market.fresh(symbol)
  if (tick === null) return
  const atr = tick.last * (0.003 + random() * 0.01)
  decided(engine.bus, signalOf({ symbol, at: tick.at, confidence: 0.9, entry: tick.last, atr }))
}

function close({ engine, stores, random }: Loaded): void {
  const position = pick(random, stores.positions.open())
  if (position !== undefined) engine.executor.exit(position, 'trader')
}

/** Stop and target anywhere between here and 4 % away. */
function modify({ engine, stores, random }: Loaded): void {
  const position = pick(random, stores.positions.open())
  const tick = position === undefined ? null : engine.market.fresh(position.symbol)
  if (position === undefined || tick === null) return
  const at = (factor: number): Price => floorToStep(fromFloat(tick.last * factor) as Price, stepOf(position))
  actQuietly(
    engine.executor.modify(position.id, { stop: at(0.998 - random() * 0.04), target: at(1.002 + random() * 0.04) }),
  )
}

const stepOf = (position: Position) => decimal(position.symbol === BTC_USDT ? '0.1' : '0.00001')

function cancel({ engine, stores, random }: Loaded): void {
  const isEntry = (order: Order): boolean => order.receipt.kind === 'proposal_leg' && !isFinal(order.status)
  const order = pick(random, stores.orders.live().filter(isEntry))
  if (order !== undefined) actQuietly(engine.executor.cancel(order.id, 'cancelled by the trader'))
}

export function jump({ market, random }: Loaded): void {
  const size = 0.01 + random() * 0.05
  market.jump(symbolOf(random), random() < 0.6 ? 1 - size : 1 + size)
}

function kill({ engine, random }: Loaded): void {
  actQuietly(engine.killSwitch.kill('the trader has seen enough', { flatten: random() < 0.3 }))
}

/** True while everything is stopped: a person looks at it for a while before it goes on. */
export function resumeSometimes({ engine, random }: Loaded): boolean {
  if (engine.coordinator.status().state === 'RUNNING' && engine.killSwitch.killed() === null) return false
  if (random() < 0.3 && engine.killSwitch.resume().ok) engine.coordinator.resume()
  return true
}
