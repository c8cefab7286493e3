import { compareSize, type Examined, type ExamineContentDependencies } from '../audio/examine-content.ts'
import type { Clock } from '../clock.ts'
import type { OpenUploadPart, UploadPartInventory, UploadPartPlace } from './upload-part-inventory.ts'
import type { UploadRepository } from './upload-repository.ts'
import type { Upload } from './upload.ts'

export interface CheckUploadPartsDependencies {
  readonly uploadParts: UploadPartInventory
  readonly uploads: Pick<UploadRepository, 'find'>
  readonly contents: ExamineContentDependencies['contents']
  readonly clock: Clock
}

export interface CheckUploadPartsInput {
  /** Told, again and again, how many parts have been compared. */
  readonly onProgress?: ((parts: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface UploadPartFinding extends OpenUploadPart {
  /** `unreadable`: the store could not tell. */
  readonly found: Exclude<Examined, 'whole'>
}

/** An open upload with the parts that were found wanting, of which there is one at least. */
export interface UploadFinding extends Pick<Upload, 'id' | 'ownerId'> {
  readonly parts: readonly UploadPartFinding[]
}

const pageSize = 512
/** An object store answers in tens of milliseconds, so several are asked at once. */
const atOnce = 16

/**
 * Compares each part of the open uploads with what the store says of its content, without reading any. Changes nothing;
 * safe while the app runs: the parts of an upload that ends meanwhile are no finding.
 */
export class CheckUploadParts {
  readonly #deps: CheckUploadPartsDependencies

  constructor(deps: CheckUploadPartsDependencies) {
    this.#deps = deps
  }

  /** @throws StorageUnavailable where the store as a whole cannot be asked */
  async *execute(input: CheckUploadPartsInput = {}): AsyncGenerator<UploadFinding, void, undefined> {
    let parts: UploadPartFinding[] = []
    for await (const part of this.#wantingParts(input)) {
      if (parts[0] && parts[0].uploadId !== part.uploadId) {
        yield* this.#ofOpenUpload(parts)
        parts = []
      }
      parts.push(part)
    }
    yield* this.#ofOpenUpload(parts)
  }

  async *#wantingParts({
    onProgress,
    signal,
  }: CheckUploadPartsInput): AsyncGenerator<UploadPartFinding, void, undefined> {
    let compared = 0
    let after: UploadPartPlace | undefined
    for (;;) {
      const now = this.#deps.clock.now()
      const page = await this.#deps.uploadParts.listOpen({ after, limit: pageSize, now })
      for (let start = 0; start < page.length; start += atOnce) {
        signal?.throwIfAborted()
        const some = page.slice(start, start + atOnce)
        yield* await this.#compare(some)
        onProgress?.((compared += some.length))
      }
      after = page.at(-1)
      if (after === undefined) return
    }
  }

  async #compare(parts: readonly OpenUploadPart[]): Promise<readonly UploadPartFinding[]> {
    const states = await Promise.all(parts.map((part) => compareSize(this.#deps, part)))
    return parts.flatMap((part, index) => {
      const found = states[index] ?? 'whole'
      return found === 'whole' ? [] : [{ ...part, found }]
    })
  }

  /** As long as an upload is open it keeps all its parts, so that what was missing before is missing now. */
  async *#ofOpenUpload(parts: readonly UploadPartFinding[]): AsyncGenerator<UploadFinding, void, undefined> {
    const [first] = parts
    if (!first) return
    const { uploadId: id, ownerId } = first
    const upload = await this.#deps.uploads.find(id, ownerId, this.#deps.clock.now())
    if (upload && upload.audioId === undefined) yield { id, ownerId, parts }
  }
}
