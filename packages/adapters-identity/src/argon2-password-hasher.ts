import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hash, parseOptions, type Options } from '@node-rs/argon2'
import type { PasswordHasher } from '@audiohost/core'
import { Gate, type GateOptions } from './gate.ts'
import { HashingThreads } from './hashing-threads.ts'

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

/**
 * Hashes in threads of its own, which give way to everything else: on Node's pool, hashes would take a fair share of each processor
 * from the event loop, and keep the reads of files waiting.
 */
export class Argon2PasswordHasher implements PasswordHasher {
  readonly decoyHash: string
  readonly #argon2: Options
  readonly #gate: Gate
  readonly #threads = new HashingThreads()

  static async create(options: Argon2PasswordHasherOptions = {}): Promise<Argon2PasswordHasher> {
    const { parameters = defaultArgon2Parameters, pepper } = options
    // Argon2id, version 0x13 and 16 bytes of random salt are the library's defaults.
    const argon2: Options = {
      memoryCost: parameters.memoryKiB,
      timeCost: parameters.passes,
      parallelism: parameters.lanes,
      ...(pepper && { secret: pepper }),
    }
    const gate = new Gate({ width: availableParallelism(), queueLimit: 64, maxWaitMs: 5000, ...options.gate })
    // Before there is any load, and a thread would cost the start more than the hash.
    return new Argon2PasswordHasher(argon2, gate, await hash(randomBytes(32), argon2))
  }

  private constructor(argon2: Options, gate: Gate, decoyHash: string) {
    this.#argon2 = argon2
    this.#gate = gate
    this.decoyHash = decoyHash
  }

  async hash(password: string): Promise<string> {
    const task = { kind: 'hash', password, options: this.#argon2 } as const
    return (await this.#gate.run(() => this.#threads.work(task))) as string
  }

  /** A stored text that is no sane Argon2 hash is a mismatch, after the usual work. */
  async verify(password: string, stored: string): Promise<'match' | 'match-outdated' | 'mismatch'> {
    const hashed = isSane(stored) ? stored : this.decoyHash
    const task = { kind: 'verify', password, hashed, options: this.#argon2 } as const
    const matches = await this.#gate.run(() => this.#threads.work(task))
    if (!matches) return 'mismatch'
    return this.#isCurrent(stored) ? 'match' : 'match-outdated'
  }

  /** Ends the idle threads, for a quick and clean exit; the next hash starts a new one. */
  async close(): Promise<void> {
    await this.#threads.close()
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
