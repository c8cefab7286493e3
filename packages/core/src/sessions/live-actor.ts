import type { Actor } from '../actor.ts'
import type { AccessClaims } from './access-token-signer.ts'
import type { LiveSession } from './session.ts'
import type { SessionRepository } from './session-repository.ts'

export type LiveActor = LiveSession & { readonly actor: Actor }

/** `address` is the client's. */
export const liveActorOf = ({ session, user }: LiveSession, address: string | undefined): LiveActor => ({
  session,
  user,
  actor: { userId: user.id, sessionId: session.id, isAdmin: user.isAdmin, address },
})

/**
 * Reads the session of verified claims. The first token of a generation confirms it: the only write, once per
 * refresh (docs/decisions/0003). `undefined` if the session has ended.
 */
export async function findLiveByClaims(
  sessions: Pick<SessionRepository, 'findLive' | 'confirm'>,
  claims: AccessClaims,
  now: Date,
): Promise<LiveSession | undefined> {
  const live = await sessions.findLive(claims.sessionId, now)
  if (live?.user.id !== claims.userId) return undefined
  const { session } = live
  if (session.confirmedAt === undefined && claims.generation === session.generation) {
    await sessions.confirm(session.id, session.generation, now)
  }
  return live
}
