import type { AudioContentStore, StoredContent } from './audio-content-store.ts'
import type { AudioLeftovers } from './audio-repository.ts'

export interface OrphansDependencies {
  readonly leftovers: Pick<AudioLeftovers, 'known'>
  readonly contents: Pick<AudioContentStore, 'list' | 'stat'>
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
  deps: OrphansDependencies,
  { before, onContent, signal }: OrphanSearch,
): AsyncGenerator<readonly StoredContent[], void, undefined> {
  let batch: StoredContent[] = []
  for await (const content of deps.contents.list()) {
    signal?.throwIfAborted()
    onContent?.(content)
    if (content.writtenAt >= before) continue
    batch.push(content)
    if (batch.length < batchSize) continue
    yield await unknownOf(deps, batch)
    batch = []
  }
  if (batch.length > 0) yield await unknownOf(deps, batch)
}

async function unknownOf(
  { leftovers, contents }: OrphansDependencies,
  listed: readonly StoredContent[],
): Promise<StoredContent[]> {
  const known = await leftovers.known(listed.map(({ id }) => id))
  const unknown: StoredContent[] = []
  for (const content of listed) {
    // What was deleted after it was listed has lost its content before its row.
    if (!known.has(content.id) && (await contents.stat(content.id))) unknown.push(content)
  }
  return unknown
}
