import { inflateSync } from 'node:zlib'
import type { BufferedContent } from '../buffered-content.ts'
import { ContentSource, MemorySource, type ByteSource } from './byte-source.ts'
import { addFrame, addFrameDates, frameNames22, isCoverFrame, isUsedFrame } from './id3v2-frames.ts'
import { readId3v2Header, syncsafe, type Id3v2Tag } from './id3v2-header.ts'
import { removeUnsynchronization, UnsynchronizedSource } from './id3v2-source.ts'
import { maxValueBytes, TagBlock, type TagBlocks } from './tag-block.ts'

const mostFrames = 10_000
const maxFrameBytes = 2 * maxValueBytes

/** The frames of the tag at `at`, if there is one, without its pictures. */
export async function readId3v2Tag(content: BufferedContent, at: number, blocks: TagBlocks): Promise<void> {
  const tag = await readId3v2Header(content, at)
  if (!tag) return
  const block = blocks.open()
  const source = new ContentSource(content, tag.start, tag.end)
  const isWholeUnsynchronized = tag.isUnsynchronized && tag.version < 4
  await readFrames(isWholeUnsynchronized ? new UnsynchronizedSource(source) : source, tag, block)
  addFrameDates(block)
}

async function readFrames(source: ByteSource, tag: Id3v2Tag, block: TagBlock): Promise<void> {
  for (let count = 0; count < mostFrames; count++) {
    const frame = await readFrameHeader(source, tag)
    if (!frame) return
    if (isCoverFrame(frame.id)) block.hasCover ||= frame.bytes > smallestCoverBytes
    if (!isUsedFrame(frame.id)) {
      await source.skip(frame.bytes)
      continue
    }
    const kept = Math.min(frame.bytes, maxFrameBytes)
    const bytes = await source.read(kept)
    await source.skip(frame.bytes - kept)
    const data = frameData(bytes, frame, tag)
    if (data) await addFrame(block, { id: frame.id, data, readSubframes: readTitle(tag) })
  }
}

/** Headers alone take a dozen bytes. */
const smallestCoverBytes = 16

interface Frame {
  readonly id: string
  readonly bytes: number
  readonly flags: number
}

async function readFrameHeader(source: ByteSource, tag: Id3v2Tag): Promise<Frame | undefined> {
  const idBytes = tag.version === 2 ? 3 : 4
  const header = await source.read(tag.version === 2 ? 6 : 10)
  const id = header.toString('latin1', 0, idBytes)
  if (header.length < 6 || !/^[A-Z0-9 ]{3,4}$/.test(id)) return undefined
  if (tag.version === 2) return { id: frameNames22[id] ?? id, bytes: header.readUIntBE(3, 3), flags: 0 }
  if (header.length < 10) return undefined
  const bytes = tag.version === 3 ? header.readUInt32BE(4) : await sizeOf24(source, header)
  return { id, bytes, flags: header.readUInt16BE(8) }
}

/** Old versions of iTunes wrote plain sizes into version 2.4; what follows the frame shows which it is. */
async function sizeOf24(source: ByteSource, header: Buffer): Promise<number> {
  const [plain, safe] = [header.readUInt32BE(4), syncsafe(header, 4)]
  if (plain === safe || !(source instanceof ContentSource)) return safe
  const isFrameAt = async (bytes: number): Promise<boolean> => {
    const next = source.position + bytes
    if (next === source.end) return true
    const id = await source.content.read(next, 4)
    return next < source.end && /^(?:[A-Z0-9]{4}|\0{4})$/.test(id.toString('latin1'))
  }
  return (await isFrameAt(safe)) || !(await isFrameAt(plain)) ? safe : plain
}

/** `undefined` if the frame is encrypted or cannot be inflated. */
function frameData(
  bytes: Buffer,
  { flags }: Frame,
  { version, isUnsynchronized }: Id3v2Tag,
): Buffer | undefined {
  if (version === 2) return bytes
  const is24 = version === 4
  const isEncrypted = (flags & (is24 ? 0x04 : 0x40)) !== 0
  if (isEncrypted) return undefined
  const isCompressed = (flags & (is24 ? 0x08 : 0x80)) !== 0
  const hasGroup = (flags & (is24 ? 0x40 : 0x20)) !== 0
  const hasLength = is24 ? (flags & 0x01) !== 0 : isCompressed
  const start = (hasGroup ? 1 : 0) + (hasLength ? 4 : 0)
  const isFrameUnsynchronized = is24 && (isUnsynchronized || (flags & 0x02) !== 0)
  const data = (isFrameUnsynchronized ? removeUnsynchronization(bytes) : bytes).subarray(start)
  return isCompressed ? inflate(data) : data
}

function inflate(data: Buffer): Buffer | undefined {
  try {
    return inflateSync(data, { maxOutputLength: maxFrameBytes })
  } catch {
    return undefined
  }
}

/** The frames within a chapter, of which only a title matters. */
const readTitle = (tag: Id3v2Tag) => async (data: Buffer) => {
  const block = new TagBlock()
  const source = new MemorySource(data)
  for (let count = 0; count < mostSubframes; count++) {
    const frame = await readFrameHeader(source, tag)
    if (!frame) break
    const content = frameData(await source.read(frame.bytes), frame, tag)
    if (frame.id === 'TIT2' && content) await addFrame(block, { id: frame.id, data: content })
  }
  return block.values.get('TITLE')?.[0]
}

const mostSubframes = 20
