import { UploadInterrupted } from '@audiohost/core'
import type Koa from 'koa'
import { liftBodyDeadline } from '../server/body-deadline.ts'
import type { ReceiveUploadOptions } from './receive-upload.ts'
import { SilenceTimer } from './silence-timer.ts'
import { UploadContent } from './upload-content.ts'

export interface RequestBodyOptions extends Pick<
  Required<ReceiveUploadOptions>,
  'maxUploadBytes' | 'idleMs'
> {
  /** What comes of a request that breaks off: an error, or, for who keeps what had come, the end of the content. */
  readonly atCut?: 'fail' | 'end'
}

/** The body of a request as it is, read only as fast as it is stored. */
export class RequestBody {
  /** What cut the body off, once something has. */
  cut: Error | undefined
  readonly #ctx: Koa.Context
  readonly #options: RequestBodyOptions
  readonly #content: UploadContent
  #silence: SilenceTimer | undefined
  #isOver = false

  constructor(ctx: Koa.Context, options: RequestBodyOptions) {
    this.#ctx = ctx
    this.#options = options
    this.#content = new UploadContent({
      maxBytes: options.maxUploadBytes,
      pause: () => ctx.req.pause(),
      resume: () => {
        this.#read()
      },
      onStop: () => undefined,
    })
  }

  get bytes(): AsyncIterable<Uint8Array> {
    return this.#content.bytes
  }

  stop(): void {
    const { req, res } = this.#ctx
    this.#silence?.stop()
    req.off('data', this.#take)
    this.#content.bytes.destroy()
    // Answered early: the client must be able to read the reply, which it may do only once it has sent more.
    if (!req.readableEnded) res.shouldKeepAlive = false
    req.resume()
  }

  /** Reads no more of the request. */
  interrupt(error: Error): void {
    this.#fail(error)
  }

  /** Begins with the first call, for a client may wait to be asked for its bytes. */
  #read(): void {
    const { req } = this.#ctx
    if (this.#isOver) return
    if (this.#silence) {
      this.#silence.resume()
      return
    }
    this.#silence = new SilenceTimer(req, { idleMs: this.#options.idleMs, giveUp: this.#fail })
    if (req.destroyed) {
      this.#fail(new UploadInterrupted())
      return
    }
    liftBodyDeadline(req)
    req.on('data', this.#take)
    req.once('end', () => {
      if (this.#isOver) return
      this.#isOver = true
      this.#content.end()
    })
    req.once('error', (cause) => {
      this.#fail(new UploadInterrupted({ cause }))
    })
    req.once('close', () => {
      if (!req.complete) this.#fail(new UploadInterrupted())
    })
  }

  readonly #take = (bytes: Buffer): void => {
    this.#silence?.count(bytes.length)
    try {
      this.#content.add(bytes)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  readonly #fail = (error: Error): void => {
    if (this.#isOver) return
    this.#isOver = true
    this.cut = error
    this.#silence?.stop()
    this.#ctx.req.off('data', this.#take)
    if (this.#options.atCut === 'end') this.#content.end()
    else this.#content.bytes.destroy(error)
  }
}
