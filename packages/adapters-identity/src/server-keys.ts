import { createHash, hkdfSync } from 'node:crypto'
import { isWeakSecret, minSecretBytes } from './weak-secret.ts'

/** What a key is for. A token made under one key can never pass under another. */
export type KeyUse = 'access-token' | 'refresh-token' | 'media-token' | 'answer-seal'

export interface ServerKey {
  /** Tells keys apart in public (`kid`); says nothing about the key. */
  readonly id: string
  readonly bytes: Uint8Array
}

/** One key that signs, and older ones that only verify what they signed before the secret was changed. */
export interface KeyRing {
  readonly current: ServerKey
  readonly previous: readonly ServerKey[]
}

export type ServerKeys = Readonly<Record<KeyUse, KeyRing>>

export interface ServerSecrets {
  readonly current: string
  readonly previous?: readonly string[]
}

/**
 * Every key of the server from one secret, by HKDF-SHA-256 (RFC 5869).
 * @throws WeakSecret where a secret is too short or well known
 */
export function deriveServerKeys({ current, previous = [] }: ServerSecrets): ServerKeys {
  if (isWeakSecret(current)) throw new WeakSecret('The secret of the server')
  previous.forEach((secret, index) => {
    // It signs nothing any more, but whoever guesses it can still forge.
    if (isWeakSecret(secret)) throw new WeakSecret(`Previous secret ${index + 1} of the server`)
  })
  const older = previous.filter((secret) => secret !== current)
  const ring = (use: KeyUse): KeyRing => ({
    current: deriveKey(current, use),
    previous: older.map((secret) => deriveKey(secret, use)),
  })
  return {
    'access-token': ring('access-token'),
    'refresh-token': ring('refresh-token'),
    'media-token': ring('media-token'),
    'answer-seal': ring('answer-seal'),
  }
}

/** The message names the secret and never holds its value. */
export class WeakSecret extends Error {
  constructor(which: string) {
    super(
      `${which} is too weak: it must be at least ${minSecretBytes} random bytes, not a placeholder or a pattern`,
    )
    this.name = 'WeakSecret'
  }
}

function deriveKey(secret: string, use: KeyUse): ServerKey {
  // The secret is random enough to do without a salt (RFC 5869 section 3.1); `info` parts the uses.
  const bytes = new Uint8Array(hkdfSync('sha256', secret, '', `audiohost/${use}/v1`, 32))
  const id = createHash('sha256').update('audiohost/key-id/v1').update(bytes).digest('base64url').slice(0, 11)
  return { id, bytes }
}
