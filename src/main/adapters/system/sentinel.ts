import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { EpochMs, epochMs } from '../../../shared/time.ts'
import type { Kill, Sentinel } from '../../ports.ts'

const LONGEST_REASON = 500
const Content = z.object({
  at: EpochMs,
  reason: z.string().max(LONGEST_REASON),
  flatten: z.boolean().default(false),
})

/** Beside the database of the same name, so that paper and live are not killed by each other's. */
export const sentinelFile = (dataDir: string, databaseName: string): string => join(dataDir, `${databaseName}.kill`)

/** A small file: whoever may write into the data folder can make one, with or without this program. */
export function createFileSentinel(file: string): Sentinel {
  return {
    raise: (kill) => raise(file, kill),
    read: () => read(file),
    lower() {
      try {
        rmSync(file, { force: true })
        syncFolder(file)
        return ok(null)
      } catch (error) {
        return fail('kill/still-marked', `${file} cannot be removed (${text(error)}). Remove it, then resume again.`)
      }
    },
  }
}

/** For a replay, where nobody waits at the other end. */
export function createMemorySentinel(): Sentinel {
  let raised: Kill | null = null
  return {
    raise(kill) {
      raised = kill
      return ok(null)
    },
    read: () => raised,
    lower() {
      raised = null
      return ok(null)
    },
  }
}

function raise(file: string, { at, reason, flatten }: Kill): Result<null> {
  const content = JSON.stringify({ at, reason: reason.slice(0, LONGEST_REASON), flatten })
  const unfinished = `${file}.${process.pid}.unfinished`
  try {
    writeDurably(unfinished, content)
    renameSync(unfinished, file)
    syncFolder(file)
    return ok(null)
  } catch (error) {
    return raiseEmpty(file, error)
  } finally {
    removeRest(unfinished)
  }
}

/** On a full disk the name alone still fits, and the name is what stops. */
function raiseEmpty(file: string, cause: unknown): Result<null> {
  try {
    closeSync(openSync(file, 'a', 0o600))
    syncFolder(file)
    return ok(null)
  } catch {
    return fail(
      'kill/not-marked',
      `${file} cannot be written (${text(cause)}): after a restart it would not be halted.`,
    )
  }
}

function removeRest(unfinished: string): void {
  try {
    rmSync(unfinished, { force: true })
  } catch {} // it would be in nobody's way
}

function writeDurably(file: string, content: string): void {
  const handle = openSync(file, 'w', 0o600)
  try {
    writeSync(handle, content)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** A name is durable once its folder is. Windows opens no folders, and keeps names durable by itself. */
function syncFolder(file: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(dirname(file), 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function read(file: string): Kill | null {
  try {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found === undefined) return null
    const at = epochMs(Math.max(0, Math.floor(found.mtimeMs)))
    return contentOf(file) ?? { at, reason: 'A kill file was found that says no reason.', flatten: false }
  } catch (error) {
    // Whether it is there cannot be told: a disk in trouble is no place to trade from either.
    return {
      at: epochMs(Date.now()),
      reason: `Whether there is a kill file cannot be told (${text(error)}).`,
      flatten: false,
    }
  }
}

function contentOf(file: string): Kill | null {
  try {
    const parsed = Content.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error))
