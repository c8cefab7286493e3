import type { EventEmitter } from 'node:events'
import { ContentTooLarge, CoreError, UploadInterrupted } from '@audiohost/core'
import { errors as formidableErrors } from 'formidable'
import type Koa from 'koa'
import { liftBodyDeadline } from '../server/body-deadline.ts'
import { boundaryOf, malformedBody, MultipartParser } from './multipart-parser.ts'
import { HttpProblem } from '../problem.ts'
import { refuseCompressed } from '../refuse-compressed.ts'
import { maxOverheadBytes, UploadForm, type UploadFields, type UploadedFile } from './upload-form.ts'

export interface ReceivedUpload extends UploadedFile {
  /** Pulled only as fast as it is read; throws what the form fails of. Whoever stops reading early must then throw. */
  readonly content: AsyncIterable<Uint8Array>
  /** To be called once the content has ended. Rejects where the rest of the form is refused: what was stored must go. */
  readonly fields: () => Promise<UploadFields>
}

export interface ReceiveUploadOptions {
  readonly maxUploadBytes: number
  /** A client that sends nothing for so long is gone. */
  readonly idleMs?: number
}

const defaultIdleMs = 30_000

/**
 * Streams the file of a multipart form to `use`, without a temporary file, and passes on what `use` returns or throws.
 * @throws HttpProblem 400, 408, 413, 415; InvalidInput, ContentTooLarge, UploadInterrupted
 */
export async function receiveUpload<T>(
  ctx: Koa.Context,
  { maxUploadBytes, idleMs = defaultIdleMs }: ReceiveUploadOptions,
  use: (upload: ReceivedUpload) => Promise<T>,
): Promise<T> {
  const { req, res } = ctx
  refuseCompressed(ctx)
  const boundary = boundaryOf(req.headers['content-type'])
  if (Number(req.headers['content-length'] ?? 0) > maxUploadBytes + maxOverheadBytes) {
    throw new ContentTooLarge(maxUploadBytes)
  }
  liftBodyDeadline(req)
  const idle = setTimeout(() => {
    // Paused, it is we who are slow.
    if (req.isPaused()) idle.refresh()
    else form.fail(silentClient())
  }, idleMs)
  const form = new UploadForm({
    maxBytes: maxUploadBytes,
    pause: () => req.pause(),
    resume: () => {
      idle.refresh()
      req.resume()
    },
  })
  readForm(ctx, boundary, { form, onBytes: () => idle.refresh() }).catch((error: unknown) => {
    form.fail(failureOf(error))
  })
  try {
    const file = await form.file
    return await use({ ...file, fields: () => form.fields })
  } finally {
    clearTimeout(idle)
    form.fail(new Error('The upload was refused before its end'))
    // Answered early: the client must be able to read the reply, which it may do only once it has sent more.
    if (!req.readableEnded) res.shouldKeepAlive = false
    req.resume()
  }
}

interface FormReading {
  readonly form: UploadForm
  readonly onBytes: () => void
}

/** What goes wrong with the form is its failure; rejects only where the parser cannot even be loaded. */
async function readForm(ctx: Koa.Context, boundary: string, { form, onBytes }: FormReading): Promise<void> {
  // Loaded with the first upload: it brings a copy of zod, a tenth of the start.
  const { koaBody } = await import('koa-body')
  // Nobody is told any more of a client that left before.
  if (ctx.req.destroyed) form.fail(new UploadInterrupted())
  const parser = new MultipartParser(boundary, form)
  const streamToForm = (formidable: EventEmitter): object => {
    formidable.on('progress', (receivedBytes: number) => {
      onBytes()
      form.countReceived(receivedBytes)
    })
    parser.once('end', () => formidable.emit('end'))
    // Formidable assigns to itself what a plugin returns.
    return { type: 'multipart', _parser: parser }
  }
  const parse = koaBody({
    multipart: true,
    json: false,
    text: false,
    urlencoded: false,
    patchKoa: false,
    formidable: { enabledPlugins: [streamToForm] },
  })
  try {
    await parse(ctx, async () => undefined)
    form.finish()
  } catch (error) {
    form.fail(failureOf(error))
  }
}

const silentClient = (): HttpProblem =>
  new HttpProblem({
    status: 408,
    code: 'request_timeout',
    detail: 'The upload was given up: nothing arrived for too long',
  })

/** What a failure of the parser means to the client; one without a meaning is a bug. */
function failureOf(error: unknown): Error {
  if (error instanceof HttpProblem || error instanceof CoreError) return error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === formidableErrors.aborted || code === 'ECONNRESET')
    return new UploadInterrupted({ cause: error })
  if (code === formidableErrors.malformedMultipart) {
    return malformedBody('The body is not well-formed multipart/form-data', error)
  }
  return error instanceof Error ? error : new Error('The form could not be parsed', { cause: error })
}
