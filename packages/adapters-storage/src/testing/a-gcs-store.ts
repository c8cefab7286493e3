import { someBytes } from '@audiohost/core/testing'
import { GcsAudioContentStore, type GcsAudioContentStoreOptions } from '../gcs/gcs-audio-content-store.ts'
import type { Fault, ScriptedGcs } from './scripted-gcs.ts'

export const chunkBytes = 256 * 1024

/** Three chunks, the last of which is short. */
export const threeChunks = someBytes(2 * chunkBytes + 1000)

/** A store over the scripted server that loses no time. */
export function aGcsStore(
  gcs: ScriptedGcs,
  { retries, ...options }: Partial<GcsAudioContentStoreOptions> = {},
): GcsAudioContentStore {
  return new GcsAudioContentStore({
    bucket: 'bucket',
    apiEndpoint: gcs.endpoint,
    chunkBytes,
    retries: { limit: 2, longestDelayMs: 1, idleTimeoutMs: 200, ...retries },
    ...options,
  })
}

/** What goes wrong with the requests of this kind, so many times. */
export function faultAt(kind: RegExp, fault: Fault, times = Infinity): ScriptedGcs['fault'] {
  let left = times
  return (request) => (kind.test(request) && left-- > 0 ? fault : undefined)
}
