import type { AudioFormat, AudioProbe, ProbeVerdict, RandomAccessContent } from '@audiohost/core'
import { BufferedContent, defaultProbeLimits, type ProbeLimits } from './buffered-content.ts'
import { readAiff } from './containers/aiff.ts'
import { readAmr } from './containers/amr.ts'
import { readCaf } from './containers/caf.ts'
import { truncated, unreadable, unsupported, type ContainerReading } from './containers/container-reading.ts'
import { readFlac } from './containers/flac.ts'
import { readMatroska } from './containers/matroska.ts'
import { readMp4 } from './containers/mp4.ts'
import { readMpegAudio } from './containers/mpeg-audio.ts'
import { readOgg } from './containers/ogg.ts'
import { readWav } from './containers/wav.ts'
import type { ContentView } from './content-view.ts'
import { locateAudio } from './locate-audio.ts'
import { mediaFacts } from './media-facts.ts'
import { readTags } from './tags/read-tags.ts'
import { noTags } from './tags/tagged-facts.ts'

/** `lead`: the tags in front. */
type ContainerReader = (content: ContentView, lead: Buffer) => Promise<ContainerReading>

const readers: Readonly<Record<AudioFormat, ContainerReader>> = {
  mp3: readMpegAudio,
  aac: readMpegAudio,
  flac: readFlac,
  wav: readWav,
  aiff: readAiff,
  ogg: readOgg,
  mp4: readMp4,
  mov: readMp4,
  '3gp': readMp4,
  webm: readMatroska,
  mka: readMatroska,
  amr: readAmr,
  'amr-wb': readAmr,
  caf: readCaf,
}

type AudioVerdict = Extract<ProbeVerdict, { readonly verdict: 'audio' }>

/** Called with what the container says, before any tag is read. */
export type OnContainer = (verdict: AudioVerdict) => Promise<void>

/**
 * The container readers judge whether the file is whole, and describe its audio. Then the tags are read, which never
 * change the verdict. Runs in the thread of the caller; `WorkerAudioProbe` keeps hostile files away from it.
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
    const located = await locateAudio(content)
    if (located === 'cut') return truncated
    const { identity, view, lead } = located
    if (identity.verdict === 'unsupported') return unsupported(identity.format)
    // Frames may begin later than was looked for.
    const format = identity.verdict === 'audio' ? identity.format : claimed
    const reading = await readers[format](view, lead)
    return reading.verdict === 'unreadable' ? failedReading(content) : reading
  } catch {
    content.throwFailure()
    // Bytes that no reader foresaw, or that cost too much.
    return failedReading(content)
  }
}

const failedReading = ({ isExhausted }: BufferedContent): ContainerReading =>
  isExhausted ? { verdict: 'too-complex' } : unreadable
