/** RFC 8794 section 6; positions count within the bytes it was read from. */
export interface Element {
  readonly id: number
  /** Of what is inside. */
  readonly start: number
  /** `undefined` where the writer did not know it yet. */
  readonly size: number | undefined
}

/** The longest header of an element: 4 bytes of id and 8 of size. */
export const elementHeaderBytes = 12

export function readElement(bytes: Buffer, at: number): Element | undefined {
  const idLength = variableLength(bytes, at)
  const sizeLength = variableLength(bytes, at + idLength)
  const start = at + idLength + sizeLength
  if (idLength > 4 || sizeLength > 8 || start > bytes.length) return undefined
  const digits = bytes.subarray(at + idLength, start)
  const mask = 0xff >> sizeLength
  const size = digits.reduce((sum, byte, index) => sum * 256 + (index === 0 ? byte & mask : byte), 0)
  const isUnknown = digits.every((byte, index) => (index === 0 ? (byte & mask) === mask : byte === 0xff))
  return { id: bytes.readUIntBE(at, idLength), start, size: isUnknown ? undefined : size }
}

/** The zeros before the first one tell how many bytes an integer has (RFC 8794 section 4). */
const variableLength = (bytes: Buffer, at: number): number => Math.clz32(bytes[at] ?? 0) - 23
