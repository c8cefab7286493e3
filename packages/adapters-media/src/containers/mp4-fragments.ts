import type { BufferedContent } from '../buffered-content.ts'
import { findBox, type Box } from './mp4-boxes.ts'

/** The length of a fragmented file as its header or its index tells it; seldom does either. */
export async function readFragmentsDuration(
  content: BufferedContent,
  moov: Box,
  sidx: Box | undefined,
): Promise<number | undefined> {
  return (await readMovieExtent(content, moov)) ?? (sidx && (await readSegmentIndex(content, sidx)))
}

/** ISO 14496-12 section 8.8.2. */
async function readMovieExtent(content: BufferedContent, moov: Box): Promise<number | undefined> {
  const mehd = await findBox(content, moov, ['mvex', 'mehd'])
  const mvhd = await findBox(content, moov, ['mvhd'])
  if (!mehd || !mvhd) return undefined
  const extent = await content.read(mehd.start, 12)
  const movie = await content.read(mvhd.start, 24)
  if (extent.length < 12 || movie.length < 24) return undefined
  const units = extent.readUInt8(0) === 1 ? Number(extent.readBigUInt64BE(4)) : extent.readUInt32BE(4)
  return seconds(units, movie.readUInt32BE(movie.readUInt8(0) === 1 ? 20 : 12))
}

const referenceBytes = 12

/** The sum over the references of the first index (ISO 14496-12 section 8.16.3). */
async function readSegmentIndex(content: BufferedContent, sidx: Box): Promise<number | undefined> {
  const bytes = await content.read(sidx.start, sidx.end - sidx.start)
  const listStart = bytes[0] === 1 ? 32 : 24
  if (bytes.length < listStart) return undefined
  const listEnd = listStart + bytes.readUInt16BE(listStart - 2) * referenceBytes
  if (bytes.length < listEnd) return undefined
  let units = 0
  for (let at = listStart; at < listEnd; at += referenceBytes) units += bytes.readUInt32BE(at + 4)
  return seconds(units, bytes.readUInt32BE(8))
}

const seconds = (units: number, perSecond: number): number | undefined =>
  units > 0 && perSecond > 0 ? units / perSecond : undefined
