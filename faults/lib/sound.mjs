import { createHash, randomFillSync } from 'node:crypto'

const headerBytes = 44

/** A whole WAV file of noise, which no other file has, and its digest. */
export function newSound(dataBytes) {
  const bytes = randomFillSync(Buffer.alloc(headerBytes + dataBytes - (dataBytes % 4)))
  const length = bytes.length - headerBytes
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(length + headerBytes - 8, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(2, 22)
  bytes.writeUInt32LE(44_100, 24)
  bytes.writeUInt32LE(44_100 * 4, 28)
  bytes.writeUInt16LE(4, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(length, 40)
  return { bytes, sha256: sha256Of(bytes) }
}

export const sha256Of = (bytes) => createHash('sha256').update(bytes).digest('hex')
