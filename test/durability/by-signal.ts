import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../../src/main/adapters/generated/price-walk.ts'
import { createScaledClock } from '../../src/main/adapters/system/clock.ts'
import { openDatabase } from '../../src/main/persistence/database.ts'
import { createStores } from '../../src/main/persistence/stores.ts'
import { pair } from '../../src/shared/ids.ts'
import { epochMs } from '../../src/shared/time.ts'
import { DATABASE, FILES, type Load, MIGRATIONS_DIR, orderTypeFor } from '../support/crash-engine.ts'
import { type Inspection, Inspector, isSound } from '../support/crash-inspect.ts'
import { createCrashMarket } from '../support/crash-market.ts'
import type { NaiveRule } from '../support/crash-naive.ts'
import { startCrashServer } from '../support/crash-server.ts'
import { Child } from './child.ts'
import type { ChildLine } from './child-protocol.ts'
import { type DeathPlan, nextPlan } from './death-plans.ts'
import { makeScratch } from './scratch.ts'
import type { Tally } from './tally.ts'
import { type CrashOptions, inWorlds, type World } from './worlds.ts'

/** A folder and its exchange are looked at whole after every kill: new ones now and then keep that from growing. */
const KILLS_PER_WORLD = 50
const START = epochMs(Date.parse('2026-01-01T00:00:00Z'))
/** Engine time per time of the machine: deadlines and limits of seconds pass in tens of ms. */
const SPEED = 60
const TICK_MS = 15
const TIMEOUT_MS = 100
const FAULTS = [0, 0.1, 0.3, 0.6]
/** How many of the deaths come at a moment of the parent's choosing: so late after the start, or after recovery, ms. */
const AT_A_MOMENT = 0.4
const LONGEST_MS = { start: 300, clear: 400 }
type Moment = { readonly from: 'start' | 'clear'; readonly ms: number }
/** After this a line that is bad becomes good, ms; later still, a finding. */
const BAD_LINE_MS = 1_500
const PATIENCE_MS = 30_000
/** How often the exchange is started anew between two lives. */
const SERVER_RESTARTS = 0.1

/** Kills processes with SIGKILL, at named points and at random moments, again and again over the same files. */
export async function killBySignal(options: CrashOptions, tally: Tally): Promise<void> {
  const compiled = makeScratch('compiled')
  try {
    await inWorlds(options, KILLS_PER_WORLD, tally, (seed, naive, _, load) =>
      openWorld(seed, naive, tally, compiled, load),
    )
  } finally {
    rmSync(compiled, { recursive: true, force: true })
  }
}

