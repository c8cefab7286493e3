import type { AudioFormat } from '@audiohost/core'
import type { BufferedContent } from '../buffered-content.ts'
import { id3Length } from '../tag-blocks.ts'
import { readAiffTags } from './aiff-tags.ts'
import { cleanTags } from './clean-tags.ts'
import { readFlacTags } from './flac-tags.ts'
import { readId3v2Tag } from './id3v2-tags.ts'
import { readMatroskaTags } from './matroska-tags.ts'
import { readMp4Tags } from './mp4-tags.ts'
import { readOggTags } from './ogg-tags.ts'
import { readRiffTags } from './riff-tags.ts'
import { decodeBlocks, TagBlocks } from './tag-block.ts'
import { gainsOf } from './tag-gains.ts'
import { musicBrainzOf } from './tag-music-brainz.ts'
import { chaptersOf } from './tag-chapters.ts'
import type { TaggedFacts } from './tagged-facts.ts'
import { readTrailingTags } from './trailing-tags.ts'

export interface TaggedFile {
  readonly format: AudioFormat
  readonly durationSeconds?: number | undefined
  readonly sampleRate?: number | undefined
  /** Of texts whose encoding the file does not name; detected if there is none. */
  readonly charset?: string | undefined
}

const mostLeadingTags = 8

type Reader = (
  content: BufferedContent,
  file: TaggedFile & { readonly start: number },
  blocks: TagBlocks,
) => Promise<void>

/** The tags of the container itself. MPEG audio and ADTS have none. */
const readers: Readonly<Partial<Record<AudioFormat, Reader>>> = {
  flac: (content, { start }, blocks) => readFlacTags(content, start, blocks),
  ogg: (content, _, blocks) => readOggTags(content, blocks),
  mp4: (content, _, blocks) => readMp4Tags(content, blocks),
  wav: readRiffTags,
  aiff: (content, { start }, blocks) => readAiffTags(content, start, blocks),
  webm: (content, _, blocks) => readMatroskaTags(content, blocks),
}

const formatsWithTrailingTags = new Set<AudioFormat>(['mp3', 'aac', 'flac'])

/**
 * What the tags of a file say. Bytes that a reader cannot understand, or that cost too much, cost what they hold and no more.
 * @throws whatever reading the content throws
 */
export async function readTags(content: BufferedContent, file: TaggedFile): Promise<TaggedFacts> {
  const leading = await findLeadingTags(content)
  const start = leading.at(-1)?.end ?? 0
  const blocks = new TagBlocks()
  await attempt(content, async () => readers[file.format]?.(content, { ...file, start }, blocks))
  for (const tag of leading) await attempt(content, () => readId3v2Tag(content, tag.start, blocks))
  if (formatsWithTrailingTags.has(file.format))
    await attempt(content, () => readTrailingTags(content, blocks))
  const decoded = decodeBlocks(blocks.all, file.charset)
  return {
    tags: cleanTags(decoded),
    hasCover: blocks.all.some(({ hasCover }) => hasCover),
    ...gainsOf(decoded),
    musicBrainz: musicBrainzOf(decoded),
    chapters: chaptersOf(decoded, file.durationSeconds),
  }
}

async function attempt(content: BufferedContent, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch {
    content.throwFailure()
  }
}

async function findLeadingTags(content: BufferedContent) {
  const tags: { readonly start: number; readonly end: number }[] = []
  for (let at = 0; tags.length < mostLeadingTags;) {
    const length = id3Length(await content.read(at, 10), 0)
    if (length === undefined) break
    tags.push({ start: at, end: at + length })
    at += length
  }
  return tags
}
