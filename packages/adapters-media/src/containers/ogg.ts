import type { BufferedContent } from '../buffered-content.ts'
import {
  averageBitrate,
  truncated,
  unreadable,
  unsupported,
  type ContainerReading,
} from './container-reading.ts'
import { isOggPageIntact, longestPageBytes, oggMark, readOggPage } from './ogg-page.ts'
import { isAcceptedStream, readOggStreams, refuseOggStreams, type OggStream } from './ogg-streams.ts'

const searchedBytes = 2 * longestPageBytes
/** A first page that is later than this was recorded from the middle of a broadcast. */
const lateSeconds = 10

export async function readOgg(content: BufferedContent): Promise<ContainerReading> {
  const head = await content.read(0, searchedBytes)
  const streams = readOggStreams(head)
  if (streams.length === 0) return head.length < longestPageBytes ? truncated : unreadable
  const refused = refuseOggStreams(streams)
  if (refused !== undefined) return unsupported(refused)
  const stream = streams.find(isAcceptedStream)
  if (!stream?.sampleRate || !stream.channels) return unreadable

  const tail = await content.read(Math.max(0, content.sizeBytes - searchedBytes), searchedBytes)
  const ending = readEnding(tail, stream)
  if (ending === 'cut') return truncated
  if (ending === 'none') return unreadable
  const samples = ending === 'other-stream' ? undefined : ending - firstSample(head, stream)
  if (samples !== undefined && samples <= 0) return truncated
  const durationSeconds = samples === undefined ? undefined : samples / stream.sampleRate
  const { codec, sampleRate, channels } = stream
  const bitrate = averageBitrate(content.sizeBytes, durationSeconds)
  return { verdict: 'audio', format: 'ogg', facts: { codec, durationSeconds, bitrate, sampleRate, channels } }
}

/**
 * The last sample of the stream. `cut`: the last page is not whole. `other-stream`: files were joined, so the end of
 * the first tells nothing. A missing end-of-stream flag is no sign of a cut: recordings of broadcasts lack it, and a
 * file cut by chance ends inside a page.
 */
function readEnding(tail: Buffer, { serial }: OggStream): number | 'cut' | 'none' | 'other-stream' {
  let pages = 0
  for (let at = tail.lastIndexOf(oggMark); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(oggMark, at - 1)) {
    const page = readOggPage(tail, at)
    const isLast = pages === 0
    if (isLast && (!page || page.end > tail.length || isMarkCut(tail.subarray(page.end)))) return 'cut'
    if (!page || !isOggPageIntact(tail, at, page)) continue
    pages++
    if (page.serial === serial && page.granule !== undefined) return page.granule
  }
  return pages === 0 ? 'none' : 'other-stream'
}

const isMarkCut = (rest: Buffer): boolean =>
  rest.length > 0 && rest.length < oggMark.length && oggMark.indexOf(rest) === 0

function firstSample(head: Buffer, stream: OggStream): number {
  let page = readOggPage(head, 0)
  while (page && (page.serial !== stream.serial || !page.granule)) page = readOggPage(head, page.end)
  const first = page?.granule ?? 0
  return first > lateSeconds * (stream.sampleRate ?? 0) ? first : stream.preSkip
}
