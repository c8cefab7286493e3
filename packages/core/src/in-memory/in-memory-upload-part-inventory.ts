import type {
  OpenUploadPart,
  UploadPartInventory,
  UploadPartPageRequest,
  UploadPartPlace,
} from '../uploads/upload-part-inventory.ts'
import type { InMemoryState, StoredUpload } from './in-memory-state.ts'

export class InMemoryUploadPartInventory implements UploadPartInventory {
  readonly #state: InMemoryState

  constructor(state: InMemoryState) {
    this.#state = state
  }

  async listOpen({ after, limit, now }: UploadPartPageRequest): Promise<readonly OpenUploadPart[]> {
    return [...this.#state.uploads.values()]
      .filter(({ upload }) => upload.audioId === undefined && upload.expiresAt > now)
      .flatMap(openPartsOf)
      .sort(comparePlaces)
      .filter((part) => after === undefined || comparePlaces(part, after) > 0)
      .slice(0, limit)
  }
}

const openPartsOf = ({ upload: { id, ownerId }, parts }: StoredUpload): readonly OpenUploadPart[] =>
  parts.map((part) => ({ ...part, uploadId: id, ownerId }))

function comparePlaces(a: UploadPartPlace, b: UploadPartPlace): number {
  if (a.uploadId !== b.uploadId) return a.uploadId < b.uploadId ? -1 : 1
  return a.offsetBytes - b.offsetBytes
}
