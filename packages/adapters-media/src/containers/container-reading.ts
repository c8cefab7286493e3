import type { AudioFormat, MediaFacts, ProbeVerdict } from '@audiohost/core'

/** What a container says of its audio; a key that is not there is left to music-metadata. */
export type AudioFacts = Partial<
  Pick<
    MediaFacts,
    'codec' | 'durationSeconds' | 'bitrate' | 'sampleRate' | 'channels' | 'bitDepth' | 'lossless'
  >
>

export type ContainerReading =
  | { readonly verdict: 'audio'; readonly format: AudioFormat; readonly facts: AudioFacts }
  | Exclude<ProbeVerdict, { readonly verdict: 'audio' }>

export const truncated = { verdict: 'truncated' } as const
export const unreadable = { verdict: 'unreadable' } as const

export const unsupported = (format: string) => ({ verdict: 'unsupported', format }) as const

/** Bits a second, or `undefined` where there is no duration. */
export function averageBitrate(bytes: number, durationSeconds: number | undefined): number | undefined {
  return durationSeconds === undefined || durationSeconds <= 0 ? undefined : (bytes * 8) / durationSeconds
}
