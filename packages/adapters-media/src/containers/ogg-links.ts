import type { ContentView } from '../content-view.ts'
import { readFlacFrame } from './flac-frame.ts'
import {
  isOggPageIntact,
  longestPageBytes,
  oggMark,
  packetsOf,
  readOggPage,
  type OggPage,
} from './ogg-page.ts'
import { describeOggStream, isAcceptedStream, type OggStream } from './ogg-streams.ts'
import { opusSamples } from './opus-packet.ts'

/** One of the logical files that are chained in an Ogg file (RFC 3533 section 4). */
export interface OggLink {
  readonly streams: OggStream[]
  /** The stream that is played. */
  main: OggStream | undefined
  hasBegun: boolean
  headersLeft: number
  /** Of the packets up to the first page that has a granule. */
  samplesSoFar: number
  firstSample: number | undefined
  lastSample: number
  audioBytes: number
}

export interface OggWalk {
  readonly links: readonly OggLink[]
  /** Where the walk ended. */
  readonly endedAt: number
  readonly isDamaged: boolean
}

const mebibyte = 1024 * 1024
/** Longer files are read to here only. */
const walkedBytes = 32 * mebibyte
/** Up to here, and as long as headers are read, every page must be intact. */
const checkedBytes = 128 * 1024
const mostLinks = 10_000

/** Reads page after page. */
export async function walkOggLinks(content: ContentView): Promise<OggWalk> {
  const links: OggLink[] = []
  const end = Math.min(content.sizeBytes, walkedBytes)
  let at = 0
  while (at < end && links.length <= mostLinks) {
    const segment = await content.read(at, mebibyte)
    const isLast = at + segment.length >= content.sizeBytes
    let within = 0
    while (within < segment.length) {
      const page = readOggPage(segment, within)
      if (page ? page.end > segment.length : !isLast && segment.length - within < longestPageBytes) break
      const isChecked = at + within < checkedBytes || !hasAudio(links.at(-1))
      if (isChecked && !(page ? isOggPageIntact(segment, within, page) : hasAudio(links.at(-1))))
        return { links, endedAt: at + within, isDamaged: true }
      if (page) addPage(links, { bytes: segment, at: within, page })
      within = page ? page.end : nextMark(segment, within + 1)
    }
    if (within === 0 || isLast) return { links, endedAt: at + within, isDamaged: false }
    at += within
  }
  return { links, endedAt: at, isDamaged: false }
}

/** Rubbish may follow audio, but not headers. */
const hasAudio = (link: OggLink | undefined): boolean => link?.headersLeft === 0

function nextMark(segment: Buffer, from: number): number {
  const at = segment.indexOf(oggMark, from)
  // A mark may begin in the last bytes.
  return at < 0 ? Math.max(from, segment.length - oggMark.length + 1) : at
}

interface PlacedPage {
  readonly bytes: Buffer
  readonly at: number
  readonly page: OggPage
}

function addPage(links: OggLink[], placed: PlacedPage): void {
  const { bytes, page } = placed
  if (page.isFirstOfStream) {
    addStream(links, {
      serial: page.serial,
      ...describeOggStream(bytes.subarray(page.payloadStart, page.end)),
    })
    return
  }
  const link = links.at(-1)
  if (!link) return
  link.hasBegun = true
  if (link.main?.serial === page.serial) addAudio(link, link.main, placed)
}

function addStream(links: OggLink[], stream: OggStream): void {
  let link = links.at(-1)
  if (!link || link.hasBegun) {
    link = {
      streams: [],
      main: undefined,
      hasBegun: false,
      headersLeft: 0,
      samplesSoFar: 0,
      firstSample: undefined,
      lastSample: 0,
      audioBytes: 0,
    }
    links.push(link)
  }
  link.streams.push(stream)
  if (link.main || !isAcceptedStream(stream)) return
  link.main = stream
  link.headersLeft = stream.headerPackets
}

function addAudio(link: OggLink, stream: OggStream, { bytes, at, page }: PlacedPage): void {
  const packets = packetsOf(bytes, at, page)
  if (link.headersLeft > 0) {
    link.headersLeft = Math.max(0, link.headersLeft - packets.length)
    return
  }
  link.audioBytes += page.end - page.payloadStart
  if (link.firstSample === undefined) link.samplesSoFar += samplesOf(stream, packets, page.isContinued)
  // An uncounted header of FLAC has the granule 0, too.
  if (page.granule === undefined || page.granule < 0 || (stream.codec === 'flac' && page.granule === 0))
    return
  link.firstSample ??= Math.max(0, page.granule - link.samplesSoFar)
  link.lastSample = Math.max(link.lastSample, page.granule)
}

/** The samples of the packets on one page; for Vorbis, the most that they can have. */
function samplesOf(stream: OggStream, packets: readonly Buffer[], isContinued: boolean): number {
  if (stream.codec === 'vorbis') return packets.length * (stream.packetSamples ?? 0)
  return packets
    .slice(isContinued ? 1 : 0)
    .reduce((sum, packet) => sum + (stream.codec === 'opus' ? opusSamples(packet) : flacSamples(packet)), 0)
}

const flacSamples = (packet: Buffer): number => readFlacFrame(packet, 0)?.block ?? 0

/** Samples that are played. */
export const linkSamples = ({ main, firstSample = 0, lastSample }: OggLink): number =>
  Math.max(0, lastSample - firstSample - (main?.preSkip ?? 0))
