import type { MediaFacts } from '@audiohost/core'

/** What the tags of a file say. */
export type TaggedFacts = Pick<
  MediaFacts,
  'tags' | 'hasCover' | 'replayGain' | 'r128Gain' | 'musicBrainz' | 'chapters'
>

export const noTags: TaggedFacts = {
  tags: {},
  hasCover: false,
  replayGain: undefined,
  r128Gain: undefined,
  musicBrainz: undefined,
  chapters: [],
}
