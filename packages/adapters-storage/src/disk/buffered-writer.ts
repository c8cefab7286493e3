import { translatedWrite } from './disk-errors.ts'
import type { DiskFile } from './disk-file-system.ts'

/** A write of 64 KiB costs about as much for the way to the thread pool and back as for its bytes. */
const bufferBytes = 512 * 1024
/** So that the last sync finds little to do: an upload of 200 MB is through a third earlier. */
const syncedBytes = 16 * 1024 * 1024

/**
 * Writes in large pieces, one of which is under way while the next is gathered, and has the disk begin early with what
 * was written. Takes a copy of what it is given.
 */
export class BufferedWriter {
  readonly #file: DiskFile
  #gathering: Buffer = Buffer.allocUnsafeSlow(bufferBytes)
  #spare: Buffer | undefined
  #gatheredBytes = 0
  #unsyncedBytes = 0
  #write: Promise<void> = Promise.resolve()
  #sync: Promise<void> = Promise.resolve()
  #isSyncing = false

  constructor(file: DiskFile) {
    this.#file = file
  }

  /** Throws also what became of earlier bytes. */
  async add(bytes: Uint8Array): Promise<void> {
    let rest = bytes
    while (rest.length > 0) {
      const taken = rest.subarray(0, bufferBytes - this.#gatheredBytes)
      this.#gathering.set(taken, this.#gatheredBytes)
      this.#gatheredBytes += taken.length
      rest = rest.subarray(taken.length)
      if (this.#gatheredBytes === bufferBytes) await this.#writeGathered()
    }
  }

  /** Resolves once all bytes have been written and would survive a power cut. */
  async finish(): Promise<void> {
    await this.#writeGathered()
    await this.#write
    await this.#sync
    await translatedWrite(() => this.#file.sync())
  }

  /** Resolves once nothing is done to the file any more; what was gathered is dropped. */
  async stop(): Promise<void> {
    await Promise.allSettled([this.#write, this.#sync])
  }

  async #writeGathered(): Promise<void> {
    await this.#write
    if (this.#gatheredBytes === 0) return
    const full = this.#gathering.subarray(0, this.#gatheredBytes)
    this.#write = later(translatedWrite(() => this.#file.writeFile(full)))
    ;[this.#gathering, this.#spare] = [this.#spare ?? Buffer.allocUnsafeSlow(bufferBytes), this.#gathering]
    this.#unsyncedBytes += this.#gatheredBytes
    this.#gatheredBytes = 0
    if (this.#unsyncedBytes >= syncedBytes && !this.#isSyncing) await this.#beginSync()
  }

  /** Once only for the same bytes, and never again after a failure (see `writeNamed`). */
  async #beginSync(): Promise<void> {
    await this.#sync
    this.#unsyncedBytes = 0
    this.#isSyncing = true
    this.#sync = later(
      translatedWrite(() => this.#file.datasync()).then(() => {
        this.#isSyncing = false
      }),
    )
  }
}

/** Thrown by whoever waits for it; until somebody does, a failure must not end the process. */
function later(work: Promise<void>): Promise<void> {
  work.catch(() => undefined)
  return work
}
