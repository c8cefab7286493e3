import { createHash } from 'node:crypto'
import { TooBusy } from '../errors.ts'
import type { PasswordHasher } from '../users/password-hasher.ts'

/** Salted like a real one, but fast, and so worth nothing against an attacker: for tests only. */
export class FakePasswordHasher implements PasswordHasher {
  readonly decoyHash = '$fake$0$decoy'
  /** While true, what matches was hashed under outdated parameters. */
  outdated = false
  /** While true, every call is refused with `TooBusy`. */
  busy = false
  #made = 0

  async hash(password: string): Promise<string> {
    this.#refuseWhileBusy()
    this.#made++
    return phcString(this.#made.toString(), password)
  }

  async verify(password: string, hash: string): Promise<'match' | 'match-outdated' | 'mismatch'> {
    this.#refuseWhileBusy()
    const [, , salt = ''] = hash.split('$')
    if (phcString(salt, password) !== hash) return 'mismatch'
    return this.outdated ? 'match-outdated' : 'match'
  }

  #refuseWhileBusy(): void {
    if (this.busy) throw new TooBusy(1)
  }
}

const phcString = (salt: string, password: string): string =>
  `$fake$${salt}$${createHash('sha256').update(`${salt}:${password}`).digest('base64url')}`
