import { secondsAfter, type Clock } from '../clock.ts'
import type { AudioId } from '../ids.ts'
import type { Leases } from '../uploads/leases.ts'
import type { IsInFlight } from './audio-content-store.ts'
import type { AudioLeftovers } from './audio-repository.ts'

/** How long after its last sign of life an upload counts as in flight, however young the leftovers are that a sweep is to remove. */
export const inFlightSeconds = 15 * 60

/** So that several signs of life may be lost before an upload counts as dead. */
const touchSeconds = 60

/**
 * To be called with each chunk of an upload: now and then it tells the database that the upload is still under way.
 * Neither waits nor fails: whether the upload was given up is told when it is to be ready.
 */
export function keepAlive(clock: Clock, touch: (now: Date) => Promise<void>): () => void {
  let touchedAt = clock.now()
  return () => {
    const now = clock.now()
    if (now.getTime() - touchedAt.getTime() < touchSeconds * 1000) return
    touchedAt = now
    touch(now).catch(() => undefined)
  }
}

export interface ContentInFlightDependencies {
  readonly leases: Pick<Leases, 'acquire' | 'renew'>
  readonly clock: Clock
}

/** The same for a content that no row knows yet: a part of an upload, or parts that are being joined. */
export async function* keptAlive(
  { leases, clock }: ContentInFlightDependencies,
  id: AudioId,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  // An id is written once, so nobody else holds this lease. It is left to end by itself.
  const lease = { name: leaseOf(id), holder: id }
  const showLife = keepAlive(clock, async (now) => {
    const endsAt = secondsAfter(now, inFlightSeconds)
    if ((await leases.renew(lease, endsAt)) === 'lost') await leases.acquire(lease, { now, endsAt })
  })
  for await (const chunk of source) {
    showLife()
    yield chunk
  }
}

export interface InFlightDependencies {
  readonly leftovers: Pick<AudioLeftovers, 'isAlive'>
  readonly leases: Pick<Leases, 'isHeld'>
}

/** Whether a content is being written, at `now`, of which nothing was heard in the store since a moment. */
export function inFlight(
  { leftovers, leases }: InFlightDependencies,
  { now, since }: { readonly now: Date; readonly since: Date },
): IsInFlight {
  return async (id) => (await leftovers.isAlive(id, since)) || (await leases.isHeld(leaseOf(id), now))
}

const leaseOf = (id: AudioId): string => `content:${id}`
