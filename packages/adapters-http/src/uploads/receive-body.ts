import { ContentTooLarge, UploadInterrupted } from '@audiohost/core'
import type Koa from 'koa'
import { refuseCompressed } from '../refuse-compressed.ts'
import { liftBodyDeadline } from '../server/body-deadline.ts'
import type { ReceivedUpload, ReceiveUploadOptions } from './receive-upload.ts'
import { given, readDigests } from './request-digests.ts'
import { SilenceTimer } from './silence-timer.ts'
import { UploadContent } from './upload-content.ts'

/**
 * Streams the body of the request to `use` as the file itself, and passes on what `use` returns or throws.
 * Nothing of the body is asked for before `use` reads.
 * @throws HttpProblem 400, 408, 415; ContentTooLarge, UploadInterrupted
 */
export async function receiveBody<T>(
  ctx: Koa.Context,
  { maxUploadBytes, idleMs }: Required<ReceiveUploadOptions>,
  use: (upload: ReceivedUpload) => Promise<T>,
): Promise<T> {
  const { req, res } = ctx
  refuseCompressed(ctx)
  const length = req.headers['content-length']
  const sizeBytes = length === undefined ? undefined : Number(length)
  if (sizeBytes !== undefined && sizeBytes > maxUploadBytes) throw new ContentTooLarge(maxUploadBytes)
  const { content, representation } = readDigests(req.headers)
  const body = new RequestBody(ctx, { maxUploadBytes, idleMs })
  try {
    return await use({
      fileName: undefined,
      content: body.bytes,
      fields: () => Promise.resolve({}),
      expected: () =>
        sizeBytes === undefined ? undefined : { atLeastBytes: sizeBytes, atMostBytes: sizeBytes },
      expectedSha256: given(content, representation),
    })
  } finally {
    body.stop()
    // Answered early: the client must be able to read the reply, which it may do only once it has sent more.
    if (!req.readableEnded) res.shouldKeepAlive = false
    req.resume()
  }
}

class RequestBody {
  readonly #ctx: Koa.Context
  readonly #options: Required<ReceiveUploadOptions>
  readonly #content: UploadContent
  #silence: SilenceTimer | undefined

  constructor(ctx: Koa.Context, options: Required<ReceiveUploadOptions>) {
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
    this.#silence?.stop()
    this.#ctx.req.off('data', this.#take)
    this.#content.bytes.destroy()
  }

  /** Begins with the first call, for a client may wait to be asked for its bytes. */
  #read(): void {
    const { req } = this.#ctx
    if (this.#silence) {
      this.#silence.restart()
      req.resume()
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
    this.#silence?.stop()
    this.#ctx.req.off('data', this.#take)
    this.#content.bytes.destroy(error)
  }
}
