import type { ContentSource } from './byte-source.ts'
import { maxValueBytes, utf8OrLegacy, type TagBlock } from './tag-block.ts'
import { canonicalName, isKnownName } from './tag-names.ts'

export const apeFooterBytes = 32
const mostItems = 10_000
const longestKeyBytes = 255

/** Names that are not those of Vorbis comments. */
const names: Readonly<Record<string, string>> = { YEAR: 'DATE' }

/** Items of an APEv1 or APEv2 tag (https://wiki.hydrogenaud.io/index.php?title=APEv2_specification). */
export async function readApeItems(source: ContentSource, count: number, block: TagBlock): Promise<void> {
  for (let index = 0; index < Math.min(count, mostItems); index++) {
    const head = await source.read(8 + longestKeyBytes + 1)
    const keyEnd = head.indexOf(0, 8)
    if (head.length < 9 || keyEnd < 0) break
    const bytes = head.readUInt32LE(0)
    const item = { key: head.toString('latin1', 8, keyEnd), isText: (head.readUInt32LE(4) & 6) === 0, bytes }
    const start = source.position - head.length + keyEnd + 1
    source.position = start
    await addItem(source, block, item)
    source.position = start + bytes
  }
}

interface Item {
  readonly key: string
  readonly isText: boolean
  readonly bytes: number
}

async function addItem(source: ContentSource, block: TagBlock, { key, isText, bytes }: Item): Promise<void> {
  if (key.toUpperCase().startsWith('COVER ART')) block.hasCover ||= bytes > 16
  const name = names[key.toUpperCase()] ?? key
  if (!isText || !isKnownName(canonicalName(name))) return
  const value = await source.read(Math.min(bytes, maxValueBytes))
  for (const text of split(value)) block.add(name, utf8OrLegacy(text))
}

/** Values are separated by a zero. */
function split(value: Buffer): readonly Buffer[] {
  const texts: Buffer[] = []
  for (let start = 0; start <= value.length;) {
    const end = value.indexOf(0, start)
    texts.push(Buffer.from(value.subarray(start, end < 0 ? value.length : end)))
    if (end < 0) break
    start = end + 1
  }
  return texts
}
