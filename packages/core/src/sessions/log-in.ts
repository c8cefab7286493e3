import type { AuditTrail } from '../audit/audit-trail.ts'
import { InvalidCredentials, TooBusy } from '../errors.ts'
import type { UserId } from '../ids.ts'
import { lookUpAddress } from '../users/email-address.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import { normalizePassword } from '../users/password-policy.ts'
import type { Credentials, PasswordRepository } from '../users/password-repository.ts'
import type { SignedIn } from './issue-tokens.ts'
import type { SessionRepository } from './session-repository.ts'
import { openSession, type OpenSessionDependencies } from './open-session.ts'

export interface LogInDependencies extends OpenSessionDependencies {
  readonly passwords: Pick<PasswordRepository, 'findByEmail' | 'find' | 'rehash'>
  readonly sessions: Pick<SessionRepository, 'insert' | 'end'>
  readonly hasher: PasswordHasher
  readonly audit: Pick<AuditTrail, 'record' | 'recordFailure'>
}

export interface LogInInput {
  readonly email: string
  readonly password: string
  readonly userAgent: string | undefined
  /** Of the client. */
  readonly address?: string | undefined
}

type Refusal = 'unknown_address' | 'wrong_password' | 'no_password' | 'account_disabled' | 'account_changed'

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
    const refusal = refusalOf(credentials, verdict)
    if (refusal !== undefined || !credentials) throw await this.#refused(input, credentials, refusal)
    const { user } = credentials
    const opened = await openSession(this.#deps, user, input.userAgent)
    if (opened === 'user-absent') throw await this.#refused(input, credentials, 'account_disabled')
    if (!(await this.#isStillRight(user.id, password, hash))) {
      await this.#deps.sessions.end(opened.session.id, user.id, this.#deps.clock.now())
      throw await this.#refused(input, credentials, 'account_changed')
    }
    if (verdict === 'match-outdated') await this.#rehash(user.id, password, hash)
    const { sessionId } = opened
    const facts = { actorId: user.id, subjectId: user.id, sessionId, address: input.address }
    await this.#deps.audit.record({ event: 'sign_in', ...facts, details: { method: 'password' } })
    return { user, sessionId: opened.sessionId, tokens: opened.tokens }
  }

  /** Does the same work for every refusal, so that the response time reveals nothing. */
  async #refused(
    { address }: LogInInput,
    credentials: Credentials | undefined,
    reason: Refusal = 'unknown_address',
  ): Promise<InvalidCredentials> {
    const details = { method: 'password', reason }
    const event = 'sign_in_failed'
    await this.#deps.audit.recordFailure({ event, subjectId: credentials?.user.id, address, details })
    return new InvalidCredentials()
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

function refusalOf(
  credentials: Credentials | undefined,
  verdict: 'match' | 'match-outdated' | 'mismatch',
): Refusal | undefined {
  if (!credentials) return 'unknown_address'
  if (credentials.passwordHash === undefined) return 'no_password'
  if (verdict === 'mismatch') return 'wrong_password'
  return credentials.user.isActive ? undefined : 'account_disabled'
}
