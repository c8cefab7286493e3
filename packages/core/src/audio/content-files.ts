import type { AudioId } from '../ids.ts'

/** What a content store in a folder may offer besides, so that a web server in front can send its files by itself. */
export interface ContentFiles {
  /** Where the file of this content lies, or would lie, below the folder of the store: names with `/` in between. */
  pathOf(id: AudioId): string
}
