import { createHash } from 'node:crypto'
import { secondsAfter, type Clock } from '../clock.ts'
import { ProviderNotConfigured } from '../errors.ts'
import type { SecretGenerator } from '../secret-generator.ts'
import type { IdentityProvider } from './identity-provider.ts'
import type { PendingLoginRepository } from './pending-login-repository.ts'

export interface BeginExternalLoginDependencies {
  readonly providers: readonly IdentityProvider[]
  readonly pendingLogins: Pick<PendingLoginRepository, 'insert'>
  readonly secrets: SecretGenerator
  readonly clock: Clock
}

/** How long somebody may take at the provider. */
export const pendingLoginTtlSeconds = 10 * 60

/** One browser may have this many pending sign-ins, such as in several tabs. The oldest ones are dropped. */
export const maxPendingLoginsPerBrowser = 5

// As `SecretGenerator` makes them.
const browserKeyShape = /^[\w-]{43,100}$/

export interface BeginExternalLoginInput {
  readonly provider: string
  readonly returnTo: string
  /** The value of the cookie from an earlier sign-in of this browser, which may still be pending. */
  readonly browserKey?: string | undefined
}

export interface BegunLogin {
  readonly redirectTo: string
  /** Goes into a cookie of this browser; the callback must bring it back (RFC 9700 section 4.7.1). */
  readonly browserKey: string
}

export class BeginExternalLogin {
  readonly #deps: BeginExternalLoginDependencies

  constructor(deps: BeginExternalLoginDependencies) {
    this.#deps = deps
  }

  /** `returnTo` must have been checked against the origins that are ours. @throws ProviderNotConfigured */
  async execute(input: BeginExternalLoginInput): Promise<BegunLogin> {
    const { pendingLogins, secrets, clock } = this.#deps
    const provider = findProvider(this.#deps.providers, input.provider)
    const [state, codeVerifier] = [secrets.next(), secrets.next()]
    const browserKey = browserKeyShape.test(input.browserKey ?? '')
      ? (input.browserKey ?? '')
      : secrets.next()
    const login = {
      stateHash: sha256Hex(state),
      browserKeyHash: sha256Hex(browserKey),
      provider: provider.name,
      codeVerifier,
      returnTo: input.returnTo,
      expiresAt: secondsAfter(clock.now(), pendingLoginTtlSeconds),
    }
    await pendingLogins.insert(login, maxPendingLoginsPerBrowser)
    // RFC 7636 section 4.2: BASE64URL(SHA256(ASCII(code_verifier))).
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url')
    return { redirectTo: provider.authorizationUrl({ state, codeChallenge }), browserKey }
  }
}

export function findProvider(providers: readonly IdentityProvider[], name: string): IdentityProvider {
  const provider = providers.find((candidate) => candidate.name === name)
  if (!provider) throw new ProviderNotConfigured(name)
  return provider
}

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex')
