import type { BufferedContent } from '../buffered-content.ts'
import { longestPageBytes } from '../containers/ogg-page.ts'
import { isAcceptedStream, readOggStreams } from '../containers/ogg-streams.ts'
import { flacBlockTypes } from './flac-tags.ts'
import { OggPackets } from './ogg-packets.ts'
import type { TagBlock, TagBlocks } from './tag-block.ts'
import { readVorbisComments } from './vorbis-comments.ts'

const mostFlacBlocks = 200

/** The comment header of Vorbis and Opus, and the metadata blocks of FLAC in Ogg. */
export async function readOggTags(content: BufferedContent, start: number, blocks: TagBlocks): Promise<void> {
  const head = await content.read(start, 2 * longestPageBytes)
  const stream = readOggStreams(head).find(isAcceptedStream)
  if (!stream) return
  const block = blocks.open()
  const packets = new OggPackets(content, stream.serial, start)
  await packets.next()
  if (stream.codec === 'opus') await readOutputGain(packets, block)
  if (stream.codec === 'flac') await readFlacBlocks(packets, block)
  else if (await packets.next()) {
    await packets.skip((stream.codec === 'opus' ? 'OpusTags' : '\x03vorbis').length)
    await readVorbisComments(packets, block)
  }
}

/** Q7.8 in the identification header (RFC 7845 section 5.1). */
async function readOutputGain(packets: OggPackets, block: TagBlock): Promise<void> {
  const header = await packets.read(18)
  const gain = header.length === 18 ? header.readInt16LE(16) : 0
  if (gain !== 0) block.add('OPUS_OUTPUT_GAIN', gain.toString())
}

/** One block a packet (RFC 9639 section 10.1). */
async function readFlacBlocks(packets: OggPackets, block: TagBlock): Promise<void> {
  for (let count = 0; count < mostFlacBlocks && (await packets.next()); count++) {
    const header = await packets.read(4)
    const type = header.length === 4 ? header.readUInt8(0) : 0xff
    if (type === 0xff) return
    if ((type & 0x7f) === flacBlockTypes.comments) await readVorbisComments(packets, block)
    if ((type & 0x7f) === flacBlockTypes.picture) block.hasCover = true
    if (type >= 0x80) return
  }
}
