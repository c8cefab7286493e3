import type { Audio } from '../audio/audio.ts'
import { secondsAfter } from '../clock.ts'
import { newAudioId, newSessionId, newUserId } from '../ids.ts'
import { SequentialIds } from '../in-memory/sequential-ids.ts'
import type { Session } from '../sessions/session.ts'
import { parseEmailAddress, type EmailAddress } from '../users/email-address.ts'
import type { User } from '../users/user.ts'

const ids = new SequentialIds()

const start = new Date('2026-01-01T00:00:00.000Z')

/** So many seconds after the moment at which everything built here was created. */
export const at = (seconds: number): Date => secondsAfter(start, seconds)

/** @throws Error where the text is no e-mail address */
export function anEmailAddress(text: string): EmailAddress {
  const email = parseEmailAddress(text)
  if (email === undefined) throw new Error(`${text} is no e-mail address`)
  return email
}

/** An active user of their own id and e-mail address. */
export function aUser(overrides: Partial<User> = {}): User {
  const id = newUserId(ids)
  return {
    id,
    name: 'Ann',
    surname: 'Lee',
    email: anEmailAddress(`user-${id}@example.com`),
    isAdmin: false,
    isActive: true,
    createdAt: at(0),
    updatedAt: at(0),
    ...overrides,
  }
}

/** A session that nobody has refreshed yet: idle after an hour, over after a day. */
export function aSession(overrides: Partial<Session> = {}): Session {
  return {
    id: newSessionId(ids),
    userId: newUserId(ids),
    generation: 1,
    createdAt: at(0),
    refreshedAt: at(0),
    confirmedAt: at(0),
    idleExpiresAt: at(3600),
    expiresAt: at(24 * 3600),
    userAgent: 'Browser 1.0',
    ...overrides,
  }
}

export function anAudio(overrides: Partial<Audio> = {}): Audio {
  return {
    id: newAudioId(ids),
    ownerId: newUserId(ids),
    title: 'A song',
    description: '',
    fileName: 'song.mp3',
    content: { sizeBytes: 1000, sha256: 'ab'.repeat(32) },
    damage: undefined,
    media: {
      contentType: 'audio/mpeg',
      codec: 'mp3',
      durationSeconds: 1.5,
      bitrate: 128_000,
      sampleRate: 44_100,
      channels: 2,
      bitDepth: undefined,
      lossless: false,
      tags: {},
      hasCover: false,
      replayGain: undefined,
      r128Gain: undefined,
      musicBrainz: undefined,
      chapters: [],
    },
    createdAt: at(0),
    updatedAt: at(0),
    ...overrides,
  }
}
