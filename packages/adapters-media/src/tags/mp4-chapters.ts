import type { BufferedContent } from '../buffered-content.ts'
import { readBoxes, type Box } from '../containers/mp4-boxes.ts'
import { findAtom } from './mp4-atoms.ts'
import { readChapterTrack } from './mp4-chapter-track.ts'
import { maxChapters, utf8OrLegacy, type TagBlock } from './tag-block.ts'

const mostTracks = 64

interface ChapterPlaces {
  /** Of the file, from which places are counted. */
  readonly start: number
  readonly moov: Box
  readonly udta: Box | undefined
  readonly block: TagBlock
}

/** Nero's list of chapters, else the text track that an audio track refers to. */
export async function readMp4Chapters(
  content: BufferedContent,
  { start, moov, udta, block }: ChapterPlaces,
): Promise<void> {
  const list = udta && (await findAtom(content, udta, 'chpl'))
  if (list) await readChapterList(content, list, block)
  if (block.chapters.length > 0) return
  const tracks = await readTracks(content, moov)
  const wanted = new Set(tracks.flatMap(({ chapterTracks }) => chapterTracks))
  for (const { id, trak } of tracks)
    if (wanted.has(id)) await readChapterTrack(content, { start, trak }, block)
}

/** Version, flags, from version 1 on four more bytes, a count, then starts in 100 ns and titles. */
async function readChapterList(
  content: BufferedContent,
  { start, end }: Box,
  block: TagBlock,
): Promise<void> {
  const bytes = await content.read(start, Math.min(end - start, maxChapters * 300))
  if (bytes.length < 9) return
  const countAt = bytes[0] === 0 ? 4 : 8
  let at = countAt + 1
  for (let left = bytes.readUInt8(countAt); left > 0 && at + 9 <= bytes.length; left--) {
    const titleEnd = at + 9 + bytes.readUInt8(at + 8)
    const title = utf8OrLegacy(Buffer.from(bytes.subarray(at + 9, titleEnd)))
    block.addChapter({ startSeconds: Number(bytes.readBigUInt64BE(at)) / 1e7, title })
    at = titleEnd
  }
}

interface TrackReference {
  readonly id: number
  readonly trak: Box
  readonly chapterTracks: readonly number[]
}

async function readTracks(content: BufferedContent, moov: Box): Promise<readonly TrackReference[]> {
  const tracks: TrackReference[] = []
  for await (const trak of readBoxes(content, moov, 500)) {
    if (trak.name !== 'trak') continue
    const header = await findAtom(content, trak, 'tkhd')
    const fields = header && (await content.read(header.start, 24))
    if (!fields || fields.length < 24) continue
    const references = await findAtom(content, trak, 'tref')
    const chap = references && (await findAtom(content, references, 'chap'))
    const ids = chap ? await content.read(chap.start, Math.min(chap.end - chap.start, 64)) : Buffer.alloc(0)
    const chapterTracks = Array.from({ length: Math.floor(ids.length / 4) }, (_, i) =>
      ids.readUInt32BE(4 * i),
    )
    tracks.push({ id: fields.readUInt32BE(fields[0] === 1 ? 20 : 12), trak, chapterTracks })
    if (tracks.length === mostTracks) break
  }
  return tracks
}
