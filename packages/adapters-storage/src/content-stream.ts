import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { StorageUnavailable } from '@audiohost/core'

export interface ExpectedContent {
  readonly sizeBytes: number
  readonly idleTimeoutMs: number
  /** Absent: a content that breaks off is an error at once. */
  readonly resume?: ResumedContent
}

export interface ResumedContent {
  /** How often it may break off before bytes come again. */
  readonly limit: number
  /** How long to wait before the rest is asked for again where it brought nothing. */
  readonly pauseMs: (breaks: number) => number
  /** A reply whose body is the same content from this byte on. */
  readonly rest: (receivedBytes: number, stop: AbortSignal) => Promise<IncomingMessage>
}

/**
 * Passes the body of a reply on. Where it stalls or breaks off, the rest is asked for once the reader wants more; where
 * that brings nothing either, the stream is destroyed with an error. It never ends early.
 */
export const streamOf = (first: IncomingMessage, expected: ExpectedContent): Readable =>
  new ContentStream(first, expected)

class ContentStream extends Readable {
  readonly #expected: ExpectedContent
  readonly #stop = new AbortController()
  #response: IncomingMessage | undefined
  #receivedBytes = 0
  #isWanted = false
  #isResuming = false
  /** Since bytes came last. */
  #breaks = 0
  #stall: NodeJS.Timeout | undefined

  constructor(first: IncomingMessage, expected: ExpectedContent) {
    super()
    this.#expected = expected
    this.#follow(first)
  }

  override _read(): void {
    this.#isWanted = true
    this.#goOn()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#stall)
    this.#stop.abort()
    const response = this.#response
    response?.destroy()
    if (!response || response.closed) callback(error)
    else
      response.once('close', () => {
        callback(error)
      })
  }

  #follow(response: IncomingMessage): void {
    this.#response = response
    response.on('data', (piece: Buffer) => {
      this.#take(piece, response)
    })
    response.pause()
    response.once('end', () => {
      if (this.#receivedBytes === this.#expected.sizeBytes) this.push(null)
      else this.#breakOff(new Error('The content ended early'))
    })
    response.once('error', (cause) => {
      this.#breakOff(new Error('The content broke off', { cause }))
    })
  }

  #take(piece: Buffer, response: IncomingMessage): void {
    this.#receivedBytes += piece.length
    this.#breaks = 0
    clearTimeout(this.#stall)
    this.#stall = undefined
    this.#isWanted = false
    if (!this.push(piece)) response.pause()
  }

  #goOn(): void {
    if (!this.#isWanted || this.#isResuming || this.destroyed) return
    if (!this.#response) {
      void this.#resume()
      return
    }
    // Runs only while somebody waits for bytes: a slow reader is no fault of the storage.
    this.#stall ??= setTimeout(() => {
      this.#breakOff(new Error('The content does not go on'))
    }, this.#expected.idleTimeoutMs)
    this.#response.resume()
  }

  #breakOff(cause: Error): void {
    clearTimeout(this.#stall)
    this.#stall = undefined
    if (this.destroyed) return
    const { resume, sizeBytes } = this.#expected
    if (++this.#breaks > (resume?.limit ?? 0) || this.#receivedBytes > sizeBytes) {
      const message = `${cause.message}, after ${this.#receivedBytes} of ${sizeBytes} bytes`
      this.destroy(new StorageUnavailable({ cause: new Error(message, { cause }) }))
      return
    }
    this.#response?.removeAllListeners().on('error', () => undefined)
    this.#response?.destroy()
    this.#response = undefined
    this.#goOn()
  }

  async #resume(): Promise<void> {
    const { resume } = this.#expected
    if (!resume) return
    this.#isResuming = true
    try {
      const { signal } = this.#stop
      if (this.#breaks > 1) await delay(resume.pauseMs(this.#breaks), undefined, { signal })
      const response = await resume.rest(this.#receivedBytes, signal)
      this.#isResuming = false
      if (this.destroyed) response.destroy()
      else this.#follow(response)
      this.#goOn()
    } catch (cause) {
      this.destroy(new StorageUnavailable({ cause }))
    }
  }
}
