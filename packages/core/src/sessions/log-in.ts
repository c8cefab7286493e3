import { InvalidCredentials, TooBusy } from '../errors.ts'
import type { UserId } from '../ids.ts'
import { lookUpAddress } from '../users/email-address.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import { normalizePassword } from '../users/password-policy.ts'
import type { PasswordRepository } from '../users/password-repository.ts'
import type { SignedIn } from './issue-tokens.ts'
import type { SessionRepository } from './session-repository.ts'
import { openSession, type OpenSessionDependencies } from './open-session.ts'

export interface LogInDependencies extends OpenSessionDependencies {
  readonly passwords: Pick<PasswordRepository, 'findByEmail' | 'find' | 'rehash'>
  readonly sessions: Pick<SessionRepository, 'insert' | 'end'>
  readonly hasher: PasswordHasher
}

export interface LogInInput {
  readonly email: string
  readonly password: string
  readonly userAgent: string | undefined
}

export class LogIn {
  readonly #deps: LogInDependencies

  constructor(deps: LogInDependencies) {
    this.#deps = deps
  }

  /** @throws InvalidCredentials, after the same work, for an unknown address, a wrong password and a disabled account */
  async execute(input: LogInInput): Promise<SignedIn> {
    const { passwords, hasher } = this.#deps
    const email = lookUpAddress(input.email)
    const password = normalizePassword(input.password)
    const credentials = email === undefined ? undefined : await passwords.findByEmail(email)
    const hash = credentials?.passwordHash ?? hasher.decoyHash

    const verdict = await hasher.verify(password, hash)
    if (verdict === 'mismatch' || credentials?.passwordHash === undefined || !credentials.user.isActive) {
      throw new InvalidCredentials()
    }
    const { user } = credentials
    const opened = await openSession(this.#deps, user, input.userAgent)
    if (opened === 'user-absent') throw new InvalidCredentials()
    if (!(await this.#isStillRight(user.id, password, hash))) {
      await this.#deps.sessions.end(opened.session.id, user.id, this.#deps.clock.now())
      throw new InvalidCredentials()
    }
    if (verdict === 'match-outdated') await this.#rehash(user.id, password, hash)
    return { user, sessionId: opened.sessionId, tokens: opened.tokens }
  }

  /** A change of password ends the sessions that are there: one that opens at that very moment must end, too. */
  async #isStillRight(userId: UserId, password: string, verifiedHash: string): Promise<boolean> {
    const hash = (await this.#deps.passwords.find(userId))?.passwordHash
    if (hash === undefined || hash === verifiedHash) return hash !== undefined
    // Another sign-in may have rehashed the same password meanwhile.
    return (await this.#deps.hasher.verify(password, hash)) !== 'mismatch'
  }

  async #rehash(userId: UserId, password: string, from: string): Promise<void> {
    const { passwords, hasher } = this.#deps
    try {
      await passwords.rehash(userId, { from, to: await hasher.hash(password) })
    } catch (error) {
      // The next sign-in tries again; a right password is not refused for it.
      if (!(error instanceof TooBusy)) throw error
    }
  }
}
