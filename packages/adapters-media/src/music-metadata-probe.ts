import type { AudioFormat, AudioProbe, ProbeVerdict, RandomAccessContent } from '@audiohost/core'
import { BufferedContent, defaultProbeLimits, type ProbeLimits } from './buffered-content.ts'
import { readAiff } from './containers/aiff.ts'
import {
  unreadable,
  unsupported,
  type AudioFacts,
  type ContainerReading,
} from './containers/container-reading.ts'
import { readMp4 } from './containers/mp4.ts'
import { readMpegAudio } from './containers/mpeg-audio.ts'
import { readOgg } from './containers/ogg.ts'
import { readWav } from './containers/wav.ts'
import { readWebm } from './containers/webm.ts'
import { readLibraryFacts, type LibraryFacts } from './library-facts.ts'
import { mediaFacts } from './media-facts.ts'
import { readTags } from './tags/read-tags.ts'
import { noTags } from './tags/tagged-facts.ts'

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

type AudioVerdict = Extract<ProbeVerdict, { readonly verdict: 'audio' }>

/** Called with what the container says, before any tag is read. */
export type OnContainer = (verdict: AudioVerdict) => Promise<void>

/**
 * Our own readers judge the container: whether it is whole, and what its sound is like. Then others read the tags, which
 * never change the verdict. Runs in the thread of the caller; `WorkerAudioProbe` keeps hostile files away from it.
 */
export class MusicMetadataProbe implements AudioProbe {
  readonly #limits: ProbeLimits
  readonly #tagCharset: string | undefined

  /** @param tagCharset of texts whose encoding the file does not name; detected if there is none */
  constructor(limits: Partial<ProbeLimits> = {}, tagCharset?: string) {
    this.#limits = { ...defaultProbeLimits, ...limits }
    this.#tagCharset = tagCharset
  }

  /** @throws whatever reading the content throws */
  probe(content: RandomAccessContent, format: AudioFormat): Promise<ProbeVerdict> {
    return this.probeInSteps(content, format)
  }

  /** @throws whatever reading the content throws */
  async probeInSteps(
    content: RandomAccessContent,
    format: AudioFormat,
    onContainer?: OnContainer,
  ): Promise<ProbeVerdict> {
    const buffered = new BufferedContent(content, this.#limits)
    const container = await judge(buffered, format)
    if (container.verdict !== 'audio') return container
    const { facts, format: found } = container
    await onContainer?.({ verdict: 'audio', media: mediaFacts(found, facts, noTags) })
    buffered.renewReads()
    const tagged = { format: found, ...facts, charset: this.#tagCharset }
    const tags = await readTags(buffered, tagged).catch(() => {
      buffered.throwFailure()
      return noTags
    })
    return { verdict: 'audio', media: mediaFacts(found, facts, tags) }
  }
}

async function judge(content: BufferedContent, claimed: AudioFormat): Promise<ContainerReading> {
  try {
    const reading = await readers[claimed](content)
    const completed = reading.verdict === 'audio' ? await complete(content, reading) : reading
    return completed.verdict === 'unreadable' ? failedReading(content) : completed
  } catch {
    content.throwFailure()
    // Bytes that no reader foresaw, or that cost too much.
    return failedReading(content)
  }
}

const failedReading = ({ isExhausted }: BufferedContent): ContainerReading =>
  isExhausted ? { verdict: 'too-complex' } : unreadable

type AudioReading = Extract<ContainerReading, { readonly verdict: 'audio' }>

/** music-metadata knows the sound of WebM, and adds up fragments. */
async function complete(content: BufferedContent, reading: AudioReading): Promise<ContainerReading> {
  const { format } = reading
  if (format !== 'webm' && reading.facts.durationSeconds !== undefined) return reading
  const library = await readLibraryFacts(content, format)
  const facts = { ...library.facts, ...reading.facts }
  return (format === 'webm' ? refuseWebm(library, facts) : undefined) ?? { ...reading, facts }
}

const webmCodecs = new Set(['opus', 'vorbis'])

function refuseWebm({ hasVideo }: LibraryFacts, facts: AudioFacts): ContainerReading | undefined {
  if (hasVideo) return unsupported('WebM video')
  if (!facts.codec || !facts.sampleRate) return unreadable
  return webmCodecs.has(facts.codec) ? undefined : unsupported(`WebM with ${facts.codec}`)
}
