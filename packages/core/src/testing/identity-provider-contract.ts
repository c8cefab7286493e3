import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { OAuthDenied, ProviderUnavailable } from '../errors.ts'
import type { ExternalProfile, IdentityProvider } from '../sessions/identity-provider.ts'
import { errorOf } from './race.ts'

/** A provider with a server behind it, and somebody who signs in there. */
export interface ProviderDriver {
  readonly provider: IdentityProvider
  /** Follows the URL as a browser would, signs in as `profile` and returns what the redirect back carries. */
  readonly approve: (
    authorizationUrl: string,
    profile: ExternalProfile,
  ) => Promise<{ readonly code: string; readonly state: string }>
  /** From now on the provider's server does not answer. */
  readonly goDown: () => Promise<void>
}

/** What every `IdentityProvider` promises. */
export function identityProviderContract({ make }: { readonly make: () => Promise<ProviderDriver> }): void {
  const codeVerifier = 'a-verifier-of-at-least-43-characters-0123456789'
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url')
  const request = { state: 'a-state-that-nobody-guesses', codeChallenge }
  const profile = { subject: '1000', email: 'ann@example.com', name: 'Ann', surname: 'Lee' }
  let driver: ProviderDriver

  beforeEach(async () => {
    driver = await make()
  })

  const approvedCode = async (as: ExternalProfile = profile): Promise<string> =>
    (await driver.approve(driver.provider.authorizationUrl(request), as)).code

  it('has a name that fits a path', () => {
    expect(driver.provider.name).to.match(/^[a-z][a-z\d-]*$/)
  })

  it('sends the browser off with state and challenge, and never with the verifier', () => {
    const url = new URL(driver.provider.authorizationUrl(request))
    expect(Object.fromEntries(url.searchParams)).to.include({
      response_type: 'code',
      state: request.state,
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    })
    expect(url.href).to.not.include(codeVerifier)
  })

  it('brings the state back', async () => {
    const { state } = await driver.approve(driver.provider.authorizationUrl(request), profile)
    expect(state).to.equal(request.state)
  })

  it('gives the profile for a code and its verifier', async () => {
    const code = await approvedCode()
    expect(await driver.provider.fetchProfile({ code, codeVerifier })).to.deep.equal(profile)
  })

  it('gives a profile that tells the subject only', async () => {
    const silent = { subject: '2000', email: undefined, name: undefined, surname: undefined }
    const code = await approvedCode(silent)
    expect(await driver.provider.fetchProfile({ code, codeVerifier })).to.deep.equal(silent)
  })

  it('refuses a code with another verifier', async () => {
    const code = await approvedCode()
    const stolen = { code, codeVerifier: 'another-verifier-of-at-least-43-characters-0123' }
    expect(await errorOf(driver.provider.fetchProfile(stolen))).to.be.instanceOf(OAuthDenied)
  })

  it('refuses a code that was used before', async () => {
    const code = await approvedCode()
    await driver.provider.fetchProfile({ code, codeVerifier })
    expect(await errorOf(driver.provider.fetchProfile({ code, codeVerifier }))).to.be.instanceOf(OAuthDenied)
  })

  it('refuses a code that nobody gave out', async () => {
    const invented = { code: 'invented', codeVerifier }
    expect(await errorOf(driver.provider.fetchProfile(invented))).to.be.instanceOf(OAuthDenied)
  })

  it('says so where the provider is down', async () => {
    const code = await approvedCode()
    await driver.goDown()
    expect(await errorOf(driver.provider.fetchProfile({ code, codeVerifier }))).to.be.instanceOf(
      ProviderUnavailable,
    )
  })
}
