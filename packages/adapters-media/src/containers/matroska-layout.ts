import type { ContentView } from '../content-view.ts'
import { childrenOf, elementHeaderBytes, readElement, readText, readUnsigned, type Element } from './ebml.ts'

const ids = {
  ebml: 0x1a45dfa3,
  docType: 0x4282,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  seek: 0x4dbb,
  seekId: 0x53ab,
  seekPosition: 0x53ac,
  info: 0x1549a966,
  tracks: 0x1654ae6b,
  cluster: 0x1f43b675,
}

/** Each may cost a read. */
const mostElements = 500
const mostClusters = 32
const mostHeadBytes = 4 * 1024 * 1024

export interface MatroskaLayout {
  readonly docType: string
  readonly segment: Element
  readonly info: Buffer | undefined
  readonly tracks: Buffer | undefined
  readonly clustersStart: number | undefined
  readonly clustersEnd: number
  /** Whether an element ends past the end of the content. */
  readonly isCut: boolean
}

/** `undefined`: not Matroska; `cut`: ends before there is a segment. */
export async function readMatroskaLayout(content: ContentView): Promise<MatroskaLayout | 'cut' | undefined> {
  const ebml = await elementAt(content, 0)
  if (ebml?.id !== ids.ebml || ebml.size === undefined) return undefined
  const head = await content.read(ebml.start, Math.min(ebml.size, 1024))
  const segment = await elementAt(content, ebml.start + ebml.size)
  if (!segment) return 'cut'
  if (segment.id !== ids.segment) return undefined
  const found = await findElements(content, segment)
  const body = async (id: number) => {
    const element = found.elements.get(id) ?? (await soughtElement(content, { segment, found, id }))
    return element && content.read(element.start, Math.min(element.size ?? 0, mostHeadBytes))
  }
  return {
    docType: readText(childrenOf(head).get(ids.docType)?.[0]),
    segment,
    info: await body(ids.info),
    tracks: await body(ids.tracks),
    clustersStart: found.clustersStart,
    clustersEnd: endOfClusters(content, segment, found),
    isCut: found.isCut,
  }
}

interface Found {
  readonly elements: Map<number, Element>
  /** Positions of elements by id, as the index claims them. */
  readonly sought: Map<number, number>
  clustersStart: number | undefined
  isCut: boolean
}

/** The elements up to the first clusters; a file has a handful before them. */
async function findElements(content: ContentView, segment: Element): Promise<Found> {
  const found: Found = { elements: new Map(), sought: new Map(), clustersStart: undefined, isCut: false }
  const end = segment.start + (segment.size ?? Infinity)
  let clusters = 0
  let at = segment.start
  for (let count = 0; count < mostElements && clusters < mostClusters && at < end; count++) {
    const element = await elementAt(content, at)
    if (!element) break
    if (element.id === ids.cluster) {
      found.clustersStart ??= at
      clusters++
    } else if (!found.elements.has(element.id)) found.elements.set(element.id, element)
    if (element.size === undefined) break
    at = element.start + element.size
    if (at > content.sizeBytes) {
      found.isCut = true
      break
    }
    if (element.id === ids.seekHead)
      await addPositions(content, element, { sought: found.sought, segmentStart: segment.start })
  }
  return found
}

async function addPositions(
  content: ContentView,
  { start, size = 0 }: Element,
  { sought, segmentStart }: { readonly sought: Map<number, number>; readonly segmentStart: number },
): Promise<void> {
  const body = await content.read(start, Math.min(size, 64 * 1024))
  for (const seek of (childrenOf(body).get(ids.seek) ?? []).slice(0, 100)) {
    const fields = childrenOf(seek)
    const id = readUnsigned(fields.get(ids.seekId)?.[0])
    const position = readUnsigned(fields.get(ids.seekPosition)?.[0])
    if (id !== undefined && position !== undefined) sought.set(id, segmentStart + position)
  }
}

interface Search {
  readonly segment: Element
  readonly found: Found
  readonly id: number
}

async function soughtElement(content: ContentView, { found, id }: Search): Promise<Element | undefined> {
  const at = found.sought.get(id)
  const element = at === undefined ? undefined : await elementAt(content, at)
  return element?.id === id ? element : undefined
}

/** Cues and tags may follow the clusters. */
function endOfClusters(content: ContentView, segment: Element, { sought, clustersStart = 0 }: Found): number {
  const end = Math.min(content.sizeBytes, segment.start + (segment.size ?? Infinity))
  return Math.min(end, ...[...sought.values()].filter((position) => position > clustersStart))
}

async function elementAt(content: ContentView, at: number): Promise<Element | undefined> {
  const element = readElement(await content.read(at, elementHeaderBytes), 0)
  return element && { ...element, start: at + element.start }
}
