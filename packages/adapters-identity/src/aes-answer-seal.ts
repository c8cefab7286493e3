import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { AnswerSeal } from '@audiohost/core'
import type { KeyRing, ServerKey } from './server-keys.ts'

const saltBytes = 16
const nonceBytes = 12
const tagBytes = 16
const cipher = 'aes-256-gcm'

/**
 * AES-256-GCM under a key that HKDF derives from the server's key and the request: whoever reads the database lacks
 * both, and whoever has the server's key as well still has to guess the request, its Idempotency-Key included.
 * Sealed are 16 bytes of salt, 12 of nonce, the ciphertext and 16 of tag.
 */
export class AesAnswerSeal implements AnswerSeal {
  readonly #keys: KeyRing

  constructor({ keys }: { readonly keys: KeyRing }) {
    this.#keys = keys
  }

  nameOf(request: string): string {
    return createHmac('sha256', this.#keys.current.bytes).update(request).digest('base64url')
  }

  seal(answer: string, request: string): Uint8Array {
    const salt = randomBytes(saltBytes)
    const nonce = randomBytes(nonceBytes)
    const sealing = createCipheriv(cipher, keyFor(request, this.#keys.current, salt), nonce)
    const text = Buffer.concat([sealing.update(answer, 'utf8'), sealing.final()])
    return Buffer.concat([salt, nonce, text, sealing.getAuthTag()])
  }

  open(sealed: Uint8Array, request: string): string | undefined {
    if (sealed.length < saltBytes + nonceBytes + tagBytes) return undefined
    for (const key of [this.#keys.current, ...this.#keys.previous]) {
      const answer = openWith(Buffer.from(sealed), request, key)
      if (answer !== undefined) return answer
    }
    return undefined
  }
}

function openWith(sealed: Buffer, request: string, key: ServerKey): string | undefined {
  const salt = sealed.subarray(0, saltBytes)
  const nonce = sealed.subarray(saltBytes, saltBytes + nonceBytes)
  const opening = createDecipheriv(cipher, keyFor(request, key, salt), nonce, { authTagLength: tagBytes })
  opening.setAuthTag(sealed.subarray(-tagBytes))
  const text = opening.update(sealed.subarray(saltBytes + nonceBytes, -tagBytes))
  try {
    return Buffer.concat([text, opening.final()]).toString('utf8')
  } catch {
    // The tag does not fit: another request, another key, or altered.
    return undefined
  }
}

function keyFor(request: string, key: ServerKey, salt: Uint8Array): Uint8Array {
  // Node takes 1 KiB of `info` at most, and a request may be longer.
  const info = createHash('sha256').update('audiohost/answer/v1').update(request).digest()
  return new Uint8Array(hkdfSync('sha256', key.bytes, salt, info, 32))
}
