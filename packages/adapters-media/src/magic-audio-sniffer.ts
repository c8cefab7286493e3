import { sniffedBytes, type AudioFormat, type AudioSniffer, type SniffVerdict } from '@audiohost/core'
import { fileTypeFromBuffer } from 'file-type'
import { readOggStreams, refuseOggStreams } from './containers/ogg-streams.ts'
import { findFrames } from './frame-chain.ts'
import { id3Length } from './tag-blocks.ts'
import { unacceptedFormats, unacceptedMarks } from './unaccepted-formats.ts'

const notAudio = { verdict: 'not-audio' } as const
const audio = (format: AudioFormat) => ({ verdict: 'audio', format }) as const
const unsupported = (format: string) => ({ verdict: 'unsupported', format }) as const

/** By the extensions of file-type. An mp4 or webm may be a film: the probe tells, for its tracks may stand at the end. */
const accepted: Readonly<Record<string, AudioFormat>> = {
  wav: 'wav',
  flac: 'flac',
  m4a: 'mp4',
  m4b: 'mp4',
  f4a: 'mp4',
  f4b: 'mp4',
  mp4: 'mp4',
  // Phones name their voice memos so.
  '3gp': 'mp4',
  webm: 'webm',
}

/** What frames are looked for instead, for file-type takes two bytes for a proof. */
const weak = new Set(['mp3', 'mp2', 'mp1', 'aac'])

/** A frame of an interrupted stream may have begun before the file did. */
const longestBrokenFrame = 1441

/** Tells the format by magic numbers: file-type for what has one, linked frames for mp3 and ADTS, which have none. */
export class MagicAudioSniffer implements AudioSniffer {
  async sniff(head: Uint8Array): Promise<SniffVerdict> {
    const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, sniffedBytes))
    const tagsEnd = endOfTags(bytes)
    if (tagsEnd > 0) return sniffBehindTags(bytes, tagsEnd)
    const mark = unacceptedMarks.find(
      ({ at, mark }) => bytes.toString('latin1', at, at + mark.length) === mark,
    )
    if (mark) return unsupported(mark.name)
    return sniffMagic(bytes, await fileExtension(bytes))
  }
}

function endOfTags(bytes: Buffer): number {
  let end = 0
  for (;;) {
    const length = id3Length(bytes, end)
    if (length === undefined) return end
    end += length
  }
}

function sniffBehindTags(bytes: Buffer, start: number): SniffVerdict {
  // A cover fills all that is to be seen. What follows it is for the probe to tell.
  if (isZero(bytes.subarray(start))) return audio('mp3')
  if (bytes.toString('latin1', start, start + 4) === 'fLaC') return audio('flac')
  return sniffFrames(bytes, start)
}

function sniffMagic(bytes: Buffer, extension: string | undefined): SniffVerdict {
  if (extension === undefined || weak.has(extension)) return sniffFrames(bytes, 0)
  const kind = bytes.toString('latin1', 8, 12)
  if (extension === 'rf64') return kind === 'WAVE' ? audio('wav') : notAudio
  if (extension === 'aif') return kind === 'AIFF' || kind === 'AIFC' ? audio('aiff') : notAudio
  if (bytes.toString('latin1', 0, 4) === 'OggS') return sniffOgg(bytes)
  const format = accepted[extension]
  if (format) return audio(format)
  const name = unacceptedFormats[extension]
  return name === undefined ? notAudio : unsupported(name)
}

function sniffOgg(bytes: Buffer): SniffVerdict {
  const refused = refuseOggStreams(readOggStreams(bytes))
  return refused === undefined ? audio('ogg') : unsupported(refused)
}

function sniffFrames(bytes: Buffer, start: number): SniffVerdict {
  const firstByte = bytes.findIndex((byte, at) => at >= start && byte !== 0)
  if (firstByte < 0) return notAudio
  const found = findFrames(bytes, firstByte, firstByte + longestBrokenFrame)
  if (!found || isText(bytes.subarray(firstByte, found.at))) return notAudio
  if (found.header.kind === 'adts') return audio('aac')
  return found.header.layer === 3 ? audio('mp3') : unsupported('MPEG audio layer I or II')
}

const isZero = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0)

/** A page with a song in it is a page. */
const isText = (bytes: Buffer): boolean =>
  bytes.length > 0 && bytes.every((byte) => byte < 0x7f && (byte >= 0x20 || isWhiteSpace(byte)))

const isWhiteSpace = (byte: number): boolean => byte >= 9 && byte <= 13

/** What file-type does not know, it cannot say; what is too short for it makes it throw. */
async function fileExtension(bytes: Buffer): Promise<string | undefined> {
  if (['RF64', 'BW64'].includes(bytes.toString('latin1', 0, 4))) return 'rf64'
  try {
    return (await fileTypeFromBuffer(bytes))?.ext
  } catch {
    return undefined
  }
}
