import type { AuditTrail } from '../audit/audit-trail.ts'
import { EmailTakenByOtherAccount, OAuthDenied, OAuthStateInvalid } from '../errors.ts'
import { newUserId, type SessionId } from '../ids.ts'
import { cleanLine } from '../text-input.ts'
import type { ExternalIdentity, ExternalIdentityRepository } from '../users/external-identity-repository.ts'
import { parseEmailAddress } from '../users/email-address.ts'
import { maxNameLength, type User } from '../users/user.ts'
import { findProvider, sha256Hex } from './begin-external-login.ts'
import type { ExternalProfile, IdentityProvider } from './identity-provider.ts'
import type { SignedIn } from './issue-tokens.ts'
import { openSession, type OpenSessionDependencies } from './open-session.ts'
import type { PendingLoginRepository } from './pending-login-repository.ts'

export interface CompleteExternalLoginDependencies extends OpenSessionDependencies {
  readonly providers: readonly IdentityProvider[]
  readonly pendingLogins: Pick<PendingLoginRepository, 'consume'>
  readonly identities: ExternalIdentityRepository
  readonly audit: Pick<AuditTrail, 'record' | 'recordFailure'>
}

export interface CompleteExternalLoginInput {
  readonly provider: string
  /** What the provider's redirect carried: a code, or an error (RFC 6749 section 4.1.2). */
  readonly code: string | undefined
  readonly state: string | undefined
  readonly browserKey: string | undefined
  readonly userAgent: string | undefined
  /** Of the client. */
  readonly address?: string | undefined
  /** Called with the return address of the browser, even if the login fails later. */
  readonly onPendingFound?: (returnTo: string) => void
}

interface Attempt extends CompleteExternalLoginInput {
  /** Once the account of the identity is known. */
  user: User | undefined
}

export class CompleteExternalLogin {
  readonly #deps: CompleteExternalLoginDependencies

  constructor(deps: CompleteExternalLoginDependencies) {
    this.#deps = deps
  }

  /**
   * Signs in the user with this identity, or opens an account at the first sign-in.
   * An account that exists is never joined by its e-mail address: the provider does not say that it is verified.
   * @throws ProviderNotConfigured, OAuthStateInvalid, OAuthDenied, ProviderUnavailable, EmailTakenByOtherAccount
   */
  async execute(input: CompleteExternalLoginInput): Promise<SignedIn & { readonly returnTo: string }> {
    const attempt: Attempt = { ...input, user: undefined }
    try {
      return await this.#complete(attempt)
    } catch (error) {
      await this.#recordRefusal(attempt, error)
      throw error
    }
  }

  async #complete(input: Attempt): Promise<SignedIn & { readonly returnTo: string }> {
    const provider = findProvider(this.#deps.providers, input.provider)
    if (input.state === undefined || input.browserKey === undefined) throw new OAuthStateInvalid()
    const pending = await this.#deps.pendingLogins.consume(
      {
        stateHash: sha256Hex(input.state),
        browserKeyHash: sha256Hex(input.browserKey),
        provider: provider.name,
      },
      this.#deps.clock.now(),
    )
    if (!pending) throw new OAuthStateInvalid()
    input.onPendingFound?.(pending.returnTo)
    if (input.code === undefined) throw new OAuthDenied('provider')

    const profile = await provider.fetchProfile({ code: input.code, codeVerifier: pending.codeVerifier })
    const user = await this.#userFor({ provider: provider.name, subject: profile.subject }, profile, input)
    input.user = user
    if (!user.isActive) throw new OAuthDenied('account')
    const opened = await openSession(this.#deps, user, input.userAgent)
    if (opened === 'user-absent') throw new OAuthDenied('account')
    await this.#record('sign_in', user, { ...input, sessionId: opened.sessionId })
    return { user, sessionId: opened.sessionId, tokens: opened.tokens, returnTo: pending.returnTo }
  }

  async #recordRefusal({ provider, address, user }: Attempt, error: unknown): Promise<void> {
    const reason = reasonOf(error)
    if (reason === undefined) return
    const details = { method: provider, reason }
    await this.#deps.audit.recordFailure({ event: 'sign_in_failed', subjectId: user?.id, address, details })
  }

  #record(
    event: 'registration' | 'sign_in',
    { id }: User,
    { provider, address, sessionId }: CompleteExternalLoginInput & { readonly sessionId?: SessionId },
  ): Promise<void> {
    const details = { method: provider }
    return this.#deps.audit.record({ event, actorId: id, subjectId: id, sessionId, address, details })
  }

  async #userFor(
    identity: ExternalIdentity,
    profile: ExternalProfile,
    input: CompleteExternalLoginInput,
  ): Promise<User> {
    const { identities } = this.#deps
    const known = await identities.findUser(identity)
    if (known) return known

    const user = this.#newUser(profile)
    const outcome = await identities.insertUser(user, identity)
    if (outcome === 'inserted') {
      await this.#record('registration', user, input)
      return user
    }
    if (outcome === 'email-taken') {
      // The other of two racing first sign-ins may have taken the address for this very identity.
      const racer = await identities.findUser(identity)
      if (racer) return racer
      throw new EmailTakenByOtherAccount()
    }
    const winner = await identities.findUser(identity)
    if (!winner) throw new OAuthDenied('account')
    return winner
  }

  #newUser(profile: ExternalProfile): User {
    const now = this.#deps.clock.now()
    return {
      id: newUserId(this.#deps.ids),
      name: cleanLine(profile.name ?? '', maxNameLength),
      surname: cleanLine(profile.surname ?? '', maxNameLength),
      email: profile.email === undefined ? undefined : parseEmailAddress(profile.email),
      isAdmin: false,
      isActive: true,
      createdAt: now,
      updatedAt: now,
    }
  }
}

/** For the audit log; `undefined` for a fault, which is no refusal. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof OAuthStateInvalid) return 'invalid_state'
  if (error instanceof EmailTakenByOtherAccount) return 'email_taken'
  if (error instanceof OAuthDenied) return error.by === 'provider' ? 'denied_by_provider' : 'account_disabled'
  return undefined
}
