import { randomBytes } from 'node:crypto'
import type { SecretGenerator } from '@audiohost/core'

/** 256 bits of the system's random source: 43 characters. */
export class RandomSecretGenerator implements SecretGenerator {
  next(): string {
    return randomBytes(32).toString('base64url')
  }
}
