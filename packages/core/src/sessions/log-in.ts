import { InvalidCredentials } from '../errors.ts'
import { parseEmailAddress } from '../users/email-address.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'
import { normalizePassword } from '../users/password-policy.ts'
import type { PasswordRepository } from '../users/password-repository.ts'
import type { SignedIn } from './issue-tokens.ts'
import { openSession, type OpenSessionDependencies } from './open-session.ts'

export interface LogInDependencies extends OpenSessionDependencies {
  readonly passwords: PasswordRepository
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
    const email = parseEmailAddress(input.email)
    const password = normalizePassword(input.password)
    const credentials = email === undefined ? undefined : await passwords.findByEmail(email)
    const hash = credentials?.passwordHash ?? hasher.decoyHash

    const verdict = await hasher.verify(password, hash)
    if (verdict === 'mismatch' || credentials?.passwordHash === undefined || !credentials.user.isActive) {
      throw new InvalidCredentials()
    }
    if (verdict === 'match-outdated') {
      await passwords.rehash(credentials.user.id, { from: hash, to: await hasher.hash(password) })
    }
    return openSession(this.#deps, credentials.user, input.userAgent)
  }
}
