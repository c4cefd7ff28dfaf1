import type { Load } from '../support/crash-engine.ts'
import type { NaiveRule } from '../support/crash-naive.ts'
import type { Tally } from './tally.ts'

export type CrashOptions = {
  readonly crashes: number
  readonly seed: number
  readonly naive: NaiveRule | null
  readonly load: Load
  /** Enough has been seen. */
  readonly isEnough?: () => boolean
}

/** An exchange with its account, and the data of the engines that live and die beside it. */
export type World = {
  killOnce(): Promise<void>
  /** A life that is not killed before everything is known: the last death is looked at too. */
  recoverOnly(): Promise<void>
  close(): Promise<void>
}

/**
 * A world is looked at whole after every kill: new ones now and then keep that from growing. One in which something was
 * found is left at once, because what goes wrong after it says nothing.
 */
export async function inWorlds(
  { crashes, seed, naive, load, isEnough = () => false }: CrashOptions,
  crashesPerWorld: number,
  tally: Tally,
  open: (seed: number, naive: NaiveRule | null, tally: Tally, load: Load) => Promise<World>,
): Promise<void> {
  const before = tally.kills
  const done = (): number => tally.kills - before
  for (let number = 0; done() < crashes && !isEnough(); number++) {
    const world = await open(seed * 1_000 + number, naive, tally, load)
    const found = tally.foundCount
    try {
      for (let crash = 0; crash < crashesPerWorld && done() < crashes && tally.foundCount === found; crash++) {
        await world.killOnce()
      }
      if (tally.foundCount === found) await world.recoverOnly()
    } finally {
      await world.close()
    }
  }
}
