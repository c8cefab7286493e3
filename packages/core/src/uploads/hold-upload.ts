import type { Actor } from '../actor.ts'
import { secondsAfter, type Clock } from '../clock.ts'
import { UploadBusy, UploadNotFound } from '../errors.ts'
import type { AudioId, IdGenerator } from '../ids.ts'
import type { Lease, Leases } from './leases.ts'
import { OneByOne } from './one-by-one.ts'
import type { UploadRepository } from './upload-repository.ts'

export interface HoldUploadDependencies {
  readonly uploads: Pick<UploadRepository, 'find'>
  readonly leases: Pick<Leases, 'acquire' | 'renew' | 'release'>
  readonly clock: Clock
  readonly ids: IdGenerator
}

export interface HoldUploadInput {
  readonly actor: Actor
  readonly id: AudioId
  /** Somebody else wants it, on this or another node: stop, keep what has come, and release. May be called more than once. */
  readonly onWanted: () => void
  readonly waitSeconds?: number
  /** Aborts where nobody waits any more for what is to be done with it. */
  readonly signal?: AbortSignal | undefined
}

export interface HeldUpload {
  /** Never throws: a lease that could not be given back ends by itself. */
  release(): Promise<void>
}

/** A holder whose process died is succeeded after this. */
const leaseSeconds = 10
const renewMs = 1000
const firstPauseMs = 100
const longestPauseMs = 500

/** One request at a time works on an upload; who comes later takes over from who came before. */
export class HoldUpload {
  readonly #deps: HoldUploadDependencies
  /** Of those who wait in this process for the same upload, one asks the database. */
  readonly #waiting = new OneByOne<AudioId>()

  constructor(deps: HoldUploadDependencies) {
    this.#deps = deps
  }

  /**
   * @throws UploadNotFound also for somebody else's, whose holder hears nothing of it;
   *   UploadBusy where the holder goes on for longer than one that died would, or the signal aborts
   */
  async execute(input: HoldUploadInput): Promise<HeldUpload> {
    const { actor, id, onWanted } = input
    const { uploads, leases, clock, ids } = this.#deps
    if (!(await uploads.find(id, actor.userId, clock.now()))) throw new UploadNotFound()
    const lease = { name: `upload:${id}`, holder: ids.next() }
    await this.#wait(lease, input)
    const heartbeat = setInterval(() => void this.#renew(lease, onWanted), renewMs)
    heartbeat.unref()
    return {
      release: async () => {
        clearInterval(heartbeat)
        await leases.release(lease).catch(() => undefined)
      },
    }
  }

  async #wait(lease: Lease, { id, signal, waitSeconds = 2 * leaseSeconds }: HoldUploadInput): Promise<void> {
    const patience = new AbortController()
    const leave = (): void => {
      patience.abort()
    }
    const timer = setTimeout(leave, waitSeconds * 1000)
    if (signal?.aborted) leave()
    signal?.addEventListener('abort', leave)
    try {
      await this.#waiting.run(id, patience.signal, () => this.#acquire(lease, patience.signal))
    } catch (error) {
      throw patience.signal.aborted ? new UploadBusy() : error
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', leave)
    }
  }

  async #acquire(lease: Lease, patience: AbortSignal): Promise<void> {
    const { leases } = this.#deps
    for (let pauseMs = firstPauseMs; (await leases.acquire(lease, this.#times())) === 'busy'; pauseMs *= 2) {
      const jitter = 0.5 + Math.random()
      await pause(jitter * Math.min(pauseMs, longestPauseMs), patience)
      patience.throwIfAborted()
    }
  }

  async #renew(lease: Lease, onWanted: () => void): Promise<void> {
    // Where the database is away the lease ends; what then comes of two holders is decided by the offset of their parts.
    const state = await this.#deps.leases.renew(lease, this.#times().endsAt).catch(() => 'held' as const)
    if (state !== 'held') onWanted()
  }

  #times(): { readonly now: Date; readonly endsAt: Date } {
    const now = this.#deps.clock.now()
    return { now, endsAt: secondsAfter(now, leaseSeconds) }
  }
}

/** Ends earlier where the signal aborts. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end)
  })
}
