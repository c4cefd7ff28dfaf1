import type { Clock, SessionLogStore, Transact } from '../ports.ts'
import { createDesks, type DeskPorts, type DeskSettings } from './decision-desks.ts'
import { type Beginning, createRecordingTape } from './recording-tape.ts'
import type { Tape } from './tape.ts'
import { tapedPorts } from './taped-ports.ts'
import { type ToldDesks, toldDesks } from './told.ts'

/**
 * The desks that decide, with a log of every step.
 *
 * @param kept where the log is kept; null where nothing is: a replay of candles can be run again from its candles.
 */
export function recordedDesks(
  ports: DeskPorts,
  settings: DeskSettings,
  kept: { readonly clock: Clock; readonly transact: Transact; readonly log: SessionLogStore } | null,
): ToldDesks {
  if (kept === null) return toldDesks(createDesks(ports, settings, UNNOTED), UNNOTED)
  const resolvers = ports.llms.map(({ resolver }) => resolver)
  const beginning: Beginning = { settings, resolvers }
  const tape = createRecordingTape(kept, beginning)
  const taped = tapedPorts(tape, () => ports, { hash: ports.hash, onBug: ports.onBug, resolvers })
  return toldDesks(createDesks(taped, settings, tape), tape)
}

const UNNOTED: Tape = {
  step: (_, work) => work(),
  read: (_name, _asked, from) => from(),
  act: (_name, _told, effect) => effect(),
  write: (_name, _told, write) => write(),
  transact: (work) => work(),
  later: (_name, _told, task, schedule) => schedule(task),
  ask: (_told, ask) => ask(),
}
