import { ContentTooLarge, QuotaExceeded, UploadAborted } from '../errors.ts'
import type { AudioId } from '../ids.ts'
import type { Quota } from '../users/quota.ts'
import type { AudioRepository, Room } from './audio-repository.ts'

export interface MakeRoomDependencies {
  readonly audio: Pick<AudioRepository, 'reserve'>
  readonly maxUploadBytes: number
  readonly defaultQuota: Quota
}

/** How far ahead room is reserved where nobody says how much will come. */
const blockBytes = 8 * 1024 * 1024

/**
 * Reserves what is expected for a pending audio, and returns what reserves more where more comes than was reserved.
 * @throws ContentTooLarge, QuotaExceeded; UploadAborted if the pending audio was removed
 */
export async function makeRoom(
  { audio, maxUploadBytes, defaultQuota }: MakeRoomDependencies,
  id: AudioId,
  expected: Room | undefined,
): Promise<(sizeBytes: number) => Promise<void> | undefined> {
  let reservedBytes = 0
  const reserve = async (room: Room): Promise<void> => {
    const reserved = await audio.reserve(id, room, defaultQuota)
    if (reserved === 'not-pending') throw new UploadAborted()
    if (reserved === 'quota-exceeded') throw new QuotaExceeded('bytes')
    reservedBytes = reserved
  }
  if (expected && expected.atLeastBytes > maxUploadBytes) throw new ContentTooLarge(maxUploadBytes)
  if (expected) await reserve(expected)
  return (sizeBytes) =>
    sizeBytes > reservedBytes
      ? reserve({ atLeastBytes: sizeBytes, atMostBytes: sizeBytes + blockBytes })
      : undefined
}
