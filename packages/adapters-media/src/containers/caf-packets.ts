export interface PacketTable {
  readonly validFrames: number
  /** Of all packets; `undefined` if the table does not have their sizes. */
  readonly bytes: number | undefined
}

const headerBytes = 24

interface PacketColumns {
  readonly hasSizes: boolean
  /** Whether the number of frames follows, because it differs from packet to packet. */
  readonly hasFrames: boolean
}

/** The packet table of a CAF file: counts, then a row for each packet, in groups of 7 bits. */
export function readPacketTable(
  bytes: Buffer,
  { hasSizes, hasFrames }: PacketColumns,
): PacketTable | undefined {
  if (bytes.length < headerBytes) return undefined
  const packets = Number(bytes.readBigInt64BE(0))
  const validFrames = Number(bytes.readBigInt64BE(8))
  const values = hasSizes ? packets * (hasFrames ? 2 : 1) : 0
  let [sum, count, value] = [0, 0, 0]
  for (let at = headerBytes; at < bytes.length && count < values; at++) {
    const byte = bytes.readUInt8(at)
    value = value * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    if (!hasFrames || count % 2 === 0) sum += value
    value = 0
    count++
  }
  return { validFrames, bytes: count === values && count > 0 ? sum : undefined }
}
