import { Readable } from 'node:stream'
import { ContentTooLarge } from '@audiohost/core'

export interface UploadContentOptions {
  readonly maxBytes: number
  /** Stop and go on reading the request: bytes are taken only as fast as they are stored. */
  readonly pause: () => void
  readonly resume: () => void
  /** The reader left before the end. */
  readonly onStop: (error: Error) => void
}

const bufferBytes = 256 * 1024

/** The way of the file's bytes from the parser, which pushes, to the store, which pulls. */
export class UploadContent {
  readonly bytes: Readable
  receivedBytes = 0
  readonly #options: UploadContentOptions

  constructor(options: UploadContentOptions) {
    this.#options = options
    this.bytes = new Readable({
      highWaterMark: bufferBytes,
      read: options.resume,
      destroy: (error, done) => {
        if (!this.bytes.readableEnded) options.onStop(new Error('The content was not read to its end'))
        done(error)
      },
    })
    // Whoever iterates gets the error; where nobody does yet, it must not end the process.
    this.bytes.on('error', () => undefined)
  }

  /** @throws ContentTooLarge at the first byte beyond the limit, which is not passed on */
  add(bytes: Uint8Array): void {
    this.receivedBytes += bytes.length
    if (this.receivedBytes > this.#options.maxBytes) throw new ContentTooLarge(this.#options.maxBytes)
    if (!this.bytes.push(bytes)) this.#options.pause()
  }

  end(): void {
    this.bytes.push(null)
    // The reader, who has all, never asks again, and fields may follow.
    this.#options.resume()
  }
}
