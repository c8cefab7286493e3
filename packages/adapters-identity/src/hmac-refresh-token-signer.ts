import { createHmac, timingSafeEqual } from 'node:crypto'
import { parseSessionId, type RefreshClaims, type RefreshTokenSigner } from '@audiohost/core'
import type { KeyRing, ServerKey } from './server-keys.ts'

// `ahr_`, then 16 bytes of session id and 8 of generation, a dot, and the HMAC-SHA-256 of all before the dot.
const shape = /^ahr_[A-Za-z0-9_-]{32}\.[A-Za-z0-9_-]{43}$/
const prefix = 'ahr_'
const sessionIdBytes = 16
const payloadBytes = sessionIdBytes + 8

export class HmacRefreshTokenSigner implements RefreshTokenSigner {
  readonly #keys: KeyRing

  constructor({ keys }: { readonly keys: KeyRing }) {
    this.#keys = keys
  }

  sign(claims: RefreshClaims): string {
    return tokenFor(claims, this.#keys.current)
  }

  verify(token: string): RefreshClaims | undefined {
    const claims = shape.test(token) ? readClaims(token) : undefined
    if (!claims) return undefined
    // Compared as the whole text that we would write, so that another spelling of the same bytes does not pass.
    const isOurs = [this.#keys.current, ...this.#keys.previous].some((key) =>
      timingSafeEqual(Buffer.from(tokenFor(claims, key)), Buffer.from(token)),
    )
    return isOurs ? claims : undefined
  }
}

function tokenFor({ sessionId, generation }: RefreshClaims, key: ServerKey): string {
  if (!isGeneration(generation)) throw new RangeError(`No generation of a session: ${generation}`)
  const payload = Buffer.alloc(payloadBytes)
  payload.write(sessionId.replaceAll('-', ''), 'hex')
  payload.writeBigUInt64BE(BigInt(generation), sessionIdBytes)
  const signed = prefix + payload.toString('base64url')
  const mac = createHmac('sha256', key.bytes).update(signed).digest('base64url')
  return `${signed}.${mac}`
}

function readClaims(token: string): RefreshClaims | undefined {
  const payload = Buffer.from(token.slice(prefix.length, token.indexOf('.')), 'base64url')
  const hex = payload.toString('hex', 0, sessionIdBytes)
  const sessionId = parseSessionId(hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
  const generation = Number(payload.readBigUInt64BE(sessionIdBytes))
  return sessionId && isGeneration(generation) ? { sessionId, generation } : undefined
}

const isGeneration = (value: number): boolean => Number.isSafeInteger(value) && value >= 1
