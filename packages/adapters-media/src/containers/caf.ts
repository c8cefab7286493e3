import type { ContentView } from '../content-view.ts'
import { readAlacCookie } from './alac-cookie.ts'
import {
  averageBitrate,
  truncated,
  unreadable,
  unsupported,
  type ContainerReading,
} from './container-reading.ts'
import { readPacketTable, type PacketTable } from './caf-packets.ts'
import { codecName, plainCodecs } from './pcm-codecs.ts'

interface Chunk {
  readonly start: number
  /** -1: to the end of the file. */
  readonly size: number
}

const mostChunks = 200
const headerBytes = 8
const editCountBytes = 4

const compressed: Readonly<Record<string, string>> = {
  'aac ': 'aac',
  aach: 'aac',
  aacp: 'aac',
  aacl: 'aac',
  aace: 'aac',
  aacf: 'aac',
  alac: 'alac',
  opus: 'opus',
  flac: 'flac',
  '.mp3': 'mp3',
}

/** Apple Core Audio Format. */
export async function readCaf(content: ContentView): Promise<ContainerReading> {
  const chunks = await findChunks(content)
  const desc = chunks.get('desc')
  const data = chunks.get('data')
  const bytes = desc ? await content.read(desc.start, 32) : Buffer.alloc(0)
  if (bytes.length < 32 || !data) return chunks.isCut ? truncated : unreadable
  const description = readDescription(bytes)
  if (!description.codec) return unsupported(`CAF with ${codecName(description.code)}`)
  if (chunks.isCut && chunks.last !== 'data') return truncated
  const packets = await readPackets(content, chunks.get('pakt'), description)
  const available = content.sizeBytes - data.start - editCountBytes
  const claimed = data.size < 0 ? available : data.size - editCountBytes
  if (packets && packets.bytes !== undefined && packets.bytes > available) return truncated
  if (packets?.bytes === undefined && claimed > available) return truncated
  const sound = packets?.bytes ?? claimed
  const facts = { ...description, codec: description.codec }
  return describe(facts, { sound, packets, cookie: await readCookie(content, chunks.get('kuki')) })
}

interface Chunks {
  /** Whether the last chunk ends past the end of the content. */
  readonly isCut: boolean
  readonly last: string
  get(name: string): Chunk | undefined
}

async function findChunks(content: ContentView): Promise<Chunks> {
  const found = new Map<string, Chunk>()
  let at = headerBytes
  let last = ''
  for (let count = 0; count < mostChunks && at + 12 <= content.sizeBytes; count++) {
    const header = await content.read(at, 12)
    const name = header.toString('latin1', 0, 4)
    const size = Number(header.readBigInt64BE(4))
    if (!found.has(name)) found.set(name, { start: at + 12, size })
    last = name
    if (size < 0) break
    at += 12 + size
  }
  return { isCut: at > content.sizeBytes, last, get: (name) => found.get(name) }
}

function readDescription(desc: Buffer) {
  const code = desc.toString('latin1', 8, 12)
  const framesPerPacket = desc.readUInt32BE(20)
  const bytesPerPacket = desc.readUInt32BE(16)
  return {
    code,
    codec: plainCodecs[code]?.codec ?? compressed[code],
    sampleRate: desc.readDoubleBE(0),
    bytesPerPacket,
    framesPerPacket,
    channels: desc.readUInt32BE(24),
    bitDepth: desc.readUInt32BE(28),
    isVariable: bytesPerPacket === 0 || framesPerPacket === 0,
  }
}

async function readPackets(
  content: ContentView,
  pakt: Chunk | undefined,
  { bytesPerPacket, framesPerPacket }: ReturnType<typeof readDescription>,
): Promise<PacketTable | undefined> {
  if (!pakt) return undefined
  const bytes = await content.read(pakt.start, Math.min(Math.max(0, pakt.size), mostTableBytes))
  return readPacketTable(bytes, { hasSizes: bytesPerPacket === 0, hasFrames: framesPerPacket === 0 })
}

const mostTableBytes = 12 * 1024 * 1024

const readCookie = async (content: ContentView, kuki: Chunk | undefined): Promise<Buffer> =>
  kuki ? content.read(kuki.start, Math.min(Math.max(0, kuki.size), 4096)) : Buffer.alloc(0)

type Description = ReturnType<typeof readDescription> & { readonly codec: string }

interface Sound {
  readonly sound: number
  readonly packets: PacketTable | undefined
  readonly cookie: Buffer
}

function describe(description: Description, { sound, packets, cookie }: Sound): ContainerReading {
  const { codec, bytesPerPacket, framesPerPacket, isVariable } = description
  const alac = codec === 'alac' ? readAlacCookie(cookie.subarray(isWrapped(cookie) ? 24 : 0)) : undefined
  const sampleRate = codec === 'opus' ? 48_000 : (alac?.sampleRate ?? description.sampleRate)
  const channels = alac?.channels ?? description.channels
  if (!(description.sampleRate > 0) || channels === 0 || sound <= 0) return unreadable
  const frames = packets?.validFrames ?? (isVariable ? 0 : (sound / bytesPerPacket) * framesPerPacket)
  if (!(frames > 0)) return unreadable
  const durationSeconds = frames / description.sampleRate
  const isLossless = ['pcm', 'alac', 'flac'].includes(codec)
  return {
    verdict: 'audio',
    format: 'caf',
    facts: {
      codec,
      durationSeconds,
      bitrate: averageBitrate(sound, durationSeconds),
      sampleRate,
      channels,
      bitDepth: isLossless ? (alac?.bitDepth ?? (description.bitDepth || undefined)) : undefined,
      lossless: isLossless,
    },
  }
}

/** Older cookies of Apple Lossless have a `frma` and an `alac` box around them. */
const isWrapped = (cookie: Buffer): boolean => cookie.toString('latin1', 4, 8) === 'frma'
