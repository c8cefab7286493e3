import { createHash } from 'node:crypto'
import { OAuthDenied, ProviderUnavailable } from '../errors.ts'
import type { ExternalProfile, IdentityProvider } from '../sessions/identity-provider.ts'

/** A provider at which `approve` plays the person who agrees. Codes work once, and only with their verifier. */
export class FakeIdentityProvider implements IdentityProvider {
  readonly name: string
  /** Who signs in at the next `approve`. */
  profile: ExternalProfile = {
    subject: '1000',
    email: 'ann@example.com',
    name: 'Ann',
    surname: 'Lee',
  }
  /** While true, `fetchProfile` throws `ProviderUnavailable`. */
  down = false
  readonly #grants = new Map<string, { readonly codeChallenge: string; readonly profile: ExternalProfile }>()
  #approved = 0

  constructor(name = 'fake') {
    this.name = name
  }

  authorizationUrl({
    state,
    codeChallenge,
  }: {
    readonly state: string
    readonly codeChallenge: string
  }): string {
    const query = new URLSearchParams({
      response_type: 'code',
      state,
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    })
    return `https://provider.example/authorize?${query.toString()}`
  }

  /** Agrees to the sign-in that the URL asks for, and returns what the provider's redirect carries. */
  approve(authorizationUrl: string): { readonly code: string; readonly state: string } {
    const query = new URL(authorizationUrl).searchParams
    this.#approved++
    const code = `code-${this.#approved}`
    this.#grants.set(code, { codeChallenge: query.get('code_challenge') ?? '', profile: this.profile })
    return { code, state: query.get('state') ?? '' }
  }

  async fetchProfile(grant: {
    readonly code: string
    readonly codeVerifier: string
  }): Promise<ExternalProfile> {
    if (this.down) throw new ProviderUnavailable()
    const granted = this.#grants.get(grant.code)
    this.#grants.delete(grant.code)
    const challenge = createHash('sha256').update(grant.codeVerifier).digest('base64url')
    if (granted?.codeChallenge !== challenge) throw new OAuthDenied()
    return granted.profile
  }
}
