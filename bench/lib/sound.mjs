import { randomFillSync } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'

const headerBytes = 44
const pieceBytes = 1024 * 1024

/** Writes a whole WAV file of exactly this many bytes: 16-bit stereo noise, which nothing compresses. */
export function writeWav(file, sizeBytes) {
  const handle = openSync(file, 'w')
  const noise = randomFillSync(Buffer.allocUnsafe(pieceBytes))
  writeSync(handle, wavHeader(sizeBytes - headerBytes))
  for (let left = sizeBytes - headerBytes; left > 0; left -= pieceBytes) {
    writeSync(handle, noise, 0, Math.min(left, pieceBytes))
  }
  closeSync(handle)
}

function wavHeader(dataBytes) {
  const header = Buffer.alloc(headerBytes)
  header.write('RIFF', 0)
  header.writeUInt32LE(dataBytes + headerBytes - 8, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(2, 22)
  header.writeUInt32LE(44_100, 24)
  header.writeUInt32LE(44_100 * 4, 28)
  header.writeUInt16LE(4, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(dataBytes, 40)
  return header
}
