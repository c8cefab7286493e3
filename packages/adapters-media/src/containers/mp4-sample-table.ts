import type { ContentView } from '../content-view.ts'
import { findBox, type Box } from './mp4-boxes.ts'

/** What the tables of a track say about all of its samples (ISO 14496-12 section 8.7). */
export interface SampleTable {
  readonly samples: number
  readonly bytes: number
  /** The largest end of a chunk in the file. */
  readonly end: number
  /** The position of the first sample. */
  readonly start: number | undefined
  /** In the time scale of the track. */
  readonly units: number
}

/** Larger tables have the samples of days. */
const mostTableBytes = 12 * 1024 * 1024

interface Sizes {
  readonly count: number
  /** If all are equal. */
  readonly each: number | undefined
  readonly of: (sample: number) => number
}

/** `frameBytes`: of PCM, whose sample size QuickTime writes as 1. `undefined`: tables are missing, too large or senseless. */
export async function readSampleTable(
  content: ContentView,
  stbl: Box,
  frameBytes: number | undefined,
): Promise<SampleTable | undefined> {
  const table = (name: string) => readTable(content, stbl, name)
  const sizes = readSizes(await table('stsz')) ?? readSmallSizes(await table('stz2'))
  const chunks = readOffsets(await table('stco'), 4) ?? readOffsets(await table('co64'), 8)
  const runs = await table('stsc')
  const times = await table('stts')
  if (!sizes || !chunks || !runs || !times) return undefined
  const isOfPcm = frameBytes !== undefined && sizes.each !== undefined && sizes.each < frameBytes
  const placed = placeSamples(isOfPcm ? { ...sizes, each: frameBytes } : sizes, chunks, runs)
  return placed && { ...placed, samples: sizes.count, units: sumOfTimes(times) }
}

async function readTable(content: ContentView, stbl: Box, name: string): Promise<Buffer | undefined> {
  const box = await findBox(content, stbl, [name])
  if (!box || box.end - box.start > mostTableBytes) return undefined
  const bytes = await content.read(box.start, box.end - box.start)
  return bytes.length < box.end - box.start || bytes.length < 8 ? undefined : bytes
}

function readSizes(bytes: Buffer | undefined): Sizes | undefined {
  if (!bytes || bytes.length < 12) return undefined
  const each = bytes.readUInt32BE(4)
  const count = bytes.readUInt32BE(8)
  if (each > 0) return { count, each, of: () => each }
  return bytes.length < 12 + 4 * count
    ? undefined
    : { count, each: undefined, of: (sample) => bytes.readUInt32BE(12 + 4 * sample) }
}

function readSmallSizes(bytes: Buffer | undefined): Sizes | undefined {
  if (!bytes || bytes.length < 12) return undefined
  const bits = bytes.readUInt8(7)
  const count = bytes.readUInt32BE(8)
  if (![4, 8, 16].includes(bits) || bytes.length < 12 + (count * bits) / 8) return undefined
  if (bits === 16) return { count, each: undefined, of: (sample) => bytes.readUInt16BE(12 + 2 * sample) }
  if (bits === 8) return { count, each: undefined, of: (sample) => bytes.readUInt8(12 + sample) }
  return { count, each: undefined, of: (at) => (bytes.readUInt8(12 + (at >> 1)) >>> (at & 1 ? 0 : 4)) & 15 }
}

function readOffsets(bytes: Buffer | undefined, width: 4 | 8): readonly number[] | undefined {
  if (!bytes) return undefined
  const count = bytes.readUInt32BE(4)
  if (bytes.length < 8 + width * count) return undefined
  return Array.from({ length: count }, (_, index) => {
    const at = 8 + width * index
    return width === 4 ? bytes.readUInt32BE(at) : Number(bytes.readBigUInt64BE(at))
  })
}

/** Walks over the chunks, of which `stsc` says in runs how many samples they have. */
function placeSamples(sizes: Sizes, chunks: readonly number[], runs: Buffer) {
  const runCount = runs.readUInt32BE(4)
  if (runs.length < 8 + 12 * runCount) return undefined
  let [run, perChunk, sample, bytes, end] = [0, 0, 0, 0, 0]
  for (const [index, offset] of chunks.entries()) {
    while (run < runCount && runs.readUInt32BE(8 + 12 * run) <= index + 1)
      perChunk = runs.readUInt32BE(12 + 12 * run++)
    const count = Math.min(perChunk, sizes.count - sample)
    if (count <= 0) break
    let chunkBytes = count * (sizes.each ?? 0)
    if (sizes.each === undefined)
      for (let next = sample; next < sample + count; next++) chunkBytes += sizes.of(next)
    sample += count
    bytes += chunkBytes
    end = Math.max(end, offset + chunkBytes)
  }
  return { bytes, end, start: chunks[0] }
}

function sumOfTimes(times: Buffer): number {
  const count = Math.min(times.readUInt32BE(4), Math.floor((times.length - 8) / 8))
  let units = 0
  for (let at = 8; at < 8 + 8 * count; at += 8) units += times.readUInt32BE(at) * times.readUInt32BE(at + 4)
  return units
}
