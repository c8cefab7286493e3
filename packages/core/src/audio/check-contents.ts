import type { AudioId } from '../ids.ts'
import type { AudioInventory, ReadyContent } from './audio-inventory.ts'
import type { AudioRepository } from './audio-repository.ts'
import type { ContentChecks } from './content-checks.ts'
import type { ContentFinding } from './content-finding.ts'
import {
  compareBytes,
  compareSize,
  type Examined,
  type ExamineContentDependencies,
  type ReadingPace,
} from './examine-content.ts'

export interface CheckContentsDependencies extends ExamineContentDependencies {
  readonly inventory: AudioInventory
  readonly checks: Pick<ContentChecks, 'damaged'>
  readonly audio: Pick<AudioRepository, 'find'>
}

export interface CheckContentsInput extends ReadingPace {
  /** Told, again and again, how many rows have been compared. */
  readonly onProgress?: ((contents: number) => void) | undefined
}

const pageSize = 512
/** An object store answers in tens of milliseconds, so several are asked at once. */
const atOnce = 16

/**
 * Compares each ready audio with what the store says of its content, without reading any but those that are recorded as
 * damaged. Changes nothing; safe while the app runs: what is deleted meanwhile is no finding.
 */
export class CheckContents {
  readonly #deps: CheckContentsDependencies

  constructor(deps: CheckContentsDependencies) {
    this.#deps = deps
  }

  /** @throws StorageUnavailable where the store as a whole cannot be asked */
  async *execute(input: CheckContentsInput = {}): AsyncGenerator<ContentFinding, void, undefined> {
    yield* this.#checkSizes(input)
    yield* this.#checkDamaged(input)
  }

  async *#checkSizes({
    onProgress,
    signal,
  }: CheckContentsInput): AsyncGenerator<ContentFinding, void, undefined> {
    let compared = 0
    let after: AudioId | undefined
    for (;;) {
      const page = await this.#deps.inventory.readyAfter(after, pageSize)
      for (let start = 0; start < page.length; start += atOnce) {
        signal?.throwIfAborted()
        const some = page.slice(start, start + atOnce)
        const states = await Promise.all(some.map((content) => compareSize(this.#deps, content)))
        yield* this.#findings(some, states)
        onProgress?.((compared += some.length))
      }
      after = page.at(-1)?.id
      if (after === undefined) return
    }
  }

  async *#findings(
    contents: readonly ReadyContent[],
    states: readonly Examined[],
  ): AsyncGenerator<ContentFinding, void, undefined> {
    for (const [index, content] of contents.entries()) {
      const found = states[index] ?? 'whole'
      if (found === 'whole') continue
      const audio = await this.#deps.audio.find(content.id)
      if (audio) yield findingOf(content, found, audio.damage)
    }
  }

  /** Those whose size is right again: whether they are whole only their bytes can tell. */
  async *#checkDamaged(pace: ReadingPace): AsyncGenerator<ContentFinding, void, undefined> {
    let after: AudioId | undefined
    for (;;) {
      const page = await this.#deps.checks.damaged(after, pageSize)
      for (const content of page) {
        if ((await compareSize(this.#deps, content)) !== 'whole') continue
        const found = await compareBytes(this.#deps, content, pace)
        const audio = await this.#deps.audio.find(content.id)
        if (audio) yield findingOf(content, found, audio.damage)
      }
      after = page.at(-1)?.id
      if (after === undefined) return
    }
  }
}

const findingOf = (
  { id, ownerId, sizeBytes }: ReadyContent,
  found: ContentFinding['found'],
  recorded: ContentFinding['recorded'],
): ContentFinding => ({ id, ownerId, sizeBytes, found, recorded })
