import { expect } from 'chai'
import { unlimited } from '../users/quota.ts'
import type { Audio } from '../audio/audio.ts'
import type { UserId } from '../ids.ts'
import type { Repositories } from '../repositories.ts'
import type { Session } from '../sessions/session.ts'
import type { User } from '../users/user.ts'
import { anAudio, aSession, aUser } from './builders.ts'

export async function aStoredUser({ users }: Repositories, overrides: Partial<User> = {}): Promise<User> {
  const user = aUser(overrides)
  expect(await users.insert(user, `hash of ${user.id}`)).to.equal('inserted')
  return user
}

export async function aStoredSession(
  { sessions }: Repositories,
  overrides: Partial<Session> & Pick<Session, 'userId'>,
): Promise<Session> {
  const session = aSession(overrides)
  expect(await sessions.insert(session)).to.equal('inserted')
  return session
}

export async function aPendingAudio(
  { audio }: Repositories,
  overrides: Partial<Audio> & Pick<Audio, 'ownerId'>,
): Promise<Audio> {
  const pending = anAudio(overrides)
  const { id, ownerId, createdAt } = pending
  expect(await audio.insertPending({ id, ownerId, createdAt }, unlimited)).to.equal('inserted')
  return pending
}

export async function aStoredAudio(
  repositories: Repositories,
  overrides: Partial<Audio> & Pick<Audio, 'ownerId'>,
): Promise<Audio> {
  const stored = await aPendingAudio(repositories, overrides)
  expect(await repositories.audio.markReady(stored)).to.equal('ready')
  return stored
}

/** The first hundred, which are all that a test opens. */
export async function liveSessionsOf(
  { sessions }: Pick<Repositories, 'sessions'>,
  userId: UserId,
  now: Date,
): Promise<readonly Session[]> {
  return (await sessions.listLive(userId, { limit: 100, after: undefined }, now)).items
}