async function openWorld(
  seed: number,
  naive: NaiveRule | null,
  tally: Tally,
  compiled: string,
  load: Load,
): Promise<World> {
  const root = makeScratch('kill')
  const random = createRandom(seed)
  const clock = createScaledClock({ start: START, speed: SPEED })
  const market = createCrashMarket(random)
  let asked = 0
  const inspector = new Inspector(() => asked)
  const [dir, answers, serverDir] = ['data', 'answers', 'server'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ]
  for (const folder of [dir, answers]) mkdirSync(folder)
  let server = await startCrashServer(clock, seed, serverDir)
  let spare = new Child(compiled)
  let isMoving = false
  let child = spare

  const ticker = setInterval(() => {
    if (!isMoving) return
    const ticks = market.next(clock.now())
    server.show(ticks)
    child.tell({
      kind: 'ticks',
      ticks: ticks.map(({ symbol, at, bid, ask, last }) => ({ symbol, at, bid, ask, last })),
    })
  }, TICK_MS)

  async function live(plan: DeathPlan | null, moment: Moment | null): Promise<void> {
    child = spare
    const ready = await child.hear(PATIENCE_MS)
    if (ready?.kind !== 'ready') throw new Error('the engine does not start')
    spare = new Child(compiled)
    server.spoil(plan === null && moment === null ? 0 : (FAULTS[Math.floor(random() * FAULTS.length)] as number), {
      withPauses: true,
    })
    const { restUrl, wsUrl, wsAuthUrl, key, secret } = server.kraken
    child.tell({
      kind: 'life',
      dir,
      keyDir: root,
      answers,
      account: { restUrl, wsUrl, wsAuthUrl, key, secret },
      orderType: orderTypeFor(load, random()),
      load,
      naive,
      timeoutMs: TIMEOUT_MS,
      seed: Math.floor(random() * 1e9),
      plan,
      now: clock.now(),
      nowAt: Date.now(),
      speed: SPEED,
    })
    isMoving = true
    const point = await watch(plan === null && moment === null, moment)
    isMoving = false
    await child.kill()
    if (point !== null) tally.killed(point)
  }

  /** Until it is to be killed; the point at which it stands, null when it was only to recover. */
  async function watch(onlyRecovers: boolean, moment: Moment | null): Promise<string | null> {
    const since = performance.now()
    let end = moment?.from === 'start' ? moment.ms : PATIENCE_MS
    let phase = 'recovery: '
    let clears = 0
    for (;;) {
      const spent = performance.now() - since
      if (phase !== '' && spent > BAD_LINE_MS) server.spoil(0)
      if (spent > end) {
        if (end === PATIENCE_MS) tally.found('other', 'neither alive nor dead: it came to no point and no end')
        return `${phase}some moment`
      }
      const line = await child.hear(Math.min(end - spent, BAD_LINE_MS))
      if (line === null) continue
      if (line.kind === 'at') {
        for (const point of line.seen) tally.passed(point)
        return line.point
      }
      if (line.kind === 'clear') {
        if (!look(line, clears++)) continue
        if (onlyRecovers) return null
        phase = ''
        isMoving = true
        if (moment?.from === 'clear') end = performance.now() - since + moment.ms
      } else listen(line)
    }
  }

  function listen(line: ChildLine): void {
    if (line.kind === 'jump') market.jump(pair(line.symbol), line.factor)
    else if (line.kind === 'asked') {
      asked++
      tally.happened('questions', 1)
    } else if (line.kind === 'deposit') server.deposit(line.assetCode, line.units)
    else if (line.kind === 'bug' || line.kind === 'failed') tally.found('other', line.text)
  }

  /** It stands still: what its disk says against what the exchange has. True when it may go on. */
  function look(line: Extract<ChildLine, { kind: 'clear' }>, attempt: number): boolean {
    isMoving = false
    for (const point of line.seen) tally.passed(point)
    for (const bug of line.bugs) tally.found('other', bug)
    const inspection = inspectCopy()
    const isDone = isSound(inspection) || attempt >= 3
    if (isDone) tally.foundAll(inspection)
    else server.spoil(0) // what differs may be on its way still: it is a finding when it stays
    const file = join(answers, `${child.pid}-${attempt}`)
    writeFileSync(`${file}.new`, isDone ? 'on' : 'again')
    renameSync(`${file}.new`, file)
    return isDone
  }

  function inspectCopy(): Inspection {
    const copy = join(root, 'copy')
    mkdirSync(copy)
    try {
      for (const name of FILES) {
        if (existsSync(join(dir, name))) copyFileSync(join(dir, name), join(copy, name))
      }
      const opened = openDatabase(join(copy, DATABASE), { migrationsDir: MIGRATIONS_DIR, now: START })
      if (!opened.ok) return { duplicates: [], lost: [], phantoms: [], others: [opened.error.message] }
      try {
        return inspector.inspect(opened.value, createStores(opened.value), server.state())
      } finally {
        opened.value.close()
      }
    } finally {
      rmSync(copy, { recursive: true, force: true })
    }
  }

  async function restartServerSometimes(): Promise<void> {
    if (random() >= SERVER_RESTARTS) return
    await server.kraken.close()
    server = await startCrashServer(clock, Math.floor(random() * 1e9), serverDir)
    server.show(market.next(clock.now()))
  }

  return {
    async killOnce() {
      await restartServerSometimes()
      const from = random() < 0.3 ? 'start' : 'clear'
      const moment = random() < AT_A_MOMENT ? ({ from, ms: Math.floor(random() * LONGEST_MS[from]) } as const) : null
      await live(moment === null ? nextPlan(tally, random) : null, moment)
    },
    recoverOnly: () => live(null, null),
    async close() {
      clearInterval(ticker)
      await Promise.all([child.kill(), spare.kill()])
      tally.addOrders(server.state().orders.length)
      for (const [what, times] of inspector.happened) tally.happened(what, times)
      await server.kraken.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}
