/** The polynomial of Castagnoli, bits reversed (RFC 3720, appendix B.4). */
const polynomial = 0x82f63b78
const slices = 8
const tables = makeTables()

/**
 * CRC32C in the form that Google Cloud Storage uses, eight bytes a step. The client library's own takes a byte a step:
 * 22 MiB/s, in which nothing else runs; this one makes 230 on the same machine.
 */
export class Crc32c {
  #state = 0xffffffff

  update(bytes: Uint8Array): void {
    const wholeBytes = bytes.length - (bytes.length % slices)
    let state = this.#state
    for (let at = 0; at < wholeBytes; at += slices) state = afterEight(state, bytes, at)
    for (let at = wholeBytes; at < bytes.length; at++) {
      state = tableValue(0, (state ^ byteAt(bytes, at)) & 0xff) ^ (state >>> 8)
    }
    this.#state = state
  }

  /** Four bytes, the highest first, in Base64. */
  toString(): string {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE((this.#state ^ 0xffffffff) >>> 0)
    return bytes.toString('base64')
  }
}

function afterEight(state: number, bytes: Uint8Array, at: number): number {
  const low =
    state ^
    (byteAt(bytes, at) |
      (byteAt(bytes, at + 1) << 8) |
      (byteAt(bytes, at + 2) << 16) |
      (byteAt(bytes, at + 3) << 24))
  return (
    tableValue(7, low & 0xff) ^
    tableValue(6, (low >>> 8) & 0xff) ^
    tableValue(5, (low >>> 16) & 0xff) ^
    tableValue(4, low >>> 24) ^
    tableValue(3, byteAt(bytes, at + 4)) ^
    tableValue(2, byteAt(bytes, at + 5)) ^
    tableValue(1, byteAt(bytes, at + 6)) ^
    tableValue(0, byteAt(bytes, at + 7))
  )
}

const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0
const tableValue = (slice: number, byte: number): number => tables[(slice << 8) | byte] ?? 0

/** Table k has what a byte becomes when k further bytes have passed. */
function makeTables(): Int32Array {
  const made = new Int32Array(slices * 256)
  for (let byte = 0; byte < 256; byte++) {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1
    made[byte] = value
  }
  for (let index = 256; index < made.length; index++) {
    const previous = made[index - 256] ?? 0
    made[index] = (made[previous & 0xff] ?? 0) ^ (previous >>> 8)
  }
  return made
}

/** Passes the source on and sums it up piece by piece, so that no long chunk holds up everything else. */
export async function* summed(
  source: AsyncIterable<Uint8Array>,
  crc32c: Crc32c,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of source) {
    crc32c.update(piece)
    yield piece
  }
}
