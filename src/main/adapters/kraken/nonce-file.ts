import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import type { NonceStore } from './nonce.ts'

/**
 * The ceiling of a key's nonces in a small file: it belongs to the key and not to a data folder, and must be writable
 * while the database is not.
 *
 * @throws when the file is there and holds no number: starting below what was used would only be refused by Kraken.
 */
export function createNonceFile(file: string): NonceStore {
  return {
    read() {
      const text = textOf(file)
      if (text === null) return 0
      if (!/^\d{1,16}$/.test(text)) throw new Error(`${file} holds no nonce: remove it if it was damaged`)
      return Number(text)
    },
    reserve(ceiling) {
      const unfinished = `${file}.unfinished`
      const handle = openSync(unfinished, 'w', 0o600)
      try {
        writeSync(handle, String(ceiling))
        fsyncSync(handle)
      } finally {
        closeSync(handle)
      }
      renameSync(unfinished, file)
    },
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
