import { decodeLegacyTexts } from './legacy-text.ts'
import { canonicalName, isKnownName } from './tag-names.ts'

/** Text, or the bytes of a text whose encoding the file does not name. */
export type TagValue = string | Buffer

export interface RawChapter {
  readonly startSeconds: number
  readonly endSeconds?: number | undefined
  readonly title?: TagValue | undefined
}

/** UTF-8 takes at most three bytes for a UTF-16 unit, so this holds the longest text that `clean-tags.ts` keeps. */
export const maxValueBytes = 192 * 1024
const maxBlockBytes = 1024 * 1024
const maxValues = 50
export const maxChapters = 1000

/** What one tag of a file says, by the names of `tag-names.ts`. Bounded, whatever the file holds. */
export class TagBlock {
  readonly values = new Map<string, TagValue[]>()
  readonly chapters: RawChapter[] = []
  hasCover = false
  #bytes = 0

  /** @param name in the spelling of the file */
  add(name: string, value: TagValue): void {
    const known = canonicalName(name)
    if (!isKnownName(known) || value.length === 0) return
    const values = this.values.get(known) ?? []
    this.#bytes += value.length
    if (values.length >= maxValues || this.#bytes > maxBlockBytes) return
    this.values.set(known, [...values, value])
  }

  addChapter(chapter: RawChapter): void {
    if (this.chapters.length < maxChapters) this.chapters.push(chapter)
  }
}

/** The tags of a file in order of trust. A block is here before it is filled, so that a fault costs only what follows. */
export class TagBlocks {
  readonly #blocks: TagBlock[] = []

  get all(): readonly TagBlock[] {
    return this.#blocks
  }

  open(): TagBlock {
    const block = new TagBlock()
    this.#blocks.push(block)
    return block
  }

  add(block: TagBlock): void {
    this.#blocks.push(block)
  }
}

/** Bytes that should be UTF-8. */
export function utf8OrLegacy(bytes: Buffer): TagValue {
  try {
    // A bounded value may end in the middle of a character; a shorter one that does is of another encoding.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: bytes.length >= maxValueBytes })
  } catch {
    return bytes
  }
}

export interface DecodedChapter extends RawChapter {
  readonly title?: string | undefined
}

export interface DecodedBlock {
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly chapters: readonly DecodedChapter[]
}

/** The only place where text of an unnamed encoding becomes text. */
export function decodeBlocks(
  blocks: readonly TagBlock[],
  charset: string | undefined,
): readonly DecodedBlock[] {
  const legacy = blocks.flatMap((block) => [
    ...[...block.values.values()].flat(),
    ...block.chapters.map(({ title }) => title),
  ])
  const bytes = legacy.filter((value) => Buffer.isBuffer(value))
  const texts = decodeLegacyTexts(bytes, charset)
  const decoded = new Map(bytes.map((value, index) => [value, texts[index] ?? '']))
  const decode = (value: TagValue): string => (Buffer.isBuffer(value) ? (decoded.get(value) ?? '') : value)
  return blocks.map((block) => ({
    values: new Map([...block.values].map(([name, values]) => [name, values.map(decode)])),
    chapters: block.chapters.map(({ title, ...times }) => ({
      ...times,
      ...(title !== undefined && { title: decode(title) }),
    })),
  }))
}
