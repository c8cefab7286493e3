import type { AudioFormat, MediaFacts, ProbeVerdict } from '@audiohost/core'

/** What a container says about its audio. */
export interface AudioFacts extends Pick<
  MediaFacts,
  'durationSeconds' | 'bitrate' | 'sampleRate' | 'channels'
> {
  readonly codec: string
  /** Bits per sample. Lossy codecs have none. */
  readonly bitDepth?: number | undefined
  readonly lossless: boolean
}

export type ContainerReading =
  | { readonly verdict: 'audio'; readonly format: AudioFormat; readonly facts: AudioFacts }
  | Exclude<ProbeVerdict, { readonly verdict: 'audio' }>

export const truncated = { verdict: 'truncated' } as const
export const unreadable = { verdict: 'unreadable' } as const

export const unsupported = (format: string) => ({ verdict: 'unsupported', format }) as const

/** Bits per second, or `undefined` if there is no duration. */
export function averageBitrate(bytes: number, durationSeconds: number | undefined): number | undefined {
  return durationSeconds === undefined || durationSeconds <= 0 ? undefined : (bytes * 8) / durationSeconds
}
