import { oggCrc32 } from '../src/checksums.ts'

const uint32LE = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const uint32BE = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Comments as `NAME=value`, of text or of bytes. */
export type Comments = readonly (string | Buffer)[]

export const vorbisComments = (comments: Comments): Buffer =>
  Buffer.concat([
    uint32LE(6),
    Buffer.from('vendor'),
    uint32LE(comments.length),
    ...comments.flatMap((comment) => {
      const bytes = Buffer.from(comment)
      return [uint32LE(bytes.length), bytes]
    }),
  ])

export const flacBlock = (type: number, data: Buffer, isLast = false): Buffer => {
  const header = uint32BE(data.length)
  header.writeUInt8(type + (isLast ? 0x80 : 0))
  return Buffer.concat([header, data])
}

const streamInfoEnd = 4 + 4 + 34

/** A sample with other metadata blocks behind STREAMINFO. */
export function flacWith(flac: Buffer, blocks: readonly Buffer[]): Buffer {
  const head = Buffer.from(flac.subarray(0, streamInfoEnd))
  head.writeUInt8(0, 4)
  return Buffer.concat([
    head,
    ...blocks,
    flacBlock(1, Buffer.alloc(8), true),
    flac.subarray(flac.indexOf('fff8', 'hex')),
  ])
}

export interface Packet {
  readonly data: Buffer
  readonly granule: bigint
}

/** The packets of a file with a single stream. */
export function oggPackets(file: Buffer): readonly Packet[] {
  const packets: Packet[] = []
  let parts: Buffer[] = []
  for (let at = 0; at < file.length;) {
    const count = file.readUInt8(at + 26)
    const granule = file.readBigInt64LE(at + 6)
    let start = at + 27 + count
    const ends: Buffer[] = []
    for (const lacing of file.subarray(at + 27, at + 27 + count)) {
      parts.push(file.subarray(start, start + lacing))
      start += lacing
      if (lacing === 255) continue
      ends.push(Buffer.concat(parts))
      parts = []
    }
    // The granule is that of the last packet on the page; the others have none.
    for (const [index, data] of ends.entries())
      packets.push({ data, granule: index === ends.length - 1 ? granule : -1n })
    at = start
  }
  return packets
}

/** Each packet on pages of its own. */
export function oggFile(packets: readonly Packet[], serial = 1): Buffer {
  let sequence = 0
  return Buffer.concat(
    packets.flatMap(({ data, granule }, index) => {
      const segments = Math.floor(data.length / 255) + 1
      return Array.from({ length: Math.ceil(segments / 255) }, (_, page) => {
        const count = Math.min(255, segments - page * 255)
        const isLastPage = page === Math.ceil(segments / 255) - 1
        const lacing = Buffer.alloc(count, 255)
        if (isLastPage) lacing[count - 1] = data.length % 255
        const header = Buffer.alloc(27)
        header.write('OggS')
        const isLastPacket = index === packets.length - 1 && isLastPage
        header.writeUInt8((page > 0 ? 1 : 0) + (index === 0 ? 2 : 0) + (isLastPacket ? 4 : 0), 5)
        header.writeBigInt64LE(isLastPage ? granule : -1n, 6)
        header.writeUInt32LE(serial, 14)
        header.writeUInt32LE(sequence++, 18)
        header.writeUInt8(count, 26)
        const payload = data.subarray(page * 255 * 255, (page + 1) * 255 * 255)
        const whole = Buffer.concat([header, lacing, payload])
        whole.writeUInt32LE(oggCrc32(whole), 22)
        return whole
      })
    }),
  )
}

/** A sample of Vorbis or Opus with other comments. */
export function oggWith(ogg: Buffer, comments: Comments): Buffer {
  const packets = oggPackets(ogg)
  const isOpus = packets[0]?.data.toString('latin1', 0, 8) === 'OpusHead'
  const mark = Buffer.from(isOpus ? 'OpusTags' : '\x03vorbis', 'latin1')
  const data = Buffer.concat([mark, vorbisComments(comments), Buffer.from(isOpus ? [] : [1])])
  return oggFile(packets.map((packet, index) => (index === 1 ? { ...packet, data } : packet)))
}

