import type { AudioId } from '../ids.ts'
import type { AudioInventory, ReadyContent } from './audio-inventory.ts'
import type { AudioLeftovers } from './audio-repository.ts'
import {
  copyContent,
  type CopyContentDependencies,
  type CopyFault,
  type CopyOutcome,
} from './copy-content.ts'

export interface CopyContentsDependencies extends CopyContentDependencies {
  readonly inventory: AudioInventory
  readonly leftovers: Pick<AudioLeftovers, 'known'>
}

export interface CopyAmount {
  readonly contents: number
  readonly bytes: number
}

export interface CopyContentsInput {
  /** Reads what is at the target, before and after, and compares its SHA-256; else its size alone tells. */
  readonly verify?: boolean | undefined
  /** Ends the copying with whole contents at the target, and those under way not there. */
  readonly signal?: AbortSignal | undefined
  /** Told, again and again, how much is done, and how much there is to do as far as that is known. */
  readonly onProgress?: ((done: CopyAmount, due: CopyAmount) => void) | undefined
}

export interface CopyFailure extends ReadyContent {
  readonly fault: CopyFault
}

export interface CopyReport {
  /** How often all rows were walked; the last time, none was new. */
  readonly passes: number
  readonly copied: CopyAmount
  /** Were at the target already. */
  readonly present: CopyAmount
  /** Deleted while the copying went on: not at the target, or not any more. */
  readonly gone: number
  readonly failures: readonly CopyFailure[]
  readonly isInterrupted: boolean
}

const pageSize = 500
const atOnce = 4

/**
 * Copies the content of all ready audio from one store to another. Safe while the app runs: it walks the rows until none is new.
 * What is at the target already is left out, so that a run goes on where the one before ended.
 */
export class CopyContents {
  readonly #deps: CopyContentsDependencies

  constructor(deps: CopyContentsDependencies) {
    this.#deps = deps
  }

  /** @throws StorageUnavailable and StorageFull where a store as a whole cannot serve; what was copied by then stays */
  async execute(input: CopyContentsInput = {}): Promise<CopyReport> {
    const run = new CopyRun(input)
    try {
      await this.#survey(run)
      do run.passes++
      while ((await this.#pass(run)) > 0)
      await this.#removeDeleted(run)
    } catch (error) {
      if (input.signal?.aborted !== true) throw error
      run.isInterrupted = true
    }
    return run.report()
  }

  async #survey(run: CopyRun): Promise<void> {
    for await (const { sizeBytes } of this.#rows(run)) run.expect(sizeBytes)
  }

  /** Resolves with the number of rows that were new. */
  async #pass(run: CopyRun): Promise<number> {
    const rows = this.#unsettled(run)
    let settled = 0
    const copyRows = async (): Promise<void> => {
      for await (const row of rows) {
        await this.#copy(run, row)
        settled++
      }
    }
    const workers = Array.from({ length: atOnce }, () =>
      copyRows().catch((error: unknown) => {
        run.stop(error)
      }),
    )
    await Promise.all(workers)
    run.signal.throwIfAborted()
    return settled
  }

  async #copy(run: CopyRun, row: ReadyContent): Promise<void> {
    let passedBytes = 0
    const outcome = await copyContent(this.#deps, row, {
      verify: run.verify,
      signal: run.signal,
      onBytes: (bytes) => {
        passedBytes += bytes
        run.advance(bytes)
      },
    })
    run.advance(row.sizeBytes - passedBytes)
    run.settle(row, outcome)
  }

  async *#unsettled(run: CopyRun): AsyncGenerator<ReadyContent, void, undefined> {
    for await (const row of this.#rows(run)) {
      if (run.isSettled(row.id)) continue
      if (run.passes > 1) run.expect(row.sizeBytes)
      yield row
    }
  }

  async *#rows({ signal }: CopyRun): AsyncGenerator<ReadyContent, void, undefined> {
    let after: AudioId | undefined
    for (;;) {
      const page = await this.#deps.inventory.readyAfter(after, pageSize)
      for (const row of page) {
        signal.throwIfAborted()
        yield row
      }
      after = page.at(-1)?.id
      if (after === undefined) return
    }
  }

  /** What was deleted after it had been copied. Later deletions are for the sweep, once the app uses the target. */
  async #removeDeleted(run: CopyRun): Promise<void> {
    const ids = run.atTarget
    for (let start = 0; start < ids.length; start += pageSize) {
      run.signal.throwIfAborted()
      const some = ids.slice(start, start + pageSize)
      const known = await this.#deps.leftovers.known(some)
      for (const id of some.filter((each) => !known.has(each))) {
        await this.#deps.to.remove(id)
        run.gone++
      }
    }
  }
}

class CopyRun {
  readonly verify: boolean
  readonly signal: AbortSignal
  passes = 0
  gone = 0
  isInterrupted = false
  readonly #fault = new AbortController()
  readonly #onProgress: CopyContentsInput['onProgress']
  readonly #outcomes = new Map<AudioId, CopyOutcome>()
  readonly #failures: CopyFailure[] = []
  readonly #amounts = { copied: nothing(), present: nothing(), done: nothing(), due: nothing() }

  constructor({ verify = false, signal, onProgress }: CopyContentsInput) {
    this.verify = verify
    this.signal = AbortSignal.any(signal ? [signal, this.#fault.signal] : [this.#fault.signal])
    this.#onProgress = onProgress
  }

  get atTarget(): AudioId[] {
    const isThere = (outcome: CopyOutcome): boolean => outcome === 'copied' || outcome === 'present'
    return [...this.#outcomes].flatMap(([id, outcome]) => (isThere(outcome) ? [id] : []))
  }

  isSettled(id: AudioId): boolean {
    return this.#outcomes.has(id)
  }

  expect(bytes: number): void {
    this.#amounts.due.contents++
    this.#amounts.due.bytes += bytes
  }

  advance(bytes: number): void {
    this.#amounts.done.bytes += bytes
    this.#onProgress?.({ ...this.#amounts.done }, { ...this.#amounts.due })
  }

  settle(row: ReadyContent, outcome: CopyOutcome): void {
    this.#outcomes.set(row.id, outcome)
    this.#amounts.done.contents++
    if (outcome === 'copied' || outcome === 'present') {
      this.#amounts[outcome].contents++
      this.#amounts[outcome].bytes += row.sizeBytes
    } else if (outcome === 'gone') this.gone++
    else this.#failures.push({ ...row, fault: outcome })
    this.#onProgress?.({ ...this.#amounts.done }, { ...this.#amounts.due })
  }

  /** The other workers end too; the first error is the one that is told. */
  stop(error: unknown): void {
    this.#fault.abort(error)
  }

  report(): CopyReport {
    const { copied, present } = this.#amounts
    const { passes, gone, isInterrupted } = this
    return { passes, copied, present, gone, failures: this.#failures, isInterrupted }
  }
}

const nothing = () => ({ contents: 0, bytes: 0 })
