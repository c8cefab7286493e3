import { contentTypeOf, type AudioFormat } from '@audiohost/core'
import { parseFromTokenizer, type IAudioMetadata } from 'music-metadata'
import type { BufferedContent } from './buffered-content.ts'
import { ContentTokenizer } from './content-tokenizer.ts'

export type LibraryMetadata = Pick<IAudioMetadata, 'common' | 'format'>

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
    const tokenizer = new ContentTokenizer(content, contentTypeOf[format])
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
