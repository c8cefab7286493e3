import { createHash } from 'node:crypto'
import type { SecretGenerator } from '../secret-generator.ts'

/** The same secrets in every run: guessable, so for tests only. */
export class FakeSecrets implements SecretGenerator {
  #made = 0

  next(): string {
    this.#made++
    return createHash('sha256').update(`secret ${this.#made}`).digest('base64url')
  }
}
