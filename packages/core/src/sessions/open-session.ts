import { secondsAfter, type Clock } from '../clock.ts'
import { NotAuthenticated } from '../errors.ts'
import { newSessionId, type IdGenerator } from '../ids.ts'
import type { User } from '../users/user.ts'
import { issueTokens, type IssueTokensDependencies, type SignedIn } from './issue-tokens.ts'
import { cleanUserAgent, type Session } from './session.ts'
import type { SessionRepository } from './session-repository.ts'

export interface OpenSessionDependencies extends IssueTokensDependencies {
  readonly sessions: SessionRepository
  readonly clock: Clock
  readonly ids: IdGenerator
}

/** Opens a new session for a user whose identity has just been shown. Never continues an old one (ASVS 5.0, 7.2.4). */
export async function openSession(
  deps: OpenSessionDependencies,
  user: User,
  userAgent: string | undefined,
): Promise<SignedIn> {
  const now = deps.clock.now()
  const session: Session = {
    id: newSessionId(deps.ids),
    userId: user.id,
    generation: 1,
    createdAt: now,
    refreshedAt: now,
    idleExpiresAt: secondsAfter(now, deps.sessionPolicy.idleTtlSeconds),
    expiresAt: secondsAfter(now, deps.sessionPolicy.absoluteTtlSeconds),
    userAgent: cleanUserAgent(userAgent),
  }
  if ((await deps.sessions.insert(session)) === 'user-absent') throw new NotAuthenticated()
  return { user, tokens: await issueTokens(deps, { session, user }, now) }
}
