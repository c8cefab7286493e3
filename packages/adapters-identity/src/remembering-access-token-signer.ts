import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { AccessClaims, AccessTokenSigner } from '@audiohost/core'

// About 600 bytes each.
const defaultMaxTokens = 10_000

/**
 * Verifies each token once and remembers its claims until it expires. A signature never becomes wrong; whether the
 * session still lives is not its question and is asked of the database every time. Tokens that were refused are not
 * remembered, so that nobody can push out those of others by inventing some.
 */
export class RememberingAccessTokenSigner implements AccessTokenSigner {
  readonly #signer: AccessTokenSigner
  /** By a digest of the whole text, so that no usable token stays in memory. */
  readonly #verified: LRUCache<string, AccessClaims>

  constructor(signer: AccessTokenSigner, { maxTokens = defaultMaxTokens } = {}) {
    this.#signer = signer
    this.#verified = new LRUCache({ max: maxTokens })
  }

  sign(claims: AccessClaims): Promise<string> {
    return this.#signer.sign(claims)
  }

  async verify(token: string, now: Date): Promise<AccessClaims | undefined> {
    const key = hash('sha256', token, 'base64url')
    const remembered = this.#verified.get(key)
    if (remembered) return this.#stillValid(key, remembered, now)
    const claims = await this.#signer.verify(token, now)
    if (claims) this.#verified.set(key, claims)
    return claims
  }

  verifyIgnoringExpiry(token: string): Promise<AccessClaims | undefined> {
    return this.#signer.verifyIgnoringExpiry(token)
  }

  #stillValid(key: string, claims: AccessClaims, now: Date): AccessClaims | undefined {
    if (now < claims.expiresAt) return claims
    this.#verified.delete(key)
    return undefined
  }
}
