import { closeSync, openSync, readSync } from 'node:fs'

/** `TGdb`: SQLite's mark of whose file it is, at offset 68. */
export const APPLICATION_ID = 0x54476462

const MAGIC = Buffer.from('SQLite format 3\0', 'latin1')
const HEADER_BYTES = 100
const ID_OFFSET = 68

/**
 * Whose file it is, from its first 100 bytes: without opening it as a database, which could already change it.
 * `damaged`: our mark stands where it should, or the file is SQLite's but too short to carry one.
 *
 * @throws what the file system throws; `ENOENT` is `missing`.
 */
export function inspectFile(file: string): 'missing' | 'empty' | 'ours' | 'foreign' | 'damaged' {
  const header = Buffer.alloc(HEADER_BYTES)
  let length: number
  try {
    const handle = openSync(file, 'r')
    try {
      length = readSync(handle, header, 0, HEADER_BYTES, 0)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'missing'
    throw error
  }
  if (length === 0) return 'empty'
  const isSqlite = header.subarray(0, MAGIC.length).equals(MAGIC)
  if (length < HEADER_BYTES) return isSqlite ? 'damaged' : 'foreign'
  if (header.readUInt32BE(ID_OFFSET) !== APPLICATION_ID) return 'foreign'
  return isSqlite ? 'ours' : 'damaged'
}
