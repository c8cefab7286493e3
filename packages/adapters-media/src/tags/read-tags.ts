import type { AudioFormat } from '@audiohost/core'
import type { BufferedContent } from '../buffered-content.ts'
import { id3Length } from '../tag-blocks.ts'
import { readAiffTags } from './aiff-tags.ts'
import { readCafTags } from './caf-tags.ts'
import { cleanTags } from './clean-tags.ts'
import { readFlacTags } from './flac-tags.ts'
import { readId3v2Tag } from './id3v2-tags.ts'
import { readLameGain } from './lame-gain.ts'
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
  ogg: (content, { start }, blocks) => readOggTags(content, start, blocks),
  mp4: (content, { start }, blocks) => readMp4Tags(content, start, blocks),
  mov: (content, { start }, blocks) => readMp4Tags(content, start, blocks),
  '3gp': (content, { start }, blocks) => readMp4Tags(content, start, blocks),
  wav: readRiffTags,
  aiff: (content, { start }, blocks) => readAiffTags(content, start, blocks),
  caf: (content, { start }, blocks) => readCafTags(content, start, blocks),
  webm: (content, { start }, blocks) => readMatroskaTags(content, start, blocks),
  mka: (content, { start }, blocks) => readMatroskaTags(content, start, blocks),
}

const formatsWithTrailingTags = new Set<AudioFormat>(['mp3', 'aac', 'flac'])

/**
 * What the tags of a file say. Bytes that a reader cannot understand, or that cost too much, cost what they hold and no more.
 * @throws whatever reading the content throws
 */
export async function readTags(content: BufferedContent, file: TaggedFile): Promise<TaggedFacts> {
  const leading: LeadingTag[] = []
  await attempt(content, () => findLeadingTags(content, leading))
  const start = leading.at(-1)?.end ?? 0
  const blocks = new TagBlocks()
  await attempt(content, async () => readers[file.format]?.(content, { ...file, start }, blocks))
  for (const tag of leading) await attempt(content, () => readId3v2Tag(content, tag.start, blocks))
  if (formatsWithTrailingTags.has(file.format))
    await attempt(content, () => readTrailingTags(content, blocks))
  if (file.format === 'mp3') await attempt(content, () => readLameGain(content, start, blocks.open()))
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

interface LeadingTag {
  readonly start: number
  readonly end: number
}

async function findLeadingTags(content: BufferedContent, found: LeadingTag[]): Promise<void> {
  for (let at = 0; found.length < mostLeadingTags;) {
    const length = id3Length(await content.read(at, 10), 0)
    if (length === undefined) return
    found.push({ start: at, end: at + length })
    at += length
  }
}
