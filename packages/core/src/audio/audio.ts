import type { AudioId, UserId } from '../ids.ts'
import { cleanLine, type TextInput } from '../text-input.ts'

/** What somebody uploaded, once its bytes are stored for good. */
export interface Audio {
  readonly id: AudioId
  readonly ownerId: UserId
  readonly title: string
  readonly description: string
  /** Made by `cleanFileName`; for display only, never part of a path. */
  readonly fileName: string
  readonly content: ContentFacts
  /** What a check found wrong with the bytes; they are served again once a check has found them whole. */
  readonly damage: ContentDamage | undefined
  readonly media: MediaFacts
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What is known of the bytes as bytes. */
export interface ContentFacts {
  readonly sizeBytes: number
  /** SHA-256 in lower-case hex. */
  readonly sha256: string
}

/** Content that is not in the store, has too few bytes, or others than were uploaded. */
export type ContentDamage = 'missing' | 'short' | 'corrupt'

/** What the bytes say as audio. `undefined` where the format does not tell. */
export interface MediaFacts {
  /** A media type from `contentTypeOf`, decided from the bytes. */
  readonly contentType: string
  readonly codec: string | undefined
  readonly durationSeconds: number | undefined
  /** Bits a second, averaged over the file. */
  readonly bitrate: number | undefined
  /** Hertz. */
  readonly sampleRate: number | undefined
  readonly channels: number | undefined
  /** Bits per sample of PCM and lossless codecs. */
  readonly bitDepth: number | undefined
  readonly lossless: boolean | undefined
  /** Text tags by lower-case name (`title`, `artist`, `album` ...), cleaned and shortened. */
  readonly tags: Readonly<Record<string, string>>
  readonly hasCover: boolean
  readonly replayGain: ReplayGain | undefined
  readonly r128Gain: R128Gain | undefined
  readonly musicBrainz: MusicBrainzIds | undefined
  /** Ordered by start. */
  readonly chapters: readonly Chapter[]
}

/** ReplayGain tags: gains in dB; a peak of 1 is digital full scale. */
export interface ReplayGain {
  readonly trackGain?: number
  readonly trackPeak?: number
  readonly albumGain?: number
  readonly albumPeak?: number
}

/**
 * EBU R128 gains in dB (RFC 7845): players add the track or album gain to the output gain of the Opus header.
 */
export interface R128Gain {
  readonly trackGain?: number
  readonly albumGain?: number
  readonly outputGain?: number
}

/** UUIDs of MusicBrainz entities. */
export interface MusicBrainzIds {
  readonly recordingId?: string
  readonly trackId?: string
  readonly releaseId?: string
  readonly releaseGroupId?: string
  readonly artistIds?: readonly string[]
  readonly albumArtistIds?: readonly string[]
  readonly workIds?: readonly string[]
}

export interface Chapter {
  readonly startSeconds: number
  readonly endSeconds?: number
  readonly title?: string
}

/** For lists. Lyrics and chapters would make them many times longer. */
export function withoutLongTexts(media: MediaFacts): Omit<MediaFacts, 'chapters'> {
  const { chapters: _, tags, ...short } = media
  const { lyrics: __, ...otherTags } = tags
  return { ...short, tags: otherTags }
}

export const maxTitleLength = 200
export const maxDescriptionLength = 5000

export const readTitle = (input: TextInput, value: string): string =>
  input.line('/title', value, maxTitleLength)

export const readDescription = (input: TextInput, value: string): string =>
  input.text('/description', value, maxDescriptionLength)

/** A title for an upload that came without one: the tag, else the file's name without its extension. */
export function defaultTitle(fileName: string, tags: MediaFacts['tags']): string {
  const withoutExtension = fileName.replace(/(?<=.)\.[^.]{1,5}$/, '')
  const titles = [tags.title ?? '', withoutExtension, fileName].map((text) => cleanLine(text, maxTitleLength))
  return titles.find((title) => title !== '') ?? 'audio'
}
