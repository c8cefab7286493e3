import type { AudioFormat } from './audio-format.ts'

/** The bytes from the beginning that a verdict needs, if the content has as many. */
export const sniffedBytes = 4100
/** The bytes that an undecided verdict may ask for: zeros and junk may come before the first frame. */
export const mostSniffedBytes = 128 * 1024

export type SniffVerdict =
  | { readonly verdict: 'audio'; readonly format: AudioFormat }
  /** Audio or video, but in no accepted format; `format` names it for the client. */
  | { readonly verdict: 'unsupported'; readonly format: string }
  | { readonly verdict: 'not-audio' }
  /** Of no known format so far; more bytes may show one. Never with `mostSniffedBytes`. */
  | { readonly verdict: 'undecided' }

/** Tells a format by the first bytes alone; never by a name or by what the client says. */
export interface AudioSniffer {
  sniff(head: Uint8Array): Promise<SniffVerdict>
}
