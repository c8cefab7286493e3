import type { BufferedContent } from '../buffered-content.ts'
import { readElements, readNumber, type PlacedElement } from './matroska-elements.ts'
import { maxValueBytes, utf8OrLegacy, type TagBlock, type TagValue } from './tag-block.ts'

const ids = {
  tag: 0x7373,
  targets: 0x63c0,
  targetType: 0x68ca,
  chapterTarget: 0x63c4,
  attachmentTarget: 0x63c6,
  simpleTag: 0x67c8,
  name: 0x45a3,
  text: 0x4487,
}

const mostTags = 1000
const albumLevel = 50

const names: Readonly<Record<string, string>> = {
  PART_NUMBER: 'TRACKNUMBER',
  TOTAL_PARTS: 'TRACKTOTAL',
  DATE_RELEASED: 'DATE',
  DATE_RECORDED: 'DATE',
  ENCODER: 'ENCODEDBY',
  ENCODER_SETTINGS: 'ENCODERSETTINGS',
}
/** The same names on the level of an album. */
const albumNames: Readonly<Record<string, string>> = {
  ...names,
  TITLE: 'ALBUM',
  ARTIST: 'ALBUMARTIST',
  PART_NUMBER: 'DISCNUMBER',
  TOTAL_PARTS: 'TRACKTOTAL',
}

/** Tags without a level describe the file as a whole, as ffmpeg writes them. */
export async function readSimpleTags(
  content: BufferedContent,
  tags: PlacedElement,
  block: TagBlock,
): Promise<void> {
  for await (const tag of readElements(content, tags, mostTags)) {
    if (tag.id !== ids.tag) continue
    const level = await readLevel(content, tag)
    if (level === 'other') continue
    for await (const element of readElements(content, tag, mostTags)) {
      const simple = element.id === ids.simpleTag ? await readSimpleTag(content, element) : undefined
      if (simple)
        block.add((level >= albumLevel ? albumNames : names)[simple.name] ?? simple.name, simple.text)
    }
  }
  const albumArtists = block.values.get('ALBUMARTIST')
  if (albumArtists && !block.values.has('ARTIST')) block.values.set('ARTIST', albumArtists)
}

/** `other`: chapters or attachments, and not the sound. */
async function readLevel(content: BufferedContent, tag: PlacedElement): Promise<number | 'other'> {
  let level = 0
  for await (const targets of readElements(content, tag, mostTags)) {
    if (targets.id !== ids.targets) continue
    for await (const field of readElements(content, targets, 16)) {
      const isElsewhere = field.id === ids.chapterTarget || field.id === ids.attachmentTarget
      const value = await readNumber(content, field)
      if (isElsewhere && value !== 0) return 'other'
      if (field.id === ids.targetType) level = value
    }
  }
  return level
}

async function readSimpleTag(
  content: BufferedContent,
  element: PlacedElement,
): Promise<{ readonly name: string; readonly text: TagValue } | undefined> {
  let name = ''
  let text: TagValue | undefined
  for await (const { id, start, end } of readElements(content, element, 16)) {
    if (id !== ids.name && id !== ids.text) continue
    const bytes = Buffer.from(await content.read(start, Math.min(end - start, maxValueBytes)))
    if (id === ids.name) name = bytes.toString('utf8').toUpperCase()
    else text = utf8OrLegacy(bytes)
  }
  return text === undefined ? undefined : { name, text }
}
