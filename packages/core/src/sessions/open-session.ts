import { secondsAfter, type Clock } from '../clock.ts'
import { newSessionId, type IdGenerator } from '../ids.ts'
import type { User } from '../users/user.ts'
import { issueTokens, type IssueTokensDependencies, type SignedIn } from './issue-tokens.ts'
import { cleanUserAgent, type Session } from './session.ts'
import type { SessionRepository } from './session-repository.ts'

export interface OpenSessionDependencies extends IssueTokensDependencies {
  readonly sessions: Pick<SessionRepository, 'insert'>
  readonly clock: Clock
  readonly ids: IdGenerator
}

export interface OpenedSession extends SignedIn {
  readonly session: Session
}

/**
 * Opens a new session for a user whose identity has just been shown. Never continues an old one (ASVS 5.0, 7.2.4).
 * `user-absent`: the user was removed or deactivated meanwhile.
 */
export async function openSession(
  deps: OpenSessionDependencies,
  user: User,
  userAgent: string | undefined,
): Promise<OpenedSession | 'user-absent'> {
  const now = deps.clock.now()
  const session: Session = {
    id: newSessionId(deps.ids),
    userId: user.id,
    generation: 1,
    createdAt: now,
    refreshedAt: now,
    // The first generation has no parent that a confirmation could retire.
    confirmedAt: now,
    idleExpiresAt: secondsAfter(now, deps.sessionPolicy.idleTtlSeconds),
    expiresAt: secondsAfter(now, deps.sessionPolicy.absoluteTtlSeconds),
    userAgent: cleanUserAgent(userAgent),
  }
  if ((await deps.sessions.insert(session)) === 'user-absent') return 'user-absent'
  return { session, sessionId: session.id, user, tokens: await issueTokens(deps, { session, user }, now) }
}
