import type { ContentDamage } from './audio.ts'
import type { ReadyContent } from './audio-inventory.ts'

/** What a look at the content of one ready audio found, where that is not simply that all is well. */
export interface ContentFinding extends Omit<ReadyContent, 'sha256'> {
  /** `unreadable`: the store has it and could not read it to its end. `whole`: it was damaged, and is not any more. */
  readonly found: ContentDamage | 'unreadable' | 'whole'
  /** What is recorded in its row so far. */
  readonly recorded: ContentDamage | undefined
}

/** Whether the row says what was found. */
export const isRecorded = ({ found, recorded }: ContentFinding): boolean => found === (recorded ?? 'whole')
