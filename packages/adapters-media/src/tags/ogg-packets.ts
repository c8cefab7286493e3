import type { BufferedContent } from '../buffered-content.ts'
import { oggMark } from '../containers/ogg-page.ts'
import type { ByteSource } from './byte-source.ts'

const headerBytes = 27
/** A cover fills hundreds of pages, and each read may be a request to a remote store. */
const largestWindowBytes = 512 * 1024

interface Page {
  readonly payloadStart: number
  readonly lacing: Buffer
}

/** The packets of one stream of an Ogg file, one after another (RFC 3533). Checksums are not verified. */
export class OggPackets implements ByteSource {
  readonly #content: BufferedContent
  readonly #serial: number
  #window: Buffer = Buffer.alloc(0)
  #windowStart = 0
  #windowBytes = 64 * 1024
  #nextPage: number
  #page: Page | undefined
  #segment = 0
  /** Of the next byte of the packet. */
  #at = 0
  #left = 0
  #isPacketOver = true
  #isFirst = true

  /** @param start of the first page */
  constructor(content: BufferedContent, serial: number, start: number) {
    this.#content = content
    this.#serial = serial
    this.#nextPage = start
  }

  /** Goes to the beginning of the next packet; `false` if there is none. */
  async next(): Promise<boolean> {
    if (!this.#isFirst) await this.skip(Number.MAX_SAFE_INTEGER)
    this.#isFirst = false
    this.#isPacketOver = false
    return this.#enterSegment()
  }

  async read(length: number): Promise<Buffer> {
    const parts: Buffer[] = []
    let wanted = length
    while (wanted > 0 && (await this.#hasBytes())) {
      const count = Math.min(wanted, this.#left)
      parts.push(await this.#bytesAt(this.#at, count))
      this.#advance(count)
      wanted -= count
    }
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
  }

  async skip(length: number): Promise<void> {
    let left = length
    while (left > 0 && (await this.#hasBytes())) {
      const count = Math.min(left, this.#left)
      this.#advance(count)
      left -= count
    }
  }

  #advance(count: number): void {
    this.#at += count
    this.#left -= count
  }

  async #hasBytes(): Promise<boolean> {
    return this.#left > 0 || (!this.#isPacketOver && (await this.#enterSegment()))
  }

  /** Joins the segments of the packet that are on one page. */
  async #enterSegment(): Promise<boolean> {
    while (!this.#page || this.#segment >= this.#page.lacing.length) {
      if (!(await this.#readPage())) return false
    }
    const { lacing } = this.#page
    let bytes = 0
    while (this.#segment < lacing.length && !this.#isPacketOver) {
      const length = lacing.readUInt8(this.#segment++)
      bytes += length
      this.#isPacketOver = length < 255
    }
    this.#left = bytes
    return bytes > 0 || (!this.#isPacketOver && (await this.#enterSegment()))
  }

  async #readPage(): Promise<boolean> {
    for (;;) {
      const header = await this.#bytesAt(this.#nextPage, headerBytes + 255)
      if (header.length < headerBytes || header.indexOf(oggMark) !== 0) return false
      const lacing = Buffer.from(header.subarray(headerBytes, headerBytes + header.readUInt8(26)))
      const payloadStart = this.#nextPage + headerBytes + lacing.length
      this.#nextPage = payloadStart + lacing.reduce((sum, length) => sum + length, 0)
      if (header.readUInt32LE(14) !== this.#serial) continue
      this.#page = { payloadStart, lacing }
      this.#segment = 0
      this.#at = payloadStart
      return true
    }
  }

  async #bytesAt(start: number, length: number): Promise<Buffer> {
    const end = Math.min(start + length, this.#content.sizeBytes)
    const isInWindow = start >= this.#windowStart && end <= this.#windowStart + this.#window.length
    if (!isInWindow) {
      this.#window = await this.#content.read(start, Math.max(this.#windowBytes, length))
      this.#windowStart = start
      this.#windowBytes = Math.min(2 * this.#windowBytes, largestWindowBytes)
    }
    return this.#window.subarray(start - this.#windowStart, Math.max(start, end) - this.#windowStart)
  }
}
