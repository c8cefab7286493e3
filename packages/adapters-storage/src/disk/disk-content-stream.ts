import { Readable } from 'node:stream'
import { StorageUnavailable, type ByteRange } from '@audiohost/core'
import { asStorageError } from './disk-errors.ts'
import type { DiskFile } from './disk-file-system.ts'

const pieceBytes = 64 * 1024

/** Owns the handle: closes it at its end, on an error, and when it is destroyed. */
export function streamOf(file: DiskFile, { start, end }: ByteRange): Readable {
  let position = start

  async function readPiece(): Promise<Uint8Array> {
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, end + 1 - position))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
    // fs.createReadStream would end here as if that were all.
    if (bytesRead === 0)
      throw new StorageUnavailable({ cause: new Error('The file became shorter while it was read') })
    position += bytesRead
    return buffer.subarray(0, bytesRead)
  }

  return new Readable({
    highWaterMark: pieceBytes,
    read() {
      if (position > end) {
        this.push(null)
        return
      }
      readPiece().then(
        (piece) => this.push(piece),
        (error: unknown) => this.destroy(asStorageError(error) as Error),
      )
    },
    destroy(error, callback) {
      // Waits for a read that is under way.
      file.close().then(
        () => {
          callback(error)
        },
        (closing: unknown) => {
          callback(error ?? (asStorageError(closing) as Error))
        },
      )
    },
  })
}
