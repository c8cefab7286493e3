import type { TagBlock } from './tag-block.ts'

const masterVolume = 1

/** RVA2: an identification, then for each channel its type, 1/512 dB and a peak of some bits. */
export function addRelativeVolume(block: TagBlock, data: Buffer): void {
  const end = data.indexOf(0)
  if (end < 0) return
  const scope = /^album$/i.test(data.toString('latin1', 0, end)) ? 'ALBUM' : 'TRACK'
  for (let at = end + 1; at + 4 <= data.length;) {
    const peakBits = data.readUInt8(at + 3)
    const peakBytes = Math.ceil(peakBits / 8)
    if (data.readUInt8(at) === masterVolume) {
      block.add(`RVA2_${scope}_GAIN`, (data.readInt16BE(at + 1) / 512).toString())
      const peak = peakBytes > 0 && peakBytes <= 4 && at + 4 + peakBytes <= data.length
      if (peak)
        block.add(
          `RVA2_${scope}_PEAK`,
          (data.readUIntBE(at + 4, peakBytes) / 2 ** (8 * peakBytes - 1)).toString(),
        )
    }
    at += 4 + peakBytes
  }
}
