import { parseArgs } from 'node:util'
import { LOADS } from '../support/crash-engine.ts'
import { NAIVE_RULES } from '../support/crash-naive.ts'
import { crashInProcess } from './in-process.ts'
import { Tally } from './tally.ts'

/* The crashes within a process, in a process of their own: so that both cores have something to do. */
const { values } = parseArgs({
  strict: true,
  options: {
    crashes: { type: 'string' },
    seed: { type: 'string' },
    naive: { type: 'string' },
    load: { type: 'string' },
  },
})
const tally = new Tally((kills) => process.send?.({ kind: 'progress', kills }))
await crashInProcess(
  {
    crashes: Number(values.crashes),
    seed: Number(values.seed),
    load: LOADS.find((load) => load === values.load) ?? 'desk',
    naive: NAIVE_RULES.find((rule) => rule === values.naive) ?? null,
  },
  tally,
)
process.send?.({ kind: 'done', tally: tally.toJson() })
process.disconnect()
