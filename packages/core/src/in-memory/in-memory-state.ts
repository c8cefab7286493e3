import type { Audio } from '../audio/audio.ts'
import type { PendingAudio } from '../audio/audio-repository.ts'
import type { AudioId, SessionId, UserId } from '../ids.ts'
import type { PendingLogin } from '../sessions/pending-login-repository.ts'
import { endOf, type Session } from '../sessions/session.ts'
import type { EmailKey } from '../users/email-address.ts'
import { emailKey } from '../users/email-address.ts'
import type { Quota } from '../users/quota.ts'
import type { ExternalIdentity } from '../users/external-identity-repository.ts'
import type { User } from '../users/user.ts'
import type { Upload, UploadPart } from '../uploads/upload.ts'

export interface StoredSession {
  readonly session: Session
  readonly endedAt: Date | undefined
}

export type AudioRow =
  | {
      readonly state: 'pending'
      readonly pending: PendingAudio
      readonly reservedBytes: number
      /** The last sign of life; `undefined` where none came since it began. */
      readonly touchedAt?: Date
    }
  | {
      readonly state: 'ready'
      readonly audio: Audio
      readonly verifiedAt?: Date
      /** The id of the request. */
      readonly madeFor?: string | undefined
    }
  | { readonly state: 'tombstone'; readonly buriedAt: Date }

export interface StoredUpload {
  readonly upload: Upload
  readonly parts: readonly UploadPart[]
}

export interface IdempotencyRecord {
  readonly holder: string
  readonly userId: UserId | undefined
  readonly sessionId: SessionId | undefined
  readonly answer: Uint8Array | undefined
  readonly expiresAt: Date
}

/** What the in-memory repositories of one set share: their database. */
export interface InMemoryState {
  /** The clock of the database. */
  readonly now: () => Date
  readonly beganAt: Date
  readonly users: Map<UserId, User>
  /** Limits of their own. */
  readonly quotas: Map<UserId, Quota>
  readonly passwordHashes: Map<UserId, string>
  readonly identities: Map<string, UserId>
  readonly sessions: Map<SessionId, StoredSession>
  readonly pendingLogins: Map<string, PendingLogin>
  readonly audio: Map<AudioId, AudioRow>
  readonly uploads: Map<AudioId, StoredUpload>
  readonly idempotency: Map<string, IdempotencyRecord>
}

export const emptyState = (now: () => Date): InMemoryState => ({
  now,
  beganAt: now(),
  users: new Map(),
  quotas: new Map(),
  passwordHashes: new Map(),
  identities: new Map(),
  sessions: new Map(),
  pendingLogins: new Map(),
  audio: new Map(),
  uploads: new Map(),
  idempotency: new Map(),
})

/** Of what somebody deleted nothing stays but the id, until the bytes are gone too. */
export function buryAudio({ audio, now }: InMemoryState, id: AudioId): void {
  audio.set(id, { state: 'tombstone', buriedAt: now() })
}

export const identityKey = ({ provider, subject }: ExternalIdentity): string =>
  JSON.stringify([provider, subject])

export function findByEmailKey(state: InMemoryState, key: EmailKey): User | undefined {
  return [...state.users.values()].find(({ email }) => email !== undefined && emailKey(email) === key)
}

export const isLive = ({ session, endedAt }: StoredSession, now: Date): boolean =>
  endedAt === undefined && now < endOf(session)

/**
 * The stored responses to requests that the user made with other credentials. A running request has none yet.
 */
export function forgetAnswers({ idempotency }: InMemoryState, userId: UserId): void {
  for (const [id, record] of idempotency) {
    if (record.userId === userId && record.answer !== undefined) idempotency.delete(id)
  }
}

/** Returns how many of them lived. */
export function endSessions(
  { sessions }: InMemoryState,
  {
    userId,
    keep,
    now,
  }: { readonly userId: UserId; readonly keep: SessionId | undefined; readonly now: Date },
): number {
  const living = [...sessions.values()].filter(
    (stored) => stored.session.userId === userId && stored.session.id !== keep && isLive(stored, now),
  )
  for (const { session } of living) sessions.set(session.id, { session, endedAt: now })
  return living.length
}