/** FLAC in Ogg, made of the metadata blocks and frames of a FLAC file. */
export function oggFlac(flac: Buffer, blocks: readonly Buffer[]): Buffer {
  const streamInfo = flacBlock(0, flac.subarray(8, streamInfoEnd))
  const count = Buffer.from([0, blocks.length])
  const first = Buffer.concat([
    Buffer.from('\x7fFLAC\x01\0', 'latin1'),
    count,
    Buffer.from('fLaC'),
    streamInfo,
  ])
  const frames = flac.subarray(flac.indexOf('fff8', 'hex'))
  const samples = BigInt((flac.readUInt8(21) & 15) * 2 ** 32 + flac.readUInt32BE(22))
  return oggFile([
    ...[first, ...blocks].map((data) => ({ data, granule: 0n })),
    { data: frames, granule: samples },
  ])
}

const syncsafe = (value: number): Buffer =>
  Buffer.from([value >> 21, value >> 14, value >> 7, value].map((part) => part & 0x7f))

export interface Id3Frame {
  readonly id: string
  readonly data: Buffer
  readonly flags?: number
}

export function id3v2(version: 2 | 3 | 4, frames: readonly Id3Frame[], flags = 0): Buffer {
  const body = Buffer.concat(
    frames.flatMap(({ id, data, flags: frameFlags = 0 }) => {
      const size = version === 4 ? syncsafe(data.length) : uint32BE(data.length)
      return version === 2
        ? [Buffer.from(id), size.subarray(1), data]
        : [Buffer.from(id), size, Buffer.from([frameFlags >> 8, frameFlags & 0xff]), data]
    }),
  )
  const isUnsynchronized = (flags & 0x80) !== 0
  const content = isUnsynchronized ? unsynchronized(body) : body
  return Buffer.concat([
    Buffer.from('ID3'),
    Buffer.from([version, 0, flags]),
    syncsafe(content.length),
    content,
  ])
}

export function unsynchronized(bytes: Buffer): Buffer {
  const longer = Buffer.alloc(2 * bytes.length)
  let length = 0
  for (const byte of bytes) {
    longer[length++] = byte
    if (byte === 0xff) longer[length++] = 0
  }
  return longer.subarray(0, length)
}

/** Text of UTF-8 for version 2.4, else of UTF-16. */
export const textFrame = (id: string, text: string, encoding: 0 | 1 | 3 = 3): Id3Frame => ({
  id,
  data: Buffer.concat([Buffer.from([encoding]), encodedText(text, encoding)]),
})

export function encodedText(text: string, encoding: 0 | 1 | 3): Buffer {
  if (encoding === 1) return Buffer.from(`\ufeff${text}`, 'utf16le')
  return Buffer.from(text, encoding === 0 ? 'latin1' : 'utf8')
}

export const commentFrame = (id: string, description: string, text: string): Id3Frame => ({
  id,
  data: Buffer.concat([Buffer.from([3]), Buffer.from('eng'), Buffer.from(`${description}\0${text}`)]),
})

export const userTextFrame = (name: string, value: string): Id3Frame => textFrame('TXXX', `${name}\0${value}`)

export function id3v1(fields: Readonly<Record<'title' | 'artist', string | Buffer>>): Buffer {
  const tag = Buffer.alloc(128)
  tag.write('TAG')
  Buffer.from(fields.title).copy(tag, 3, 0, 30)
  Buffer.from(fields.artist).copy(tag, 33, 0, 30)
  tag.writeUInt8(255, 127)
  return tag
}

