import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hash, parseOptions, verify, type Options } from '@node-rs/argon2'
import type { PasswordHasher } from '@audiohost/core'
import { Gate, type GateOptions } from './gate.ts'

export interface Argon2Parameters {
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
}

/** OWASP's first choice for Argon2id: 19 MiB, two passes, one lane. About 10 ms a hash on one core. */
export const defaultArgon2Parameters: Argon2Parameters = { memoryKiB: 19_456, passes: 2, lanes: 1 }

export interface Argon2PasswordHasherOptions {
  readonly parameters?: Argon2Parameters
  /** Mixed into every hash and kept outside the database. Cannot be changed later: without it no password matches. */
  readonly pepper?: Uint8Array
  readonly gate?: Partial<GateOptions>
}

// One pass over 2 GiB, the most that RFC 9106 recommends. Beyond it a stored hash is damage: m=4294967295 held a thread
// for over 30 s.
const maxMemoryTimesPasses = 2 * 1024 * 1024

export class Argon2PasswordHasher implements PasswordHasher {
  readonly decoyHash: string
  readonly #argon2: Options
  readonly #gate: Gate

  static async create(options: Argon2PasswordHasherOptions = {}): Promise<Argon2PasswordHasher> {
    const { parameters = defaultArgon2Parameters, pepper } = options
    // Argon2id, version 0x13 and 16 bytes of random salt are the library's defaults.
    const argon2: Options = {
      memoryCost: parameters.memoryKiB,
      timeCost: parameters.passes,
      parallelism: parameters.lanes,
      ...(pepper && { secret: pepper }),
    }
    const gate = new Gate({ width: defaultWidth(), queueLimit: 64, maxWaitMs: 5000, ...options.gate })
    return new Argon2PasswordHasher(argon2, gate, await hash(randomBytes(32), argon2))
  }

  private constructor(argon2: Options, gate: Gate, decoyHash: string) {
    this.#argon2 = argon2
    this.#gate = gate
    this.decoyHash = decoyHash
  }

  hash(password: string): Promise<string> {
    return this.#gate.run(() => hash(password, this.#argon2))
  }

  /** A stored text that is no sane Argon2 hash is a mismatch, after the usual work. */
  async verify(password: string, stored: string): Promise<'match' | 'match-outdated' | 'mismatch'> {
    const hashed = isSane(stored) ? stored : this.decoyHash
    const matches = await this.#gate.run(() => verify(hashed, password, this.#argon2))
    if (!matches) return 'mismatch'
    return this.#isCurrent(stored) ? 'match' : 'match-outdated'
  }

  /** Compared with the decoy, which shows today's algorithm, version and costs, and by its length those of salt and output. */
  #isCurrent(stored: string): boolean {
    return costsOf(stored) === costsOf(this.decoyHash) && stored.length === this.decoyHash.length
  }
}

/** The part before the salt of a PHC string: `$argon2id$v=19$m=19456,t=2,p=1`. */
const costsOf = (phc: string): string => phc.split('$').slice(0, 4).join('$')

/** Whether the library can verify it, and in reasonable time. */
function isSane(stored: string): boolean {
  try {
    const { memoryCost, timeCost } = parseOptions(stored)
    return memoryCost * timeCost <= maxMemoryTimesPasses
  } catch {
    return false
  }
}

/** As wide as the cores, but one thread of libuv's pool stays free for files and names. */
function defaultWidth(): number {
  const poolSize = Number(process.env.UV_THREADPOOL_SIZE) || 4
  return Math.max(1, Math.min(availableParallelism(), poolSize - 1))
}
