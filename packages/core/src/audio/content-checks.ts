import type { AudioId } from '../ids.ts'
import type { ReadyContent } from './audio-inventory.ts'
import type { ContentDamage } from './audio.ts'

export interface CheckedContent extends ReadyContent {
  /** What the last check that was recorded found wrong. */
  readonly damage: ContentDamage | undefined
  /** When that was; `undefined` where none was recorded since the upload. */
  readonly verifiedAt: Date | undefined
}

/** What is known of the wholeness of ready audio, over all owners, for the operator's side. */
export interface ContentChecks {
  /**
   * At most `limit` contents for which no check was recorded since `before`, after `after`: first those never checked,
   * then the longest unchecked.
   */
  due(before: Date, limit: number, after: CheckedContent | undefined): Promise<readonly CheckedContent[]>
  /** How much `due` would walk through. */
  countDue(before: Date): Promise<{ readonly contents: number; readonly bytes: number }>
  /** At most `limit` damaged ones after `after`, in the order of ids. */
  damaged(after: AudioId | undefined, limit: number): Promise<readonly CheckedContent[]>
  /** Records what a check found, in place of what the last one did. `false` where there is no such audio any more. */
  record(
    id: AudioId,
    check: { readonly damage: ContentDamage | undefined; readonly verifiedAt: Date },
  ): Promise<boolean>
}
