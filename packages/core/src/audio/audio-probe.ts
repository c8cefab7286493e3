import type { AudioFormat } from './audio-format.ts'
import type { UserId } from '../ids.ts'
import type { MediaFacts } from './audio.ts'

/** Stored content that can be read at any place. */
export interface RandomAccessContent {
  readonly sizeBytes: number
  /** The bytes from `start` (included) to `end` (excluded), cut off at the end of the content. */
  read(start: number, end: number): Promise<Uint8Array>
}

export type ProbeVerdict =
  | { readonly verdict: 'audio'; readonly media: MediaFacts }
  | { readonly verdict: 'unsupported'; readonly format: string }
  /** The container announces more than there is. */
  | { readonly verdict: 'truncated' }
  | { readonly verdict: 'unreadable' }
  /** Reading the structure needs far more time or memory than ordinary files do. */
  | { readonly verdict: 'too-complex' }

/**
 * Reads what stored audio says of itself, within a bounded time. Hostile bytes give a verdict, never an
 * error; an error of `content.read` is not a verdict and is rethrown unchanged. Probes of one owner do not
 * delay those of another.
 */
export interface AudioProbe {
  /** @throws TooBusy if too many probes are waiting */
  probe(content: RandomAccessContent, format: AudioFormat, ownerId: UserId): Promise<ProbeVerdict>
}
