/** RFC 8794 section 6; positions count within the bytes that it was read from. */
export interface Element {
  readonly id: number
  /** The position of the data. */
  readonly start: number
  /** `undefined` if the writer did not know it yet. */
  readonly size: number | undefined
}

/** The longest header of an element: 4 bytes of id and 8 of size. */
export const elementHeaderBytes = 12
/** Of one parent; no writer comes near it. */
const mostChildren = 4000

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

/** The zeros before the first one say how many bytes an integer has (RFC 8794 section 4). */
const variableLength = (bytes: Buffer, at: number): number => Math.clz32(bytes[at] ?? 0) - 23

/** The data of the children of an element, a limited number of them, by id. */
export function childrenOf(body: Buffer): ReadonlyMap<number, readonly Buffer[]> {
  const children = new Map<number, Buffer[]>()
  let count = 0
  for (let at = 0; at < body.length && count < mostChildren; count++) {
    const child = readElement(body, at)
    if (child?.size === undefined) break
    at = child.start + child.size
    const sameId = children.get(child.id)
    if (sameId) sameId.push(body.subarray(child.start, at))
    else children.set(child.id, [body.subarray(child.start, at)])
  }
  return children
}

export const readUnsigned = (data: Buffer | undefined): number | undefined =>
  data && data.length <= 8 ? data.reduce((sum, byte) => sum * 256 + byte, 0) : undefined

export function readFloat(data: Buffer | undefined): number | undefined {
  if (data?.length === 4) return data.readFloatBE(0)
  return data?.length === 8 ? data.readDoubleBE(0) : undefined
}

export const readText = (data: Buffer | undefined): string =>
  (data ?? Buffer.alloc(0)).toString('latin1', 0, 64).split('\0', 1)[0] ?? ''
