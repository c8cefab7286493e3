import type { AudioFormat } from './audio-format.ts'

/** How many bytes from the beginning a verdict needs, where the content has as many. */
export const sniffedBytes = 4100

export type SniffVerdict =
  | { readonly verdict: 'audio'; readonly format: AudioFormat }
  /** Audio or video, but in no accepted format; `format` names it for the client. */
  | { readonly verdict: 'unsupported'; readonly format: string }
  | { readonly verdict: 'not-audio' }

/** Tells a format by the first bytes alone; never by a name or by what the client says. */
export interface AudioSniffer {
  sniff(head: Uint8Array): Promise<SniffVerdict>
}
