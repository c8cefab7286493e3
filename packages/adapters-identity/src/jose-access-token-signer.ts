import { errors, jwtVerify, SignJWT, type CryptoKey, type JWTPayload } from 'jose'
import { parseSessionId, parseUserId, type AccessClaims, type AccessTokenSigner } from '@audiohost/core'
import type { KeyRing, ServerKey } from './server-keys.ts'

export interface JoseAccessTokenSignerOptions {
  readonly keys: KeyRing
  readonly issuer: string
  readonly audience: string
}

const algorithm = 'HS256'
/** RFC 9068 section 2.1: no token of another kind can be taken for an access token. */
const type = 'at+jwt'
const compactJwt = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/
// Ours have about 430 characters.
const maxTokenLength = 2048

/** HS256 under a key that is imported once: importing it at every call costs twice the time of the signature. */
export class JoseAccessTokenSigner implements AccessTokenSigner {
  readonly #issuer: string
  readonly #audience: string
  readonly #current: { readonly id: string; readonly key: CryptoKey }
  readonly #keyByHeader: ReadonlyMap<string, CryptoKey>

  static async create({
    keys,
    issuer,
    audience,
  }: JoseAccessTokenSignerOptions): Promise<JoseAccessTokenSigner> {
    const imported = await Promise.all(
      [keys.current, ...keys.previous].map(async (key) => ({ id: key.id, key: await importKey(key) })),
    )
    return new JoseAccessTokenSigner({ issuer, audience }, imported)
  }

  private constructor(
    { issuer, audience }: Omit<JoseAccessTokenSignerOptions, 'keys'>,
    keys: readonly { readonly id: string; readonly key: CryptoKey }[],
  ) {
    const [current] = keys
    if (!current) throw new TypeError('A signer needs a key')
    this.#current = current
    this.#issuer = issuer
    this.#audience = audience
    this.#keyByHeader = new Map(keys.map(({ id, key }) => [encodedHeader(id), key]))
  }

  sign(claims: AccessClaims): Promise<string> {
    return new SignJWT({ sid: claims.sessionId, gen: claims.generation, role: claims.role })
      .setProtectedHeader(headerOf(this.#current.id))
      .setIssuer(this.#issuer)
      .setAudience(this.#audience)
      .setSubject(claims.userId)
      .setIssuedAt(wholeSeconds(claims.issuedAt))
      .setExpirationTime(wholeSeconds(claims.expiresAt))
      .sign(this.#current.key)
  }

  async verify(token: string, now: Date): Promise<AccessClaims | undefined> {
    const claims = await this.verifyIgnoringExpiry(token)
    // No tolerance: nodes that sign and verify share a clock service.
    return claims && now < claims.expiresAt ? claims : undefined
  }

  async verifyIgnoringExpiry(token: string): Promise<AccessClaims | undefined> {
    if (token.length > maxTokenLength || !compactJwt.test(token)) return undefined
    const [header = '', , signature = ''] = token.split('.')
    // The whole header must be one that we write, so nothing in it is obeyed: no alg, kid, jku, jwk, x5u or crit of others.
    const key = this.#keyByHeader.get(header)
    if (!key || !isCanonicalBase64url(signature)) return undefined

    const payload = await this.#verifiedPayload(token, key)
    return payload && claimsOf(payload)
  }

  async #verifiedPayload(token: string, key: CryptoKey): Promise<JWTPayload | undefined> {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [algorithm],
        typ: type,
        issuer: this.#issuer,
        audience: this.#audience,
        // `jose` always checks the expiry. At this date no token has expired; `verify` compares the real
        // time.
        currentDate: new Date(0),
        clockTolerance: 0,
        requiredClaims: ['sub', 'sid', 'role', 'iat', 'exp'],
      })
      return payload
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }
}

const headerOf = (keyId: string) => ({ alg: algorithm, typ: type, kid: keyId })

/** As `jose` writes it: the members in this order, without white space. */
const encodedHeader = (keyId: string): string =>
  Buffer.from(JSON.stringify(headerOf(keyId))).toString('base64url')

const wholeSeconds = (moment: Date): number => Math.floor(moment.getTime() / 1000)

// The last of 43 characters carries two unused bits, so three other texts have the same bytes.
const isCanonicalBase64url = (text: string): boolean =>
  Buffer.from(text, 'base64url').toString('base64url') === text

function importKey({ bytes }: ServerKey): Promise<CryptoKey> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  return crypto.subtle.importKey('raw', Uint8Array.from(bytes), hmac, false, ['sign', 'verify'])
}

function claimsOf({ sub, sid, gen, role, iat, exp }: JWTPayload): AccessClaims | undefined {
  const userId = typeof sub === 'string' ? parseUserId(sub) : undefined
  const sessionId = typeof sid === 'string' ? parseSessionId(sid) : undefined
  if (!userId || !sessionId || (role !== 'user' && role !== 'admin')) return undefined
  // A node of the release before this one issues tokens without a generation during an upgrade.
  const generation = gen ?? 0
  if (!isGeneration(generation) || !isMoment(iat) || !isMoment(exp)) return undefined
  return {
    userId,
    sessionId,
    generation,
    role,
    issuedAt: new Date(iat * 1000),
    expiresAt: new Date(exp * 1000),
  }
}

const isGeneration = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const isMoment = (seconds: number | undefined): seconds is number =>
  seconds !== undefined && Number.isSafeInteger(seconds) && Math.abs(seconds) <= 8.64e12
