import type { AudioFormat, AudioProbe, ProbeVerdict, RandomAccessContent } from '@audiohost/core'
import { BufferedContent, defaultProbeLimits, type ProbeLimits } from './buffered-content.ts'
import { cleanTags } from './clean-tags.ts'
import { readAiff } from './containers/aiff.ts'
import { averageBitrate, type AudioFacts, type ContainerReading } from './containers/container-reading.ts'
import { readMp4 } from './containers/mp4.ts'
import { readMpegAudio } from './containers/mpeg-audio.ts'
import { readOgg } from './containers/ogg.ts'
import { readWav } from './containers/wav.ts'
import { readWebm } from './containers/webm.ts'
import { mediaFacts, type TaggedFacts } from './media-facts.ts'
import { hasVideo, readTags, type LibraryMetadata } from './read-tags.ts'

type ContainerReader = (content: BufferedContent) => Promise<ContainerReading>

const readers: Readonly<Record<AudioFormat, ContainerReader>> = {
  mp3: readMpegAudio,
  aac: readMpegAudio,
  flac: readMpegAudio,
  wav: readWav,
  aiff: readAiff,
  ogg: readOgg,
  mp4: readMp4,
  webm: readWebm,
}

/**
 * Our own readers judge the container: whether it is whole, and what its sound is like. music-metadata reads the tags,
 * and the sound of webm. Runs in the thread of the caller; `WorkerAudioProbe` keeps hostile files away from it.
 */
export class MusicMetadataProbe implements AudioProbe {
  readonly #limits: ProbeLimits

  constructor(limits: Partial<ProbeLimits> = {}) {
    this.#limits = { ...defaultProbeLimits, ...limits }
  }

  /** @throws whatever reading the content throws */
  async probe(content: RandomAccessContent, format: AudioFormat): Promise<ProbeVerdict> {
    const buffered = new BufferedContent(content, this.#limits)
    try {
      return await judge(buffered, format)
    } catch {
      buffered.throwFailure()
      // Bytes that no reader foresaw, or that cost too much.
      return { verdict: 'unreadable' }
    }
  }
}

async function judge(content: BufferedContent, claimed: AudioFormat): Promise<ProbeVerdict> {
  const reading = await readers[claimed](content)
  if (reading.verdict !== 'audio') return reading
  const { format } = reading
  const metadata = await readTags(content, format)
  const facts = { ...libraryFacts(content, metadata), ...reading.facts }
  if (format === 'webm') {
    if (metadata && hasVideo(metadata)) return { verdict: 'unsupported', format: 'WebM video' }
    if (!facts.codec || !facts.sampleRate) return { verdict: 'unreadable' }
    if (!webmCodecs.has(facts.codec)) return { verdict: 'unsupported', format: `WebM with ${facts.codec}` }
  }
  const tagged: TaggedFacts = {
    tags: metadata ? cleanTags(metadata.common) : {},
    hasCover: (metadata?.common.picture?.length ?? 0) > 0,
    replayGain: undefined,
    r128Gain: undefined,
    musicBrainz: undefined,
    chapters: [],
  }
  return { verdict: 'audio', media: mediaFacts(format, facts, tagged) }
}

const webmCodecs = new Set(['opus', 'vorbis'])

function libraryFacts(content: BufferedContent, metadata: LibraryMetadata | undefined): AudioFacts {
  if (!metadata) return {}
  const { duration: durationSeconds, codec, sampleRate, numberOfChannels: channels } = metadata.format
  return {
    codec: codec?.toLowerCase(),
    durationSeconds,
    bitrate: averageBitrate(content.sizeBytes, durationSeconds),
    sampleRate,
    channels,
  }
}
