import type { Clock } from '../clock.ts'
import { secondsAfter } from '../clock.ts'
import type { AudioRepository } from './audio-repository.ts'
import type { CheckedContent, ContentChecks } from './content-checks.ts'
import type { ContentFinding } from './content-finding.ts'
import { compareBytes, type ExamineContentDependencies, type Pace } from './examine-content.ts'

export interface ScrubContentsDependencies extends ExamineContentDependencies {
  readonly checks: Pick<ContentChecks, 'due' | 'countDue' | 'record'>
  readonly audio: Pick<AudioRepository, 'find'>
  readonly clock: Clock
}

export interface ScrubProgress {
  readonly contents: number
  readonly bytes: number
}

export interface ScrubContentsInput {
  /** What was verified within this time is passed over. */
  readonly ageSeconds: number
  readonly pace?: Pace | undefined
  readonly signal?: AbortSignal | undefined
  /** Told once how much there is to do, and then how much of it is done. */
  readonly onProgress?: ((done: ScrubProgress, due: ScrubProgress) => void) | undefined
}

const pageSize = 100

/**
 * Reads the content of all ready audio, the longest unverified first, and compares its SHA-256 with the row. Records what is
 * whole, so that the next run goes on where this one stopped, and yields the rest for the caller to record. Deletes nothing;
 * safe while the app runs.
 */
export class ScrubContents {
  readonly #deps: ScrubContentsDependencies

  constructor(deps: ScrubContentsDependencies) {
    this.#deps = deps
  }

  /** @throws StorageUnavailable where the store as a whole cannot be read */
  async *execute({
    ageSeconds,
    onProgress,
    ...pace
  }: ScrubContentsInput): AsyncGenerator<ContentFinding, void, undefined> {
    const before = secondsAfter(this.#deps.clock.now(), -ageSeconds)
    const due = await this.#deps.checks.countDue(before)
    const done = { contents: 0, bytes: 0 }
    onProgress?.(done, due)
    let after: CheckedContent | undefined
    for (;;) {
      const page = await this.#deps.checks.due(before, pageSize, after)
      for (const content of page) {
        pace.signal?.throwIfAborted()
        const finding = await this.#verify(content, pace)
        if (finding) yield finding
        done.contents++
        done.bytes += content.sizeBytes
        onProgress?.(done, due)
      }
      after = page.at(-1)
      if (after === undefined) return
    }
  }

  async #verify(
    content: CheckedContent,
    pace: Pick<ScrubContentsInput, 'pace' | 'signal'>,
  ): Promise<ContentFinding | undefined> {
    const { id, ownerId, sizeBytes } = content
    const found = await compareBytes(this.#deps, content, pace)
    if (found === 'whole' && content.damage === undefined) {
      await this.#deps.checks.record(id, { damage: undefined, verifiedAt: this.#deps.clock.now() })
      return undefined
    }
    // What was deleted while it was read is no finding.
    const audio = await this.#deps.audio.find(id)
    return audio && { id, ownerId, sizeBytes, found, recorded: audio.damage }
  }
}
