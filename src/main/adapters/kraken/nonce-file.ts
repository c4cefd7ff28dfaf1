import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { NonceStore } from './nonce.ts'

/**
 * The ceiling of a key's nonces in a small file: it belongs to the key and not to a data folder, and must be writable
 * while the database is not.
 *
 * Error `live/nonce-damaged` when the file is there and holds no number: what was used before cannot be told.
 */
export function openNonceFile(file: string): Result<NonceStore> {
  const text = textOf(file)
  if (text !== null && !/^\d{1,16}$/.test(text)) {
    return fail(
      'live/nonce-damaged',
      `${file} holds no number. Remove it: Kraken refuses a nonce that was used before, and the clock is above all of them unless it was set back.`,
    )
  }
  let ceiling = text === null ? 0 : Number(text)
  return ok({
    read: () => ceiling,
    reserve(next) {
      write(file, String(next))
      ceiling = next
    },
  })
}

function write(file: string, text: string): void {
  const unfinished = `${file}.unfinished`
  const handle = openSync(unfinished, 'w', 0o600)
  try {
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(unfinished, file)
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
