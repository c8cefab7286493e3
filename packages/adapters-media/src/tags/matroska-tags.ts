import type { BufferedContent } from '../buffered-content.ts'
import { readMatroskaChapters } from './matroska-chapters.ts'
import { elementAt, readElements, readNumber, type PlacedElement } from './matroska-elements.ts'
import { readSimpleTags } from './matroska-simple-tags.ts'
import { maxValueBytes, utf8OrLegacy, type TagBlock, type TagBlocks } from './tag-block.ts'

const ids = {
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  seek: 0x4dbb,
  seekId: 0x53ab,
  seekPosition: 0x53ac,
  info: 0x1549a966,
  title: 0x7ba9,
  tags: 0x1254c367,
  chapters: 0x1043a770,
  attachments: 0x1941a469,
  attachedFile: 0x61a7,
  mediaType: 0x4660,
  cluster: 0x1f43b675,
}

const mostChildren = 64
const mostFiles = 200

/** Tags, chapters, title and attached pictures of Matroska and WebM (RFC 9559), without a walk over the sound. */
export async function readMatroskaTags(
  content: BufferedContent,
  start: number,
  blocks: TagBlocks,
): Promise<void> {
  const ebml = await elementAt(content, start)
  const segment = ebml && (await elementAt(content, ebml.end))
  if (segment?.id !== ids.segment) return
  const [tags, segmentTitle] = [blocks.open(), blocks.open()]
  for (const element of await findElements(content, segment)) {
    if (element.id === ids.tags) await readSimpleTags(content, element, tags)
    if (element.id === ids.chapters) await readMatroskaChapters(content, element, tags)
    if (element.id === ids.attachments) tags.hasCover ||= await hasPicture(content, element)
    if (element.id === ids.info) await readTitle(content, element, segmentTitle)
  }
}

/** Those before the first cluster, and those that the seek head names. */
async function findElements(
  content: BufferedContent,
  segment: PlacedElement,
): Promise<readonly PlacedElement[]> {
  const found = new Map<number, PlacedElement>()
  const inside = { start: segment.start, end: Math.min(segment.end, content.sizeBytes) }
  for await (const element of readElements(content, inside, mostChildren)) {
    if (element.id === ids.cluster) break
    found.set(element.start, element)
    if (element.id !== ids.seekHead) continue
    for (const position of await readSeekPositions(content, element)) {
      const sought = await elementAt(content, segment.start + position)
      if (sought && sought.end <= inside.end) found.set(sought.start, sought)
    }
  }
  return [...found.values()]
}

const wantedIds = new Set([ids.tags, ids.chapters, ids.attachments, ids.info])

async function readSeekPositions(content: BufferedContent, head: PlacedElement): Promise<readonly number[]> {
  const positions: number[] = []
  for await (const seek of readElements(content, head, mostChildren)) {
    let id = 0
    let position: number | undefined
    for await (const field of readElements(content, seek, 4)) {
      if (field.id === ids.seekId) id = await readNumber(content, field)
      if (field.id === ids.seekPosition) position = await readNumber(content, field)
    }
    if (position !== undefined && wantedIds.has(id)) positions.push(position)
  }
  return positions
}

async function hasPicture(content: BufferedContent, attachments: PlacedElement): Promise<boolean> {
  for await (const file of readElements(content, attachments, mostFiles))
    for await (const field of readElements(content, file, 8)) {
      if (file.id !== ids.attachedFile || field.id !== ids.mediaType) continue
      const type = await content.read(field.start, Math.min(field.end - field.start, 32))
      if (type.toString('latin1').toLowerCase().startsWith('image/')) return true
    }
  return false
}

async function readTitle(content: BufferedContent, info: PlacedElement, block: TagBlock): Promise<void> {
  for await (const { id, start, end } of readElements(content, info, mostChildren))
    if (id === ids.title)
      block.add(
        'TITLE',
        utf8OrLegacy(Buffer.from(await content.read(start, Math.min(end - start, maxValueBytes)))),
      )
}
