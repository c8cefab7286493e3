import type { BufferedContent } from '../buffered-content.ts'
import { findBox, type Box } from '../containers/mp4-boxes.ts'
import { maxChapters, utf8OrLegacy, type TagBlock, type TagValue } from './tag-block.ts'

/** Each title may be far from the others, and cost a request to a remote store. */
const mostReads = 100
const maxTitleBytes = 1000

/** The samples of a text track: their times are the chapters, their texts the titles. */
export async function readChapterTrack(
  content: BufferedContent,
  { start: fileStart, trak }: { readonly start: number; readonly trak: Box },
  block: TagBlock,
): Promise<void> {
  const handler = await findBox(content, trak, ['mdia', 'hdlr'])
  const kind = handler && (await content.read(handler.start + 8, 4)).toString('latin1')
  if (kind !== 'text' && kind !== 'sbtl') return
  const scale = await readScale(content, trak)
  if (!scale) return
  const durations = await readDurations(content, trak)
  const offsets = await readOffsets(content, trak)
  const firstRead = content.reads
  let start = 0
  for (const [index, duration] of durations.entries()) {
    const offset = offsets[index]
    const isAffordable = content.reads - firstRead < mostReads
    const title =
      offset !== undefined && isAffordable ? await readTitle(content, fileStart + offset) : undefined
    block.addChapter({ startSeconds: start / scale, endSeconds: (start + duration) / scale, title })
    start += duration
  }
}

async function readScale(content: BufferedContent, trak: Box): Promise<number | undefined> {
  const header = await findBox(content, trak, ['mdia', 'mdhd'])
  const fields = header && (await content.read(header.start, 24))
  return fields?.length === 24 ? fields.readUInt32BE(fields[0] === 1 ? 20 : 12) : undefined
}

/** The entries of a table of the samples, after its version, flags and what else is in front. */
async function readTable(content: BufferedContent, trak: Box, { name, headBytes }: Table): Promise<Buffer> {
  const box = await findBox(content, trak, ['mdia', 'minf', 'stbl', name])
  if (!box) return Buffer.alloc(0)
  return content.read(box.start + headBytes, Math.min(box.end - box.start - headBytes, 16 * maxChapters))
}

interface Table {
  readonly name: string
  readonly headBytes: number
}

/** Pairs of a count and a duration. */
async function readDurations(content: BufferedContent, trak: Box): Promise<readonly number[]> {
  const table = await readTable(content, trak, { name: 'stts', headBytes: 8 })
  const durations: number[] = []
  for (let at = 0; at + 8 <= table.length; at += 8)
    for (let left = table.readUInt32BE(at); left > 0 && durations.length < maxChapters; left--)
      durations.push(table.readUInt32BE(at + 4))
  return durations
}

/** Where each sample is: chunks have places, samples have sizes, and a third table says how many samples a chunk has. */
async function readOffsets(content: BufferedContent, trak: Box): Promise<readonly number[]> {
  const sizes = await readSizes(content, trak)
  const chunks = await readChunks(content, trak)
  const runs = await readTable(content, trak, { name: 'stsc', headBytes: 8 })
  const offsets: number[] = []
  let run = 0
  for (const [index, chunk] of chunks.entries()) {
    while (12 * (run + 1) + 4 <= runs.length && runs.readUInt32BE(12 * (run + 1)) <= index + 1) run++
    const samples = 12 * run + 8 <= runs.length ? runs.readUInt32BE(12 * run + 4) : 0
    let offset = chunk
    for (let left = samples; left > 0 && offsets.length < maxChapters; left--) {
      offsets.push(offset)
      offset += sizes(offsets.length - 1)
    }
  }
  return offsets
}

async function readSizes(content: BufferedContent, trak: Box): Promise<(sample: number) => number> {
  const table = await readTable(content, trak, { name: 'stsz', headBytes: 0 })
  const common = table.length >= 8 ? table.readUInt32BE(4) : 0
  const at = (sample: number): number => 12 + 4 * sample
  return (sample) => common || (at(sample) + 4 <= table.length ? table.readUInt32BE(at(sample)) : 0)
}

async function readChunks(content: BufferedContent, trak: Box): Promise<readonly number[]> {
  const short = await readTable(content, trak, { name: 'stco', headBytes: 8 })
  const long = await readTable(content, trak, { name: 'co64', headBytes: 8 })
  const shorts = Array.from({ length: Math.floor(short.length / 4) }, (_, i) => short.readUInt32BE(4 * i))
  const longs = Array.from({ length: Math.floor(long.length / 8) }, (_, i) =>
    Number(long.readBigUInt64BE(8 * i)),
  )
  return [...shorts, ...longs].slice(0, maxChapters)
}

/** A length and as many bytes of UTF-8, or of UTF-16 with a mark. */
async function readTitle(content: BufferedContent, offset: number): Promise<TagValue | undefined> {
  const bytes = await content.read(offset, 2 + maxTitleBytes)
  if (bytes.length < 2) return undefined
  const text = Buffer.from(bytes.subarray(2, 2 + bytes.readUInt16BE()))
  const mark = text.length >= 2 ? text.readUInt16BE() : 0
  if (mark === 0xfeff) return new TextDecoder('utf-16be').decode(text)
  if (mark === 0xfffe) return new TextDecoder('utf-16le').decode(text)
  return utf8OrLegacy(text)
}
