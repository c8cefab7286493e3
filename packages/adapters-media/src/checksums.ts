/** CRC-8 of FLAC frame headers: x^8 + x^2 + x + 1 (RFC 9639 section 9.1.8). */
export const crc8 = (bytes: Uint8Array): number => bytes.reduce((crc, byte) => table8[crc ^ byte] ?? 0, 0)

/** One step of the CRC-16 of FLAC frames: x^16 + x^15 + x^2 + 1 (RFC 9639 section 9.3). */
export const crc16Step = (crc: number, byte: number): number =>
  ((crc << 8) & 0xffff) ^ (table16[(crc >>> 8) ^ byte] ?? 0)

/** CRC-32 of Ogg pages, whose own field counts as zero (RFC 3533 section 6, field 7). */
export function oggCrc32(page: Uint8Array): number {
  let crc = 0
  for (let at = 0; at < page.length; at++) {
    const counted = at >= 22 && at < 26 ? 0 : (page[at] ?? 0)
    crc = (crc << 8) ^ (table32[(crc >>> 24) ^ counted] ?? 0)
  }
  return crc >>> 0
}

const table8 = table(8, 0x07)
const table16 = table(16, 0x8005)
const table32 = table(32, 0x04c11db7)

function table(bits: number, polynomial: number): Uint32Array {
  const top = 2 ** (bits - 1)
  const modulus = 2 ** bits
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte * 2 ** (bits - 8)
    for (let bit = 0; bit < 8; bit++) {
      const shifted = (crc * 2) % modulus
      crc = crc >= top ? (shifted ^ polynomial) >>> 0 : shifted
    }
    return crc
  })
}
