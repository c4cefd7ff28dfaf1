import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../../src/main/adapters/generated/price-walk.ts'
import { loadCcxt } from '../../src/main/adapters/kraken/open-kraken.ts'
import { createSimulatedClock } from '../../src/main/adapters/system/clock.ts'
import { epochMs, SECOND } from '../../src/shared/time.ts'
import { ACTS } from '../support/crash-acts.ts'
import { FILES, isClear, type LivingEngine, type Load, openEngine, orderTypeFor } from '../support/crash-engine.ts'
import { Inspector, isSound } from '../support/crash-inspect.ts'
import { Crashed, createLife, type Life } from '../support/crash-life.ts'
import { createCrashMarket } from '../support/crash-market.ts'
import { createCrashModels } from '../support/crash-models.ts'
import type { NaiveRule } from '../support/crash-naive.ts'
import { type CrashServer, startCrashServer } from '../support/crash-server.ts'
import { type DeathPlan, nextPlan, watcher } from './death-plans.ts'
import { makeScratch } from './scratch.ts'
import type { Tally } from './tally.ts'
import { type CrashOptions, inWorlds, type World } from './worlds.ts'

/** A folder and its exchange are looked at whole after every crash: new ones now and then keep that from growing. */
const CRASHES_PER_WORLD = 25
const START = epochMs(Date.parse('2026-01-01T00:00:00Z'))
/** Longest step of the clock, ms: between actions, and while requests wait for room under Kraken's limits. */
const STEP_MS = { acting: 2 * SECOND, waiting: 4 * SECOND }
/** An engine that has not died by then dies at its next point. */
const MOST_STEPS = 150
/** The line is bad for so many steps of a recovery; then it must come to an end. */
const BAD_STEPS = 10
const MOST_RECOVERY_STEPS = 500
const FAULTS = [0, 0.1, 0.3, 0.6]
/** What is looked for is known to be there. */
const FAULTS_OF_THE_NAIVE = [0.6]
/** Every request is answered on the loopback: the time-out is for a machine that stands still. */
const TIMEOUT_MS = 5_000

/**
 * Crashes engines in this process: at a point, everything of one is cut off and its database copied as it stands on the
 * disk; the next one opens the copy, recovers against the same server, and is compared with it.
 */
export async function crashInProcess(options: CrashOptions, tally: Tally): Promise<void> {
  await loadCcxt() // now, and not while a simulated clock runs
  await inWorlds(options, CRASHES_PER_WORLD, tally, openWorld)
}

