import { createHash } from 'node:crypto'
import { StorageUnavailable } from '../errors.ts'
import type { AudioContentStore } from './audio-content-store.ts'
import type { ReadyContent } from './audio-inventory.ts'
import type { AudioRepository } from './audio-repository.ts'
import { compareBytes, compareSize, requireStore, type Examined } from './examine-content.ts'

export interface CopyContentDependencies {
  readonly audio: Pick<AudioRepository, 'find'>
  readonly from: Pick<AudioContentStore, 'open' | 'check'>
  readonly to: Pick<AudioContentStore, 'write' | 'open' | 'stat' | 'remove' | 'check'>
}

export interface CopyContentInput {
  /** Whether the bytes at the target are read, and not only its size asked for. */
  readonly verify: boolean
  readonly onBytes: (bytes: number) => void
  readonly signal: AbortSignal
}

/** Why a content is not at the target. `source_damaged`: its bytes are not those of the row. */
export type CopyFault =
  'source_missing' | 'source_damaged' | 'source_unreadable' | 'target_unwritable' | 'target_damaged'

/** `present`: it was at the target already. `gone`: its audio was deleted meanwhile. */
export type CopyOutcome = 'copied' | 'present' | 'gone' | CopyFault

/**
 * Brings one content to the target: whole, and as its row says, or not at all. What is there and differs is replaced.
 * @throws StorageUnavailable and StorageFull where a store as a whole cannot serve
 */
export async function copyContent(
  deps: CopyContentDependencies,
  content: ReadyContent,
  input: CopyContentInput,
): Promise<CopyOutcome> {
  const found = await examineTarget(deps, content, input)
  if (found === 'whole') return 'present'
  const outcome = await transfer(deps, content, { ...input, isOccupied: found !== 'missing' })
  if (outcome === 'copied' || outcome === 'present') return outcome
  return (await deps.audio.find(content.id)) ? outcome : 'gone'
}

function examineTarget(
  { to }: CopyContentDependencies,
  content: ReadyContent,
  { verify, signal }: CopyContentInput,
): Promise<Examined> {
  return verify ? compareBytes({ contents: to }, content, { signal }) : compareSize({ contents: to }, content)
}

async function transfer(
  deps: CopyContentDependencies,
  content: ReadyContent,
  { isOccupied, ...input }: CopyContentInput & { readonly isOccupied: boolean },
): Promise<CopyOutcome> {
  const { from, to } = deps
  const { id } = content
  try {
    // What is there may be the only good copy: it makes room for none but a whole one.
    if (isOccupied) await requireWhole(from, content, input)
    const source = await from.open(id).catch(unreadable)
    if (!source) return 'source_missing'
    try {
      if (isOccupied) await to.remove(id)
      await to.write(id, checked(source as AsyncIterable<Uint8Array>, content, input))
    } finally {
      source.destroy()
    }
  } catch (error) {
    return explain(deps, content, { ...input, error })
  }
  if ((await examineTarget(deps, content, input)) === 'whole') return 'copied'
  await to.remove(id)
  return 'target_damaged'
}

async function requireWhole(
  from: CopyContentDependencies['from'],
  content: ReadyContent,
  { signal }: CopyContentInput,
): Promise<void> {
  const source = await from.open(content.id).catch(unreadable)
  if (!source) return
  try {
    for await (const _ of checked(source as AsyncIterable<Uint8Array>, content, { signal })) continue
  } finally {
    source.destroy()
  }
}

/** Fails at the end of bytes that are not the row's: the store that takes them keeps nothing then. */
async function* checked(
  source: AsyncIterable<Uint8Array>,
  { sha256 }: ReadyContent,
  { onBytes, signal }: Pick<CopyContentInput, 'signal'> & Partial<CopyContentInput>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256')
  for await (const chunk of withFaults(source)) {
    signal.throwIfAborted()
    hash.update(chunk)
    onBytes?.(chunk.length)
    yield chunk
  }
  if (hash.digest('hex') !== sha256) throw new SourceFault('source_damaged')
}

/** Tells a fault of the source from one of the target, where both are `StorageUnavailable`. */
async function* withFaults(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = source[Symbol.asyncIterator]()
  for (;;) {
    const next = await chunks.next().catch(unreadable)
    if (next.done === true) return
    yield next.value
  }
}

class SourceFault extends Error {
  readonly fault: 'source_damaged' | 'source_unreadable'

  constructor(fault: 'source_damaged' | 'source_unreadable', options?: ErrorOptions) {
    super(fault, options)
    this.fault = fault
  }
}

function unreadable(error: unknown): never {
  if (!(error instanceof StorageUnavailable)) throw error
  throw new SourceFault('source_unreadable', { cause: error })
}

async function explain(
  { from, to }: CopyContentDependencies,
  content: ReadyContent,
  { error, signal }: CopyContentInput & { readonly error: unknown },
): Promise<CopyOutcome> {
  if (error instanceof SourceFault) {
    if (error.fault === 'source_unreadable') await requireStore(from, error.cause)
    return error.fault
  }
  signal.throwIfAborted()
  if (error instanceof StorageUnavailable) {
    await requireStore(to, error)
    return 'target_unwritable'
  }
  // Another run may have been faster.
  if ((await compareSize({ contents: to }, content)) === 'whole') return 'present'
  throw error
}
