import type { AudioFormat } from '@audiohost/core'
import { parseFromTokenizer, type IAudioMetadata } from 'music-metadata'
import type { BufferedContent } from './buffered-content.ts'
import { ContentTokenizer } from './content-tokenizer.ts'

export type LibraryMetadata = Pick<IAudioMetadata, 'common' | 'format'>

/** As music-metadata knows them. Media types would go through content-type, whose 2.x has no default export in CommonJS. */
const extensions: Readonly<Record<AudioFormat, string>> = {
  mp3: '.mp3',
  wav: '.wav',
  flac: '.flac',
  ogg: '.ogg',
  mp4: '.m4a',
  aac: '.aac',
  aiff: '.aiff',
  webm: 'webm',
}

/**
 * What music-metadata finds. Tags that make it fail, or take too much, do not cost the upload: what it had collected
 * until then counts.
 */
export async function readTags(
  content: BufferedContent,
  format: AudioFormat,
): Promise<LibraryMetadata | undefined> {
  let collected: LibraryMetadata | undefined
  try {
    const tokenizer = new ContentTokenizer(content, extensions[format])
    return await parseFromTokenizer(tokenizer, {
      duration: false,
      observer: ({ metadata }) => {
        collected = metadata
      },
    })
  } catch {
    return collected
  } finally {
    content.throwFailure()
  }
}

export const hasVideo = ({ format }: LibraryMetadata): boolean =>
  format.hasVideo === true || format.trackInfo.some(({ video }) => video !== undefined)
