import type { BufferedContent } from '../buffered-content.ts'
import { averageBitrate, truncated, unreadable, type ContainerReading } from './container-reading.ts'
import { findChunks, isUnknownSize } from './iff-chunks.ts'

const codecs: Readonly<Record<string, string>> = {
  NONE: 'pcm',
  twos: 'pcm',
  sowt: 'pcm',
  'raw ': 'pcm',
  in24: 'pcm',
  in32: 'pcm',
  fl32: 'pcm',
  FL32: 'pcm',
  fl64: 'pcm',
  FL64: 'pcm',
  alaw: 'alaw',
  ALAW: 'alaw',
  ulaw: 'ulaw',
  ULAW: 'ulaw',
  ima4: 'adpcm',
}
const needed = ['COMM', 'SSND']
/** Of a sound chunk: offset and block size. */
const soundHeaderBytes = 8

export async function readAiff(content: BufferedContent): Promise<ContainerReading> {
  const head = await content.read(0, 12)
  if (head.length < 12) return truncated
  const chunks = await findChunks(content, { littleEndian: false, names: needed, until: needed })
  const formBytes = head.readUInt32BE(4)
  const announcesMore = isUnknownSize(formBytes) || formBytes + 8 > content.sizeBytes
  const sound = chunks.get('SSND')
  const common = await content.read(chunks.get('COMM')?.start ?? content.sizeBytes, 22)
  if (!sound || common.length < 18) return announcesMore ? truncated : unreadable

  const available = content.sizeBytes - sound.start
  const isUnknown = isUnknownSize(sound.size)
  if (!isUnknown && sound.size > available && announcesMore) return truncated
  const soundBytes = (isUnknown ? available : Math.min(sound.size, available)) - soundHeaderBytes
  const isCompressible = head.toString('latin1', 8, 12) === 'AIFC' && common.length === 22
  return describe(common, isCompressible ? common.toString('latin1', 18, 22) : 'NONE', soundBytes)
}

function describe(common: Buffer, compression: string, soundBytes: number): ContainerReading {
  const channels = common.readUInt16BE(0)
  const sampleRate = readExtended(common.subarray(8, 18))
  const codec = codecs[compression]
  if (channels === 0 || !(sampleRate > 0) || soundBytes <= 0) return unreadable
  const sampleBytes = Math.ceil(common.readUInt16BE(6) / 8)
  const frames = codec === 'pcm' ? soundBytes / (channels * sampleBytes) : common.readUInt32BE(2)
  // What ima4 counts, packets or samples, depends on the writer.
  const durationSeconds = codec === 'adpcm' ? undefined : frames / sampleRate
  const bitrate = averageBitrate(soundBytes, durationSeconds)
  return {
    verdict: 'audio',
    format: 'aiff',
    facts: { codec, durationSeconds, bitrate, sampleRate, channels },
  }
}

/** An 80-bit IEEE 754 extended number, as far as a sample rate needs it. */
function readExtended(bytes: Buffer): number {
  const exponent = (bytes.readUInt16BE(0) & 0x7fff) - 16383
  return bytes.readUInt32BE(2) * 2 ** (exponent - 31)
}
