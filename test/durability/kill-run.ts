import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Load } from '../support/crash-engine.ts'
import type { NaiveRule } from '../support/crash-naive.ts'
import { killBySignal } from './by-signal.ts'
import { Tally, type TallyJson } from './tally.ts'

export type KillOptions = {
  readonly kills: number
  readonly seed: number
  readonly naive: NaiveRule | null
  readonly load: Load
}
export type KillReport = TallyJson & { readonly killsBySignal: number }

/** A process costs half a second, a crash within one a tenth of it: the few show that the many are honest. */
const BY_SIGNAL = 10

/** Every death that is worth having, so many or more of each in a long run. */
export const NAMED_POINTS: readonly string[] = [
  ...['intent', 'fill', 'order open', 'order cancelled', 'order in doubt', 'order rejected', 'position'].flatMap(
    commits,
  ),
  ...['proposal approved', 'proposal completed', 'proposal incomplete', 'ledger transfer'].flatMap(commits),
  ...['market order', 'limit order', 'stop', 'cancel', 'amend', 'find', 'open orders', 'balances'].flatMap(requests),
  ...['recovery: fill', 'recovery: order open', 'recovery: order rejected', 'recovery: intent'].flatMap(commits),
  ...['recovery: find', 'recovery: open orders', 'recovery: balances', 'recovery: stop'].flatMap(requests),
  ...['recovery: market order', 'recovery: cancel'].flatMap(requests),
]
/** The same of plans and what a trader does with them. */
export const POINTS_OF_PLANS: readonly string[] = [
  ...['proposal pending', 'proposal approved', 'proposal completed', 'proposal incomplete', 'proposal voided'].flatMap(
    commits,
  ),
  ...['intent', 'fill', 'ledger deposit', 'ledger classification', 'ledger bag'].flatMap(commits),
  ...['recovery: intent', 'recovery: fill', 'recovery: proposal completed'].flatMap(commits),
  ...['market order', 'limit order', 'cancel', 'find'].flatMap(requests),
]
/** The same of conflicts. */
export const POINTS_OF_CONFLICTS: readonly string[] = [
  ...['conflict detected', 'conflict asking', 'conflict resolved', 'conflict waiting'].flatMap(commits),
  ...['asked', 'asked and answered'].flatMap(commits),
  ...['conflict carried out', 'proposal pending', 'score'].flatMap(commits),
  ...requests('question'),
  ...requests('recovery: question'),
  ...commits('recovery: conflict asking'),
]
function commits(name: string): string[] {
  return [`${name}, before its commit`, `${name}, committed`]
}
function requests(name: string): string[] {
  return [`${name}, before it is sent`, `${name}, sent`, `${name}, answered`]
}
/** From so many kills on each of them is expected. */
export const LONG_RUN = 2_000

/** One kill in ten is a SIGKILL; the others happen beside them, in a process of their own. */
export async function killRepeatedly(
  { kills, seed, naive, load }: KillOptions,
  onKill: (kills: number) => void = () => {},
): Promise<KillReport> {
  const killsBySignal = Math.ceil(kills / BY_SIGNAL)
  let [here, there] = [0, 0]
  const tally = new Tally((done) => {
    here = done
    onKill(here + there)
  })
  const crashed = crashElsewhere({ kills: kills - killsBySignal, seed, naive, load }, (done) => {
    there = done
    onKill(here + there)
  })
  const [others] = await Promise.all([crashed, killBySignal({ crashes: killsBySignal, seed, naive, load }, tally)])
  tally.add(others)
  return { ...tally.toJson(), killsBySignal }
}

function crashElsewhere(
  { kills, seed, naive, load }: KillOptions,
  onProgress: (kills: number) => void,
): Promise<TallyJson> {
  const worker = fork(fileURLToPath(new URL('./crash-worker.ts', import.meta.url)), [
    ...['--crashes', String(kills), '--seed', String(seed), '--load', load],
    ...(naive === null ? [] : ['--naive', naive]),
  ])
  return new Promise((resolve, reject) => {
    let result: TallyJson | null = null
    worker.on('message', (message: { kind: 'progress'; kills: number } | { kind: 'done'; tally: TallyJson }) => {
      if (message.kind === 'progress') onProgress(message.kills)
      else result = message.tally
    })
    worker.once('error', reject)
    worker.once('exit', (code) => {
      if (result !== null && code === 0) resolve(result)
      else reject(new Error(`the crashes within a process ended early with ${code}`))
    })
  })
}
