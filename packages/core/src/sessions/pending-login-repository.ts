/** A sign-in that went off to a provider and has not come back. The two hashes are SHA-256 in hex. */
export interface PendingLogin {
  readonly stateHash: string
  readonly browserKeyHash: string
  readonly provider: string
  readonly codeVerifier: string
  readonly returnTo: string
  readonly expiresAt: Date
}

export interface PendingLoginRepository {
  /** Stores the login and removes all but the newest `maxPerBrowser` logins of its browser. */
  insert(login: PendingLogin, maxPerBrowser: number): Promise<void>
  /**
   * Takes the login out, so that of racing callers one gets it.
   * `undefined`, and nothing is taken out, where state, browser or provider do not match or it has expired.
   */
  consume(
    match: Pick<PendingLogin, 'stateHash' | 'browserKeyHash' | 'provider'>,
    now: Date,
  ): Promise<PendingLogin | undefined>
  removeExpired(before: Date): Promise<number>
}
