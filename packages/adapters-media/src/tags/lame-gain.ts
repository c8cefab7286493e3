import type { BufferedContent } from '../buffered-content.ts'
import type { TagBlock } from './tag-block.ts'

/** The longest side information is in front of the header, after a frame header. */
const searchedBytes = 4096
const gainKinds = { track: 1, album: 2 } as const

/** The gains that LAME writes into the Xing header (http://gabriel.mp3-tech.org/mp3infotag.html). */
export async function readLameGain(content: BufferedContent, start: number, block: TagBlock): Promise<void> {
  const head = await content.read(start, searchedBytes)
  const at = Math.max(head.indexOf('Xing'), head.indexOf('Info'))
  if (at < 0 || at + 8 > head.length) return
  const flags = head.readUInt32BE(at + 4)
  const lame =
    at + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0)
  if (lame + 20 > head.length || head.toString('latin1', lame, lame + 4) !== 'LAME') return
  const peak = head.readUInt32BE(lame + 11) / 2 ** 23
  if (peak > 0) block.add('REPLAYGAIN_TRACK_PEAK', peak.toFixed(6))
  addGain(block, 'TRACK', [head.readUInt16BE(lame + 15), gainKinds.track])
  addGain(block, 'ALBUM', [head.readUInt16BE(lame + 17), gainKinds.album])
}

/** Three bits of kind, three of origin, a sign and nine bits of tenths of a decibel. */
function addGain(block: TagBlock, scope: string, [bits, kind]: readonly [number, number]): void {
  if (bits >> 13 !== kind || ((bits >> 10) & 7) === 0) return
  const tenths = (bits & 0x1ff) * (bits & 0x200 ? -1 : 1)
  block.add(`REPLAYGAIN_${scope}_GAIN`, (tenths / 10).toString())
}
