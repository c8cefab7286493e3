import type { AudioFormat, MediaFacts } from '@audiohost/core'
import { MusicMetadataProbe } from '../src/music-metadata-probe.ts'
import { contentOf } from './content-of.ts'

const probe = new MusicMetadataProbe()

/** @throws Error if the bytes are not accepted as audio */
export async function mediaOf(bytes: Buffer, format: AudioFormat): Promise<MediaFacts> {
  const result = await probe.probe(contentOf(bytes), format)
  if (result.verdict !== 'audio') throw new Error(`The verdict is ${result.verdict}`)
  return result.media
}

export const tagsOf = async (bytes: Buffer, format: AudioFormat): Promise<MediaFacts['tags']> =>
  (await mediaOf(bytes, format)).tags
