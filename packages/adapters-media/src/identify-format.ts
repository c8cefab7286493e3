import type { AudioFormat } from '@audiohost/core'
import { fileTypeFromBuffer } from 'file-type'
import { readOggStreams, refuseOggStreams } from './containers/ogg-streams.ts'
import { findFrames } from './frame-chain.ts'
import { findUnaccepted, unacceptedFormats } from './unaccepted-formats.ts'

export type Identity =
  /** `exact`: by a mark at the start; else linked frames were found behind something else. */
  | { readonly verdict: 'audio'; readonly format: AudioFormat; readonly isExact: boolean }
  | { readonly verdict: 'unsupported'; readonly format: string }
  | { readonly verdict: 'not-audio' }
  /** Neither text nor a known format. */
  | { readonly verdict: 'undecided' }

const notAudio = { verdict: 'not-audio' } as const
const undecided = { verdict: 'undecided' } as const
const unsupported = (format: string) => ({ verdict: 'unsupported', format }) as const
const audio = (format: AudioFormat) => ({ verdict: 'audio', format, isExact: true }) as const

/** By the extensions of file-type. Films are found by the probe, for their tracks may be at the end. */
const accepted: Readonly<Record<string, AudioFormat>> = {
  wav: 'wav',
  flac: 'flac',
  m4a: 'mp4',
  m4b: 'mp4',
  f4a: 'mp4',
  f4b: 'mp4',
  mp4: 'mp4',
  '3gp': '3gp',
  '3g2': '3gp',
  mov: 'mov',
  webm: 'webm',
  mkv: 'mka',
}

/** Recognized by frames instead, because file-type takes two bytes for a proof. */
const weak = new Set(['mp3', 'mp2', 'mp1', 'aac'])

/** Tells a format by the bytes at its start: by a magic number, or by linked frames if it has none. */
export async function identifyFormat(bytes: Buffer): Promise<Identity> {
  const name = findUnaccepted(bytes)
  if (name !== undefined) return unsupported(name)
  const mark = bytes.toString('latin1', 0, 12)
  if (mark.startsWith('caff')) return audio('caf')
  if (mark.startsWith('#!AMR-WB')) return audio('amr-wb')
  if (mark.startsWith('#!AMR')) return audio('amr')
  if (/^(?:RIFF|RF64|BW64).{4}WAVE/s.test(mark)) return audio('wav')
  if (/^FORM.{4}AIF[FC]/s.test(mark)) return audio('aiff')
  if (mark.startsWith('OggS')) return identifyOgg(bytes)
  return identifyByExtension(bytes, await fileExtension(bytes))
}

/** The zeros before what can be identified. The first zeros of an MPEG-4 file are part of the size of its first box. */
export function countZeros(bytes: Buffer): number {
  const first = bytes.findIndex((byte) => byte !== 0)
  if (first < 0) return bytes.length
  const box = [first - 3, first - 2].find(
    (at) => at >= 0 && bytes.toString('latin1', at + 4, at + 8) === 'ftyp',
  )
  return box ?? first
}

function identifyByExtension(bytes: Buffer, extension: string | undefined): Identity {
  if (extension === undefined || weak.has(extension)) return identifyFrames(bytes)
  const format = accepted[extension]
  if (format) return audio(format)
  const name = unacceptedFormats[extension]
  return name === undefined ? notAudio : unsupported(name)
}

function identifyOgg(bytes: Buffer): Identity {
  const refused = refuseOggStreams(readOggStreams(bytes))
  return refused === undefined ? audio('ogg') : unsupported(refused)
}

/** MPEG audio and ADTS, which have no magic number: several frames must link up. */
export function identifyFrames(bytes: Buffer): Identity {
  const firstByte = bytes.findIndex((byte) => byte !== 0)
  if (firstByte < 0) return undecided
  const found = findFrames(bytes, firstByte, bytes.length)
  const before = bytes.subarray(firstByte, found?.at)
  if (found ? isPage(before) : isText(before)) return notAudio
  if (!found) return undecided
  const isExact = found.at === firstByte
  if (found.header.kind === 'adts') return { verdict: 'audio', format: 'aac', isExact }
  if (found.header.layer === 3) return { verdict: 'audio', format: 'mp3', isExact }
  return unsupported(`MPEG audio layer ${found.header.layer === 1 ? 'I' : 'II'}`)
}

/** A page with a song in it is a page. Other text before a song is junk, such as the HTTP header of a recorded stream. */
const isPage = (bytes: Buffer): boolean =>
  isText(bytes) && /^\ufeff?\s*</.test(bytes.toString('utf8', 0, 1000))

function isText(bytes: Buffer): boolean {
  if (bytes.length === 0 || bytes.some((byte) => byte < 0x20 && (byte < 9 || byte > 13))) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/** `undefined` if file-type does not know the format; it throws if there is too little of a file. */
async function fileExtension(bytes: Buffer): Promise<string | undefined> {
  try {
    return (await fileTypeFromBuffer(bytes))?.ext
  } catch {
    return undefined
  }
}
