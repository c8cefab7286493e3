import type { AudioFormat, ProbeVerdict } from '@audiohost/core'
import type { ProbeLimits } from './buffered-content.ts'

/** What a thread starts with. */
export interface ProbeThreadData {
  readonly limits: ProbeLimits
  readonly tagCharset: string | undefined
}

export type ToProbeThread =
  | { readonly kind: 'probe'; readonly sizeBytes: number; readonly format: AudioFormat }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'read-failed' }
  | { readonly kind: 'continue' }

export type FromProbeThread =
  /** With the path at which the processor time of the thread can be read. */
  | { readonly kind: 'ready'; readonly path: string | undefined }
  | { readonly kind: 'read'; readonly start: number; readonly end: number }
  /** The verdict without tags, for the case that reading them ends the thread. */
  | { readonly kind: 'container'; readonly verdict: ProbeVerdict }
  | { readonly kind: 'verdict'; readonly verdict: ProbeVerdict }
  /** The storage failed, not the bytes. */
  | { readonly kind: 'failed' }
