import type { ContentView } from '../content-view.ts'
import { findBox, readBoxes, type Box } from './mp4-boxes.ts'

/** The samples of one track in the fragments of a file (ISO 14496-12 section 8.8). */
export interface FragmentSamples {
  samples: number
  units: number
  bytes: number
  /** The largest end of a run in the file. */
  end: number
}

interface Defaults {
  readonly duration: number
  readonly size: number
}

interface InnerBox {
  readonly name: string
  readonly body: Buffer
}

const mostFragmentBytes = 4 * 1024 * 1024

/** Defaults of the samples of a track. */
export async function readTrackDefaults(content: ContentView, moov: Box, trackId: number): Promise<Defaults> {
  const mvex = await findBox(content, moov, ['mvex'])
  if (mvex) {
    for await (const box of readBoxes(content, mvex, 64)) {
      if (box.name !== 'trex') continue
      const trex = await content.read(box.start, 24)
      if (trex.length === 24 && trex.readUInt32BE(4) === trackId)
        return { duration: trex.readUInt32BE(12), size: trex.readUInt32BE(16) }
    }
  }
  return { duration: 0, size: 0 }
}

interface FragmentedTrack {
  readonly trackId: number
  readonly defaults: Defaults
  readonly sum: FragmentSamples
}

/** Adds the runs of the track in one `moof` box. */
export async function addFragment(content: ContentView, moof: Box, track: FragmentedTrack): Promise<void> {
  if (moof.end - moof.start > mostFragmentBytes) return
  const bytes = await content.read(moof.start, moof.end - moof.start)
  let previousEnd: number | undefined
  for (const traf of innerBoxes(bytes)) {
    if (traf.name !== 'traf') continue
    const boxes = [...innerBoxes(traf.body)]
    const tfhd = boxes.find(({ name }) => name === 'tfhd')
    const header = tfhd && readHeader(tfhd.body)
    if (!header) continue
    const moofStart = moof.boxStart ?? moof.start - 8
    let at = header.base ?? (header.isBaseMoof ? moofStart : (previousEnd ?? moofStart))
    const base = at
    for (const { name, body } of boxes) {
      if (name !== 'trun' || body.length < 8) continue
      const run = readRun(body, {
        duration: header.duration ?? track.defaults.duration,
        size: header.size ?? track.defaults.size,
      })
      at = (run.offset === undefined ? at : base + run.offset) + run.bytes
      if (header.trackId === track.trackId) addRun(track.sum, run, at)
    }
    previousEnd = at
  }
}

function addRun(sum: FragmentSamples, run: Omit<FragmentSamples, 'end'>, end: number): void {
  sum.samples += run.samples
  sum.units += run.units
  sum.bytes += run.bytes
  if (run.bytes > 0) sum.end = Math.max(sum.end, end)
}

function* innerBoxes(bytes: Buffer): Generator<InnerBox, void, undefined> {
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = bytes.readUInt32BE(at)
    if (size < 8) return
    yield { name: bytes.toString('latin1', at + 4, at + 8), body: bytes.subarray(at + 8, at + size) }
    at += size
  }
}

/** `tfhd`: flags say which of its fields there are. */
function readHeader(body: Buffer) {
  if (body.length < 8) return undefined
  const flags = body.readUIntBE(1, 3)
  let at = 8
  const take = (flag: number, length: 4 | 8): number | undefined => {
    if ((flags & flag) === 0) return undefined
    at += length
    if (at > body.length) return undefined
    return length === 4 ? body.readUInt32BE(at - 4) : Number(body.readBigUInt64BE(at - 8))
  }
  const base = take(1, 8)
  take(2, 4)
  const duration = take(8, 4)
  const size = take(0x10, 4)
  return { trackId: body.readUInt32BE(4), base, duration, size, isBaseMoof: (flags & 0x20000) !== 0 }
}

function readRun(body: Buffer, defaults: Defaults) {
  const flags = body.readUIntBE(1, 3)
  const [hasDuration, hasSize] = [(flags & 0x100) !== 0, (flags & 0x200) !== 0]
  const rowBytes = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => (flags & flag) !== 0).length
  const claimed = body.readUInt32BE(4)
  const hasOffset = (flags & 1) !== 0 && body.length >= 12
  const rowsStart = 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0)
  const samples = rowBytes > 0 ? Math.min(claimed, Math.floor((body.length - rowsStart) / rowBytes)) : claimed
  let units = hasDuration ? 0 : samples * defaults.duration
  let bytes = hasSize ? 0 : samples * defaults.size
  if (hasDuration || hasSize) {
    for (let row = 0, at = rowsStart; row < samples; row++, at += rowBytes) {
      if (hasDuration) units += body.readUInt32BE(at)
      if (hasSize) bytes += body.readUInt32BE(at + (hasDuration ? 4 : 0))
    }
  }
  return { samples, units, bytes, offset: hasOffset ? body.readInt32BE(8) : undefined }
}
