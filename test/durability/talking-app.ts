import { writeSync } from 'node:fs'
import { createApp } from '../../src/main/app.ts'

/*
 * The program in a process of its own, on the data folder given, until it is killed. It says things that are no order's:
 * one message on the bus every few milliseconds, and on its output their numbers and the machine's time, ms since 1970.
 */

const EVERY_MS = 3

const started = await createApp({
  dataDir: process.argv[2] ?? '',
  configDir: null,
  market: 'simulated',
  speed: null,
  seed: 7,
  candles: [],
  set: [],
  confirmLive: null,
  env: {},
})
if (!started.ok) throw new Error(started.error.message)
const app = started.value

let n = 0
async function talk(): Promise<void> {
  const said = (await app.dispatch('coordinator.pause', { reason: String(n) })) as { readonly ok: boolean }
  if (!said.ok) throw new Error('it could not be said')
  // Synchronously: the next thing that happens may be the end.
  writeSync(1, `${n++} ${Date.now()}\n`)
  setTimeout(talk, EVERY_MS)
}
await talk()
