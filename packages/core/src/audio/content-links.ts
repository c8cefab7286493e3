import type { AudioId } from '../ids.ts'
import type { ContentFiles } from './content-files.ts'

/** What whoever follows a link is told of the bytes: what we would have told. */
export interface LinkTerms {
  readonly contentType: string
  /** RFC 6266, in ASCII. */
  readonly contentDisposition: string
  readonly expiresInSeconds: number
}

/** What a content store may offer besides: addresses in the storage itself, so that bytes need not pass through us. */
export interface ContentLinks {
  /**
   * Reads this one content by GET, whole or a range of it, until it expires, and allows nothing else. Whoever has it can
   * read: it belongs to one client, and in no log. Nothing is looked up: a link to no content answers 404.
   * @throws StorageUnavailable
   */
  linkTo(id: AudioId, terms: LinkTerms): Promise<URL>
}

/** How contents reach clients: by links or by a web server in front where there are any, else through us. */
export interface ContentDelivery {
  readonly links?: ContentLinks | undefined
  /** What the web server in front sends by itself. */
  readonly files?: ContentFiles | undefined
  /** How long a link lives beyond the time that its audio plays. */
  readonly linkSeconds: number
}

/** What every storage can sign for. */
const longestSeconds = 12 * 3600

/** Players keep the address that they were sent to for as long as they play. */
export const linkLifeSeconds = (linkSeconds: number, durationSeconds = 0): number =>
  Math.min(longestSeconds, linkSeconds + Math.ceil(durationSeconds))
