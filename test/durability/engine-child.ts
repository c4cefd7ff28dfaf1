import { existsSync, readFileSync, writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createRandom } from '../../src/main/adapters/generated/price-walk.ts'
import { loadCcxt } from '../../src/main/adapters/kraken/open-kraken.ts'
import { createScaledClock } from '../../src/main/adapters/system/clock.ts'
import type { Tick } from '../../src/main/domain/market.ts'
import { epochMs } from '../../src/shared/time.ts'
import { ACTS } from '../support/crash-acts.ts'
import { isClear, type LivingEngine, openEngine } from '../support/crash-engine.ts'
import { createLife, type Life } from '../support/crash-life.ts'
import { createCrashModels } from '../support/crash-models.ts'
import type { ChildLine, LifeOrder } from './child-protocol.ts'
import { watcher } from './death-plans.ts'

/*
 * The engine in a process of its own, against a server in its parent. It makes itself ready, waits to be told which life
 * to lead, and never ends by itself: at its point of death it stands still and says so, to be killed there.
 */

const STILL = new Int32Array(new SharedArrayBuffer(4))
/** Ticks after which it dies at its next point. */
const MOST_TICKS = 400

/** Synchronously: the next thing that happens may be the end. */
const say = (line: ChildLine): void => void writeSync(1, `${JSON.stringify(line)}\n`)

let living: LivingEngine | null = null
let life: Life | null = null
let isTrading = false
let ticks = 0
let act: () => void = () => {}

async function lead(order: LifeOrder): Promise<void> {
  const random = createRandom(order.seed)
  const seen = new Set<string>()
  const diesNow = order.plan === null ? () => false : watcher(order.plan)
  const own = createLife({
    diesAt(point) {
      seen.add(point)
      return diesNow(point)
    },
    onDeath(point) {
      say({ kind: 'at', point, seen: [...seen] })
      Atomics.wait(STILL, 0, 0)
    },
  })
  life = own
  const start = epochMs(Math.floor(order.now + (Date.now() - order.nowAt) * order.speed))
  const clock = createScaledClock({ start, speed: order.speed })
  own.recovering()
  const models = order.load === 'conflicts' ? createCrashModels(random, () => say({ kind: 'asked' })) : []
  const engine = openEngine({ ...order, clock, life: own, models })
  living = engine
  engine.open()
  await engine.start()
  for (let attempt = 0; ; attempt++) {
    while (!isClear(engine)) await pause(5)
    // Nothing moves here until it is answered, so that what the disk says can be compared.
    if (standStill(order.answers, attempt, { kind: 'clear', seen: [...seen], bugs: engine.bugs }) === 'on') break
    await engine.engine.executor.reconcile()
  }
  own.recovered()
  const market = {
    next: () => [],
    jump: (symbol: string, factor: number) => say({ kind: 'jump', symbol, factor }),
    deposit: (assetCode: string, units: string) => say({ kind: 'deposit', assetCode, units }),
  }
  act = () => ACTS[order.load]({ engine: engine.engine, stores: engine.stores, market, random })
  isTrading = true
}

function standStill(answers: string, attempt: number, line: ChildLine): string {
  say(line)
  const file = join(answers, `${process.pid}-${attempt}`)
  for (;;) {
    if (existsSync(file)) {
      const answer = readFileSync(file, 'utf8')
      if (answer !== '') return answer
    }
    Atomics.wait(STILL, 0, 0, 1)
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function onTicks(prices: readonly Tick[]): void {
  if (living === null || life === null) return
  living.engine.market.prices(prices)
  if (!isTrading) return
  for (const bug of living.bugs) say({ kind: 'bug', text: bug })
  if (++ticks > MOST_TICKS) life.hurry()
  if (living.engine.executor.isIdle() || ticks % 5 === 0) act()
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line) as LifeOrder | { readonly kind: 'ticks'; readonly ticks: readonly Tick[] }
  if (message.kind === 'ticks') onTicks(message.ticks)
  else {
    lead(message).catch((error: unknown) => {
      say({ kind: 'failed', text: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    })
  }
})
await loadCcxt()
flushCompileCache() // otherwise written at an orderly end, which never comes
say({ kind: 'ready' })
