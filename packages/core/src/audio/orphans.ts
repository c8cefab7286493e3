import type { AudioId } from '../ids.ts'
import type { AudioContentStore, StoredContent } from './audio-content-store.ts'
import type { AudioLeftovers } from './audio-repository.ts'

export interface OrphansDependencies {
  readonly leftovers: Pick<AudioLeftovers, 'known'>
  readonly contents: Pick<AudioContentStore, 'list'>
}

export interface OrphanSearch {
  /** Younger contents are passed over: the row of what has just been written may still come. */
  readonly before: Date
  /** Told of every content that was looked at. */
  readonly onContent?: (content: StoredContent) => void
  readonly signal?: AbortSignal | undefined
}

const batchSize = 500

/** The contents without a row, in batches. */
export async function* orphans(
  { leftovers, contents }: OrphansDependencies,
  { before, onContent, signal }: OrphanSearch,
): AsyncGenerator<readonly StoredContent[], void, undefined> {
  let batch: StoredContent[] = []
  for await (const content of contents.list()) {
    signal?.throwIfAborted()
    onContent?.(content)
    if (content.writtenAt >= before) continue
    batch.push(content)
    if (batch.length < batchSize) continue
    yield unknownOf(batch, await leftovers.known(idsOf(batch)))
    batch = []
  }
  if (batch.length > 0) yield unknownOf(batch, await leftovers.known(idsOf(batch)))
}

const idsOf = (contents: readonly StoredContent[]): AudioId[] => contents.map(({ id }) => id)

const unknownOf = (contents: readonly StoredContent[], known: ReadonlySet<AudioId>): StoredContent[] =>
  contents.filter(({ id }) => !known.has(id))
