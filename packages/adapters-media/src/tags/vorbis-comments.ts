import { ChunkReader, type ByteSource } from './byte-source.ts'
import { maxValueBytes, utf8OrLegacy, type TagBlock } from './tag-block.ts'
import { canonicalName, isKnownName } from './tag-names.ts'
import { isChapterName, VorbisChapters } from './vorbis-chapters.ts'

const pictureNames = new Set(['METADATA_BLOCK_PICTURE', 'COVERART'])

/**
 * Vorbis comments (https://xiph.org/vorbis/doc/v-comment.html). Of a picture only the start is read: it is megabytes of
 * base64, which must not be decoded to know a title.
 */
export async function readVorbisComments(source: ByteSource, block: TagBlock): Promise<void> {
  const reader = new ChunkReader(source)
  const target = { block, chapters: new VorbisChapters() }
  await reader.skip(await readLength(reader))
  for (let left = await readLength(reader); left > 0; left--) {
    if (reader.available < 4 && !(await reader.fill(4))) break
    const bytes = reader.take(4).readUInt32LE()
    const kept = Math.min(bytes, maxValueBytes)
    if (reader.available < kept && !(await reader.fill(kept))) break
    addComment(reader.take(kept), target)
    if (bytes > kept) await reader.skip(bytes - kept)
  }
  target.chapters.addTo(block)
  nameDescription(block)
}

const readLength = async (reader: ChunkReader): Promise<number> =>
  (await reader.fill(4)) ? reader.take(4).readUInt32LE() : 0

interface Target {
  readonly block: TagBlock
  readonly chapters: VorbisChapters
}

function addComment(comment: Buffer, { block, chapters }: Target): void {
  const equals = comment.indexOf('=')
  const name = comment.toString('latin1', 0, Math.max(0, equals)).slice(0, 100).toUpperCase()
  if (pictureNames.has(name)) block.hasCover ||= comment.length > equals + 1
  else if (isKnownName(canonicalName(name)) || isChapterName(name)) {
    const value = utf8OrLegacy(Buffer.from(comment.subarray(equals + 1)))
    if (!chapters.add(name, value)) block.add(name, value)
  }
}

/** What ffmpeg and others write as DESCRIPTION is the comment. */
function nameDescription({ values }: TagBlock): void {
  const description = values.get('DESCRIPTION')
  if (!description || values.has('COMMENT')) return
  values.set('COMMENT', description)
  values.delete('DESCRIPTION')
}
