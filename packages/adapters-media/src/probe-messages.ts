import type { AudioFormat, ProbeVerdict } from '@audiohost/core'

export type ToProbeThread =
  | { readonly kind: 'probe'; readonly sizeBytes: number; readonly format: AudioFormat }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'read-failed' }

export type FromProbeThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'read'; readonly start: number; readonly end: number }
  | { readonly kind: 'verdict'; readonly verdict: ProbeVerdict }
  /** The storage failed, not the bytes. */
  | { readonly kind: 'failed' }
