import { utf8OrLegacy, type TagValue } from './tag-block.ts'

const encodings = ['latin1', 'utf16', 'utf16be', 'utf8'] as const
type Encoding = (typeof encodings)[number]

const encodingOf = (byte: number | undefined): Encoding => encodings[byte ?? 0] ?? 'latin1'

const isWide = (encoding: Encoding): boolean => encoding === 'utf16' || encoding === 'utf16be'

/** Where the terminator of a text is; the length of the bytes if there is none. */
function endOfText(bytes: Buffer, isWideText: boolean): number {
  if (!isWideText) {
    const end = bytes.indexOf(0)
    return end < 0 ? bytes.length : end
  }
  for (let at = 0; at + 1 < bytes.length; at += 2) if (bytes[at] === 0 && bytes[at + 1] === 0) return at
  return bytes.length
}

function decode(bytes: Buffer, encoding: Encoding): TagValue {
  if (encoding === 'latin1') return Buffer.from(bytes)
  if (encoding === 'utf8') return utf8OrLegacy(Buffer.from(bytes))
  const mark = bytes.length >= 2 ? bytes.readUInt16BE() : 0
  const isBigEndian = mark === 0xfeff || (mark !== 0xfffe && encoding === 'utf16be')
  return new TextDecoder(isBigEndian ? 'utf-16be' : 'utf-16le').decode(bytes)
}

/** Reads the texts of a frame, each of which ends with a terminator or with the frame. */
export class FrameTexts {
  readonly #encoding: Encoding
  #rest: Buffer

  /** @param encoding the byte at the start of the frame */
  constructor(encoding: number | undefined, bytes: Buffer) {
    this.#encoding = encodingOf(encoding)
    this.#rest = bytes
  }

  next(): TagValue {
    const wide = isWide(this.#encoding)
    const end = endOfText(this.#rest, wide)
    const text = decode(this.#rest.subarray(0, end), this.#encoding)
    this.#rest = this.#rest.subarray(end + (wide ? 2 : 1))
    return text
  }

  /** All texts to the end of the frame, without empty ones. */
  all(): readonly TagValue[] {
    const texts: TagValue[] = []
    while (this.#rest.length > 0 && texts.length < mostTexts) texts.push(this.next())
    return texts.filter((text) => text.length > 0)
  }
}

const mostTexts = 100
