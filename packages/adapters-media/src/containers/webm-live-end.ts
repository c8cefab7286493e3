import type { BufferedContent } from '../buffered-content.ts'
import { readElement, type Element } from './ebml.ts'

const clusterMark = Buffer.from('1f43b675', 'hex')
const [timestampId, simpleBlockId, blockGroupId, blockId] = [0xe7, 0xa3, 0xa0, 0xa1]
/** Of a cluster: Position, PrevSize, Void and CRC-32. */
const otherChildren = [0xa7, 0xab, 0xec, 0xbf]
/** Browsers begin a cluster about every 32 s at the latest. */
const searchedBytes = 2 * 1024 * 1024
/** WebM counts in milliseconds (webmproject.org, Muxer Guidelines). */
const unitsPerSecond = 1000

/** Where the last cluster ends in time. `cut`: its last block is not whole. */
export async function readLiveEnd(
  content: BufferedContent,
): Promise<{ readonly durationSeconds: number } | 'cut' | 'unknown'> {
  const tail = await content.read(Math.max(0, content.sizeBytes - searchedBytes), searchedBytes)
  const mark = tail.lastIndexOf(clusterMark)
  const cluster = mark < 0 ? undefined : readElement(tail, mark)
  if (!cluster) return 'unknown'
  let timestamp = 0
  let latest = 0
  let at = cluster.start
  for (let child = readElement(tail, at); child?.size !== undefined; child = readElement(tail, at)) {
    if (!isChildOfCluster(child)) break
    at = child.start + child.size
    if (at > tail.length) return 'cut'
    if (child.id === timestampId && child.size <= 6 && child.size > 0)
      timestamp = tail.readUIntBE(child.start, child.size)
    latest = Math.max(latest, blockTime(tail, child) ?? 0)
  }
  return { durationSeconds: (timestamp + latest) / unitsPerSecond }
}

const isChildOfCluster = ({ id }: Element): boolean =>
  [timestampId, simpleBlockId, blockGroupId, ...otherChildren].includes(id)

/** When a block begins, counted from its cluster: it stands behind the number of its track (RFC 9559 section 10). */
function blockTime(bytes: Buffer, child: Element): number | undefined {
  if (child.id === blockGroupId) {
    const inner = readElement(bytes, child.start)
    return inner?.id === blockId ? blockTime(bytes, inner) : undefined
  }
  if (child.id !== simpleBlockId && child.id !== blockId) return undefined
  return child.start + 3 <= bytes.length ? bytes.readInt16BE(child.start + 1) : undefined
}
