import { readUInt32LE, type ByteSource } from './byte-source.ts'
import { maxValueBytes, utf8OrLegacy, type TagBlock } from './tag-block.ts'
import { canonicalName, isKnownName } from './tag-names.ts'
import { isChapterName, VorbisChapters } from './vorbis-chapters.ts'

const mostComments = 100_000
/** `METADATA_BLOCK_PICTURE=` is the longest name that is of use. */
const longestNameBytes = 64
const pictureNames = new Set(['METADATA_BLOCK_PICTURE', 'COVERART'])

/**
 * Vorbis comments (https://xiph.org/vorbis/doc/v-comment.html). Pictures are noticed and skipped: they are megabytes of
 * base64, which must not be decoded to know a title.
 */
export async function readVorbisComments(source: ByteSource, block: TagBlock): Promise<void> {
  const vendorBytes = await readUInt32LE(source)
  if (vendorBytes === undefined) return
  await source.skip(vendorBytes)
  const target = { block, chapters: new VorbisChapters() }
  const count = (await readUInt32LE(source)) ?? 0
  for (let index = 0; index < Math.min(count, mostComments); index++) {
    const bytes = await readUInt32LE(source)
    if (bytes === undefined || !(await readComment(source, bytes, target))) break
  }
  target.chapters.addTo(block)
  nameDescription(block)
}

interface Target {
  readonly block: TagBlock
  readonly chapters: VorbisChapters
}

/** `false` at the end of the source. */
async function readComment(source: ByteSource, bytes: number, { block, chapters }: Target): Promise<boolean> {
  const head = await source.read(Math.min(bytes, longestNameBytes))
  if (head.length < Math.min(bytes, longestNameBytes)) return false
  const equals = head.indexOf('=')
  const name = head.toString('latin1', 0, Math.max(0, equals)).toUpperCase()
  const rest = bytes - head.length
  if (!isKnownName(canonicalName(name)) && !isChapterName(name)) {
    block.hasCover ||= pictureNames.has(name) && bytes > equals + 1
    await source.skip(rest)
    return true
  }
  const kept = Math.min(rest, maxValueBytes)
  const tail = await source.read(kept)
  await source.skip(rest - kept)
  const value = utf8OrLegacy(Buffer.concat([head.subarray(equals + 1), tail]))
  if (!chapters.add(name, value)) block.add(name, value)
  return tail.length === kept
}

/** What ffmpeg and others write as DESCRIPTION is the comment. */
function nameDescription({ values }: TagBlock): void {
  const description = values.get('DESCRIPTION')
  if (!description || values.has('COMMENT')) return
  values.set('COMMENT', description)
  values.delete('DESCRIPTION')
}
