import type { AudioFormat } from '@audiohost/core'
import { parseFromTokenizer, type IAudioMetadata } from 'music-metadata'
import type { BufferedContent } from './buffered-content.ts'
import { averageBitrate, type AudioFacts } from './containers/container-reading.ts'
import { ContentTokenizer } from './content-tokenizer.ts'

type LibraryFormat = IAudioMetadata['format']

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

export interface LibraryFacts {
  readonly facts: AudioFacts
  readonly hasVideo: boolean
}

const nothing: LibraryFacts = { facts: {}, hasVideo: false }

/** What music-metadata finds about the sound; what it had collected before it failed counts. */
export async function readLibraryFacts(content: BufferedContent, format: AudioFormat): Promise<LibraryFacts> {
  let collected: LibraryFormat | undefined
  try {
    const tokenizer = new ContentTokenizer(content, extensions[format])
    const { format: found } = await parseFromTokenizer(tokenizer, {
      duration: false,
      skipCovers: true,
      observer: ({ metadata }) => {
        collected = metadata.format
      },
    })
    return describe(content, found)
  } catch {
    return collected ? describe(content, collected) : nothing
  } finally {
    content.throwFailure()
  }
}

function describe({ sizeBytes }: BufferedContent, found: LibraryFormat): LibraryFacts {
  const { duration: durationSeconds, codec, sampleRate, numberOfChannels: channels, trackInfo } = found
  const bitrate = averageBitrate(sizeBytes, durationSeconds)
  return {
    facts: { codec: codec?.toLowerCase(), durationSeconds, bitrate, sampleRate, channels },
    hasVideo: found.hasVideo === true || trackInfo.some(({ video }) => video !== undefined),
  }
}
