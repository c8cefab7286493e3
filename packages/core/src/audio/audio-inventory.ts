import type { AudioId, UserId } from '../ids.ts'

/** What the row of a ready audio says of its content, for whoever compares or copies bytes. */
export interface ReadyContent {
  readonly id: AudioId
  readonly ownerId: UserId
  readonly sizeBytes: number
  /** SHA-256 in lower-case hex. */
  readonly sha256: string
}

/** All ready audio over all owners, for the operator's side; no actor sees it. */
export interface AudioInventory {
  /**
   * At most `limit` ready audio with ids after `after`, in the order of ids; fewer only where there are no more.
   * Ids grow with time: what is uploaded during a walk turns up at its end or not at all, what is deleted may still appear.
   */
  readyAfter(after: AudioId | undefined, limit: number): Promise<readonly ReadyContent[]>
}
