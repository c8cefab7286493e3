import type { ContentView } from '../content-view.ts'
import { readElement, type Element } from './ebml.ts'

const clusterMark = Buffer.from('1f43b675', 'hex')
const [timestampId, simpleBlockId, blockGroupId, blockId] = [0xe7, 0xa3, 0xa0, 0xa1]
/** Of a cluster: Position, PrevSize, Void, CRC-32, silent tracks and encrypted blocks. */
const otherChildren = [0xa7, 0xab, 0xec, 0xbf, 0x5854, 0xaf]
/** Browsers begin a cluster about every 32 s at the latest. */
const searchedBytes = 2 * 1024 * 1024
/** More blocks than any cluster has. */
const mostChildren = 20_000

/** The time of the last block in the last cluster, in units of the time scale. `cut`: the block is not whole. */
export async function readLastTimestamp(content: ContentView): Promise<number | 'cut' | undefined> {
  const tail = await content.read(Math.max(0, content.sizeBytes - searchedBytes), searchedBytes)
  const mark = tail.lastIndexOf(clusterMark)
  const cluster = mark < 0 ? undefined : readElement(tail, mark)
  if (!cluster) return undefined
  let timestamp = 0
  let latest = 0
  let at = cluster.start
  for (let count = 0; count < mostChildren; count++) {
    const child = readElement(tail, at)
    if (child?.size === undefined || !isChildOfCluster(child)) break
    at = child.start + child.size
    if (at > tail.length) return 'cut'
    if (child.id === timestampId && child.size <= 6 && child.size > 0)
      timestamp = tail.readUIntBE(child.start, child.size)
    latest = Math.max(latest, blockTime(tail, child) ?? 0)
  }
  return timestamp + latest
}

const isChildOfCluster = ({ id }: Element): boolean =>
  [timestampId, simpleBlockId, blockGroupId, ...otherChildren].includes(id)

/** When a block begins, counted from its cluster: the time follows the number of its track (RFC 9559 section 10). */
function blockTime(bytes: Buffer, child: Element): number | undefined {
  if (child.id === blockGroupId) {
    const inner = readElement(bytes, child.start)
    return inner?.id === blockId ? blockTime(bytes, inner) : undefined
  }
  if (child.id !== simpleBlockId && child.id !== blockId) return undefined
  return child.start + 3 <= bytes.length ? bytes.readInt16BE(child.start + 1) : undefined
}
