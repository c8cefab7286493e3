import type { BufferedContent } from '../buffered-content.ts'
import { averageBitrate, truncated, unreadable, type ContainerReading } from './container-reading.ts'
import { findChunks, isUnknownSize } from './iff-chunks.ts'

/** By wFormatTag (RFC 2361); others have no name here. */
const codecs: Readonly<Record<number, string>> = {
  0x0001: 'pcm',
  0x0002: 'adpcm',
  0x0003: 'pcm',
  0x0006: 'alaw',
  0x0007: 'ulaw',
  0x0011: 'adpcm',
  0x0050: 'mp2',
  0x0055: 'mp3',
  0x00ff: 'aac',
}
const extensible = 0xfffe

/** RIFF WAVE, and RF64 or BW64, which keep the 64-bit sizes in a chunk of their own (EBU Tech 3306). */
export async function readWav(content: BufferedContent): Promise<ContainerReading> {
  const head = await content.read(0, 12)
  if (head.length < 12) return truncated
  const chunks = await findChunks(content, {
    littleEndian: true,
    names: ['ds64', 'fmt ', 'fact', 'data'],
    until: ['fmt ', 'data'],
  })
  const ds64 = chunks.get('ds64')
  const data = chunks.get('data')
  const wide = ds64 && (await content.read(ds64.start, 16))
  const riffBytes = wide?.length === 16 ? Number(wide.readBigUInt64LE(0)) : head.readUInt32LE(4)
  const riffEnd = isUnknownSize(riffBytes) ? undefined : riffBytes + 8
  const announcesMore = riffEnd === undefined || riffEnd > content.sizeBytes
  const fmt = await content.read(chunks.get('fmt ')?.start ?? content.sizeBytes, 26)
  if (!data || fmt.length < 16) return announcesMore ? truncated : unreadable

  const dataBytes =
    wide?.length === 16 && data.size === 0xffffffff ? Number(wide.readBigUInt64LE(8)) : data.size
  const available = content.sizeBytes - data.start
  const isUnknown = isUnknownSize(dataBytes)
  // Both must say so: some writers put the size of the whole file into the data chunk.
  if (!isUnknown && dataBytes > available && announcesMore) return truncated
  const fact = await content.read(chunks.get('fact')?.start ?? content.sizeBytes, 4)
  return describe(fmt, fact, isUnknown ? available : Math.min(dataBytes, available))
}

function describe(fmt: Buffer, fact: Buffer, dataBytes: number): ContainerReading {
  const tag = fmt.readUInt16LE(0)
  const channels = fmt.readUInt16LE(2)
  const sampleRate = fmt.readUInt32LE(4)
  const bytesPerSecond = fmt.readUInt32LE(8)
  const blockBytes = fmt.readUInt16LE(12)
  const codec = codecs[tag === extensible && fmt.length === 26 ? fmt.readUInt16LE(24) : tag]
  if (channels === 0 || sampleRate === 0 || dataBytes === 0) return unreadable
  const samples = fact.length === 4 ? fact.readUInt32LE(0) : 0
  const durationSeconds =
    codec === 'pcm' && blockBytes > 0
      ? dataBytes / (blockBytes * sampleRate)
      : // Rates of compressed sound are often wrong; the count of samples that stands beside them is not.
        samples > 0
        ? samples / sampleRate
        : dataBytes / bytesPerSecond
  const bitrate = averageBitrate(dataBytes, durationSeconds)
  return { verdict: 'audio', format: 'wav', facts: { codec, durationSeconds, bitrate, sampleRate, channels } }
}
