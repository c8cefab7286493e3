import { createHash } from 'node:crypto'
import { StorageFull, StorageUnavailable } from '../errors.ts'
import type { AudioContentStore } from './audio-content-store.ts'
import type { ReadyContent } from './audio-inventory.ts'
import type { ContentDamage } from './audio.ts'

export interface ExamineContentDependencies {
  readonly contents: Pick<AudioContentStore, 'stat' | 'open' | 'check'>
}

/** Resolves when so many bytes may have been read; rejects where the signal aborts. */
export type Pace = (bytes: number, signal: AbortSignal | undefined) => Promise<void>

export interface ReadingPace {
  readonly pace?: Pace | undefined
  readonly signal?: AbortSignal | undefined
}

export type Examined = ContentDamage | 'unreadable' | 'whole'

/** Compares what the store says of its size. @throws StorageUnavailable where the store as a whole cannot be asked */
export async function compareSize(
  { contents }: ExamineContentDependencies,
  { id, sizeBytes }: ReadyContent,
): Promise<Examined> {
  try {
    const stored = await contents.stat(id)
    if (!stored) return 'missing'
    if (stored.sizeBytes < sizeBytes) return 'short'
    return stored.sizeBytes > sizeBytes ? 'corrupt' : 'whole'
  } catch (error) {
    await requireStore(contents, error)
    return 'unreadable'
  }
}

/** Reads it to its end and compares the digest. @throws StorageUnavailable where the store as a whole cannot be read */
export async function compareBytes(
  deps: ExamineContentDependencies,
  content: ReadyContent,
  pace: ReadingPace,
): Promise<Examined> {
  const bySize = await compareSize(deps, content)
  if (bySize !== 'whole') return bySize
  try {
    const sha256 = await digestOf(deps.contents, content, pace)
    if (sha256 === undefined) return 'missing'
    return sha256 === content.sha256 ? 'whole' : 'corrupt'
  } catch (error) {
    pace.signal?.throwIfAborted()
    await requireStore(deps.contents, error)
    return 'unreadable'
  }
}

async function digestOf(
  contents: ExamineContentDependencies['contents'],
  { id }: ReadyContent,
  { pace, signal }: ReadingPace,
): Promise<string | undefined> {
  const bytes = await contents.open(id)
  if (!bytes) return undefined
  const hash = createHash('sha256')
  for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
    signal?.throwIfAborted()
    hash.update(chunk)
    await pace?.(chunk.length, signal)
  }
  return hash.digest('hex')
}

/** One content that cannot be read is a finding; a store that is away would make one of every content. @throws its error */
export async function requireStore(
  contents: Pick<AudioContentStore, 'check'>,
  error: unknown,
): Promise<void> {
  if (!(error instanceof StorageUnavailable)) throw error
  try {
    await contents.check()
  } catch (fault) {
    // What is there can be read from a full store.
    if (!(fault instanceof StorageFull)) throw error
  }
}
