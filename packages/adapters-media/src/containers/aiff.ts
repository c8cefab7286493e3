import type { ContentView } from '../content-view.ts'
import {
  averageBitrate,
  truncated,
  unreadable,
  unsupported,
  type ContainerReading,
} from './container-reading.ts'
import { findChunks, isUnknownSize, soundBytes } from './iff-chunks.ts'
import { codecName, plainCodecs } from './pcm-codecs.ts'

const needed = ['COMM', 'SSND']
/** Of a sound chunk: offset and block size. */
const soundHeaderBytes = 8

export async function readAiff(content: ContentView): Promise<ContainerReading> {
  const head = await content.read(0, 12)
  if (head.length < 12) return truncated
  const chunks = await findChunks(content, { littleEndian: false, names: needed, until: needed })
  const formBytes = head.readUInt32BE(4)
  const announcesMore = isUnknownSize(formBytes) || formBytes + 8 > content.sizeBytes
  const sound = chunks.get('SSND')
  const common = await content.read(chunks.get('COMM')?.start ?? content.sizeBytes, 22)
  if (!sound || common.length < 18) return announcesMore ? truncated : unreadable

  const isCompressible = head.toString('latin1', 8, 12) === 'AIFC' && common.length === 22
  const code = isCompressible ? common.toString('latin1', 18, 22) : 'NONE'
  const format = readFormat(common, code)
  if (!format) return unsupported(`AIFF with ${codecName(code)}`)
  const bytes = soundBytes({
    available: content.sizeBytes - sound.start - soundHeaderBytes,
    claimed: isUnknownSize(sound.size) ? sound.size : sound.size - soundHeaderBytes,
    counted: format.frames * format.frameBytes,
    announcesMore,
  })
  return bytes === 'cut' ? truncated : describe(format, bytes)
}

type AiffFormat = NonNullable<ReturnType<typeof readFormat>>

function readFormat(common: Buffer, code: string) {
  const plain = plainCodecs[code]
  if (!plain) return undefined
  const channels = common.readUInt16BE(0)
  const bitDepth = plain.bits || common.readUInt16BE(6)
  return {
    codec: plain.codec,
    channels,
    bitDepth,
    frames: common.readUInt32BE(2),
    frameBytes: channels * Math.ceil(bitDepth / 8),
    sampleRate: readExtended(common.subarray(8, 18)),
  }
}

function describe(
  { codec, channels, bitDepth, frameBytes, sampleRate }: AiffFormat,
  bytes: number,
): ContainerReading {
  if (frameBytes === 0 || !(sampleRate > 0) || bytes <= 0) return unreadable
  const durationSeconds = bytes / frameBytes / sampleRate
  const bitrate = averageBitrate(bytes, durationSeconds)
  const precision = codec === 'pcm' ? { bitDepth, lossless: true } : { lossless: false }
  return {
    verdict: 'audio',
    format: 'aiff',
    facts: { codec, durationSeconds, bitrate, sampleRate, channels, ...precision },
  }
}

/** An 80-bit IEEE 754 extended number, as far as a sample rate needs it. */
function readExtended(bytes: Buffer): number {
  const exponent = (bytes.readUInt16BE(0) & 0x7fff) - 16383
  return bytes.readUInt32BE(2) * 2 ** (exponent - 31)
}
