import type { AudioId, UserId } from '../ids.ts'
import type { UploadPart } from './upload.ts'

/** A part of an upload that is open and whose time is not over, for whoever compares bytes. */
export interface OpenUploadPart extends UploadPart {
  readonly uploadId: AudioId
  readonly ownerId: UserId
}

/** Where a part stands among those of all uploads. */
export type UploadPartPlace = Pick<OpenUploadPart, 'uploadId' | 'offsetBytes'>

export interface UploadPartPageRequest {
  readonly after: UploadPartPlace | undefined
  readonly limit: number
  /** What has expired by then is not open. */
  readonly now: Date
}

/** The parts of all open uploads over all owners, for the operator's side; no actor sees it. */
export interface UploadPartInventory {
  /**
   * At most `limit` parts behind `after`, upload by upload in the order of their ids, those of one upload in the order of
   * their bytes; fewer only where there are no more. Ids grow with time: what begins during a walk turns up at its end or
   * not at all, what is finished or given up may still appear.
   */
  listOpen(request: UploadPartPageRequest): Promise<readonly OpenUploadPart[]>
}
