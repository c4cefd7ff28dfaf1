import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'

const CHUNK = 1 << 18

/** A file's contents, unpacked when it is gzip, in chunks; only a few of them are in memory at any time. */
export type ByteSource = {
  /** Null at the end. Throws the system's errors and zlib's (`Z_…`). */
  next(): Promise<Buffer | null>
  close(): void
}

/** @param onRead sees the file's own bytes, before unpacking. */
export async function openBytes(file: string, onRead?: (chunk: Buffer) => void): Promise<ByteSource> {
  const handle = await open(file, 'r')
  const { size, magic } = await Promise.all([handle.stat(), handle.read(Buffer.alloc(2), 0, 2, 0)])
    .then(([stat, { buffer }]) => ({ size: stat.size, magic: buffer.readUInt16BE() }))
    .catch(async (error: unknown) => {
      await handle.close()
      throw error
    })
  const raw = handle.createReadStream({ start: 0, highWaterMark: CHUNK })
  if (onRead !== undefined) raw.on('data', (chunk) => onRead(chunk as Buffer))
  const isGzip = magic === 0x1f8b || (file.endsWith('.gz') && size > 0)
  const gunzip = isGzip ? createGunzip({ chunkSize: CHUNK }) : null
  // Errors reach the reader through the last stream; the callback only keeps them from being thrown twice.
  if (gunzip !== null) pipeline(raw, gunzip, () => {})
  const chunks: AsyncIterator<Buffer> = (gunzip ?? raw)[Symbol.asyncIterator]()
  return {
    async next() {
      const { done, value } = await chunks.next()
      return done === true ? null : value
    },
    close() {
      gunzip?.destroy()
      raw.destroy()
    },
  }
}
