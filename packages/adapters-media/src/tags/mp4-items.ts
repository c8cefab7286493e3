import type { BufferedContent } from '../buffered-content.ts'
import type { Box } from '../containers/mp4-boxes.ts'
import { id3Genres } from './id3-genres.ts'
import { readAtoms } from './mp4-atoms.ts'
import { maxValueBytes, utf8OrLegacy, type TagBlock, type TagValue } from './tag-block.ts'
import { isTechnicalDescription } from './technical-comments.ts'

const mostItems = 5000
const mostValues = 200

/** Atoms of iTunes with text. */
const textItems: Readonly<Record<string, string>> = {
  ...{ '©nam': 'TITLE', '©ART': 'ARTIST', '©alb': 'ALBUM', aART: 'ALBUMARTIST', '©wrt': 'COMPOSER' },
  ...{ '©gen': 'GENRE', '©day': 'DATE', '©cmt': 'COMMENT', '©lyr': 'LYRICS', '©grp': 'GROUPING' },
  ...{
    '©too': 'ENCODEDBY',
    '©enc': 'ENCODEDBY',
    '©cpy': 'COPYRIGHT',
    cprt: 'COPYRIGHT',
    desc: 'DESCRIPTION',
  },
  ...{ ldes: 'LONGDESCRIPTION', '©des': 'DESCRIPTION', '©pub': 'PUBLISHER', '©con': 'CONDUCTOR' },
  ...{ '©prd': 'PRODUCER', '©com': 'COMPOSER', '©st3': 'SUBTITLE', '©url': 'WEBSITE' },
}

/** QuickTime metadata keys (mdta). */
const quickTimeKeys: Readonly<Record<string, string>> = {
  ...{
    title: 'TITLE',
    displayname: 'TITLE',
    artist: 'ARTIST',
    album: 'ALBUM',
    author: 'ARTIST',
    genre: 'GENRE',
  },
  ...{
    comment: 'COMMENT',
    description: 'DESCRIPTION',
    copyright: 'COPYRIGHT',
    creationdate: 'DATE',
    year: 'YEAR',
  },
  ...{ composer: 'COMPOSER', producer: 'PRODUCER', publisher: 'PUBLISHER', software: 'ENCODEDBY' },
  ...{
    encoder: 'ENCODEDBY',
    date: 'DATE',
    track: 'TRACKNUMBER',
    lyrics: 'LYRICS',
    album_artist: 'ALBUMARTIST',
  },
}

/** The items of an `ilst`. @param keys names for items that are numbers, the first of which is 1 */
export async function readItems(
  content: BufferedContent,
  list: Box,
  target: { readonly block: TagBlock; readonly keys: readonly string[] },
): Promise<void> {
  const { block, keys } = target
  for await (const item of readAtoms(content, list, mostItems)) {
    const key = keys[Buffer.from(item.name, 'latin1').readUInt32BE() - 1]
    if (item.name === 'covr')
      block.hasCover ||= (await valuesOf(content, item)).some(({ isEmpty }) => !isEmpty)
    else if (item.name === '----') await addFreeForm(content, item, block)
    else if (item.name in binaryItems) await addBinary(content, item, block)
    else if (key !== undefined) await addKeyed(content, item, { block, key })
    else if (item.name in textItems)
      await addTexts(content, item, { block, name: textItems[item.name] ?? '' })
  }
}

interface DataAtom {
  readonly start: number
  readonly end: number
  readonly type: number
  readonly isEmpty: boolean
}

async function valuesOf(content: BufferedContent, item: Box): Promise<readonly DataAtom[]> {
  const values: DataAtom[] = []
  for await (const atom of readAtoms(content, item, mostValues)) {
    if (atom.name !== 'data' || atom.end - atom.start < 8) continue
    const type = (await content.read(atom.start, 4)).readUInt32BE() & 0xffffff
    const start = atom.start + 8
    values.push({ start, end: atom.end, type, isEmpty: atom.end - start < 16 })
  }
  return values
}

const readValue = (content: BufferedContent, { start, end }: DataAtom): Promise<Buffer> =>
  content.read(start, Math.min(end - start, maxValueBytes))

async function textsOf(content: BufferedContent, item: Box): Promise<readonly TagValue[]> {
  const texts: TagValue[] = []
  for (const value of await valuesOf(content, item)) {
    if (!textTypes.has(value.type)) continue
    const bytes = Buffer.from(await readValue(content, value))
    texts.push(value.type === utf16 ? new TextDecoder('utf-16be').decode(bytes) : utf8OrLegacy(bytes))
  }
  return texts
}

const utf16 = 2
/** Implicit, UTF-8, UTF-16 and their sortable forms. */
const textTypes = new Set([0, 1, 2, 4])

interface NamedTarget {
  readonly block: TagBlock
  readonly name: string
}

async function addTexts(content: BufferedContent, item: Box, { block, name }: NamedTarget): Promise<void> {
  for (const text of await textsOf(content, item)) block.add(name, text)
}

/** `mean`, `name` and one or more `data`. */
async function addFreeForm(content: BufferedContent, item: Box, block: TagBlock): Promise<void> {
  for await (const atom of readAtoms(content, item, 4)) {
    if (atom.name !== 'name') continue
    const bytes = await content.read(atom.start + 4, Math.min(atom.end - atom.start - 4, 100))
    const name = bytes.toString('utf8')
    if (name.toUpperCase() === 'NOTES') await addTexts(content, item, { block, name: 'COMMENT' })
    else if (!isTechnicalDescription(name)) await addTexts(content, item, { block, name })
  }
}

async function addKeyed(
  content: BufferedContent,
  item: Box,
  { block, key }: { readonly block: TagBlock; readonly key: string },
): Promise<void> {
  const name = key.toLowerCase().replace(/^com\.apple\.quicktime\./, '')
  if (name === 'artwork') block.hasCover ||= (await valuesOf(content, item)).some(({ isEmpty }) => !isEmpty)
  else await addTexts(content, item, { block, name: quickTimeKeys[name] ?? name })
}

const binaryItems: Readonly<Record<string, (bytes: Buffer) => readonly (readonly [string, string])[]>> = {
  trkn: (bytes) => position(bytes, ['TRACKNUMBER', 'TRACKTOTAL']),
  disk: (bytes) => position(bytes, ['DISCNUMBER', 'DISCTOTAL']),
  gnre: (bytes) => (bytes.length >= 2 ? [['GENRE', id3Genres[bytes.readUInt16BE() - 1] ?? '']] : []),
  tmpo: (bytes) =>
    bytes.length >= 1 && bytes.length <= 6 ? [['BPM', `${bytes.readUIntBE(0, bytes.length)}`]] : [],
}

async function addBinary(content: BufferedContent, item: Box, block: TagBlock): Promise<void> {
  const [value] = await valuesOf(content, item)
  if (!value) return
  const parts = binaryItems[item.name]?.(await readValue(content, value)) ?? []
  for (const [name, text] of parts) if (text !== '0') block.add(name, text)
}

/** Two bytes of nothing, the number, the total. */
const position = (bytes: Buffer, [number, total]: readonly [string, string]) =>
  [
    [number, bytes.length >= 4 ? bytes.readUInt16BE(2).toString() : '0'],
    [total, bytes.length >= 6 ? bytes.readUInt16BE(4).toString() : '0'],
  ] as const