export function apeTag(items: readonly (readonly [string, string | Buffer])[]): Buffer {
  const body = Buffer.concat(
    items.flatMap(([key, value]) => {
      const isBinary = Buffer.isBuffer(value)
      const bytes = Buffer.from(value)
      return [uint32LE(bytes.length), uint32LE(isBinary ? 2 : 0), Buffer.from(`${key}\0`), bytes]
    }),
  )
  const footer = (flags: number): Buffer =>
    Buffer.concat([
      Buffer.from('APETAGEX'),
      ...[2000, body.length + 32, items.length, flags].map(uint32LE),
      Buffer.alloc(8),
    ])
  return Buffer.concat([footer(0xa0000000), body, footer(0x80000000)])
}

export const box = (name: string, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  return Buffer.concat([uint32BE(content.length + 8), Buffer.from(name, 'latin1'), content])
}

export const dataBox = (type: number, value: Buffer): Buffer =>
  box('data', uint32BE(type), uint32BE(0), value)

export const textItem = (name: string, ...values: readonly string[]): Buffer =>
  box(name, ...values.map((value) => dataBox(1, Buffer.from(value))))

export const freeFormItem = (name: string, ...values: readonly string[]): Buffer =>
  box(
    '----',
    box('mean', uint32BE(0), Buffer.from('com.apple.iTunes')),
    box('name', uint32BE(0), Buffer.from(name)),
    ...values.map((value) => dataBox(1, Buffer.from(value))),
  )

/** A sample whose `moov` is the last box, with other user data. */
export function mp4With(mp4: Buffer, ...userData: readonly Buffer[]): Buffer {
  const at = mp4.indexOf('moov') - 4
  const moov = mp4.subarray(at + 8, at + mp4.readUInt32BE(at))
  const old = moov.indexOf('udta') - 4
  const kept = old < 0 ? moov : moov.subarray(0, old)
  if (at + 8 + moov.length !== mp4.length) throw new Error('The moov box is not the last')
  return Buffer.concat([mp4.subarray(0, at), box('moov', kept, ...userData)])
}

export const itunesTags = (...items: readonly Buffer[]): Buffer =>
  box(
    'meta',
    uint32BE(0),
    box('hdlr', Buffer.alloc(8), Buffer.from('mdirappl'), Buffer.alloc(9)),
    box('ilst', ...items),
  )

/** A sample of WAV with further chunks at its end. */
export function wavWith(wav: Buffer, ...chunks: readonly Buffer[]): Buffer {
  const whole = Buffer.concat([wav, ...chunks])
  whole.writeUInt32LE(whole.length - 8, 4)
  return whole
}

export const riffChunk = (name: string, ...parts: readonly Buffer[]): Buffer => {
  const data = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(name), uint32LE(data.length), data, Buffer.alloc(data.length % 2)])
}

export { uint32BE, uint32LE }

export const element = (id: string, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(content.length) | 0x0100_0000_0000_0000n)
  return Buffer.concat([Buffer.from(id, 'hex'), size, content])
}

/** A sample of WebM with other tags and further elements before its first cluster. */
export function webmWith(webm: Buffer, ...elements: readonly Buffer[]): Buffer {
  const more = Buffer.concat(elements)
  const cluster = webm.indexOf('1f43b675', 'hex')
  const whole = Buffer.concat([webm.subarray(0, cluster), more, webm.subarray(cluster)])
  // The tags of the sample become an element of no meaning.
  const tags = webm.lastIndexOf('1254c367', undefined, 'hex')
  if (tags >= 0) whole.write('1254c36f', tags < cluster ? tags : tags + more.length, 'hex')
  const size = webm.indexOf('18538067', 'hex') + 4
  if (webm[size] !== 1) throw new Error('The size of the segment does not have eight bytes')
  whole.writeBigUInt64BE(webm.readBigUInt64BE(size) + BigInt(more.length), size)
  return whole
}

/** A sample of AIFF with further chunks at its end. */
export function aiffWith(aiff: Buffer, ...chunks: readonly (readonly [string, Buffer])[]): Buffer {
  const parts = chunks.flatMap(([name, data]) => [
    Buffer.from(name),
    uint32BE(data.length),
    data,
    Buffer.alloc(data.length % 2),
  ])
  const whole = Buffer.concat([aiff, ...parts])
  whole.writeUInt32BE(whole.length - 8, 4)
  return whole
}
