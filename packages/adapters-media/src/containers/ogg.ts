import type { ContentView } from '../content-view.ts'
import {
  averageBitrate,
  truncated,
  unreadable,
  unsupported,
  type ContainerReading,
} from './container-reading.ts'
import { linkSamples, walkOggLinks, type OggLink, type OggWalk } from './ogg-links.ts'
import { isOggPageIntact, longestPageBytes, oggMark, readOggPage } from './ogg-page.ts'
import { readOggStreams, refuseOggStreams, type OggStream } from './ogg-streams.ts'

const searchedBytes = 2 * longestPageBytes

export async function readOgg(content: ContentView): Promise<ContainerReading> {
  const head = await content.read(0, searchedBytes)
  const first = readOggStreams(head)
  if (first.length === 0) return head.length < longestPageBytes ? truncated : unreadable
  const refused = refuseOggStreams(first)
  if (refused !== undefined) return unsupported(refused)

  const tail = await content.read(Math.max(0, content.sizeBytes - searchedBytes), searchedBytes)
  const ending = readEnding(tail)
  if (ending === 'cut') return truncated
  const walk = await walkOggLinks(content)
  if (walk.isDamaged || !ending) return unreadable
  const refusedLink = walk.links
    .map(({ streams }) => refuseOggStreams(streams))
    .find((name) => name !== undefined)
  if (refusedLink !== undefined) return unsupported(refusedLink)
  const [link] = walk.links
  if (!link?.main?.sampleRate || !link.main.channels) return unreadable
  if (link.headersLeft > 0) return truncated
  const { seconds, audioBytes } = measure(content.sizeBytes, walk, ending)
  return seconds > 0 ? describe(link.main, seconds, audioBytes) : truncated
}

function describe(stream: OggStream, durationSeconds: number, audioBytes: number): ContainerReading {
  const { codec, sampleRate, channels, bitDepth } = stream
  const bitrate = averageBitrate(audioBytes, durationSeconds)
  const lossless = codec === 'flac'
  return {
    verdict: 'audio',
    format: 'ogg',
    facts: { codec, durationSeconds, bitrate, sampleRate, channels, bitDepth, lossless },
  }
}

interface Measures {
  readonly seconds: number
  readonly audioBytes: number
}

/** The links that were read; the rest of a long file is computed from its last page, or else in proportion. */
function measure(sizeBytes: number, { links, endedAt }: OggWalk, ending: Ending): Measures {
  const [link] = links
  const isWhole = endedAt >= sizeBytes - longestPageBytes
  if (!isWhole && link && links.length === 1 && link.main?.serial === ending.serial) {
    const lastSample = Math.max(link.lastSample, ending.granule)
    const unread = sizeBytes - endedAt
    return { seconds: secondsOf({ ...link, lastSample }), audioBytes: link.audioBytes + unread }
  }
  const share = isWhole ? 1 : sizeBytes / endedAt
  const sum = (value: (one: OggLink) => number): number => links.reduce((total, one) => total + value(one), 0)
  return { seconds: sum(secondsOf) * share, audioBytes: sum(({ audioBytes }) => audioBytes) * share }
}

const secondsOf = (link: OggLink): number => linkSamples(link) / (link.main?.sampleRate ?? Infinity)

interface Ending {
  readonly serial: number
  readonly granule: number
}

/**
 * The last intact page. `cut`: the page after it is not whole. A missing end-of-stream flag does not mean that a file
 * is cut: recordings of broadcasts lack it, and a file cut by chance ends inside a page.
 */
function readEnding(tail: Buffer): Ending | 'cut' | undefined {
  let isLast = true
  for (let at = tail.lastIndexOf(oggMark); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(oggMark, at - 1)) {
    const page = readOggPage(tail, at)
    if (isLast && (!page || page.end > tail.length || isMarkCut(tail.subarray(page.end)))) return 'cut'
    isLast = false
    if (page?.granule !== undefined && isOggPageIntact(tail, at, page))
      return { serial: page.serial, granule: page.granule }
  }
  return undefined
}

const isMarkCut = (rest: Buffer): boolean =>
  rest.length > 0 && rest.length < oggMark.length && oggMark.indexOf(rest) === 0
