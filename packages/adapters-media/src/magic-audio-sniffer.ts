import { mostSniffedBytes, type AudioSniffer, type SniffVerdict } from '@audiohost/core'
import { countZeros, identifyFormat, identifyFrames, type Identity } from './identify-format.ts'
import { id3HeaderBytes, id3Length } from './tag-blocks.ts'

/** Tells the format by magic numbers, and by linked frames for mp3 and ADTS, which have none. */
export class MagicAudioSniffer implements AudioSniffer {
  async sniff(head: Uint8Array): Promise<SniffVerdict> {
    const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, mostSniffedBytes))
    const tagsEnd = endOfTags(bytes)
    const rest = bytes.subarray(tagsEnd)
    // Tags or zeros fill all of the head. What follows them is for the probe to tell.
    const isFilled = tagsEnd > 0 || bytes.length === mostSniffedBytes
    if (isFilled && rest.every((byte) => byte === 0)) return { verdict: 'audio', format: 'mp3' }
    const identity = await identify(bytes, tagsEnd)
    if (identity.verdict === 'audio') return { verdict: 'audio', format: identity.format }
    const isAll = bytes.length === mostSniffedBytes
    return identity.verdict === 'undecided' && isAll ? { verdict: 'not-audio' } : identity
  }
}

/** Zeros may follow the tags, or the size of a tag is wrong and frames begin inside it. */
async function identify(bytes: Buffer, tagsEnd: number): Promise<Identity> {
  const rest = bytes.subarray(tagsEnd)
  if (tagsEnd === 0) return identifyFormat(rest)
  const identity = await identifyFormat(rest.subarray(countZeros(rest)))
  return identity.verdict === 'undecided' ? identifyFrames(bytes.subarray(id3HeaderBytes)) : identity
}

function endOfTags(bytes: Buffer): number {
  let end = 0
  for (;;) {
    const length = id3Length(bytes, end)
    if (length === undefined) return end
    end += length
  }
}
