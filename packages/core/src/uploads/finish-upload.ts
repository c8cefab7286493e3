import type { AudioContentStore } from '../audio/audio-content-store.ts'
import type { AudioFormat } from '../audio/audio-format.ts'
import { mostSniffedBytes, type AudioSniffer } from '../audio/audio-sniffer.ts'
import type { ContentFacts } from '../audio/audio.ts'
import { describeContent, type DescribeContentDependencies } from '../audio/describe-content.ts'
import { inspectContent, requireAudio } from '../audio/inspect-content.ts'
import { keptAlive, type ContentInFlightDependencies } from '../audio/keep-alive.ts'
import { removeContents } from '../audio/remove-content.ts'
import {
  AudioTooComplex,
  ContentTooLarge,
  DigestMismatch,
  InvalidInput,
  NotAudio,
  TooBusy,
  UnsupportedAudio,
  UploadDamaged,
  UploadNotFound,
} from '../errors.ts'
import type { FairScheduler } from '../fair-scheduler.ts'
import { newAudioId, type AudioId, type IdGenerator, type UserId } from '../ids.ts'
import { discardUpload, type DiscardUploadDependencies } from './discard-upload.ts'
import { discardDamaged } from './give-up-damaged-upload.ts'
import { bytesOfParts, requireWholeParts } from './stored-parts.ts'
import type { UploadRepository } from './upload-repository.ts'
import type { Upload, UploadPart } from './upload.ts'

export interface FinishUploadDependencies
  extends DescribeContentDependencies, DiscardUploadDependencies, ContentInFlightDependencies {
  readonly uploads: Pick<UploadRepository, 'find' | 'listParts' | 'finish' | 'remove'>
  readonly contents: Pick<AudioContentStore, 'write' | 'open' | 'remove'>
  readonly sniffer: AudioSniffer
  readonly ids: IdGenerator
  /** Joining reads and writes whole files, so few run at a time. */
  readonly joinScheduler: Pick<FairScheduler<UserId>, 'run'>
}

interface WholeContent {
  readonly id: AudioId
  readonly content: ContentFacts
  readonly format: AudioFormat
}

export interface FinishUploadOptions {
  /** All of it came with this very request: what was hashed on its way into the store is not read once more. */
  readonly isFresh?: boolean
}

/**
 * Makes audio of an upload that has all its bytes. Where that fails for a while, the upload stays as it is
 * and any later request on it tries again; where the bytes are refused or not what was stored, it is gone
 * with them.
 * @throws NotAudio, UnsupportedAudio, AudioTooComplex, DigestMismatch; UploadDamaged, StorageFull,
 *   StorageUnavailable, TooBusy; UploadNotFound if it was aborted meanwhile
 */
export async function finishUpload(
  deps: FinishUploadDependencies,
  upload: Upload,
  { isFresh = false }: FinishUploadOptions = {},
): Promise<Upload> {
  if (upload.audioId !== undefined) return upload
  const parts = await deps.uploads.listParts(upload.id)
  const [first] = parts
  if (!first) return overtaken(deps, upload)
  try {
    // What came in one piece is the content already.
    if (parts.length === 1) return await commit(deps, upload, await asItIs(deps, first, { isFresh }))
    return await deps.joinScheduler.run(upload.ownerId, () => commitJoined(deps, upload, parts))
  } catch (error) {
    if (error instanceof UploadDamaged) return await giveUp(deps, upload, error)
    if (isRefused(error)) await discardUpload(deps, upload)
    throw error
  }
}

/** Its client begins anew where there is no such upload any more. */
async function giveUp(
  deps: FinishUploadDependencies,
  upload: Upload,
  damage: UploadDamaged,
): Promise<Upload> {
  if ((await discardDamaged(deps, upload, damage)) === 'absent') return overtaken(deps, upload)
  throw damage
}

/** Another request has made audio of the upload meanwhile, or given it up. */
async function overtaken(
  { uploads, clock }: FinishUploadDependencies,
  { id, ownerId }: Upload,
): Promise<Upload> {
  const now = await uploads.find(id, ownerId, clock.now())
  if (!now) throw new UploadNotFound()
  return now
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
    if (isRefused(error) || error instanceof TooBusy)
      await deps.contents.remove(whole.id).catch(() => undefined)
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
    await removeContents(deps, finished.tombstones)
    return { ...upload, audioId: audio.id }
  }
  return overtaken(deps, upload)
}

async function asItIs(
  { contents, sniffer }: FinishUploadDependencies,
  part: UploadPart,
  { isFresh }: FinishUploadOptions,
): Promise<WholeContent> {
  const { id, sizeBytes, sha256 } = part
  if (!isFresh) await requireWholeParts(contents, [part])
  const head: Uint8Array[] = []
  const stored = await contents.open(id, { start: 0, end: Math.min(sizeBytes, mostSniffedBytes) - 1 })
  if (!stored) throw new UploadDamaged('missing', id)
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
  const inspected = inspectContent(bytesOfParts(contents, parts), { sniffer, limitBytes: lengthBytes })
  try {
    await contents.write(id, keptAlive(deps, id, inspected.bytes))
  } catch (error) {
    // Judged before a part had come to its end: the client is not to blame for bytes that it did not send.
    if (isRefused(error) || error instanceof ContentTooLarge) await requireWholeParts(contents, parts)
    throw error
  }
  const { format, ...content } = inspected.facts()
  return { id, content, format }
}

/** For good: the same bytes would be refused again. */
const isRefused = (error: unknown): boolean =>
  error instanceof NotAudio ||
  error instanceof UnsupportedAudio ||
  error instanceof AudioTooComplex ||
  error instanceof DigestMismatch ||
  error instanceof InvalidInput
