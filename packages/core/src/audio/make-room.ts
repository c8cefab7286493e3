import { ContentTooLarge, QuotaExceeded, UploadAborted } from '../errors.ts'
import type { AudioId } from '../ids.ts'
import type { Quota } from '../users/quota.ts'
import type { AudioRepository, Room } from './audio-repository.ts'

export interface MakeRoomDependencies {
  readonly audio: Pick<AudioRepository, 'reserve'>
  readonly maxUploadBytes: number
  readonly defaultQuota: Quota
}

/** How many bytes are reserved ahead if the length is unknown; fewer near the quota. */
const blockBytes = 8 * 1024 * 1024

/** Other uploads may release their reservations within seconds. */
const contendedPausesMs = [50, 100, 200, 400, 800, 1600, 3200]

/**
 * Reserves the expected bytes of a pending audio, and returns a function that reserves more if more bytes
 * arrive.
 * @throws ContentTooLarge, QuotaExceeded; UploadAborted if the audio was removed meanwhile
 */
export async function makeRoom(
  { audio, maxUploadBytes, defaultQuota }: MakeRoomDependencies,
  id: AudioId,
  expected: Room | undefined,
): Promise<(sizeBytes: number) => Promise<void> | undefined> {
  let reservedBytes = 0
  const reserve = async (room: Room, pausesMs: readonly number[]): Promise<void> => {
    const reserved = await audio.reserve(id, room, defaultQuota)
    if (reserved === 'not-pending') throw new UploadAborted()
    if (typeof reserved === 'number') {
      reservedBytes = reserved
      return
    }
    const [pauseMs, ...laterPausesMs] = pausesMs
    if (reserved === 'quota-exceeded' || pauseMs === undefined) throw new QuotaExceeded('bytes')
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    await reserve(room, laterPausesMs)
  }
  if (expected && expected.atLeastBytes > maxUploadBytes) throw new ContentTooLarge(maxUploadBytes)
  if (expected) await reserve(expected, [])
  return (sizeBytes) =>
    sizeBytes > reservedBytes
      ? reserve({ atLeastBytes: sizeBytes, atMostBytes: sizeBytes + blockBytes }, contendedPausesMs)
      : undefined
}
