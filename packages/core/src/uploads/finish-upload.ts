import type { AudioContentStore } from '../audio/audio-content-store.ts'
import type { AudioFormat } from '../audio/audio-format.ts'
import { sniffedBytes, type AudioSniffer } from '../audio/audio-sniffer.ts'
import type { ContentFacts } from '../audio/audio.ts'
import { describeContent, type DescribeContentDependencies } from '../audio/describe-content.ts'
import { inspectContent, requireAudio } from '../audio/inspect-content.ts'
import { keptAlive, type ContentInFlightDependencies } from '../audio/keep-alive.ts'
import { removeContent } from '../audio/remove-content.ts'
import {
  ContentMissing,
  DigestMismatch,
  InvalidInput,
  NotAudio,
  UnsupportedAudio,
  UploadNotFound,
} from '../errors.ts'
import { newAudioId, type AudioId, type IdGenerator } from '../ids.ts'
import { discardUpload, type DiscardUploadDependencies } from './discard-upload.ts'
import type { UploadRepository } from './upload-repository.ts'
import type { Upload, UploadPart } from './upload.ts'

export interface FinishUploadDependencies
  extends DescribeContentDependencies, DiscardUploadDependencies, ContentInFlightDependencies {
  readonly uploads: Pick<UploadRepository, 'find' | 'listParts' | 'finish' | 'remove'>
  readonly contents: Pick<AudioContentStore, 'write' | 'open' | 'remove'>
  readonly sniffer: AudioSniffer
  readonly ids: IdGenerator
}

interface WholeContent {
  readonly id: AudioId
  readonly content: ContentFacts
  readonly format: AudioFormat
}

/**
 * Makes audio of an upload that has all its bytes. Where that fails for a while, the upload stays as it is and any later
 * request on it tries again; where the bytes are refused, it is gone with them.
 * @throws NotAudio, UnsupportedAudio, DigestMismatch; StorageFull, StorageUnavailable; UploadNotFound where it was given up meanwhile
 */
export async function finishUpload(deps: FinishUploadDependencies, upload: Upload): Promise<Upload> {
  if (upload.audioId !== undefined) return upload
  const parts = await deps.uploads.listParts(upload.id)
  const [first] = parts
  try {
    // What came in one piece is the content already.
    if (first && parts.length === 1) return await commit(deps, upload, await asItIs(deps, first))
    return await commitJoined(deps, upload, parts)
  } catch (error) {
    if (isRefused(error)) await discardUpload(deps, upload)
    throw error
  }
}

async function commitJoined(
  deps: FinishUploadDependencies,
  upload: Upload,
  parts: readonly UploadPart[],
): Promise<Upload> {
  const whole = await join(deps, upload, parts)
  try {
    const finished = await commit(deps, upload, whole)
    if (finished.audioId !== whole.id) await deps.contents.remove(whole.id)
    return finished
  } catch (error) {
    // Not where the commit itself may have happened: then the row knows the content, or the sweep finds it unknown.
    if (isRefused(error)) await deps.contents.remove(whole.id).catch(() => undefined)
    throw error
  }
}

async function commit(deps: FinishUploadDependencies, upload: Upload, whole: WholeContent): Promise<Upload> {
  if (upload.expectedSha256.some((sha256) => sha256 !== whole.content.sha256)) throw new DigestMismatch()
  const { ownerId, createdAt, fileName, title, description } = upload
  const details = async () => ({ title, description })
  const audio = await describeContent(deps, { ...whole, ownerId, createdAt, fileName, details })
  const finished = await deps.uploads.finish(upload.id, audio)
  if (finished !== 'conflict') {
    for (const tombstone of finished.tombstones) await removeContent(deps, tombstone)
    return { ...upload, audioId: audio.id }
  }
  const other = await deps.uploads.find(upload.id, ownerId, deps.clock.now())
  if (!other) throw new UploadNotFound()
  return other
}

async function asItIs(
  { contents, sniffer }: FinishUploadDependencies,
  { id, sizeBytes, sha256 }: UploadPart,
): Promise<WholeContent> {
  const head: Uint8Array[] = []
  const stored = await contents.open(id, { start: 0, end: Math.min(sizeBytes, sniffedBytes) - 1 })
  if (!stored) throw new ContentMissing()
  for await (const chunk of stored) head.push(chunk as Uint8Array)
  return { id, content: { sizeBytes, sha256 }, format: await requireAudio(sniffer, Buffer.concat(head)) }
}

/** Stores the parts once more, as one content: the ports know no cheaper way that all stores share. */
async function join(
  deps: FinishUploadDependencies,
  { lengthBytes = 0 }: Upload,
  parts: readonly UploadPart[],
): Promise<WholeContent> {
  const { contents, sniffer, ids } = deps
  const id = newAudioId(ids)
  const inspected = inspectContent(bytesOf(contents, parts), { sniffer, limitBytes: lengthBytes })
  await contents.write(id, keptAlive(deps, id, inspected.bytes))
  const { format, ...content } = inspected.facts()
  return { id, content, format }
}

async function* bytesOf(
  contents: Pick<AudioContentStore, 'open'>,
  parts: readonly UploadPart[],
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const { id, sizeBytes } of parts) {
    const stored = await contents.open(id)
    if (!stored) throw new ContentMissing()
    let read = 0
    for await (const chunk of stored) {
      read += (chunk as Uint8Array).length
      yield chunk as Uint8Array
    }
    if (read !== sizeBytes) throw new ContentMissing()
  }
}

/** For good: the same bytes would be refused again. */
const isRefused = (error: unknown): boolean =>
  error instanceof NotAudio ||
  error instanceof UnsupportedAudio ||
  error instanceof DigestMismatch ||
  error instanceof InvalidInput
