import { cleanLine } from '../text-input.ts'
import type { Audio } from './audio.ts'

export const maxFileNameLength = 255
/** The limit of ext4, XFS, APFS and others, in bytes of UTF-8. */
const maxFileNameBytes = 255
/** How much of a claimed name is read. Cutting at a grapheme takes time in proportion to it. */
const maxClaimedLength = 4 * maxFileNameLength

/** The file name extensions of each media type. The first one is the default. */
const extensionsOf: Readonly<Record<string, readonly string[]>> = {
  'audio/mpeg': ['mp3', 'mpga'],
  'audio/wav': ['wav', 'wave', 'bwf', 'rf64'],
  'audio/flac': ['flac'],
  'audio/ogg': ['ogg', 'oga', 'opus'],
  'audio/mp4': ['m4a', 'mp4', 'm4b', 'm4p', 'm4r', '3gp', '3gpp', '3g2', 'mov', 'qt'],
  'audio/aac': ['aac', 'adts'],
  'audio/aiff': ['aiff', 'aif', 'aifc'],
  'audio/webm': ['webm', 'weba'],
  'audio/x-matroska': ['mka', 'mkv'],
  'audio/matroska': ['mka', 'mkv'],
  'audio/3gpp': ['3gp', '3gpp', '3ga', '3g2'],
  'audio/amr': ['amr'],
  'audio/amr-wb': ['awb', 'amr'],
  'audio/x-caf': ['caf'],
  'video/quicktime': ['mov', 'qt'],
}

const audioExtensions: ReadonlySet<string> = new Set([
  ...Object.values(extensionsOf).flat(),
  ...['mp2', 'wma', 'ape', 'wv', 'mpc', 'tta', 'alac', 'spx', 'm4v'],
])

const extensionAtEnd = /^(.+)\.([\p{L}\p{N}_-]{1,16})$/su
/**
 * Windows opens these devices whatever the extension is (Microsoft, "Naming Files, Paths, and Namespaces").
 */
const reservedName = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(?=\.|$)/iu

/**
 * The last segment of the name that the client claims, without control characters and without trailing dots
 * and spaces, which Windows does not allow. A name that is too long is cut before its extension. Never empty.
 */
export function cleanFileName(claimed: string | undefined, contentType: string): string {
  const segment = (claimed ?? '').split(/[/\\]/).at(-1) ?? ''
  const name = withoutTrailingDots(cleanLine(keepBothEnds(segment), maxClaimedLength))
  const [, onlyExtension] = /^\.+([^.]+)$/.exec(name) ?? []
  if (name === '' || (onlyExtension !== undefined && isAudioExtension(onlyExtension))) {
    return named('audio', onlyExtension ?? defaultExtension(contentType))
  }
  return shortenName(name, (text) => [...text].length <= maxFileNameLength)
}

/**
 * The name under which a browser saves the audio: one that every file system takes, with an extension that
 * fits the content. An extension of another audio format is replaced; to any other ending the right extension
 * is added.
 */
export function downloadName({ fileName, media }: Pick<Audio, 'fileName' | 'media'>): string {
  const { contentType } = media
  const clean = withoutTrailingDots(cleanFileName(fileName, contentType).replace(/^\.+/, ''))
  const name = withExtension(clean.replace(reservedName, '_$&'), contentType)
  return shortenName(name, (text) => byteLength(text) <= maxFileNameBytes)
}

function withExtension(name: string, contentType: string): string {
  const right = extensionsOf[contentType]
  if (!right) return name
  const { stem, extension } = split(name)
  if (extension !== undefined && right.includes(extension.toLowerCase())) return name
  const isOfOtherAudio = extension !== undefined && isAudioExtension(extension)
  return named(isOfOtherAudio ? stem : name, right[0])
}

/** Cuts the stem, at a grapheme if that is possible, until the name fits. */
function shortenName(name: string, fits: (text: string) => boolean): string {
  if (fits(name)) return name
  const { stem, extension } = split(name)
  const longestThatFits = (parts: readonly string[]): string => {
    let low = 0
    let high = parts.length
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (fits(named(parts.slice(0, middle).join(''), extension))) low = middle
      else high = middle - 1
    }
    return withoutTrailingDots(parts.slice(0, low).join(''))
  }
  // A single grapheme may be longer than any name: a letter can carry a thousand marks.
  const short = longestThatFits(graphemesOf(stem)) || longestThatFits([...stem]) || 'audio'
  return named(short, extension)
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const graphemesOf = (text: string): string[] => Array.from(graphemes.segment(text), ({ segment }) => segment)

/** The extension is at the end of a name, so the end is read too, however long the name is. */
function keepBothEnds(segment: string): string {
  const trimmed = segment.slice(0, 65_536)
  if (trimmed.length <= maxClaimedLength) return trimmed
  return trimmed.slice(0, maxClaimedLength - 64) + trimmed.slice(-64)
}

function split(name: string): { readonly stem: string; readonly extension: string | undefined } {
  const [, stem, extension] = extensionAtEnd.exec(name) ?? []
  return stem === undefined ? { stem: name, extension: undefined } : { stem, extension }
}

const named = (stem: string, extension: string | undefined): string =>
  extension === undefined ? stem : `${stem}.${extension}`

const defaultExtension = (contentType: string): string | undefined => extensionsOf[contentType]?.[0]

const isAudioExtension = (extension: string): boolean => audioExtensions.has(extension.toLowerCase())

/** Scans from the end. A regular expression would start again at every dot. */
function withoutTrailingDots(text: string): string {
  let end = text.length
  while (end > 0 && /[.\s]/.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

const byteLength = (text: string): number => new TextEncoder().encode(text).length
