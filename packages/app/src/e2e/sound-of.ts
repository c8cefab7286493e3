/** A WAV file in which each byte tells whose it is and where it belongs. */
export function soundOf(owner: number, sizeBytes: number): Buffer {
  const sound = Buffer.alloc(sizeBytes)
  for (let at = 0; at < sizeBytes; at += 4) sound.writeUInt32BE(((owner + 1) << 28) | (at >>> 2), at)
  const header = Buffer.alloc(44)
  header.write('RIFF')
  header.writeUInt32LE(sizeBytes - 8, 4)
  header.write('WAVEfmt ', 8)
  for (const [value, at] of [
    [16, 16],
    [44_100, 24],
    [44_100 * 4, 28],
    [sizeBytes - 44, 40],
  ] as const)
    header.writeUInt32LE(value, at)
  for (const [value, at] of [
    [1, 20],
    [2, 22],
    [4, 32],
    [16, 34],
  ] as const)
    header.writeUInt16LE(value, at)
  header.write('data', 36)
  header.copy(sound)
  return sound
}
