import type { BufferedContent } from '../buffered-content.ts'
import { elementHeaderBytes, readElement, type Element } from '../containers/ebml.ts'

export interface PlacedElement extends Element {
  readonly end: number
}

/** The element whose header is at `at`, with positions in the content. */
export async function elementAt(content: BufferedContent, at: number): Promise<PlacedElement | undefined> {
  const element = readElement(await content.read(at, elementHeaderBytes), 0)
  if (!element) return undefined
  const start = at + element.start
  return { ...element, start, end: element.size === undefined ? content.sizeBytes : start + element.size }
}

/** The children of an element, at most `most`. */
export async function* readElements(
  content: BufferedContent,
  { start, end }: Pick<PlacedElement, 'start' | 'end'>,
  most: number,
): AsyncGenerator<PlacedElement, void, undefined> {
  let at = start
  for (let count = 0; count < most && at < end; count++) {
    const element = await elementAt(content, at)
    if (!element || element.end > end) return
    yield element
    at = element.end
  }
}

export async function readNumber(content: BufferedContent, { start, end }: PlacedElement): Promise<number> {
  const bytes = await content.read(start, Math.min(end - start, 8))
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0)
}
