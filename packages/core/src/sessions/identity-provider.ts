/** What a provider says about somebody. Everything but the subject may be missing, and none of it is verified. */
export interface ExternalProfile {
  readonly subject: string
  readonly email: string | undefined
  readonly name: string | undefined
  readonly surname: string | undefined
}

export interface IdentityProvider {
  /** Lower-case, as in the paths: `yandex`. */
  readonly name: string
  /** Where to send the browser (RFC 6749 section 4.1.1, with PKCE S256 of RFC 7636). */
  authorizationUrl(request: { readonly state: string; readonly codeChallenge: string }): string
  /**
   * Exchanges the code and asks for the profile, within a bounded time.
   * @throws OAuthDenied where the provider refuses the code or the profile is not for our client
   * @throws ProviderUnavailable where it is slow, down or answers something else than it should
   */
  fetchProfile(grant: { readonly code: string; readonly codeVerifier: string }): Promise<ExternalProfile>
}
