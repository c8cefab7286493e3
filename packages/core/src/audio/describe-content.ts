import { buffer } from 'node:stream/consumers'
import type { Clock } from '../clock.ts'
import { AudioTooComplex, NotAudio, UnsupportedAudio, UploadAborted } from '../errors.ts'
import type { AudioId, UserId } from '../ids.ts'
import { TextInput } from '../text-input.ts'
import type { AudioFormat } from './audio-format.ts'
import type { AudioContentStore } from './audio-content-store.ts'
import type { AudioProbe } from './audio-probe.ts'
import {
  defaultTitle,
  readDescription,
  readTitle,
  type Audio,
  type ContentFacts,
  type MediaFacts,
} from './audio.ts'
import { cleanFileName } from './file-name.ts'

export interface DescribeContentDependencies {
  readonly contents: Pick<AudioContentStore, 'open'>
  readonly probe: AudioProbe
  readonly clock: Clock
}

export interface AudioDetails {
  readonly title?: string | undefined
  readonly description?: string | undefined
}

export interface ContentToDescribe {
  readonly id: AudioId
  readonly ownerId: UserId
  readonly createdAt: Date
  readonly content: ContentFacts
  readonly format: AudioFormat
  /** What the client calls the file; cleaned here. */
  readonly fileName: string | undefined
  /** Asked for once the content has been probed. */
  readonly details: () => Promise<AudioDetails>
}

/**
 * From stored bytes to the audio that they are, however they came.
 * @throws NotAudio, UnsupportedAudio, AudioTooComplex, InvalidInput; UploadAborted if the bytes were removed
 *   meanwhile; TooBusy if too many files wait to be probed
 */
export async function describeContent(
  deps: DescribeContentDependencies,
  { format, details, fileName: claimedName, ...known }: ContentToDescribe,
): Promise<Audio> {
  const media = await probeContent(deps, known, format)
  const fileName = cleanFileName(claimedName, media.contentType)
  return {
    ...known,
    ...readDetails(await details(), defaultTitle(fileName, media.tags)),
    fileName,
    media,
    damage: undefined,
    updatedAt: deps.clock.now(),
  }
}

async function probeContent(
  { probe, contents }: DescribeContentDependencies,
  { id, ownerId, content: { sizeBytes } }: Pick<ContentToDescribe, 'id' | 'ownerId' | 'content'>,
  format: AudioFormat,
): Promise<MediaFacts> {
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    if (start >= Math.min(end, sizeBytes)) return new Uint8Array()
    const bytes = await contents.open(id, { start, end: Math.min(end, sizeBytes) - 1 })
    // Just written: taken away again together with its owner, or by the sweep.
    if (!bytes) throw new UploadAborted()
    return buffer(bytes)
  }
  const result = await probe.probe({ sizeBytes, read }, format, ownerId)
  if (result.verdict === 'unsupported') throw new UnsupportedAudio(result.format)
  if (result.verdict === 'too-complex') throw new AudioTooComplex()
  if (result.verdict !== 'audio') throw new NotAudio(result.verdict)
  return result.media
}

function readDetails(details: AudioDetails, fallbackTitle: string): Pick<Audio, 'title' | 'description'> {
  const input = new TextInput()
  // An empty title field is what a form sends where nobody typed one.
  const claimed = details.title?.trim() === '' ? undefined : details.title
  const title = claimed === undefined ? fallbackTitle : readTitle(input, claimed)
  const description = readDescription(input, details.description ?? '')
  input.refuseIssues()
  return { title, description }
}
