import { createHmac, timingSafeEqual } from 'node:crypto'
import { parseSessionId, type MediaTokenSigner, type SessionId } from '@audiohost/core'
import type { KeyRing, ServerKey } from './server-keys.ts'

// `ahm_`, then the 16 bytes of the session id, a dot, and the HMAC-SHA-256 of all before the dot.
const shape = /^ahm_[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}$/
const prefix = 'ahm_'

export class HmacMediaTokenSigner implements MediaTokenSigner {
  readonly #keys: KeyRing

  constructor({ keys }: { readonly keys: KeyRing }) {
    this.#keys = keys
  }

  sign(sessionId: SessionId): string {
    return tokenFor(sessionId, this.#keys.current)
  }

  verify(token: string): SessionId | undefined {
    const sessionId = shape.test(token) ? readSessionId(token) : undefined
    if (!sessionId) return undefined
    // Compares the whole text, so that another base64url spelling of the same bytes is refused.
    const isOurs = [this.#keys.current, ...this.#keys.previous].some((key) =>
      timingSafeEqual(Buffer.from(tokenFor(sessionId, key)), Buffer.from(token)),
    )
    return isOurs ? sessionId : undefined
  }
}

function tokenFor(sessionId: SessionId, key: ServerKey): string {
  const signed = prefix + Buffer.from(sessionId.replaceAll('-', ''), 'hex').toString('base64url')
  return `${signed}.${createHmac('sha256', key.bytes).update(signed).digest('base64url')}`
}

function readSessionId(token: string): SessionId | undefined {
  const hex = Buffer.from(token.slice(prefix.length, token.indexOf('.')), 'base64url').toString('hex')
  return parseSessionId(hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
}
