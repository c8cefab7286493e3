import type { BufferedContent } from '../buffered-content.ts'
import { readElements, readNumber, type PlacedElement } from './matroska-elements.ts'
import { maxChapters, utf8OrLegacy, type TagBlock, type TagValue } from './tag-block.ts'

const ids = {
  edition: 0x45b9,
  atom: 0xb6,
  start: 0x91,
  end: 0x92,
  display: 0x80,
  text: 0x85,
}

/** The chapters of the first edition, in nanoseconds. */
export async function readMatroskaChapters(
  content: BufferedContent,
  chapters: PlacedElement,
  block: TagBlock,
): Promise<void> {
  for await (const edition of readElements(content, chapters, 16)) {
    if (edition.id !== ids.edition) continue
    for await (const atom of readElements(content, edition, maxChapters))
      if (atom.id === ids.atom) await readAtom(content, atom, block)
    return
  }
}

async function readAtom(content: BufferedContent, atom: PlacedElement, block: TagBlock): Promise<void> {
  let start: number | undefined
  let end: number | undefined
  let title: TagValue | undefined
  for await (const field of readElements(content, atom, 64)) {
    if (field.id === ids.start) start = await readNumber(content, field)
    if (field.id === ids.end) end = await readNumber(content, field)
    if (field.id === ids.display) title ??= await readDisplay(content, field)
  }
  if (start === undefined) return
  block.addChapter({
    startSeconds: start / 1e9,
    endSeconds: end === undefined ? undefined : end / 1e9,
    title,
  })
}

async function readDisplay(content: BufferedContent, display: PlacedElement): Promise<TagValue | undefined> {
  for await (const { id, start, end } of readElements(content, display, 16))
    if (id === ids.text)
      return utf8OrLegacy(Buffer.from(await content.read(start, Math.min(end - start, 4000))))
  return undefined
}