async function openWorld(seed: number, naive: NaiveRule | null, tally: Tally, load: Load): Promise<World> {
  const root = makeScratch('crash')
  const random = createRandom(seed)
  const clock = createSimulatedClock(START)
  const server = await startCrashServer(clock, seed)
  const market = { ...createCrashMarket(random), deposit: server.deposit }
  let asked = 0
  const inspector = new Inspector(() => asked)
  const act = ACTS[load]
  const models = load === 'conflicts' ? createCrashModels(random, onAsked) : []
  let lives = 0

  function onAsked(): void {
    asked++
    tally.happened('questions', 1)
  }
  let dir = folderOf(0)

  function folderOf(number: number): string {
    const path = join(root, String(number))
    mkdirSync(path)
    return path
  }
  /** The files of the dead as they are at this moment. */
  function inherit(): void {
    const next = folderOf(++lives)
    for (const file of FILES) {
      if (existsSync(join(dir, file))) copyFileSync(join(dir, file), join(next, file))
    }
    dir = next
  }

  async function step(life: Life, living: LivingEngine, isMoving = true): Promise<void> {
    const longest = life.inFlight() > 0 ? STEP_MS.waiting : STEP_MS.acting
    clock.advanceTo(epochMs(clock.now() + Math.floor(100 + random() * longest)))
    clock.runDue()
    if (isMoving) {
      const ticks = market.next(clock.now())
      server.show(ticks)
      living.engine.market.prices(ticks)
    }
    await settle(life, server, random)
  }

  /** Start, then time until nothing is in doubt. */
  async function recover(life: Life, living: LivingEngine): Promise<void> {
    life.recovering()
    let isStarted = false
    living.start().then(
      () => {
        isStarted = true
      },
      (error: unknown) => {
        if (!life.isDead()) tally.found('other', `it did not start: ${String(error)}`)
      },
    )
    await settle(life, server, random)
    for (let steps = 0; !life.isDead() && !(isStarted && isClear(living)); steps++) {
      if (steps === BAD_STEPS) server.spoil(0)
      if (steps > MOST_RECOVERY_STEPS) return giveUp(life, living)
      await step(life, living)
    }
    life.recovered()
    if (!life.isDead()) await compare(life, living)
  }

  function giveUp(life: Life, living: LivingEngine): void {
    const because = living.engine.executor.blockedBecause() ?? 'an order is in doubt'
    tally.found('other', `recovery did not come to an end: ${because}`)
    tally.foundAll(inspector.inspect(living.database, living.stores, server.state()))
    life.hurry()
  }

  /** What differs may be on its way still: it is a finding when it stays. */
  async function compare(life: Life, living: LivingEngine): Promise<void> {
    for (let attempt = 0; attempt < 4 && !life.isDead(); attempt++) {
      const inspection = inspector.inspect(living.database, living.stores, server.state())
      if (isSound(inspection)) return
      if (attempt === 3) return tally.foundAll(inspection)
      server.spoil(0)
      let isDone = false
      living.engine.executor.reconcile().then(() => {
        isDone = true
      })
      for (let steps = 0; !life.isDead() && !(isDone && isClear(living)) && steps < MOST_RECOVERY_STEPS; steps++) {
        await step(life, living, false)
      }
    }
  }

  async function trade(life: Life, living: LivingEngine): Promise<void> {
    for (let steps = 0; !life.isDead(); steps++) {
      if (steps > MOST_STEPS) life.hurry()
      const { engine, stores } = living
      if (engine.executor.isIdle() || random() < 0.2) act({ engine, stores, market, random })
      await step(life, living)
    }
  }

  /** From the first look at the disk to death; without a plan only as far as everything is known. */
  async function live(plan: DeathPlan | null): Promise<void> {
    const from = dir
    const diesNow = plan === null ? () => false : watcher(plan)
    const life = createLife({
      diesAt(point) {
        tally.passed(point)
        return diesNow(point)
      },
      onDeath(point) {
        tally.killed(point)
        inherit()
      },
    })
    let living: LivingEngine | null = null
    const faults = naive === null ? FAULTS : FAULTS_OF_THE_NAIVE
    server.spoil(plan === null ? 0 : (faults[Math.floor(random() * faults.length)] as number))
    try {
      const orderType = orderTypeFor(load, random())
      const account = server.kraken
      living = openEngine({
        dir: from,
        keyDir: root,
        clock,
        life,
        account,
        orderType,
        load,
        naive,
        models,
        timeoutMs: TIMEOUT_MS,
      })
      living.open()
      await recover(life, living)
      if (plan !== null) await trade(life, living)
    } catch (error) {
      if (!(error instanceof Crashed)) throw error
    } finally {
      // What it had sent may still arrive, or not.
      for (let turns = Math.floor(random() * 12); turns > 0; turns--) await turn()
      for (const bug of living?.bugs ?? []) tally.found('other', bug)
      await living?.close()
      if (from !== dir) rmSync(from, { recursive: true, force: true })
    }
  }

  return {
    killOnce: () => live(nextPlan(tally, random)),
    recoverOnly: () => live(null),
    async close() {
      tally.addOrders(server.state().orders.length)
      for (const [what, times] of inspector.happened) tally.happened(what, times)
      await server.kraken.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/**
 * Turns of the event loop without a sign of the server after which what is under way waits for time to pass: client and
 * server share the loop, so that a request and its answer take a handful of turns however slow the machine is.
 */
const PATIENCE_TURNS = 60
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Part of the steps that do not wait for what is under way: on a slow line, time passes between request and answer. */
const SLOW_LINE = 0.4
const SLOW_TURNS = 8

/** Until everything that is under way has been answered, or waits for time to pass. */
async function settle(life: Life, server: CrashServer, random: () => number): Promise<void> {
  await turn()
  const patience = random() < SLOW_LINE ? Math.floor(random() * SLOW_TURNS) : PATIENCE_TURNS
  let seen = server.kraken.requests.total
  for (let turns = 0; turns < patience && life.inFlight() > 0 && !life.isDead(); turns++) {
    await turn()
    if (server.kraken.requests.total !== seen && patience === PATIENCE_TURNS) turns = 0
    seen = server.kraken.requests.total
  }
}
