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
  /** Text tags by lower-case name (`title`, `artist`, `album` ...), cleaned and shortened. */
  readonly tags: Readonly<Record<string, string>>
  readonly hasCover: boolean
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
